//! A city as the program of migration 19 kept it: whom somebody served was a hospital's id or a pharmacy's name, in columns of
//! their own. And what has become of it since.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::vault::{self, NewDataKey};
use platform::{sql, vals};

/// A hospital of before, with as much as one visit needs: a department, a doctor, and places every half-day.
pub fn hospital(tx: &mut Tx<'_>, (id, code, name): (&str, &str, &str), rank: i64) -> Result<(), DbFault> {
    let hospital = sql!(
        "INSERT INTO hospital (id, code, name, short, name_en, level, address, phone, tips, tips_en, search, initials, rank, demo) \
         VALUES ($1, $2, $3, '市某院', 'A Hospital', 'tertiary', '延陵路 1 号', '0519-00000009', '', '', '', '', $4, 1)"
    );
    tx.exec(hospital, vals![id, code, name, rank])?;
    let tail = id.trim_start_matches("hos_");
    let (department, doctor) = (format!("dep_{tail}"), format!("doc_{tail}"));
    let sql = sql!(
        "INSERT INTO department (id, hospital_id, name, name_en, place, place_en, search, initials, rank) \
         VALUES ($1, $2, '眼科', 'Ophthalmology', '门诊楼', 'outpatient building', '', '', 0)"
    );
    tx.exec(sql, vals![&department, id])?;
    let sql = sql!(
        "INSERT INTO doctor (id, department_id, name, name_en, title, good_at, good_at_en, search, initials, rank) \
         VALUES ($1, $2, '单文', 'Shan Wen', 'attending', '', '', '', '', 0)"
    );
    tx.exec(sql, vals![&doctor, &department])?;
    for weekday in 1..=7 {
        for half in ["am", "pm"] {
            let sql =
                sql!("INSERT INTO roster (doctor_id, weekday, half, capacity, fee_fen) VALUES ($1, $2, $3, 4, 0)");
            tx.exec(sql, vals![&doctor, weekday, half])?;
        }
    }
    Ok(())
}

/// Somebody who serves at a desk: at a hospital by its id, or nowhere.
pub struct Staff {
    pub id: String,
    pub login: &'static str,
    pub role: &'static str,
    pub hospital: String,
    pub password_hash: String,
    pub name: Vec<u8>,
    pub key: NewDataKey,
}

pub fn staff(tx: &mut Tx<'_>, new: &Staff, now: Moment) -> Result<(), DbFault> {
    vault::insert_key(tx, &new.key)?;
    let sql = sql!(
        "INSERT INTO staff (id, login, key_id, name, password_hash, role, hospital, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8)"
    );
    let values =
        vals![&new.id, new.login, &new.key.id, new.name.as_slice(), &new.password_hash, new.role, &new.hospital, now];
    tx.exec(sql, values).map(drop)
}

/// A scanner's key: at a hospital by its id, or at a pharmacy by its name.
pub struct Key {
    pub id: String,
    pub place: String,
    pub ended: bool,
    pub secret: Vec<u8>,
    pub key: NewDataKey,
}

pub fn key(tx: &mut Tx<'_>, new: &Key, now: Moment) -> Result<(), DbFault> {
    vault::insert_key(tx, &new.key)?;
    let state = if new.ended { "ended" } else { "active" };
    let sql = sql!(
        "INSERT INTO partner_key (id, name, place, key_id, secret, state, created_at, ended_at) \
         VALUES ($1, '扫码枪', $2, $3, $4, $5, $6, $7)"
    );
    let values = vals![&new.id, &new.place, &new.key.id, new.secret.as_slice(), state, now, new.ended.then_some(now)];
    tx.exec(sql, values).map(drop)
}

/// An order that was given up before anything was paid.
pub fn order(tx: &mut Tx<'_>, (id, person): (&str, &str), hospital: &str, now: Moment) -> Result<(), DbFault> {
    let care = r#"{"visit_no":"v","med_type":"11","begins_at":1,"department_code":"d","department":"眼科",
        "doctor_code":"d","doctor":"单文","item_code":"i","total":2500}"#;
    let sql = sql!(
        "INSERT INTO pay_order (id, subject_kind, subject_id, person_id, institution, total_fen, way, state, version, \
         stop, stopped_at, open_until, deadline_at, lane_kind, lane_id, care, title, title_en, href, told, created_at, changed_at) \
         VALUES ($1, 'appointment', 'apt_of_before', $2, $3, 2500, '', 'closed', 2, 'cancelled', $4, $4, $4, 'slot', 'slt_of_before', $5, \
         '挂号', 'A visit', '/', '', $4, $4)"
    );
    tx.exec(sql, vals![id, person, hospital, now, care])?;
    let steps = [(1, "", "open"), (2, "open", "closed")];
    for (n, from, to) in steps {
        let sql = sql!(
            "INSERT INTO pay_order_event (order_id, n, from_state, to_state, cause, actor, at) VALUES ($1, $2, $3, $4, '', 'system', $5)"
        );
        tx.exec(sql, vals![id, n, from, to, now])?;
    }
    Ok(())
}

/// Every institution: id, kind, code, name and state.
pub fn institutions(tx: &mut Tx<'_>) -> Result<Vec<[String; 5]>, DbFault> {
    tx.query(sql!("SELECT id, kind, code, name, state FROM institution ORDER BY id"), vals![], |row| {
        Ok([row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?, row.text(4)?])
    })
}

/// What an institution can: its capabilities, in the order of their words.
pub fn capabilities(tx: &mut Tx<'_>, id: &str) -> Result<Vec<String>, DbFault> {
    let sql = sql!("SELECT capability FROM institution_capability WHERE institution_id = $1 ORDER BY capability");
    tx.query(sql, vals![id], |row| row.text(0))
}

/// Whom each staff account and each key belongs to: the login or the key's id, and the institution's id.
pub fn belongs(tx: &mut Tx<'_>) -> Result<Vec<(String, Option<String>)>, DbFault> {
    let sql = sql!(
        "SELECT login AS who, institution_id FROM staff UNION ALL SELECT id, institution_id FROM partner_key ORDER BY who"
    );
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.opt_text(1)?)))
}

/// Points something to an institution that there is none of.
pub fn point_nowhere(tx: &mut Tx<'_>, table: &str) -> Result<u64, DbFault> {
    let sql = match table {
        "staff" => sql!("UPDATE staff SET institution_id = 'hos_nowhere'"),
        "partner_key" => sql!("UPDATE partner_key SET institution_id = 'hos_nowhere'"),
        "hospital" => sql!("UPDATE hospital SET institution_id = 'hos_nowhere' WHERE rank = 0"),
        other => panic!("say here how to point {other} nowhere"),
    };
    tx.exec(sql, vals![])
}

/// A hospital as the program of migration 19 would still write it, on the schema of today.
pub fn hospital_by_an_old_program(tx: &mut Tx<'_>, id: &str) -> Result<(), DbFault> {
    hospital(tx, (id, "later", "后来的医院"), 99)
}
