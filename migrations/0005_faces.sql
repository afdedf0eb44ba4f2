-- Face checks and consents.

-- Who agreed to what, when, and on which device. A visitor's consent serves that visitor's browser
-- only (holder); a citizen's serves the person until it is withdrawn.
CREATE TABLE consent (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  version TEXT NOT NULL,
  provider TEXT NOT NULL,
  given_by TEXT NOT NULL,
  holder BYTEA NOT NULL,
  device TEXT NOT NULL,
  at BIGINT NOT NULL,
  withdrawn_at BIGINT
);

CREATE INDEX consent_standing ON consent (subject_blind, purpose) WHERE withdrawn_at IS NULL;

-- One row for each try, written before the provider is asked. After a month only the result is
-- left: order_no, certify_id, upload_url, movements, holder and device are emptied.
CREATE TABLE face_check (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  holder BYTEA NOT NULL,
  device TEXT NOT NULL,
  budget TEXT NOT NULL,
  consent_id TEXT NOT NULL REFERENCES consent (id),
  order_no TEXT NOT NULL,
  movements TEXT NOT NULL,
  state TEXT NOT NULL,
  certify_id TEXT,
  upload_url TEXT,
  result TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE INDEX face_check_of_subject ON face_check (subject_blind, budget, created_at);

CREATE INDEX face_check_to_empty ON face_check (created_at) WHERE order_no <> '';

-- Held while tries are counted, so that two instances never grant the same one.
CREATE TABLE face_budget (
  subject_blind BYTEA NOT NULL,
  budget TEXT NOT NULL,
  held_at BIGINT NOT NULL,
  PRIMARY KEY (subject_blind, budget)
);

CREATE INDEX face_budget_by_time ON face_budget (held_at);
