//! The SQL of the benchmark.

use std::collections::BTreeSet;

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

/// What pgbench needs beside our tables: room in every slot; slots and signed-in people by number.
pub const PREPARATION: &str = "UPDATE slot SET capacity = 1000000; \
     CREATE TABLE IF NOT EXISTS bench_slot AS SELECT row_number() OVER (ORDER BY id) AS n, id FROM slot; \
     CREATE INDEX IF NOT EXISTS bench_slot_n ON bench_slot (n); \
     CREATE TABLE IF NOT EXISTS bench_person AS SELECT row_number() OVER (ORDER BY s.id) AS n, s.token_hash, p.id, p.key_id \
     FROM session s JOIN person p ON p.id = s.person_id; \
     CREATE INDEX IF NOT EXISTS bench_person_n ON bench_person (n); ANALYZE";

/// Slots that start after a moment, one clinic after another.
pub fn places(tx: &mut Tx<'_>, after: Moment) -> Result<Vec<Place>, DbFault> {
    tx.query(
        sql!("SELECT id, capacity - held - booked, clinic_id FROM slot WHERE starts_at > $1 AND clinic_id IN (SELECT id FROM clinic WHERE fee_fen = 0) ORDER BY clinic_id, starts_at"),
        vals![after],
        |row| Ok(Place { slot: row.parse(0)?, left: row.int(1)?, clinic: row.text(2)? }),
    )
}

/// Gives a slot another capacity.
pub fn widen(tx: &mut Tx<'_>, slot: &SlotId, capacity: i64) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE slot SET capacity = $2 WHERE id = $1"), vals![slot.as_str(), capacity]).map(drop)
}

/// Everybody is to be asked about at the insurer now.
pub fn all_insurance_due(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE insurance_status SET due_at = 0"), vals![])
}

/// Everybody has an electronic card that nobody has looked at for long.
pub fn all_have_cards(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO ecard (id, person_id, state, request_no, checked_at, turn_at, created_at, changed_at) \
             SELECT 'ecd_' || substr(id, 5), id, 'live', id, 0, 0, 0, 0 FROM person"
        ),
        vals![],
    )
}

/// Rows that have served their time.
pub fn old_rows(tx: &mut Tx<'_>, many: i64) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "WITH RECURSIVE line (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM line WHERE n < $1) \
             INSERT INTO sms_log (id, mobile_blind, purpose, at) SELECT 'log_' || n, mobile_blind, 'bench', n FROM line \
             CROSS JOIN (SELECT mobile_blind FROM account LIMIT 1) one"
        ),
        vals![many],
    )
}

const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;";
const SLOT: &str = "(SELECT id FROM bench_slot WHERE n = :n)";
const PERSON: &str = "(SELECT id FROM bench_person WHERE n = :p)";
const CARD: &str = "SELECT s.*, c.*, o.*, d.*, h.* FROM slot s JOIN clinic c ON c.id = s.clinic_id \
     JOIN doctor o ON o.id = c.doctor_id JOIN department d ON d.id = o.department_id \
     JOIN hospital h ON h.id = d.hospital_id WHERE s.id =";

/// How pgbench says a booking over HTTP: who asks, what they want, the message's key, and the transaction that
/// books.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A statement for each question and each row, a snapshot around each look. It stays as it is, so that figures
    /// of different years have one yardstick.
    Plain,
    /// The statements as the server has merged them, each sent when the one before it is answered.
    Merged,
}

/// One booking as a script of pgbench.
pub fn transaction(hot: bool, form: Form) -> String {
    let pick = if hot { "\\set n random(1, 7)\n" } else { "\\set n random(1, 2000)\n" };
    let draw = "\\set p random(1, 1500)\n\\set r1 random(1, 1000000000000)\n\\set r2 random(1, 1000000000000)\n";
    match form {
        Form::Plain => format!("{pick}{draw}{}{}{}", who_asks(), what_they_want(), booking()),
        Form::Merged => format!("{pick}{draw}{}{}", merged_looks(), merged_booking()),
    }
}

const MINE: &str = "LEFT JOIN appointment a ON a.person_id = (SELECT id FROM bench_person WHERE n = :p) AND a.doctor_id = 'd' || :r1 \
     AND a.date = '2026-01-01' AND a.half = 'am' AND a.state IN ('held', 'booked', 'attended')";

fn merged_looks() -> String {
    let key = "k.id, k.kek_id, k.alg, k.wrapped";
    let card = CARD.trim_end_matches(" WHERE s.id =").replacen("h.*", "h.*, a.id, a.slot_id", 1);
    format!(
        "SELECT s.id, s.account_id, s.person_id, s.seen_at, s.expires_at, p.name, a.mobile, {key}, \
         (SELECT COUNT(*) FROM message m WHERE m.person_id = s.person_id AND m.read_at IS NULL) \
         FROM session s JOIN account a ON a.id = s.account_id JOIN person p ON p.id = s.person_id \
         JOIN data_key k ON k.id = p.key_id \
         WHERE s.token_hash = (SELECT token_hash FROM bench_person WHERE n = :p) AND s.state = 'live' AND a.state = 'active';\n\
         {card} {MINE} WHERE s.id = {SLOT};\n\
         SELECT {key}, a.id, a.mobile FROM person p JOIN data_key k ON k.id = p.key_id \
         LEFT JOIN account a ON a.person_id = p.id AND a.state = 'active' WHERE p.id = {PERSON};\n"
    )
}

