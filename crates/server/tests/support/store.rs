//! The tests' own questions to the database, and the few rows they plant in it.

use kernel::Moment;
use platform::audit::Anchor;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// A row of the outbox, without what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    pub kind: String,
    pub about: String,
    pub state: String,
    pub attempts: i64,
    pub note: String,
    /// Whether the sealed payload is still there.
    pub kept: bool,
}

/// Every row of the outbox, oldest first.
pub fn outbox(tx: &mut Tx<'_>) -> Result<Vec<OutboxRow>, DbFault> {
    tx.query(sql!("SELECT kind, about, state, attempts, note, payload FROM outbox ORDER BY id"), vals![], |row| {
        Ok(OutboxRow {
            kind: row.text(0)?,
            about: row.text(1)?,
            state: row.text(2)?,
            attempts: row.int(3)?,
            note: row.opt_text(4)?.unwrap_or_default(),
            kept: row.opt_blob(5)?.is_some(),
        })
    })
}

/// A slot of a clinic at this price, after a moment, on the first day on which nobody has a place at it: one person may take
/// several, one a day.
pub fn priced_slot(tx: &mut Tx<'_>, after: Moment, fee_fen: i64) -> Result<String, DbFault> {
    let sql = sql!(
        "SELECT s.id FROM slot s JOIN clinic c ON c.id = s.clinic_id WHERE c.fee_fen = $1 AND s.starts_at > $2
         AND NOT EXISTS (SELECT 1 FROM slot o JOIN clinic other ON other.id = o.clinic_id WHERE other.date = c.date
         AND other.fee_fen = c.fee_fen AND o.held + o.booked > 0) ORDER BY s.starts_at, s.id LIMIT 1"
    );
    tx.one(sql, vals![fee_fen, after], |row| row.text(0))
}

/// What a slot holds: places, held, booked.
pub fn counters(tx: &mut Tx<'_>, slot: &str) -> Result<(i64, i64, i64), DbFault> {
    tx.one(sql!("SELECT capacity, held, booked FROM slot WHERE id = $1"), vals![slot], |row| {
        Ok((row.int(0)?, row.int(1)?, row.int(2)?))
    })
}

/// States of the appointments in a slot, sorted.
pub fn states(tx: &mut Tx<'_>, slot: &str) -> Result<Vec<String>, DbFault> {
    tx.query(sql!("SELECT state FROM appointment WHERE slot_id = $1 ORDER BY state"), vals![slot], |row| row.text(0))
}

/// The barcode of the only appointment in a slot.
pub fn code_in(tx: &mut Tx<'_>, slot: &str) -> Result<String, DbFault> {
    tx.one(sql!("SELECT code FROM appointment WHERE slot_id = $1"), vals![slot], |row| row.text(0))
}

/// Slots that begin after a moment and have so many places free, soonest first: slot, clinic.
pub fn free_slots(tx: &mut Tx<'_>, after: Moment, places: i64) -> Result<Vec<(String, String)>, DbFault> {
    tx.query(
        sql!(
            "SELECT s.id, s.clinic_id FROM slot s JOIN clinic c ON c.id = s.clinic_id WHERE c.fee_fen = 0 AND s.starts_at > $1 AND s.capacity - s.held - s.booked = $2
             ORDER BY s.starts_at, s.id LIMIT 200"
        ),
        vals![after, places],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// A visit that somebody has, as far as it may stand in others' way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub date: String,
    pub department: String,
    pub starts_at: Moment,
}

/// Every visit that is held or booked.
pub fn kept(tx: &mut Tx<'_>) -> Result<Vec<Kept>, DbFault> {
    let sql = sql!(
        "SELECT a.date, d.department_id, a.starts_at FROM appointment a JOIN doctor d ON d.id = a.doctor_id
         WHERE a.state IN ('held', 'booked') ORDER BY a.starts_at, a.id"
    );
    tx.query(sql, vals![], |row| Ok(Kept { date: row.text(0)?, department: row.text(1)?, starts_at: row.moment(2)? }))
}

/// Free slots of other doctors' clinics that begin when this one does.
pub fn others_at_the_time_of(tx: &mut Tx<'_>, slot: &str) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM slot s JOIN slot o ON o.starts_at = s.starts_at AND o.clinic_id <> s.clinic_id
         WHERE s.id = $1 AND o.held + o.booked < o.capacity ORDER BY o.id LIMIT 20"
    );
    tx.query(sql, vals![slot], |row| row.text(0))
}

