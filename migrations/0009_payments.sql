-- Orders, their attempts, and what people agreed to (crate payments). An order's rows belong to the lane that its
-- subject belongs to (lane_kind, lane_id); an authorisation's to its person's lane.

-- way: '' until chosen. open_until: the end while nothing is paid; deadline_at: the end as things stand. confirmed_*: what the person agreed to, purse by purse. blocked: why a person must look.
-- next_at: when the driver looks again. told: the last state the person was told of. care: what the insurer is told
-- of the visit (JSON, nothing of the patient).
CREATE TABLE pay_order (
  id TEXT NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  institution TEXT NOT NULL,
  total_fen BIGINT NOT NULL CHECK (total_fen > 0 AND total_fen <= 100000000000),
  way TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  stop TEXT,
  stopped_at BIGINT,
  open_until BIGINT NOT NULL,
  deadline_at BIGINT NOT NULL,
  blocked TEXT,
  confirmed_fund_fen BIGINT,
  confirmed_account_fen BIGINT,
  confirmed_other_fen BIGINT,
  confirmed_cash_fen BIGINT,
  confirmed_hash BYTEA,
  lane_kind TEXT NOT NULL,
  lane_id TEXT NOT NULL,
  care TEXT NOT NULL,
  title TEXT NOT NULL,
  title_en TEXT NOT NULL,
  href TEXT NOT NULL,
  told TEXT NOT NULL,
  next_at BIGINT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- I-M07: one live order a subject.
CREATE UNIQUE INDEX pay_order_live ON pay_order (subject_kind, subject_id) WHERE state NOT IN ('refunded', 'closed');
CREATE INDEX pay_order_of_subject ON pay_order (subject_kind, subject_id, created_at);
CREATE INDEX pay_order_of_person ON pay_order (person_id, created_at);
CREATE INDEX pay_order_next ON pay_order (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE pay_order_event (
  order_id TEXT NOT NULL REFERENCES pay_order (id),
  n BIGINT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  cause TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, n)
);

-- What a pre-settlement said, as it was shown. hash binds it to the order; n counts within the order.
CREATE TABLE pay_quote (
  order_id TEXT NOT NULL REFERENCES pay_order (id),
  n BIGINT NOT NULL,
  way TEXT NOT NULL,
  fund_fen BIGINT NOT NULL,
  account_fen BIGINT NOT NULL,
  other_fen BIGINT NOT NULL,
  cash_fen BIGINT NOT NULL,
  balance_fen BIGINT,
  echo TEXT NOT NULL,
  hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, n)
);

-- The visit as the insurer knows it (2201, 2204).
CREATE TABLE pay_registration (
  order_id TEXT NOT NULL PRIMARY KEY REFERENCES pay_order (id),
  mdtrt_id TEXT NOT NULL,
  batch_no TEXT NOT NULL,
  at BIGINT NOT NULL,
  released_at BIGINT
);
CREATE INDEX pay_registration_open ON pay_registration (at, order_id) WHERE released_at IS NULL;

-- number: msgid, out_trade_no or out_refund_no. of_n: what a void or a refund undoes. terms: what an offer
-- must repeat word for word (JSON). closed_at: when the channel answered that it is closed.
CREATE TABLE pay_attempt (
  id TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES pay_order (id),
  n BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('settle', 'pay', 'void', 'refund')),
  rail TEXT NOT NULL CHECK (rail IN ('insurer', 'wechat_pay')),
  number TEXT NOT NULL,
  of_n BIGINT,
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0 AND amount_fen <= 100000000000),
  fund_fen BIGINT,
  account_fen BIGINT,
  other_fen BIGINT,
  cash_fen BIGINT,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  cause TEXT NOT NULL,
  terms TEXT NOT NULL,
  external_no TEXT,
  link TEXT,
  link_at BIGINT,
  sent_at BIGINT,
  lease_until BIGINT,
  due_at BIGINT NOT NULL,
  asks BIGINT NOT NULL,
  expires_at BIGINT,
  watch_until BIGINT,
  note TEXT NOT NULL,
  closed_at BIGINT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- I-M13: once per number of ours and per number of theirs.
CREATE UNIQUE INDEX pay_attempt_number ON pay_attempt (rail, number);
CREATE UNIQUE INDEX pay_attempt_external ON pay_attempt (rail, kind, external_no) WHERE external_no IS NOT NULL;
CREATE UNIQUE INDEX pay_attempt_place ON pay_attempt (order_id, n);
-- One live payment and one live settlement an order.
CREATE UNIQUE INDEX pay_attempt_live ON pay_attempt (order_id, kind)
  WHERE kind IN ('settle', 'pay') AND state IN ('requested', 'unknown', 'open');
-- An attempt is undone at most once.
CREATE UNIQUE INDEX pay_attempt_undone ON pay_attempt (order_id, of_n) WHERE of_n IS NOT NULL;

CREATE TABLE pay_attempt_event (
  attempt_id TEXT NOT NULL REFERENCES pay_attempt (id),
  n BIGINT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (attempt_id, n)
);

-- That a person gave the payment password for exactly this: used once, soon.
CREATE TABLE pay_authorisation (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  order_id TEXT NOT NULL,
  hash BYTEA NOT NULL,
  session TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE pay_authorisation_use (
  authorisation_id TEXT NOT NULL PRIMARY KEY REFERENCES pay_authorisation (id),
  order_id TEXT NOT NULL,
  attempt_id TEXT NOT NULL,
  at BIGINT NOT NULL
);

-- Notices as they came, sealed. verdict: what became of them.
CREATE TABLE pay_notice (
  rail TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body BYTEA NOT NULL,
  attempt_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  amount_fen BIGINT,
  expected_fen BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (rail, event_id)
);

-- A person is called: once per order and reason.
CREATE TABLE pay_call (
  order_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, reason)
);
