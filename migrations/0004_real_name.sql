-- Real names: proofs of who somebody is, who has been authenticated, who is insured, and what was
-- typed before a gate.

-- One passed check each. holder is a hash of the session or of the visitor's cookie.
CREATE TABLE proof (
  id TEXT NOT NULL PRIMARY KEY,
  subject_blind BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  way TEXT NOT NULL,
  reference TEXT NOT NULL,
  holder BYTEA NOT NULL,
  device TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE UNIQUE INDEX proof_by_reference ON proof (reference);

CREATE INDEX proof_of_holder ON proof (holder, purpose) WHERE used_at IS NULL;

CREATE INDEX proof_by_expiry ON proof (expires_at);

CREATE TABLE real_name (
  person_id TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
  way TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

-- On which devices a person was authenticated, by which proof: it stays when the proof is wiped.
CREATE TABLE real_name_device (
  person_id TEXT NOT NULL REFERENCES person (id),
  device TEXT NOT NULL,
  proof_id TEXT NOT NULL,
  way TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person_id, device)
);

-- What the insurer said last (1101). kind and region are empty without an insurance; medical is what
-- that was judged to be when it was said; checked_at is empty until the insurer has answered once.
CREATE TABLE insurance_status (
  person_id TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
  psn_no BYTEA,
  kind TEXT NOT NULL,
  region TEXT NOT NULL,
  active BIGINT NOT NULL,
  medical BIGINT NOT NULL,
  checked_at BIGINT,
  changed_at BIGINT,
  failed BIGINT NOT NULL,
  due_at BIGINT NOT NULL
);

CREATE INDEX insurance_status_by_due ON insurance_status (due_at);

-- A form that a gate refused, until its person comes back. form is sealed; holder is a hash of the
-- person and of a cookie of the browser that sent it.
CREATE TABLE kept_form (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  holder BYTEA NOT NULL,
  form BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX kept_form_of_person ON kept_form (person_id, expires_at);

CREATE INDEX kept_form_by_expiry ON kept_form (expires_at);
