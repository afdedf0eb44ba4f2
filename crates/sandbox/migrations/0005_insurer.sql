-- What the insurer keeps of visits and settlements. All rows of a person belong to the key of that person's ID number.

-- Sign-ins (9001); one is good for the day it was made on.
CREATE TABLE sandbox_insurer_sign (
  sign_no TEXT PRIMARY KEY,
  opter TEXT NOT NULL,
  day TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

-- Acts that were carried out, by the sender's number. state is done, reversed (2601 undid it) or barred
-- (2601 came first: it must never be carried out). setl_id is the settlement it was about, or ''.
CREATE TABLE sandbox_insurer_message (
  msgid TEXT PRIMARY KEY,
  infno TEXT NOT NULL,
  digest TEXT NOT NULL,
  psn_no TEXT NOT NULL,
  state TEXT NOT NULL,
  output TEXT NOT NULL,
  setl_id TEXT NOT NULL,
  kept_at BIGINT NOT NULL
);

-- Acts that were accepted and take effect behind the person's next call.
CREATE TABLE sandbox_insurer_waiting (
  msgid TEXT PRIMARY KEY,
  psn_no TEXT NOT NULL,
  envelope TEXT NOT NULL,
  number TEXT NOT NULL,
  accepted_at BIGINT NOT NULL
);
CREATE INDEX sandbox_insurer_waiting_person ON sandbox_insurer_waiting (psn_no);

-- Visits. state is open, settled or cancelled.
CREATE TABLE sandbox_insurer_visit (
  mdtrt_id TEXT PRIMARY KEY,
  fixmedins_code TEXT NOT NULL,
  ipt_otp_no TEXT NOT NULL,
  psn_no TEXT NOT NULL,
  insutype TEXT NOT NULL,
  region TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sandbox_insurer_visit_number ON sandbox_insurer_visit (fixmedins_code, ipt_otp_no)
  WHERE state <> 'cancelled';
CREATE INDEX sandbox_insurer_visit_person ON sandbox_insurer_visit (psn_no, region);

-- Fee lines.
CREATE TABLE sandbox_insurer_fee (
  mdtrt_id TEXT NOT NULL,
  feedetl_sn TEXT NOT NULL,
  chrg_bchno TEXT NOT NULL,
  medins_list_codg TEXT NOT NULL,
  sum_fen BIGINT NOT NULL,
  over_limit_fen BIGINT NOT NULL,
  PRIMARY KEY (mdtrt_id, feedetl_sn)
);
CREATE INDEX sandbox_insurer_fee_batch ON sandbox_insurer_fee (mdtrt_id, chrg_bchno);

-- Settlements. state is settled, voided (2208) or reversed (2601).
CREATE TABLE sandbox_insurer_settlement (
  setl_id TEXT PRIMARY KEY,
  mdtrt_id TEXT NOT NULL,
  psn_no TEXT NOT NULL,
  msgid TEXT NOT NULL UNIQUE,
  chrg_bchno TEXT NOT NULL,
  insutype TEXT NOT NULL,
  med_type TEXT NOT NULL,
  total_fen BIGINT NOT NULL,
  over_limit_fen BIGINT NOT NULL,
  in_scope_fen BIGINT NOT NULL,
  fund_fen BIGINT NOT NULL,
  account_fen BIGINT NOT NULL,
  cash_fen BIGINT NOT NULL,
  account_before_fen BIGINT NOT NULL,
  account_after_fen BIGINT NOT NULL,
  state TEXT NOT NULL,
  settled_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sandbox_insurer_settlement_visit ON sandbox_insurer_settlement (mdtrt_id) WHERE state = 'settled';
CREATE INDEX sandbox_insurer_settlement_person ON sandbox_insurer_settlement (psn_no, settled_at);

-- Movements of personal accounts, n counting a person's. The first is what the account held when it was first moved,
-- so that a person's movements add up to sandbox_person.balance_fen. about is a msgid, or ''.
CREATE TABLE sandbox_account_movement (
  psn_no TEXT NOT NULL,
  n BIGINT NOT NULL,
  reason TEXT NOT NULL,
  about TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  balance_fen BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (psn_no, n)
);
