-- The sandbox's own database: never the platform's, never in production.

-- Switches and the clock: small whole numbers by name.
CREATE TABLE sandbox_setting (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

-- Faults that are to happen. times_left is null until cleared by hand. seq is the order they were
-- made in: ids of one millisecond have none.
CREATE TABLE sandbox_fault (
  id TEXT PRIMARY KEY,
  seq BIGINT NOT NULL UNIQUE,
  partner TEXT NOT NULL,
  operation TEXT NOT NULL,
  kind TEXT NOT NULL,
  ms BIGINT,
  code TEXT,
  times_left BIGINT,
  subject TEXT
);

-- Nonces of signed requests, kept as long as a repeated one could pass as fresh.
CREATE TABLE sandbox_nonce (
  nonce TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sandbox_nonce_expiry ON sandbox_nonce (expires_at);

-- Texts the SMS provider has accepted, seq in the order it did. settles_at is null while nothing will happen to the text.
CREATE TABLE sandbox_sms (
  id TEXT PRIMARY KEY,
  seq BIGINT NOT NULL UNIQUE,
  biz_id TEXT NOT NULL,
  out_id TEXT NOT NULL,
  mobile TEXT NOT NULL,
  template TEXT NOT NULL,
  verification BIGINT NOT NULL,
  content TEXT NOT NULL,
  code TEXT,
  fate TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  settles_at BIGINT
);
CREATE INDEX sandbox_sms_number ON sandbox_sms (mobile, accepted_at);
CREATE INDEX sandbox_sms_time ON sandbox_sms (accepted_at);
