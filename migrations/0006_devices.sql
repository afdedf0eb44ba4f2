-- Devices, and the ways without a face.

-- A browser on which its owner was authenticated. word is the name in its device cookie; public_key
-- is the point of its P-256 key, whose other half never leaves the browser.
CREATE TABLE device (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  word TEXT NOT NULL,
  label TEXT NOT NULL,
  public_key BYTEA,
  key_at BIGINT,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  bound_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX device_live ON device (person_id, word) WHERE state = 'live';

-- What a session has shown of the device it is on. nonce is the answered challenge: one answer each.
CREATE TABLE device_proof (
  id TEXT NOT NULL PRIMARY KEY,
  session_id TEXT NOT NULL,
  device_id TEXT NOT NULL REFERENCES device (id),
  how TEXT NOT NULL,
  nonce TEXT NOT NULL,
  place BYTEA NOT NULL,
  at BIGINT NOT NULL
);

CREATE UNIQUE INDEX device_proof_once ON device_proof (nonce);

CREATE INDEX device_proof_of_session ON device_proof (session_id, device_id, at);

CREATE INDEX device_proof_of_device ON device_proof (device_id);

CREATE INDEX device_proof_by_time ON device_proof (at);

-- Held by whoever reserves a try at a card's password, so that tries at two doors count each other.
CREATE TABLE card_guard (
  subject_blind BYTEA NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
);

CREATE INDEX card_guard_by_time ON card_guard (at);

-- One row for each try, written before the card system is asked. mobile is the number on record,
-- sealed with the system key, there only while a code may go to it.
CREATE TABLE card_try (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  holder BYTEA NOT NULL,
  state TEXT NOT NULL,
  mobile BYTEA,
  at BIGINT NOT NULL
);

CREATE INDEX card_try_of_subject ON card_try (subject_blind, at);

CREATE INDEX card_try_by_time ON card_try (at);

-- Codes given at a counter to somebody whose papers were seen. code_mac covers the name as well.
CREATE TABLE counter_code (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  code_mac BYTEA NOT NULL,
  paper TEXT NOT NULL,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX counter_code_one_live ON counter_code (subject_blind, purpose) WHERE state = 'live';

CREATE INDEX counter_code_of_subject ON counter_code (subject_blind, purpose, created_at);

CREATE INDEX counter_code_by_expiry ON counter_code (expires_at);
