-- What the witness of the audit was given. Nothing is ever changed or taken away.
CREATE TABLE sandbox_witness (
  city TEXT NOT NULL,
  n BIGINT NOT NULL,
  hash TEXT NOT NULL,
  line TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (city, n)
);

-- What a long demo gathers is let go of by these.
CREATE INDEX wechat_notice_old ON wechat_notice (created_at) WHERE next_at IS NULL;
CREATE INDEX sandbox_insurer_sign_old ON sandbox_insurer_sign (signed_at);
