-- Settings of the installation that are facts of the database, not of a process.
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Sealing (architecture, rule 11): data keys, each wrapped by a key-encryption key of the key file.
-- Destroying a row makes everything sealed with it unreadable.
CREATE TABLE data_key (
  id TEXT PRIMARY KEY,
  kek_id TEXT NOT NULL,
  alg TEXT NOT NULL,
  purpose TEXT NOT NULL,
  wrapped BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX data_key_by_kek ON data_key (kek_id, id);

-- What each key-encryption key answers to a fixed question: tells the right key file from a wrong one.
CREATE TABLE key_check (
  kek_id TEXT PRIMARY KEY,
  fingerprint BYTEA NOT NULL
);

-- Audit chains (architecture, rule 10): one per instance, lane and start.
CREATE TABLE audit_chain (
  chain TEXT PRIMARY KEY,
  lane BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  predecessor TEXT,
  predecessor_n BIGINT NOT NULL,
  predecessor_hash BYTEA NOT NULL
);

CREATE INDEX audit_chain_by_lane ON audit_chain (lane, started_at);

CREATE TABLE audit (
  chain TEXT NOT NULL,
  n BIGINT NOT NULL,
  prev BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  ip TEXT NOT NULL,
  request TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (chain, n)
);

-- Signed anchors that braid the heads of all chains; exported, so that a shortened chain is noticed.
CREATE TABLE audit_anchor (
  n BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  prev BYTEA NOT NULL,
  heads TEXT NOT NULL,
  hash BYTEA NOT NULL,
  signature BYTEA NOT NULL
);

-- How far each chain is anchored; only the anchor job writes here.
CREATE TABLE audit_anchored (
  chain TEXT PRIMARY KEY,
  n BIGINT NOT NULL
);

-- The database door (architecture, rule 5): tells after a lost connection whether the last batch of
-- a lane was committed. Used on PostgreSQL.
CREATE TABLE lane (
  instance TEXT NOT NULL,
  lane BIGINT NOT NULL,
  batch_no BIGINT NOT NULL,
  PRIMARY KEY (instance, lane)
);

-- The outbox (architecture, rule 9). Business closures only insert; the rest belongs to its worker.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  payload BYTEA,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused', 'expired', 'stuck')),
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT,
  attempts BIGINT NOT NULL,
  sent_at BIGINT,
  leased_by TEXT,
  lease_until BIGINT,
  done_at BIGINT,
  note TEXT
);

CREATE INDEX outbox_open ON outbox (due_at) WHERE state IN ('waiting', 'stuck');

CREATE TABLE job_lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);
