-- How the last run of each job went, for people who look: running, done, failed, timed_out, panicked, lease_lost.
ALTER TABLE job_lease ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE job_lease ADD COLUMN began_at BIGINT;
ALTER TABLE job_lease ADD COLUMN ended_at BIGINT;

-- The outbox: each kind is carried by a task of its own, and what has ended is let go of.
CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE state = 'waiting';
CREATE INDEX outbox_ended ON outbox (done_at) WHERE done_at IS NOT NULL;
