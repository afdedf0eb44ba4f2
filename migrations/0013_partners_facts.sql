-- What partners say of the money beside its amount, and what several instances must agree on.

-- happened_at: when the money moved by the partner's own word (success_time, setl_time); NULL: not told. clr_*, medins_setl_id: as the insurer told them, for clearing and its statements.
ALTER TABLE pay_attempt ADD COLUMN happened_at BIGINT;
ALTER TABLE pay_attempt ADD COLUMN clr_optins TEXT;
ALTER TABLE pay_attempt ADD COLUMN clr_type TEXT;
ALTER TABLE pay_attempt ADD COLUMN clr_way TEXT;
ALTER TABLE pay_attempt ADD COLUMN medins_setl_id TEXT;

-- sends: how often it was handed to the partner. doubted: 1 when its last offer was refused, and that alone does not end it.
ALTER TABLE pay_attempt ADD COLUMN sends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pay_attempt ADD COLUMN doubted BIGINT NOT NULL DEFAULT 0;
UPDATE pay_attempt SET sends = (
  SELECT COUNT(*) FROM pay_attempt_event e WHERE e.attempt_id = pay_attempt.id AND e.event = 'send');

-- Of a refund that was settled by other means: who says so, and how it was done.
ALTER TABLE pay_attempt ADD COLUMN outside_by TEXT;
ALTER TABLE pay_attempt ADD COLUMN outside_how TEXT;

-- When the insurer is told (again) that a registration is over, and how often it has not worked. While a visit is settled it is
-- not over: 4102444800000 (2100-01-01) keeps its row out of every walk until the order leaves that state.
ALTER TABLE pay_registration ADD COLUMN release_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pay_registration ADD COLUMN release_tries BIGINT NOT NULL DEFAULT 0;
UPDATE pay_registration SET release_at = 4102444800000 WHERE released_at IS NULL AND EXISTS (
  SELECT 1 FROM pay_order o JOIN pay_attempt a ON a.order_id = o.id AND a.kind = 'settle' AND a.state = 'succeeded'
  WHERE o.id = pay_registration.order_id AND o.state = 'settled'
  AND NOT EXISTS (SELECT 1 FROM pay_attempt u WHERE u.order_id = o.id AND u.of_n = a.n));
CREATE INDEX pay_registration_due ON pay_registration (release_at, at, order_id) WHERE released_at IS NULL;
DROP INDEX pay_registration_open;

-- When the insurer was last asked for a pre-settlement of a way, and what it said where that is no quote: a word of the port, or '' while it has not answered.
CREATE TABLE pay_quote_ask (
  order_id TEXT NOT NULL REFERENCES pay_order (id),
  way TEXT NOT NULL,
  person_id TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (order_id, way)
);
CREATE INDEX pay_quote_ask_of_person ON pay_quote_ask (person_id, asked_at);

-- A day that takes no more postings; it is added up (ledger_closed_day) when whoever was writing then has long committed.
CREATE TABLE ledger_day_end (
  day TEXT NOT NULL PRIMARY KEY,
  ended_at BIGINT NOT NULL
);
INSERT INTO ledger_day_end (day, ended_at) SELECT day, closed_at FROM ledger_closed_day;

-- happened_at: when it happened by a partner's word; the accounting day is that day while it is open.
ALTER TABLE ledger_transfer ADD COLUMN happened_at BIGINT;
ALTER TABLE ledger_end ADD COLUMN happened_at BIGINT;

-- The processes that serve one city. place: which range of numbers is its own. at: what its clock said at its last beat. missed: beats of the others since then.
-- heard: 1 when it has beaten since the last of them joined; 0: perhaps it had ended before that.
CREATE TABLE instance (
  name TEXT NOT NULL PRIMARY KEY,
  place BIGINT NOT NULL,
  at BIGINT NOT NULL,
  missed BIGINT NOT NULL,
  heard BIGINT NOT NULL
);
CREATE UNIQUE INDEX instance_place ON instance (place);
