-- no: the short number (单号) that a person reads to the hotline: nine digits at random and a check digit. A visit's order has
-- the same one. NULL: written by a program of before, which may serve on while this one is brought in; health.short_numbers
-- gives such rows theirs.
ALTER TABLE appointment ADD COLUMN no TEXT;
CREATE UNIQUE INDEX appointment_no ON appointment (no);
CREATE INDEX appointment_without_no ON appointment (id) WHERE no IS NULL;
ALTER TABLE pay_order ADD COLUMN no TEXT;
CREATE INDEX pay_order_no ON pay_order (no);
