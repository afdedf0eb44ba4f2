-- What was registered is settled and undone under the same insured person, whatever the insurer says later.
-- insured: psn_no, insutype and region as they were told, sealed with the person's key; NULL: the key was destroyed.
ALTER TABLE pay_registration ADD COLUMN insured BYTEA;

-- Since when looking after the order has failed for a reason that is no partner's; NULL: it does not.
ALTER TABLE pay_order ADD COLUMN trouble_since BIGINT;

-- A notice about no number of ours has no order: its rail and number are the only trace.
ALTER TABLE pay_notice ADD COLUMN number TEXT NOT NULL DEFAULT '';

-- done_at: somebody has looked.
ALTER TABLE pay_call ADD COLUMN done_at BIGINT;

-- kept: 1 while a notice's words are; the job that forgets them finds the old ones by the index alone.
ALTER TABLE pay_notice ADD COLUMN kept BIGINT NOT NULL DEFAULT 1;
CREATE INDEX pay_notice_kept ON pay_notice (at) WHERE kept = 1;
