-- own: 1 where the code's owner entered it, on a device of theirs, who is judged by these alone; else a stranger's. Tries
-- from before count as strangers': a code lives a quarter of an hour.
ALTER TABLE counter_miss ADD COLUMN own BIGINT NOT NULL DEFAULT 0;
