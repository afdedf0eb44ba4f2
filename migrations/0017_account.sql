-- One list of devices: a session knows in which browser it was opened, by the word of the device cookie. And what was
-- agreed to: the version of the user agreement and of the privacy policy, once for each account and pair of versions.

ALTER TABLE session ADD COLUMN word TEXT;

-- Why a row holds on whatever network: its person asked for it ('asked'), or the network still wanders ('still').
ALTER TABLE device_proof ADD COLUMN roams TEXT;

CREATE TABLE agreement (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  terms TEXT NOT NULL,
  privacy TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE UNIQUE INDEX agreement_of_account ON agreement (account_id, terms, privacy);