/// How many counts of texts are kept.
pub fn text_counts(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM message_text"), vals![], |row| row.int(0))
}

/// Every anchor of the audit.
pub fn anchors(tx: &mut Tx<'_>) -> Result<Vec<Anchor>, DbFault> {
    tx.query(sql!("SELECT n, at, prev, heads, hash, signature FROM audit_anchor ORDER BY n"), vals![], |row| {
        Ok(Anchor {
            n: row.int(0)?,
            at: row.moment(1)?,
            prev: row.blob(2)?,
            heads: row.text(3)?,
            hash: row.blob(4)?,
            signature: row.blob(5)?,
        })
    })
}

/// Takes away what a backup of the first anchor's time would not have.
pub fn forget_anchors_after_the_first(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM audit_anchor WHERE n > 1"), vals![])
}

/// Takes the audit rows of visits away where they are the last of their chain, and what came after them.
pub fn cut_the_newest_audit_rows(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    let sql = sql!(
        "DELETE FROM audit WHERE n >= (SELECT MIN(b.n) FROM audit b WHERE b.chain = audit.chain AND b.act = 'appointment.booked')"
    );
    tx.exec(sql, vals![])
}

/// Leaves rows that must have an audit row and have none: a closed day, a stop that was lifted, a call to an order, a partner's
/// key that has ended.
pub fn plant_unaudited(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    let rows = [
        sql!("INSERT INTO ledger_closed_day (day, closed_at, postings) VALUES ('2020-02-02', 1, 0)"),
        sql!("INSERT INTO ledger_stop (n, reason, at, lifted_at, lifted_by) VALUES (77, 'planted', 1, 2, 'nobody')"),
        sql!("INSERT INTO pay_call (order_id, reason, at) VALUES ('ord_planted', 'quote', 1)"),
        sql!(
            "INSERT INTO partner_key (id, name, place, key_id, secret, state, created_at, ended_at) \
             SELECT 'pky_planted', 'planted', 'planted', 'planted', hash, 'ended', 1, 2 FROM audit ORDER BY chain, n LIMIT 1"
        ),
    ];
    rows.into_iter().map(|sql| tx.exec(sql, vals![])).sum()
}

/// How many messages of a kind people have.
pub fn messages(tx: &mut Tx<'_>, kind: &str) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM message WHERE kind = $1"), vals![kind], |row| row.int(0))
}

/// The slots of a clinic with their starts, in order.
pub fn slots_of(tx: &mut Tx<'_>, clinic: &str) -> Result<Vec<(String, Moment)>, DbFault> {
    tx.query(sql!("SELECT id, starts_at FROM slot WHERE clinic_id = $1 ORDER BY starts_at"), vals![clinic], |row| {
        Ok((row.text(0)?, row.moment(1)?))
    })
}

