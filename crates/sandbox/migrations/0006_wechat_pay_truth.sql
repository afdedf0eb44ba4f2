-- What the merchant attached to an order; under which key's name its notices are signed, '' for the public key's; how
-- its refunds end. Nonces are not remembered any more.
ALTER TABLE wechat_order ADD COLUMN attach TEXT;
ALTER TABLE wechat_order ADD COLUMN serial TEXT NOT NULL DEFAULT '';
ALTER TABLE wechat_order ADD COLUMN refunds_end TEXT NOT NULL DEFAULT 'SUCCESS'
  CHECK (refunds_end IN ('SUCCESS', 'ABNORMAL', 'CLOSED'));
UPDATE wechat_order SET refunds_end = 'ABNORMAL' WHERE abnormal = 1;
ALTER TABLE wechat_order DROP COLUMN abnormal;
CREATE UNIQUE INDEX wechat_order_transaction ON wechat_order (transaction_id) WHERE transaction_id IS NOT NULL;

ALTER TABLE wechat_refund ADD COLUMN serial TEXT NOT NULL DEFAULT '';
ALTER TABLE wechat_notice ADD COLUMN serial TEXT NOT NULL DEFAULT '';

DROP TABLE wechat_nonce;
