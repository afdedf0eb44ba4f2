-- Electronic cards, their codes, those who may verify them, and the payment password.

-- sign_no and card_no are sealed with the person's key. checked_at: when the card system was last
-- asked about the physical card and answered.
CREATE TABLE ecard (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  state TEXT NOT NULL,
  request_no TEXT NOT NULL,
  sign_no BYTEA,
  card_no BYTEA,
  card_masked TEXT,
  level BIGINT,
  physical_state TEXT,
  valid_to TEXT,
  checked_at BIGINT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- One that has not ended a person.
CREATE UNIQUE INDEX ecard_of_person ON ecard (person_id) WHERE state <> 'ended';

CREATE INDEX ecard_by_person ON ecard (person_id, created_at);

CREATE INDEX ecard_to_check ON ecard (checked_at) WHERE state IN ('live', 'suspended');

-- A code shown: only its hash is kept.
CREATE TABLE card_code (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  ecard_id TEXT NOT NULL REFERENCES ecard (id),
  token_hash BYTEA NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  used_by TEXT
);

CREATE UNIQUE INDEX card_code_by_token ON card_code (token_hash);

CREATE INDEX card_code_by_expiry ON card_code (expires_at);

-- Every look at a code by a scanner, and what it was told. code_id is empty where no code was known.
CREATE TABLE card_check (
  id TEXT NOT NULL PRIMARY KEY,
  code_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  place TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE INDEX card_check_of_code ON card_check (code_id);

CREATE INDEX card_check_at_place ON card_check (place, made_at);

CREATE INDEX card_check_by_time ON card_check (made_at);

-- Keys of hospitals' and pharmacies' systems. The secret is sealed with a key of its own.
CREATE TABLE partner_key (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  key_id TEXT NOT NULL,
  secret BYTEA NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);

-- What a partner's request was signed with, so that it counts once.
CREATE TABLE partner_nonce (
  partner_id TEXT NOT NULL REFERENCES partner_key (id),
  nonce TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, nonce)
);

CREATE INDEX partner_nonce_by_expiry ON partner_nonce (expires_at);

-- 电子社保卡支付密码. version grows with every change: a try judged against an older one counts for nothing.
CREATE TABLE pay_password (
  person_id TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
  hash TEXT NOT NULL,
  version BIGINT NOT NULL,
  set_at BIGINT NOT NULL,
  locked_until BIGINT
);

-- Tries: reserved before the hash is looked at, settled after.
CREATE TABLE pay_password_try (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  state TEXT NOT NULL,
  tried_at BIGINT NOT NULL,
  settled_at BIGINT
);

CREATE INDEX pay_password_try_of_person ON pay_password_try (person_id, tried_at);

CREATE INDEX pay_password_try_by_time ON pay_password_try (tried_at);