/// The hospital of a clinic: id and code.
pub fn hospital_of(tx: &mut Tx<'_>, clinic: &str) -> Result<(String, String), DbFault> {
    tx.one(
        sql!(
            "SELECT h.id, h.code FROM clinic c JOIN doctor d ON d.id = c.doctor_id
             JOIN department p ON p.id = d.department_id JOIN hospital h ON h.id = p.hospital_id WHERE c.id = $1"
        ),
        vals![clinic],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Gives a clinic a fee: sample visits are free.
pub fn set_fee(tx: &mut Tx<'_>, clinic: &str, fen: i64) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE clinic SET fee_fen = $2 WHERE id = $1"), vals![clinic, fen])
}

/// Dates that have clinics, and how many slots each.
pub fn clinic_days(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, DbFault> {
    tx.query(sql!("SELECT date, COUNT(*) FROM slot GROUP BY date ORDER BY date"), vals![], |row| {
        Ok((row.text(0)?, row.int(1)?))
    })
}

/// How often an act is in the audit chains.
pub fn acts(tx: &mut Tx<'_>, act: &str) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM audit WHERE act = $1"), vals![act], |row| row.int(0))
}

/// Leaves the mark of a later program's migration.
pub fn plant_migration(tx: &mut Tx<'_>, version: i64) -> Result<u64, DbFault> {
    tx.exec(
        sql!("INSERT INTO schema_migration (version, name, hash, applied_at) VALUES ($1, 'later', 'x', 0)"),
        vals![version],
    )
}

/// Makes the database look as an older program left it.
pub fn forget_last_migration(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    let sql = sql!("DELETE FROM schema_migration WHERE version = (SELECT MAX(version) FROM schema_migration)");
    tx.exec(sql, vals![])
}

/// Counts a booking that nobody made.
pub fn spoil_a_slot(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(
        sql!("UPDATE slot SET booked = booked + 1 WHERE id = (SELECT MIN(id) FROM slot WHERE booked < capacity)"),
        vals![],
    )
}

/// Rewrites what somebody did.
pub fn spoil_the_audit(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE audit SET actor = 'nobody' WHERE n = 1"), vals![])
}

/// The only person with a payment password.
pub fn pay_person(tx: &mut Tx<'_>) -> Result<String, DbFault> {
    tx.one(sql!("SELECT person_id FROM payment_password"), vals![], |row| row.text(0))
}

/// Tries at payment passwords that reached the hash.
pub fn pay_tries(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM payment_password_try"), vals![], |row| row.int(0))
}

/// Leaves a reserved try, as a process does that dies while it looks at the hash.
pub fn plant_pay_try(tx: &mut Tx<'_>, person: &str, now: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO payment_password_try (id, person_id, state, tried_at) VALUES ('ppt_planted', $1, 'reserved', $2)"
        ),
        vals![person, now],
    )
}

/// The planted try was forgiven.
pub fn forgive_the_planted_try(tx: &mut Tx<'_>, now: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!("UPDATE payment_password_try SET state = 'forgiven', settled_at = $1 WHERE id = 'ppt_planted'"),
        vals![now],
    )
}

/// Money stands still, as after books that did not agree.
pub fn stop_the_ledger(tx: &mut Tx<'_>, now: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("INSERT INTO ledger_stop (n, reason, at) VALUES (1, 'planted', $1)"), vals![now])
}

/// As if it had never stood still.
pub fn forget_the_stop(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM ledger_stop"), vals![])
}

/// An order stands blocked, as after amounts that do not fit.
pub fn block_an_order(tx: &mut Tx<'_>, pay: &str) -> Result<u64, DbFault> {
    let id = pay.trim_start_matches("/pay/");
    tx.exec(sql!("UPDATE pay_order SET blocked = 'planted', state = 'blocked' WHERE id = $1"), vals![id])
}

/// The planted block is gone, and the order paid as before.
pub fn forget_the_block(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE pay_order SET blocked = NULL, state = 'settled' WHERE blocked = 'planted'"), vals![])
}

/// Notices of the channel that were kept.
pub fn notices(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM pay_notice"), vals![], |row| row.int(0))
}

/// What became of the channel's notices, in their order.
pub fn notice_verdicts(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    tx.query(sql!("SELECT verdict FROM pay_notice ORDER BY at, event_id"), vals![], |row| row.text(0))
}

/// Attempts of all orders, by order and place: kind and state.
pub fn attempts(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, DbFault> {
    tx.query(sql!("SELECT kind, state FROM pay_attempt ORDER BY order_id, n"), vals![], |row| {
        Ok((row.text(0)?, row.text(1)?))
    })
}

/// Visits registered with the insurer, and how many of them were cancelled there.
pub fn registrations(tx: &mut Tx<'_>) -> Result<(i64, i64), DbFault> {
    tx.one(sql!("SELECT COUNT(*), COUNT(released_at) FROM pay_registration"), vals![], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })
}

/// The hospital of a slot.
pub fn hospital_of_slot(tx: &mut Tx<'_>, slot: &str) -> Result<String, DbFault> {
    let clinic = tx.one(sql!("SELECT clinic_id FROM slot WHERE id = $1"), vals![slot], |row| row.text(0))?;
    hospital_of(tx, &clinic).map(|(hospital, _)| hospital)
}

