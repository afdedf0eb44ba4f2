//! The only SQL that writes `institution` and `institution_capability`.

use std::collections::BTreeMap;

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals};

use super::ids::{InstitutionId, Kind};
use super::model::{Capabilities, Capability, District, Facts, Institution, State};

macro_rules! institution_columns {
    () => {
        "i.id, i.code, i.name, i.short, i.name_en, i.credit_code, i.insurer_code, i.district, i.address, i.phone, i.hours, \
         i.demo, i.state"
    };
}

/// Inserts an institution with what it does; `false` if its code or its insurer's code is another's.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Institution, now: Moment) -> Result<bool, DbFault> {
    let facts = &new.facts;
    let inserted = tx.exec(
        sql!(
            "INSERT INTO institution (id, kind, code, name, short, name_en, credit_code, insurer_code, district, address, \
             phone, hours, demo, state, created_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.id.as_str(),
            new.id.kind().as_str(),
            new.code.as_str(),
            facts.name.as_str(),
            facts.short.as_str(),
            facts.name_en.as_str(),
            facts.credit_code.as_ref().map(|code| code.as_str()),
            facts.insurer_code.as_ref().map(|code| code.as_str()),
            facts.district.as_ref().map_or("", District::as_str),
            facts.address.as_str(),
            facts.phone.as_str(),
            facts.hours.to_string(),
            new.demo,
            new.state.as_str(),
            now,
            now
        ],
    )?;
    if inserted == 1 {
        for capability in new.capabilities.iter() {
            turn_on(tx, &new.id, capability, now)?;
        }
    }
    Ok(inserted == 1)
}

/// The institution with this id.
///
/// # Errors
/// What broke beneath.
pub fn of(tx: &mut Tx<'_>, id: &InstitutionId) -> Result<Option<Institution>, DbFault> {
    let sql = sql!(concat!("SELECT ", institution_columns!(), " FROM institution i WHERE i.id = $1"));
    let Some(mut found) = tx.opt(sql, vals![id.as_str()], at)? else { return Ok(None) };
    found.capabilities = capabilities(tx, id)?;
    Ok(Some(found))
}

/// The institution with this code.
pub(super) fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<InstitutionId>, DbFault> {
    tx.opt(sql!("SELECT id FROM institution WHERE code = $1"), vals![code], |row| row.parse(0))
}

/// The institution that the insurer knows under this number.
pub(super) fn by_insurer_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<InstitutionId>, DbFault> {
    tx.opt(sql!("SELECT id FROM institution WHERE insurer_code = $1"), vals![code], |row| row.parse(0))
}

/// Those with this credit code.
pub(super) fn by_credit_code(tx: &mut Tx<'_>, code: &str) -> Result<Vec<InstitutionId>, DbFault> {
    tx.query(sql!("SELECT id FROM institution WHERE credit_code = $1 ORDER BY code"), vals![code], |row| row.parse(0))
}

/// Those that are called so, in full or in short.
pub(super) fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Vec<InstitutionId>, DbFault> {
    let sql = sql!("SELECT id FROM institution WHERE name = $1 OR short = $1 ORDER BY code");
    tx.query(sql, vals![name], |row| row.parse(0))
}

/// All of one kind, or all, by kind and code.
pub(super) fn list(tx: &mut Tx<'_>, kind: Option<Kind>) -> Result<Vec<Institution>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        institution_columns!(),
        " FROM institution i WHERE i.kind = $1 OR $1 = '' ORDER BY i.kind, i.code"
    ));
    let mut all = tx.query(sql, vals![kind.map_or("", Kind::as_str)], at)?;
    let mut can: BTreeMap<String, Vec<Capability>> = BTreeMap::new();
    for (id, capability) in
        tx.query(sql!("SELECT institution_id, capability FROM institution_capability"), vals![], |row| {
            Ok((row.text(0)?, row.parse::<Capability>(1)?))
        })?
    {
        can.entry(id).or_default().push(capability);
    }
    for one in &mut all {
        one.capabilities = can.remove(one.id.as_str()).into_iter().flatten().collect();
    }
    Ok(all)
}

fn capabilities(tx: &mut Tx<'_>, id: &InstitutionId) -> Result<Capabilities, DbFault> {
    let sql = sql!("SELECT capability FROM institution_capability WHERE institution_id = $1");
    Ok(tx.query(sql, vals![id.as_str()], |row| row.parse::<Capability>(0))?.into_iter().collect())
}

