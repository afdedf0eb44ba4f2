-- One directory of institutions (crate identity): whom people serve, what systems and money belong to. A hospital's
-- institution has the hospital's own id, so that orders, the ledger's accounts, audit rows and looks at cards of before
-- stay true.
-- kind: hospital, pharmacy, agency, bank, tax_hall, employer; the id's prefix says it too (I-I01). credit_code: GB 32100;
-- branches of one hospital and halls of one bureau share it. insurer_code: fixmedins_code, one each. district: six digits
-- (GB/T 2260), '' not known. hours: as identity::institutions::Hours writes them, '' not said. state: open, closed.
-- created_at 0: was there before this directory.
CREATE TABLE institution (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  short TEXT NOT NULL,
  name_en TEXT NOT NULL,
  credit_code TEXT,
  insurer_code TEXT,
  district TEXT NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  hours TEXT NOT NULL,
  demo BIGINT NOT NULL CHECK (demo IN (0, 1)),
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX institution_code ON institution (code);

CREATE UNIQUE INDEX institution_insurer_code ON institution (insurer_code) WHERE insurer_code IS NOT NULL;

CREATE INDEX institution_credit_code ON institution (credit_code) WHERE credit_code IS NOT NULL;

CREATE INDEX institution_of_kind ON institution (kind, name);

-- What an institution does with us: one row a capability that is on.
CREATE TABLE institution_capability (
  institution_id TEXT NOT NULL REFERENCES institution (id),
  capability TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (institution_id, capability)
);

INSERT INTO institution (id, kind, code, name, short, name_en, credit_code, insurer_code, district, address, phone, hours,
    demo, state, created_at, changed_at)
  SELECT id, 'hospital', code, name, short, name_en, NULL, NULL, '', address, phone, '', demo, 'open', 0, 0 FROM hospital;

-- Pharmacies were only names on keys: each name becomes one, under an id and a code made of its first key's id.
INSERT INTO institution (id, kind, code, name, short, name_en, credit_code, insurer_code, district, address, phone, hours,
    demo, state, created_at, changed_at)
  SELECT 'pha_' || SUBSTR(MIN(k.id), 5), 'pharmacy', 'p' || SUBSTR(MIN(k.id), 5), k.place, '', '', NULL, NULL, '', '', '',
    '', 0, 'open', 0, 0
  FROM partner_key k WHERE NOT EXISTS (SELECT 1 FROM hospital h WHERE h.id = k.place) GROUP BY k.place;

INSERT INTO institution_capability (institution_id, capability, since) SELECT id, 'booking', 0 FROM hospital;

INSERT INTO institution_capability (institution_id, capability, since) SELECT id, 'check_in', 0 FROM hospital;

INSERT INTO institution_capability (institution_id, capability, since)
  SELECT id, 'card_scan', 0 FROM institution WHERE kind IN ('hospital', 'pharmacy');

-- Who belongs where. A program of before that serves on while this one is brought in reads hospital.{code, name, short,
-- name_en, address, phone, demo}, staff.hospital and partner_key.place: they are still written, and this program reads the
-- directory instead. They can go once no program of before is served beside this one and every row has its institution_id
-- (I-I02, I-I03).
ALTER TABLE hospital ADD COLUMN institution_id TEXT REFERENCES institution (id);

UPDATE hospital SET institution_id = id;

CREATE UNIQUE INDEX hospital_institution ON hospital (institution_id);

ALTER TABLE staff ADD COLUMN institution_id TEXT REFERENCES institution (id);

UPDATE staff SET institution_id = hospital WHERE EXISTS (SELECT 1 FROM institution i WHERE i.id = staff.hospital);

CREATE INDEX staff_of_institution ON staff (institution_id);

ALTER TABLE partner_key ADD COLUMN institution_id TEXT REFERENCES institution (id);

UPDATE partner_key SET institution_id = (SELECT i.id FROM institution i
  WHERE i.id = partner_key.place OR (i.kind = 'pharmacy' AND i.name = partner_key.place));

CREATE INDEX partner_key_of_institution ON partner_key (institution_id);
