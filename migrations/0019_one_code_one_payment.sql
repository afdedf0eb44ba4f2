-- For which payment something that a session showed of its device has counted (RNA-9). A browser that keeps no key shows
-- its owner's phone for each payment anew. Rows are only inserted; nonce is that of the device_proof.
CREATE TABLE device_proof_use (
  nonce TEXT NOT NULL PRIMARY KEY,
  session_id TEXT NOT NULL,
  payment TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX device_proof_use_of_session ON device_proof_use (session_id);

CREATE INDEX device_proof_use_by_time ON device_proof_use (at);

-- That a login has shown its owner's phone by a code, in a browser of that name: enough to sign other devices out, also
-- where its owner was never authenticated on this one.
CREATE TABLE session_phone (
  session_id TEXT NOT NULL,
  place BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (session_id, place)
);

CREATE INDEX session_phone_by_time ON session_phone (at);

-- Its holder is told that a code was read.
CREATE INDEX card_code_used ON card_code (person_id, used_at) WHERE used_at IS NOT NULL;

-- Former tokens of a session end together.
CREATE INDEX session_former_token_of_session ON session_former_token (session_id);