/// Writes facts anew.
pub(super) fn set_facts(tx: &mut Tx<'_>, id: &InstitutionId, facts: &Facts, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE institution SET name = $2, short = $3, name_en = $4, credit_code = $5, insurer_code = $6, district = $7, \
             address = $8, phone = $9, hours = $10, changed_at = $11 WHERE id = $1"
        ),
        vals![
            id.as_str(),
            facts.name.as_str(),
            facts.short.as_str(),
            facts.name_en.as_str(),
            facts.credit_code.as_ref().map(|code| code.as_str()),
            facts.insurer_code.as_ref().map(|code| code.as_str()),
            facts.district.as_ref().map_or("", District::as_str),
            facts.address.as_str(),
            facts.phone.as_str(),
            facts.hours.to_string(),
            now
        ],
    )
    .map(drop)
}

/// Opens or closes it; `false` if there is none, or it was so.
pub(super) fn set_state(tx: &mut Tx<'_>, id: &InstitutionId, state: State, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!("UPDATE institution SET state = $2, changed_at = $3 WHERE id = $1 AND state <> $2");
    Ok(tx.exec(sql, vals![id.as_str(), state.as_str(), now])? == 1)
}

/// Turns something on; `false` if it was.
pub(super) fn turn_on(
    tx: &mut Tx<'_>,
    id: &InstitutionId,
    capability: Capability,
    now: Moment,
) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO institution_capability (institution_id, capability, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    );
    Ok(tx.exec(sql, vals![id.as_str(), capability.as_str(), now])? == 1)
}

/// Turns something off; `false` if it was.
pub(super) fn turn_off(tx: &mut Tx<'_>, id: &InstitutionId, capability: Capability) -> Result<bool, DbFault> {
    let sql = sql!("DELETE FROM institution_capability WHERE institution_id = $1 AND capability = $2");
    Ok(tx.exec(sql, vals![id.as_str(), capability.as_str()])? == 1)
}

fn at(row: &Row) -> Result<Institution, DbFault> {
    let district = row.text("district")?;
    Ok(Institution {
        id: row.parse("id")?,
        code: row.text("code")?,
        facts: Facts {
            name: row.text("name")?,
            short: row.text("short")?,
            name_en: row.text("name_en")?,
            credit_code: row.opt_parse("credit_code")?,
            insurer_code: row.opt_parse("insurer_code")?,
            district: if district.is_empty() { None } else { Some(row.parse("district")?) },
            address: row.text("address")?,
            phone: row.text("phone")?,
            hours: row.parse("hours")?,
        },
        demo: row.flag("demo")?,
        state: row.parse("state")?,
        capabilities: Capabilities::default(),
    })
}

/// An institution's words as they stand, right or wrong.
pub(super) struct Raw {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) credit_code: Option<String>,
    pub(super) insurer_code: Option<String>,
    pub(super) district: String,
    pub(super) hours: String,
}

/// The next rows after an id, as they stand.
pub(super) fn raw(tx: &mut Tx<'_>, after: &str, most: i64) -> Result<Vec<Raw>, DbFault> {
    let sql = sql!(
        "SELECT id, kind, state, credit_code, insurer_code, district, hours FROM institution WHERE id > $1 \
         ORDER BY id LIMIT $2"
    );
    tx.query(sql, vals![after, most], |row| {
        Ok(Raw {
            id: row.text("id")?,
            kind: row.text("kind")?,
            state: row.text("state")?,
            credit_code: row.opt_text("credit_code")?,
            insurer_code: row.opt_text("insurer_code")?,
            district: row.text("district")?,
            hours: row.text("hours")?,
        })
    })
}

/// Whose capabilities there are, with their words as they stand.
pub(super) fn capability_words(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, DbFault> {
    let sql = sql!("SELECT institution_id, capability FROM institution_capability ORDER BY institution_id, capability");
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// The acts that the audit has of an institution, by name.
#[cfg(test)]
pub(super) fn acts(tx: &mut Tx<'_>, id: &InstitutionId) -> Result<Vec<String>, DbFault> {
    tx.query(sql!("SELECT act FROM audit WHERE subject = $1 ORDER BY act"), vals![id.as_str()], |row| row.text(0))
}

/// What left an audit row when it was written; rows that the directory was made with have the time 0.
pub(crate) static AUDITED: [Covered; 2] = [
    covered!("institution", "institution", key "id", subject "id", at "created_at", acts "'institution.added'", since 20),
    covered!("capability", "institution_capability", key "institution_id || ' ' || capability", subject "institution_id",
        at "since", acts "'institution.added', 'institution.capability'", since 20),
];
