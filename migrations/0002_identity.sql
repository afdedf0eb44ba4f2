-- Accounts, sessions, SMS codes, messages to people and staff.
-- Names, numbers and message texts are sealed with a key of the person they are about; what must be
-- found again has a keyed blind index beside it. Moments are milliseconds since the Unix epoch.

CREATE TABLE person (
  id TEXT NOT NULL PRIMARY KEY,
  key_id TEXT NOT NULL,
  name BYTEA NOT NULL,
  id_number BYTEA NOT NULL,
  id_number_blind BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX person_by_id_number ON person (id_number_blind);

CREATE TABLE account (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  mobile BYTEA NOT NULL,
  mobile_blind BYTEA NOT NULL,
  password_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT
);

CREATE UNIQUE INDEX account_active_person ON account (person_id) WHERE state = 'active';

CREATE UNIQUE INDEX account_active_mobile ON account (mobile_blind) WHERE state = 'active';

CREATE TABLE session (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  token_hash BYTEA NOT NULL,
  device TEXT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX session_by_token ON session (token_hash);

CREATE INDEX session_live_of_person ON session (person_id) WHERE state = 'live';

CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE sms_code (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  mobile BYTEA NOT NULL,
  mobile_blind BYTEA NOT NULL,
  ticket TEXT NOT NULL,
  code_mac BYTEA NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX sms_code_one_live ON sms_code (mobile_blind, purpose) WHERE state = 'live';

CREATE INDEX sms_code_by_expiry ON sms_code (expires_at);

-- One row for each code asked for and granted, sent or only pretended: the caps count these.
CREATE TABLE sms_log (
  id TEXT NOT NULL PRIMARY KEY,
  mobile_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX sms_log_of_mobile ON sms_log (mobile_blind, at);

CREATE INDEX sms_log_by_time ON sms_log (at);

-- Keyed by what was typed as login name (blind), and by the device when it is a known one; whether
-- such an account exists plays no part.
CREATE TABLE login_guard (
  guard BYTEA NOT NULL PRIMARY KEY,
  wrong BIGINT NOT NULL,
  rung BIGINT NOT NULL,
  locked_until BIGINT,
  updated_at BIGINT NOT NULL
);

CREATE INDEX login_guard_by_time ON login_guard (updated_at);

CREATE TABLE message (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,
  args BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  read_at BIGINT
);

CREATE INDEX message_of_person ON message (person_id, id);

CREATE INDEX message_unread ON message (person_id) WHERE read_at IS NULL;

CREATE TABLE staff (
  id TEXT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  key_id TEXT NOT NULL,
  name BYTEA NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  hospital TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX staff_by_login ON staff (login);

CREATE TABLE staff_session (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  token_hash BYTEA NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX staff_session_by_token ON staff_session (token_hash);

CREATE INDEX staff_session_by_expiry ON staff_session (expires_at);
