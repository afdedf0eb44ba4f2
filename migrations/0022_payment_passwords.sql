-- Tables that begin with pay_ are payments'; these two are identity's, and have the name of what they hold. On PostgreSQL the
-- program of before still serves while this runs: it finds them under their former names, as views, which a later step takes
-- away. On SQLite views cannot be written to, and there the program is stopped first.
ALTER TABLE pay_password RENAME TO payment_password;
ALTER TABLE pay_password_try RENAME TO payment_password_try;

DROP INDEX pay_password_try_of_person;
DROP INDEX pay_password_try_by_time;
CREATE INDEX payment_password_try_of_person ON payment_password_try (person_id, tried_at);
CREATE INDEX payment_password_try_by_time ON payment_password_try (tried_at);

CREATE VIEW pay_password AS SELECT person_id, hash, version, set_at, locked_until FROM payment_password;
CREATE VIEW pay_password_try AS SELECT id, person_id, state, tried_at, settled_at FROM payment_password_try;
