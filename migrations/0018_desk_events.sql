-- The hospital at whose desk an event happened, so that a desk can list what it did today, what it took back included;
-- nothing where it happened at no desk. Of earlier events it is not known here: who did them is in the audit.
ALTER TABLE appointment_event ADD COLUMN desk TEXT;
CREATE INDEX appointment_event_desk ON appointment_event (desk, at) WHERE desk IS NOT NULL;
