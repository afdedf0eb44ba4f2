-- WeChat Pay: orders by the merchant's number, refunds, notices to be sent, and nonces.
CREATE TABLE wechat_order (
  out_trade_no TEXT NOT NULL PRIMARY KEY,
  params TEXT NOT NULL,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  total_fen BIGINT NOT NULL,
  notify_url TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('NOTPAY', 'SUCCESS', 'CLOSED')),
  token TEXT NOT NULL,
  link_at BIGINT NOT NULL,
  transaction_id TEXT,
  paid_at BIGINT,
  late BIGINT NOT NULL,
  abnormal BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX wechat_order_token ON wechat_order (token);
CREATE INDEX wechat_order_newest ON wechat_order (created_at);

CREATE TABLE wechat_refund (
  out_refund_no TEXT NOT NULL PRIMARY KEY,
  out_trade_no TEXT NOT NULL,
  params TEXT NOT NULL,
  refund_id TEXT NOT NULL,
  refund_fen BIGINT NOT NULL,
  notify_url TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED')),
  due_at BIGINT NOT NULL,
  done_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX wechat_refund_of ON wechat_refund (out_trade_no);
CREATE INDEX wechat_refund_due ON wechat_refund (due_at) WHERE status = 'PROCESSING';

CREATE TABLE wechat_notice (
  id TEXT NOT NULL PRIMARY KEY,
  about TEXT NOT NULL,
  url TEXT NOT NULL,
  event_type TEXT NOT NULL,
  plain TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT,
  taken_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX wechat_notice_due ON wechat_notice (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE wechat_nonce (
  nonce TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX wechat_nonce_by_expiry ON wechat_nonce (expires_at);