fn merged_booking() -> String {
    format!(
        "BEGIN;\nSELECT s.*, c.*, d.hospital_id, a.id, a.slot_id FROM slot s JOIN clinic c ON c.id = s.clinic_id \
         JOIN doctor o ON o.id = c.doctor_id JOIN department d ON d.id = o.department_id {MINE} WHERE s.id = {SLOT};\n\
         UPDATE slot SET booked = booked + 1 WHERE id = {SLOT} AND held + booked < capacity \
         RETURNING held + booked, (SELECT COALESCE(MAX(a.seat_no), 0) FROM appointment a WHERE a.slot_id = slot.id \
         AND a.state IN ('held', 'booked', 'attended'));\n\
         {APPOINTMENT}{MESSAGE}\
         INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES \
         ('apt_' || :r1 || :r2, 1, 'hold', 'held', 'a', 0), ('apt_' || :r1 || :r2, 2, 'confirm', 'booked', 'a', 0);\n\
         {OUTBOX}{AUDIT}COMMIT;\n"
    )
}

fn who_asks() -> String {
    format!(
        "{READ}\n\
         SELECT s.id, s.account_id, s.person_id, s.seen_at, s.expires_at FROM session s JOIN account a ON a.id = s.account_id \
         WHERE s.token_hash = (SELECT token_hash FROM bench_person WHERE n = :p) AND s.state = 'live' AND a.state = 'active';\n\
         {reach}{key}SELECT name FROM person WHERE id = {PERSON};\n\
         SELECT COUNT(*) FROM message WHERE person_id = {PERSON} AND read_at IS NULL;\nCOMMIT;\n",
        reach = reach(),
        key = key()
    )
}

fn what_they_want() -> String {
    format!("{READ}\n{CARD} {SLOT};\n{}COMMIT;\n{READ}\n{}{}COMMIT;\n", mine(), reach(), key())
}

fn reach() -> String {
    format!(
        "SELECT p.key_id, a.id, a.mobile FROM person p LEFT JOIN account a ON a.person_id = p.id AND a.state = 'active' \
         WHERE p.id = {PERSON};\n"
    )
}

fn key() -> String {
    "SELECT kek_id, alg, wrapped FROM data_key WHERE id = (SELECT key_id FROM bench_person WHERE n = :p);\n".to_owned()
}

fn mine() -> String {
    format!(
        "SELECT id, slot_id FROM appointment WHERE person_id = {PERSON} AND doctor_id = 'd' || :r1 AND date = '2026-01-01' \
         AND half = 'am' AND state IN ('held', 'booked', 'attended');\n"
    )
}

const APPOINTMENT: &str = "INSERT INTO appointment (id, code, person_id, hospital_id, doctor_id, clinic_id, slot_id, date, half, seat_no, state, fee_fen, starts_at, version, created_at, changed_at) \
     VALUES ('apt_' || :r1 || :r2, 'c' || :r1 || :r2, 'per_' || :r2, 'h', 'd' || :r1, 'c', (SELECT id FROM bench_slot WHERE n = :n), '2026-01-01', 'am', CAST(:r1 AS BIGINT) % 2000000000 + 1, 'booked', 0, 0, 1, 0, 0);\n";
const MESSAGE: &str = "INSERT INTO message (id, person_id, kind, args, created_at) VALUES ('msg_' || :r1 || :r2, (SELECT id FROM bench_person WHERE n = :p), 'booked', decode(repeat('ab', 200), 'hex'), 0);\n";
const EVENTS: &str = "INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 1, 'hold', 'held', 'a', 0);\n\
     INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) VALUES ('apt_' || :r1 || :r2, 2, 'confirm', 'booked', 'a', 0);\n";
const OUTBOX: &str = "INSERT INTO outbox (id, kind, about, payload, state, created_at, due_at, attempts) VALUES ('obx_' || :r1 || :r2, 'bench', 'a', decode(repeat('ab', 200), 'hex'), 'done', 0, 0, 0);\n";
const AUDIT: &str = "INSERT INTO audit (chain, n, prev, hash, at, actor, act, subject, ip, request, detail) VALUES ('bench' || :r1, :r2, decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex'), 0, 'a', 'appointment.booked', 's', '', '', '');\n";

fn booking() -> String {
    format!(
        "BEGIN;\n{CARD} {SLOT};\n{}\
         UPDATE slot SET booked = booked + 1 WHERE id = {SLOT} AND held + booked < capacity;\n\
         SELECT seat_no FROM appointment WHERE slot_id = {SLOT} AND state IN ('held', 'booked', 'attended') LIMIT 20;\n\
         {APPOINTMENT}{MESSAGE}{EVENTS}{OUTBOX}{AUDIT}COMMIT;\n",
        mine()
    )
}

/// One slot of each of so many clinics at a price, made wide enough for everybody; each at a time that is not `taken`
/// yet, for nobody sees two doctors at once.
pub fn one_slot_a_clinic(
    tx: &mut Tx<'_>,
    after: Moment,
    fee_fen: i64,
    clinics: usize,
    taken: &mut BTreeSet<Moment>,
) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT s.id, c.id, s.starts_at FROM slot s JOIN clinic c ON c.id = s.clinic_id
         WHERE c.fee_fen = $1 AND s.starts_at > $2 ORDER BY c.id, s.id LIMIT 20000"
    );
    let all = tx.query(sql, vals![fee_fen, after], |row| Ok((row.text(0)?, row.text(1)?, row.moment(2)?)))?;
    let (mut slots, mut last) = (Vec::new(), String::new());
    for (slot, clinic, starts_at) in all {
        if slots.len() < clinics && clinic != last && taken.insert(starts_at) {
            tx.exec(sql!("UPDATE slot SET capacity = 1000000 WHERE id = $1"), vals![slot.as_str()])?;
            slots.push(slot);
            last = clinic;
        }
    }
    Ok(slots)
}