/// How many rows a table has.
pub fn count(tx: &mut Tx<'_>, table: &str) -> Result<i64, DbFault> {
    let sql = match table {
        "account" => sql!("SELECT COUNT(*) FROM account"),
        "person" => sql!("SELECT COUNT(*) FROM person"),
        "number_owner" => sql!("SELECT COUNT(*) FROM number_owner"),
        other => panic!("say here how to count {other}"),
    };
    tx.one(sql, vals![], |row| row.int(0))
}

/// Takes their time from accounts for which nobody was proven, as they were before they had one.
pub fn undate_accounts(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE account SET expires_at = 0 WHERE expires_at IS NOT NULL AND state = 'active'"), vals![])
}

/// Gives every account the password of this hash.
pub fn set_passwords(tx: &mut Tx<'_>, hash: &str) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE account SET password_hash = $1"), vals![hash])
}

/// Damages the order of a path `/pay/ord_…`: what the insurer is told of its visit cannot be read any more.
pub fn spoil_an_order(tx: &mut Tx<'_>, pay: &str) -> Result<u64, DbFault> {
    let id = pay.trim_start_matches("/pay/");
    tx.exec(sql!("UPDATE pay_order SET care = '?' || care WHERE id = $1"), vals![id])
}

/// Takes the damage away again.
pub fn mend_the_orders(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE pay_order SET care = SUBSTR(care, 2) WHERE care LIKE '?%'"), vals![])
}

/// Visits and orders as a program from before wrote them: without short numbers.
pub fn forget_numbers(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE pay_order SET no = NULL"), vals![])?;
    tx.exec(sql!("UPDATE appointment SET no = NULL"), vals![])
}

/// A parcel that waits, of a kind that nothing in this program carries.
pub fn plant_a_parcel_of_nobody(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO outbox (id, kind, about, payload, state, created_at, due_at, attempts) \
             VALUES ('obx_ghost', 'ghost', 'gst_1', $1, 'waiting', 1, 1, 0)"
        ),
        vals![&Vec::from(*b"sealed")],
    )
}

/// The order of [`plant_a_ghost`].
pub const GHOST: &str = "ord_00000000000000000000000000";

/// An order that a program has written which sells other things than this one; it waits for a person.
pub fn plant_a_ghost(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    let care = r#"{"visit_no":"v","med_type":"11","begins_at":1,"department_code":"d","department":"眼科",
        "doctor_code":"d","doctor":"单文","item_code":"i","total":2500}"#;
    let sql = sql!(
        "INSERT INTO pay_order (id, subject_kind, subject_id, person_id, institution, total_fen, way, state, version, \
         open_until, deadline_at, blocked, lane_kind, lane_id, care, title, title_en, href, told, created_at, changed_at) \
         SELECT $1, 'ghost', 'gst_1', MIN(id), (SELECT MIN(id) FROM hospital), 2500, '', 'blocked', 1, 1, 1, 'planted', 'ghost', 'gst_1', $2, \
         '幽灵', 'A ghost', '/', '', 1, 1 FROM person"
    );
    tx.exec(sql, vals![GHOST, care])
}

/// What a command or a start would leave behind that changed anything: orders as they stand, and rows of what grows with
/// every change.
pub fn traces(tx: &mut Tx<'_>) -> Result<(Vec<String>, i64), DbFault> {
    let orders =
        tx.query(sql!("SELECT state || ' ' || version FROM pay_order ORDER BY id"), vals![], |row| row.text(0))?;
    let rows = sql!(
        "SELECT (SELECT COUNT(*) FROM audit) + (SELECT COUNT(*) FROM audit_chain) + (SELECT COUNT(*) FROM audit_anchor) \
         + (SELECT COUNT(*) FROM pay_order_event) + (SELECT COUNT(*) FROM slot) + (SELECT COUNT(*) FROM instance) \
         + (SELECT COUNT(*) FROM job_lease)"
    );
    Ok((orders, tx.one(rows, vals![], |row| row.int(0))?))
}

/// Everybody agreed to older versions than those in force.
pub fn agreed_to_older(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE agreement SET terms = '2020-' || id"), vals![])
}
