//! The only SQL for `person` and `account`.

use kernel::{Date, IdNumber, Mask, Mobile, PersonName};
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::vault::{self, DataKey, Vault};
use platform::{covered, sql, vals};

use super::create::Newcomer;
use super::model::{AccountId, AccountState, Myself, PatientCard, PersonId};
use crate::blind::Blind;
use crate::sealed::Column;

pub(crate) const NAME: Column = Column::new("person", "name");
pub(crate) const ID_NUMBER: Column = Column::new("person", "id_number");
pub(crate) const MOBILE: Column = Column::new("account", "mobile");

const ACTIVE: &str = AccountState::Active.as_str();

/// An active account as login and sign-up need it.
#[derive(Clone)]
pub(crate) struct AccountRow {
    pub(crate) account: AccountId,
    pub(crate) person: PersonId,
    pub(crate) password_hash: String,
}

/// Inserts key, person and account. `false` if the ID number or the mobile number has an owner;
/// some rows may then be there already, so the caller must roll back.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Newcomer) -> Result<bool, DbFault> {
    let person = tx.exec(
        sql!(
            "INSERT INTO person (id, key_id, name, id_number, id_number_blind, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.person.as_str(),
            new.key.id.as_str(),
            new.name.as_slice(),
            new.id_number.as_slice(),
            new.id_number_blind.bytes(),
            new.now
        ],
    )?;
    if person == 0 {
        return Ok(false);
    }
    vault::insert_key(tx, &new.key)?;
    let account = tx.exec(
        sql!(
            "INSERT INTO account (id, person_id, mobile, mobile_blind, password_hash, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.account.as_str(),
            new.person.as_str(),
            new.mobile.as_slice(),
            new.mobile_blind.bytes(),
            new.password_hash.as_str(),
            ACTIVE,
            new.now
        ],
    )?;
    Ok(account == 1)
}

/// The active account with this mobile number.
pub(crate) fn by_mobile(tx: &mut Tx<'_>, mobile: &Blind) -> Result<Option<AccountRow>, DbFault> {
    tx.opt(
        sql!("SELECT id, person_id, password_hash FROM account WHERE mobile_blind = $1 AND state = 'active'"),
        vals![mobile.bytes()],
        account_row,
    )
}

/// The active account of the person with this ID number.
pub(crate) fn by_id_number(tx: &mut Tx<'_>, number: &Blind) -> Result<Option<AccountRow>, DbFault> {
    tx.opt(
        sql!(
            "SELECT a.id, a.person_id, a.password_hash FROM person p JOIN account a ON a.person_id = p.id
             WHERE p.id_number_blind = $1 AND a.state = 'active'"
        ),
        vals![number.bytes()],
        account_row,
    )
}

fn account_row(row: &platform::db::Row) -> Result<AccountRow, DbFault> {
    Ok(AccountRow { account: row.parse(0)?, person: row.parse(1)?, password_hash: row.text(2)? })
}

/// Whether an account is still active with the password hash that was verified before. The row is held
/// until the commit, so that a password set meanwhile elsewhere either ends the session that follows
/// from this, or comes first and is seen.
pub(crate) fn still(tx: &mut Tx<'_>, account: &AccountRow) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!(
            "UPDATE account SET password_hash = password_hash
             WHERE id = $1 AND state = 'active' AND password_hash = $2 RETURNING id"
        ),
        vals![account.account.as_str(), account.password_hash.as_str()],
        |row| row.text(0),
    )?;
    Ok(found.is_some())
}

/// Sets a new password hash on a person's active account; returns which account that is.
pub(crate) fn set_password(tx: &mut Tx<'_>, person: &PersonId, hash: &str) -> Result<Option<AccountId>, DbFault> {
    tx.opt(
        sql!("UPDATE account SET password_hash = $1 WHERE person_id = $2 AND state = 'active' RETURNING id"),
        vals![hash, person.as_str()],
        |row| row.parse(0),
    )
}

/// The people who hold this ID number or this mobile number: none, one or two.
pub(crate) fn owners(tx: &mut Tx<'_>, number: &Blind, mobile: &Blind) -> Result<Vec<PersonId>, DbFault> {
    tx.query(
        sql!(
            "SELECT id FROM person WHERE id_number_blind = $1
             UNION SELECT person_id FROM account WHERE mobile_blind = $2 AND state = 'active'"
        ),
        vals![number.bytes(), mobile.bytes()],
        |row| row.parse(0),
    )
}

/// How many people there are, counted as far as `most`.
///
/// # Errors
/// What broke beneath.
pub fn count(tx: &mut Tx<'_>, most: i64) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM (SELECT id FROM person LIMIT $1) few"), vals![most], |row| row.int(0))
}

