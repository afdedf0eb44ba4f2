-- Whose an ID number is (RNA-3, T05, T08). Whoever signs up says an ID number; it is nobody's until somebody has been
-- proven to have it, and then that person's.

-- Inserted once, at the first proof of a number, and never changed.
CREATE TABLE number_owner (
  id_number_blind BYTEA NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  at BIGINT NOT NULL
);

CREATE UNIQUE INDEX number_owner_person ON number_owner (person_id);

INSERT INTO number_owner (id_number_blind, person_id, at)
  SELECT p.id_number_blind, p.id, r.first_at FROM person p JOIN real_name r ON r.person_id = p.id;

-- Several people may say to have a number.
DROP INDEX person_by_id_number;

CREATE INDEX person_by_id_number ON person (id_number_blind);

-- name_wished: another name, until its owner is proven under it; sealed like the name.
ALTER TABLE person ADD COLUMN name_wished BYTEA;

ALTER TABLE person ADD COLUMN name_wished_at BIGINT;

-- How many names were given since when: who tries one name after another for a number stops after a few.
ALTER TABLE person ADD COLUMN name_wishes BIGINT NOT NULL DEFAULT 0;

ALTER TABLE person ADD COLUMN name_wishes_from BIGINT NOT NULL DEFAULT 0;

-- When the account goes: set while nobody was proven for it, and when it has ended. NULL: it stays.
ALTER TABLE account ADD COLUMN expires_at BIGINT;

-- Accounts of before for which nobody was proven: 0 until the job that lets go of accounts gives them their time.
UPDATE account SET expires_at = 0 WHERE state = 'active'
  AND NOT EXISTS (SELECT 1 FROM number_owner o WHERE o.person_id = account.person_id);

CREATE INDEX account_by_expiry ON account (expires_at) WHERE expires_at IS NOT NULL;

-- Whoever is deleted with an account is looked for by these.
CREATE INDEX account_of_person ON account (person_id);

CREATE INDEX session_of_account ON session (account_id);

CREATE INDEX device_of_person ON device (person_id);

CREATE INDEX card_code_of_person ON card_code (person_id);

CREATE INDEX pay_authorisation_of_person ON pay_authorisation (person_id);

-- The token that a session had before it was renewed: requests under way still come with it.
CREATE TABLE session_former_token (
  token_hash BYTEA NOT NULL PRIMARY KEY,
  session_id TEXT NOT NULL,
  until BIGINT NOT NULL
);

CREATE INDEX session_former_token_by_time ON session_former_token (until);

-- Who asks, as far as it can be told without asking who it is: budgets are kept by it, so that a stranger spends
-- nobody else's. browser: the fingerprint of the visit's cookie, NULL where the browser brought none; place: of the
-- network neighbourhood.
ALTER TABLE face_check ADD COLUMN browser BYTEA;

ALTER TABLE face_check ADD COLUMN place BYTEA;

-- One live code for a number, a purpose and a browser: nobody ends a code that somebody else asked for.
-- holder: the browser's fingerprint, or one drawn for a browser that brought no cookie.
ALTER TABLE sms_code ADD COLUMN holder BYTEA;

DROP INDEX sms_code_one_live;

CREATE UNIQUE INDEX sms_code_one_live ON sms_code (mobile_blind, purpose, holder) WHERE state = 'live';

-- own: asked for in a session of the number's owner, or on a device of theirs.
ALTER TABLE sms_log ADD COLUMN own BIGINT NOT NULL DEFAULT 0;

ALTER TABLE sms_log ADD COLUMN browser BYTEA;

ALTER TABLE sms_log ADD COLUMN place BYTEA;

CREATE INDEX sms_log_of_browser ON sms_log (browser, at) WHERE browser IS NOT NULL;

-- A card named by somebody who says to be its holder, and how far they have shown it: the code to the number on
-- record comes before the card's password, so that nobody without that telephone tries a password.
-- card, mobile: sealed with the system key, there only while they are needed.
CREATE TABLE card_way (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  holder BYTEA NOT NULL,
  state TEXT NOT NULL,
  card BYTEA,
  mobile BYTEA,
  at BIGINT NOT NULL
);

CREATE INDEX card_way_by_time ON card_way (at);

-- Cards named that were not the person's.
-- own: 1 where the number's owner asked, whose budget no stranger reaches. A row is written before the card system is asked,
-- and taken back where the card was the person's.
CREATE TABLE card_miss (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  card_blind BYTEA NOT NULL,
  own BIGINT NOT NULL,
  browser BYTEA,
  place BYTEA NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX card_miss_of_subject ON card_miss (subject_blind, at);

CREATE INDEX card_miss_of_card ON card_miss (card_blind, at);

CREATE INDEX card_miss_by_time ON card_miss (at);

-- name: as on the paper that the clerk saw, sealed with the system key; it goes with the code.
ALTER TABLE counter_code ADD COLUMN name BYTEA;

-- Wrong tries at a counter's code, by who made them.
CREATE TABLE counter_miss (
  id TEXT NOT NULL PRIMARY KEY,
  code_id TEXT NOT NULL,
  browser BYTEA,
  place BYTEA NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX counter_miss_of_code ON counter_miss (code_id);

CREATE INDEX counter_miss_by_time ON counter_miss (at);

-- name: the name that a visitor was proven under, sealed with the system key: an account opened by the proof has it.
ALTER TABLE proof ADD COLUMN name BYTEA;

-- Desks sign out by disuse too.
ALTER TABLE staff_session ADD COLUMN seen_at BIGINT;

-- The insurer knows the number under another name: told as such, never as "not insured".
ALTER TABLE insurance_status ADD COLUMN other_name BIGINT NOT NULL DEFAULT 0;
