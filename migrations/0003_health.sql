-- Hospitals, clinics and appointments (crate health).
-- code: the institution's own short name in policy and seed data; initials: pinyin initials, lower case;
-- search: lower-case text that a search looks into; demo: 1 = 演示数据, shown as such.
CREATE TABLE hospital (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  level TEXT NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  tips TEXT NOT NULL,
  tips_en TEXT NOT NULL,
  search TEXT NOT NULL,
  initials TEXT NOT NULL,
  rank BIGINT NOT NULL,
  demo BIGINT NOT NULL CHECK (demo IN (0, 1))
);
CREATE UNIQUE INDEX hospital_code ON hospital (code);

CREATE TABLE department (
  id TEXT NOT NULL PRIMARY KEY,
  hospital_id TEXT NOT NULL REFERENCES hospital (id),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  place TEXT NOT NULL,
  place_en TEXT NOT NULL,
  search TEXT NOT NULL,
  initials TEXT NOT NULL,
  rank BIGINT NOT NULL
);
CREATE UNIQUE INDEX department_name ON department (hospital_id, name);

CREATE TABLE doctor (
  id TEXT NOT NULL PRIMARY KEY,
  department_id TEXT NOT NULL REFERENCES department (id),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  title TEXT NOT NULL CHECK (title IN ('chief', 'associate_chief', 'attending', 'resident')),
  good_at TEXT NOT NULL,
  good_at_en TEXT NOT NULL,
  search TEXT NOT NULL,
  initials TEXT NOT NULL,
  rank BIGINT NOT NULL
);
CREATE UNIQUE INDEX doctor_name ON doctor (department_id, name);

-- weekday: 1 = Monday … 7 = Sunday; capacity: places in each half-hour slot.
CREATE TABLE roster (
  doctor_id TEXT NOT NULL REFERENCES doctor (id),
  weekday BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  half TEXT NOT NULL CHECK (half IN ('am', 'pm')),
  capacity BIGINT NOT NULL CHECK (capacity > 0),
  fee_fen BIGINT NOT NULL CHECK (fee_fen >= 0),
  PRIMARY KEY (doctor_id, weekday, half)
);

CREATE TABLE clinic (
  id TEXT NOT NULL PRIMARY KEY,
  doctor_id TEXT NOT NULL REFERENCES doctor (id),
  date TEXT NOT NULL,
  half TEXT NOT NULL CHECK (half IN ('am', 'pm')),
  fee_fen BIGINT NOT NULL CHECK (fee_fen >= 0),
  state TEXT NOT NULL CHECK (state IN ('open', 'called_off')),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX clinic_doctor_half_day ON clinic (doctor_id, date, half);
CREATE INDEX clinic_date ON clinic (date);

-- held + booked never exceed capacity: the guard under the guarded update (I-B01). booked counts booked and attended.
CREATE TABLE slot (
  id TEXT NOT NULL PRIMARY KEY,
  clinic_id TEXT NOT NULL REFERENCES clinic (id),
  date TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  capacity BIGINT NOT NULL CHECK (capacity > 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  booked BIGINT NOT NULL CHECK (booked >= 0),
  CHECK (held + booked <= capacity)
);
CREATE UNIQUE INDEX slot_clinic_start ON slot (clinic_id, starts_at);
CREATE INDEX slot_start ON slot (starts_at);

CREATE TABLE appointment (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  person_id TEXT NOT NULL,
  hospital_id TEXT NOT NULL,
  doctor_id TEXT NOT NULL,
  clinic_id TEXT NOT NULL,
  slot_id TEXT NOT NULL REFERENCES slot (id),
  date TEXT NOT NULL,
  half TEXT NOT NULL,
  seat_no BIGINT NOT NULL CHECK (seat_no > 0),
  state TEXT NOT NULL CHECK (state IN ('held', 'booked', 'attended', 'cancelled', 'expired')),
  fee_fen BIGINT NOT NULL CHECK (fee_fen >= 0),
  starts_at BIGINT NOT NULL,
  hold_until BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX appointment_code ON appointment (code);
CREATE UNIQUE INDEX appointment_seat ON appointment (slot_id, seat_no) WHERE state IN ('held', 'booked', 'attended');
CREATE UNIQUE INDEX appointment_half_day ON appointment (person_id, doctor_id, date, half) WHERE state IN ('held', 'booked', 'attended');
CREATE INDEX appointment_person ON appointment (person_id, starts_at);
CREATE INDEX appointment_hold ON appointment (hold_until) WHERE state = 'held';
CREATE INDEX appointment_desk ON appointment (hospital_id, date, state, changed_at);

-- What happened to an appointment, one row an event, numbered from 1.
CREATE TABLE appointment_event (
  appointment_id TEXT NOT NULL REFERENCES appointment (id),
  n BIGINT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (appointment_id, n)
);