/// How to write to a person: the key, and the active account's mobile number if there is one.
pub struct Reach {
    pub(crate) person: PersonId,
    pub(crate) key: DataKey,
    pub(crate) mobile: Option<Mobile>,
}

/// How to write to a person; `None` if there is no such person or the key was destroyed.
pub fn reach(tx: &mut Tx<'_>, vault: &Vault, person: &PersonId) -> Result<Option<Reach>, DbFault> {
    let sql = sql!(
        "SELECT k.id, k.kek_id, k.alg, k.wrapped, a.id, a.mobile FROM person p JOIN data_key k ON k.id = p.key_id
         LEFT JOIN account a ON a.person_id = p.id AND a.state = 'active' WHERE p.id = $1"
    );
    tx.opt(sql, vals![person.as_str()], |row| {
        let key = vault::key_at(row, 0, vault)?;
        let mobile = match (row.opt_text(4)?, row.opt_blob(5)?) {
            (Some(account), Some(sealed)) => Some(MOBILE.read(&key, &account, &sealed, Mobile::parse)?),
            _ => None,
        };
        Ok(Reach { person: person.clone(), key, mobile })
    })
}

/// Opens what a person's own pages show of them.
pub(crate) fn myself(
    key: &DataKey,
    (person, name): (&PersonId, &[u8]),
    (account, mobile): (&AccountId, &[u8]),
) -> Result<Myself, DbFault> {
    let name: PersonName = NAME.read(key, person.as_str(), name, PersonName::parse)?;
    let mobile: Mobile = MOBILE.read(key, account.as_str(), mobile, Mobile::parse)?;
    Ok(Myself::new(&name, &mobile))
}

/// A person's name and ID number as they were given; `None` if there is no such person or the key was destroyed.
pub(crate) fn real_identity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    today: Date,
) -> Result<Option<(PersonName, IdNumber)>, DbFault> {
    let found =
        tx.opt(sql!("SELECT key_id, name, id_number FROM person WHERE id = $1"), vals![person.as_str()], |row| {
            Ok((row.text(0)?, row.blob(1)?, row.blob(2)?))
        })?;
    let Some((key_id, name, number)) = found else { return Ok(None) };
    let Some(key) = vault::load_key(tx, vault, &key_id)? else { return Ok(None) };
    let name = NAME.read(&key, person.as_str(), &name, PersonName::parse)?;
    let number = ID_NUMBER.read(&key, person.as_str(), &number, |text| IdNumber::parse(text, today))?;
    Ok(Some((name, number)))
}

/// A patient as staff see them; `None` if there is no such person or the key was destroyed.
pub fn patient_card(tx: &mut Tx<'_>, vault: &Vault, person: &PersonId) -> Result<Option<PatientCard>, DbFault> {
    let Some(Reach { key, mobile, .. }) = reach(tx, vault, person)? else { return Ok(None) };
    let (name, number) =
        tx.one(sql!("SELECT name, id_number FROM person WHERE id = $1"), vals![person.as_str()], |row| {
            Ok((row.blob(0)?, row.blob(1)?))
        })?;
    let number = ID_NUMBER.open(&key, person.as_str(), &number)?;
    Ok(Some(PatientCard {
        name: NAME.read(&key, person.as_str(), &name, PersonName::parse)?,
        id_masked: mask_id(&number),
        mobile_masked: mobile.map(|mobile| mobile.masked()).unwrap_or_default(),
    }))
}

/// An ID number was checked when it came in; it is masked here without a date to check it against.
fn mask_id(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() <= 10 {
        return "*".repeat(chars.len());
    }
    let (head, tail) = (&chars[..6], &chars[chars.len() - 4..]);
    head.iter().copied().chain(std::iter::repeat_n('*', chars.len() - 10)).chain(tail.iter().copied()).collect()
}

/// More than one active account on a person or a mobile number (I-D01).
pub(crate) fn doubles(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM account WHERE state = 'active'"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT MIN(a.id), COUNT(*) FROM account a JOIN person p ON p.id = a.person_id
             WHERE a.state = 'active' GROUP BY p.id_number_blind HAVING COUNT(*) > 1"
        ),
        vals![],
        |row| Ok(format!("{} active accounts of one ID number, one of them {}", row.int(1)?, row.text(0)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT MIN(id), COUNT(*) FROM account WHERE state = 'active'
             GROUP BY mobile_blind HAVING COUNT(*) > 1"
        ),
        vals![],
        |row| Ok(format!("{} active accounts of one mobile number, one of them {}", row.int(1)?, row.text(0)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] =
    [covered!("account", "account", key "id", subject "id", at "created_at", acts "'account.created'")];
