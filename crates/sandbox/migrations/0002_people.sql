-- The city: one row a person, what insurer, card system and face source know of each.
-- seq is the place in the drawn city; below 0 are people who were named, not drawn.
-- card_no is the newest card, '' for somebody without one.
CREATE TABLE sandbox_person (
  id_number TEXT PRIMARY KEY,
  seq BIGINT NOT NULL,
  name TEXT NOT NULL,
  mobile TEXT,
  person_no TEXT NOT NULL UNIQUE,
  card_no TEXT NOT NULL,
  has_photo BIGINT NOT NULL,
  face TEXT NOT NULL,
  psn_no TEXT NOT NULL UNIQUE,
  insured TEXT NOT NULL,
  region TEXT NOT NULL,
  insured_on TEXT NOT NULL,
  balance_fen BIGINT NOT NULL
);
CREATE INDEX sandbox_person_place ON sandbox_person (seq, id_number);
CREATE INDEX sandbox_person_name ON sandbox_person (name);

-- Cards, old ones too: a replaced card stays as cancelled.
CREATE TABLE sandbox_card (
  card_no TEXT PRIMARY KEY,
  id_number TEXT NOT NULL,
  state TEXT NOT NULL,
  pin TEXT NOT NULL,
  wrong_pins BIGINT NOT NULL,
  issued_on TEXT NOT NULL,
  valid_to TEXT NOT NULL
);
CREATE INDEX sandbox_card_person ON sandbox_card (id_number);

-- Electronic cards by the request that asked for them; requests for one card and channel share a sign_no.
CREATE TABLE sandbox_ecard (
  request_no TEXT PRIMARY KEY,
  id_number TEXT NOT NULL,
  card_no TEXT NOT NULL,
  channel TEXT NOT NULL,
  sign_no TEXT NOT NULL,
  level BIGINT NOT NULL,
  issued_at BIGINT NOT NULL
);
CREATE INDEX sandbox_ecard_card ON sandbox_ecard (card_no, channel);

-- Nonces of requests at the x-tif gateway, kept as long as a repeated one could pass as fresh.
CREATE TABLE sandbox_tif_nonce (
  nonce TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sandbox_tif_nonce_expiry ON sandbox_tif_nonce (expires_at);
