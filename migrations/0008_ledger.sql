-- The ledger (crate ledger; architecture, rule 7). Transfers, ends and postings are only ever inserted.

-- movement: the caller's name of one movement of money. kind: whether it has happened from its beginning, or pends.
CREATE TABLE ledger_transfer (
  id TEXT NOT NULL PRIMARY KEY,
  movement TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('direct', 'pending')),
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0 AND amount_fen <= 100000000000),
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT,
  CHECK (debit <> credit)
);
CREATE UNIQUE INDEX ledger_transfer_movement ON ledger_transfer (movement);
CREATE INDEX ledger_transfer_of_subject ON ledger_transfer (subject, at);
CREATE INDEX ledger_transfer_pending ON ledger_transfer (debit) WHERE kind = 'pending';

-- How a pending transfer ended: once.
CREATE TABLE ledger_end (
  transfer_id TEXT NOT NULL PRIMARY KEY REFERENCES ledger_transfer (id),
  how TEXT NOT NULL CHECK (how IN ('post', 'void', 'expire')),
  day TEXT NOT NULL,
  at BIGINT NOT NULL
);

-- Both sides of what happened: + on the debited account, - on the credited one.
CREATE TABLE ledger_posting (
  transfer_id TEXT NOT NULL REFERENCES ledger_transfer (id),
  n BIGINT NOT NULL CHECK (n IN (1, 2)),
  account TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (transfer_id, n)
);
CREATE INDEX ledger_posting_day ON ledger_posting (day, account);
CREATE INDEX ledger_posting_account ON ledger_posting (account, day);

-- What lies with an order, and what of it is set aside to leave. Belongs to the lane of the order.
CREATE TABLE ledger_balance (
  account TEXT NOT NULL PRIMARY KEY,
  held_fen BIGINT NOT NULL,
  set_aside_fen BIGINT NOT NULL,
  CHECK (set_aside_fen >= 0 AND held_fen >= set_aside_fen)
);

-- Control accounts added up by closed day; a closed day takes no posting.
CREATE TABLE ledger_day (
  day TEXT NOT NULL,
  account TEXT NOT NULL,
  posted_fen BIGINT NOT NULL,
  PRIMARY KEY (day, account)
);

CREATE TABLE ledger_closed_day (
  day TEXT NOT NULL PRIMARY KEY,
  closed_at BIGINT NOT NULL,
  postings BIGINT NOT NULL
);

-- While one is not lifted, no new money moves.
CREATE TABLE ledger_stop (
  n BIGINT NOT NULL PRIMARY KEY,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  lifted_at BIGINT,
  lifted_by TEXT
);
