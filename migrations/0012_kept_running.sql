-- How the last run of each job went, for people who look: running, done, failed, timed_out, panicked, lease_lost.
ALTER TABLE job_lease ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE job_lease ADD COLUMN began_at BIGINT;
ALTER TABLE job_lease ADD COLUMN ended_at BIGINT;

-- The outbox: each kind is carried by a task of its own, and what has ended is let go of.
CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE state = 'waiting';
CREATE INDEX outbox_ended ON outbox (done_at) WHERE done_at IS NOT NULL;

-- What grows is let go of by these.
CREATE INDEX message_by_time ON message (created_at);
CREATE INDEX device_ended ON device (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX real_name_device_by_time ON real_name_device (at);
CREATE INDEX face_check_by_time ON face_check (created_at);
CREATE INDEX face_check_of_consent ON face_check (consent_id);
CREATE INDEX consent_withdrawn ON consent (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX consent_of_visitor ON consent (at) WHERE given_by = 'visitor';
CREATE INDEX appointment_of_slot ON appointment (slot_id);

-- When a card had its turn in the background. Where the card system says nothing of one, only this moves on: its turn comes
-- again later, nobody behind it waits, and checked_at stays the time of what is known.
ALTER TABLE ecard ADD COLUMN turn_at BIGINT;
UPDATE ecard SET turn_at = checked_at;
DROP INDEX ecard_to_check;
CREATE INDEX ecard_to_check ON ecard (turn_at) WHERE state IN ('live', 'suspended');

-- Texts of one kind to one person in a day: what is counted here is what may cost money.
CREATE TABLE message_text (
  person_id TEXT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  sent BIGINT NOT NULL,
  PRIMARY KEY (person_id, kind, day)
);
CREATE INDEX message_text_by_day ON message_text (day);

-- Which rows the audit has about something: `renshe check` asks it of what must have left one.
CREATE INDEX audit_of_subject ON audit (subject, act);

-- Epochs of the audit. The first has no row; a new one begins when a witness outside knows of anchors that are not here:
-- the database was put back from a backup, or shortened. common_n: the newest anchor that both know; found_n: the
-- newest here when it was noticed; lost_n and lost_hash: the newest that the witness knew. Numbers go on after both.
CREATE TABLE audit_epoch (
  epoch BIGINT PRIMARY KEY,
  witness TEXT NOT NULL,
  common_n BIGINT NOT NULL,
  found_n BIGINT NOT NULL,
  lost_n BIGINT NOT NULL,
  lost_hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  signature BYTEA NOT NULL,
  acknowledged_at BIGINT,
  acknowledged_by TEXT,
  why TEXT,
  acknowledgement BYTEA
);

-- Held while somebody books for a patient, so that bookings in several clinics are counted one after another (docs/adr/0006).
-- One row a patient who ever booked.
CREATE TABLE booking_guard (
  patient_id TEXT PRIMARY KEY,
  held_at BIGINT NOT NULL
);
