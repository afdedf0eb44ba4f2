-- Face checks the provider has begun, seq in the order it did. Only what came of the frames is kept, never a picture.
-- fate is plain, behind (its verdict waits for one more question) or lost (it never comes); taken_at is null until frames came.
CREATE TABLE sandbox_face (
  certify_id TEXT PRIMARY KEY,
  seq BIGINT NOT NULL UNIQUE,
  order_no TEXT NOT NULL UNIQUE,
  scene_id TEXT NOT NULL,
  name TEXT NOT NULL,
  id_number TEXT NOT NULL,
  actions TEXT NOT NULL,
  fate TEXT NOT NULL,
  frames BIGINT NOT NULL,
  sub_code TEXT,
  attacked BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  taken_at BIGINT
);
CREATE INDEX sandbox_face_time ON sandbox_face (started_at);
