-- What kind of account the merchant has, since when it is being switched to the public key, and where the change of
-- certificates stands. Which buyer has opened an order. Where an abnormal refund goes. Under which name an answer or a
-- notice is signed follows from the account, and not from the order any more.
CREATE TABLE wechat_account (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  mode TEXT NOT NULL CHECK (mode IN ('public_key', 'both', 'certificates')),
  switched_at BIGINT,
  certificates TEXT NOT NULL CHECK (certificates IN ('old', 'rolling', 'new'))
);
INSERT INTO wechat_account (id, mode, switched_at, certificates) VALUES (1, 'public_key', NULL, 'old');

ALTER TABLE wechat_order ADD COLUMN buyer TEXT;
ALTER TABLE wechat_order DROP COLUMN serial;

ALTER TABLE wechat_refund ADD COLUMN goes_to TEXT NOT NULL DEFAULT '';
ALTER TABLE wechat_refund DROP COLUMN serial;

ALTER TABLE wechat_notice DROP COLUMN serial;
