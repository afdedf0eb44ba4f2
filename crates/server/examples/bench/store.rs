//! The SQL of the benchmark.

use health::SlotId;
use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// One slot with how many places are left.
pub struct Place {
    pub slot: SlotId,
    pub left: i64,
    pub clinic: String,
}

/// What pgbench needs beside our tables: room in every slot, and slots by number.
pub const PREPARATION: &str = "UPDATE slot SET capacity = 1000000; \
     CREATE TABLE IF NOT EXISTS bench_slot AS SELECT row_number() OVER (ORDER BY id) AS n, id FROM slot; \
     CREATE INDEX IF NOT EXISTS bench_slot_n ON bench_slot (n); ANALYZE";

/// Slots that start after a moment, one clinic after another.
pub fn places(tx: &mut Tx<'_>, after: Moment) -> Result<Vec<Place>, DbFault> {
    tx.query(
        sql!("SELECT id, capacity - held - booked, clinic_id FROM slot WHERE starts_at > $1 ORDER BY clinic_id, starts_at"),
        vals![after],
        |row| Ok(Place { slot: row.parse(0)?, left: row.int(1)?, clinic: row.text(2)? }),
    )
}

/// Gives a slot another capacity.
pub fn widen(tx: &mut Tx<'_>, slot: &SlotId, capacity: i64) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE slot SET capacity = $2 WHERE id = $1"), vals![slot.as_str(), capacity]).map(drop)
}

/// What one booking writes: the place, the seat, the appointment, two events, message, outbox, audit.
pub fn transaction(hot: bool) -> String {
    let pick = if hot { "\\set n 1\n" } else { "\\set n random(1, 2000)\n" };
    format!(
        "{pick}\\set r1 random(1, 1000000000000)\n\\set r2 random(1, 1000000000000)\n\
         BEGIN;\n\
         UPDATE slot SET booked = booked + 1 WHERE id = (SELECT id FROM bench_slot WHERE n = :n) AND held + booked < capacity;\n\
         INSERT INTO appointment (id, code, person_id, hospital_id, doctor_id, clinic_id, slot_id, date, half, seat_no, state, fee_fen, starts_at, version, created_at, changed_at) \
         VALUES ('apt_' || :r1 || :r2, 'c' || :r1 || :r2, 'per_' || :r2, 'h', 'd' || :r1, 'c', (SELECT id FROM bench_slot WHERE n = :n), '2026-01-01', 'am', CAST(:r1 AS BIGINT) % 2000000000 + 1, 'booked', 0, 0, 1, 0, 0);\n\
         INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 1, 'hold', 'held', 'a', 0);\n\
         INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 2, 'confirm', 'booked', 'a', 0);\n\
         INSERT INTO outbox (id, kind, about, payload, state, created_at, due_at, attempts) VALUES ('obx_' || :r1 || :r2, 'bench', 'a', decode(repeat('ab', 200), 'hex'), 'done', 0, 0, 0);\n\
         INSERT INTO message (id, person_id, kind, args, created_at) SELECT 'msg_' || :r1 || :r2, id, 'booked', decode(repeat('ab', 200), 'hex'), 0 FROM person LIMIT 1;\n\
         INSERT INTO audit (chain, n, prev, hash, at, actor, act, subject, ip, request, detail) VALUES ('bench' || :r1, :r2, decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex'), 0, 'a', 'appointment.booked', 's', '', '', '');\n\
         COMMIT;\n"
    )
}
