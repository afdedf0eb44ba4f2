//! The only SQL for `person` and `account`.

use kernel::{Date, IdNumber, Mask, Mobile, Moment, PersonName};
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::vault::{self, DataKey, Vault};
use platform::{covered, sql, vals};

use super::create::{NewAccount, Newcomer};
use super::model::{AccountState, Myself, PatientCard, mask_id};
use crate::agreements;
use crate::blind::Blind;
use crate::ids::{AccountId, PersonId};
use crate::sealed::Column;

pub(crate) const NAME: Column = Column::new("person", "name");
pub(crate) const NAME_WISHED: Column = Column::new("person", "name_wished");
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

/// Inserts key, person and account. `false` if the mobile number has an active account; some rows may
/// then be there already, so the caller must roll back. Whose the ID number is plays no part.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Newcomer) -> Result<bool, DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO person (id, key_id, name, id_number, id_number_blind, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
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
    vault::insert_key(tx, &new.key)?;
    insert_account(tx, &new.login, &new.person, new.expires_at)
}

/// Inserts an account with what its holder agreed to; `false` if the mobile number, or the person, has an active one. `expires_at`:
/// when it goes unless its person is proven; `None` if that has happened.
pub(crate) fn insert_account(
    tx: &mut Tx<'_>,
    new: &NewAccount,
    person: &PersonId,
    expires_at: Option<Moment>,
) -> Result<bool, DbFault> {
    let account = tx.exec(
        sql!(
            "INSERT INTO account (id, person_id, mobile, mobile_blind, password_hash, state, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.account.as_str(),
            person.as_str(),
            new.mobile.as_slice(),
            new.mobile_blind.bytes(),
            new.password_hash.as_str(),
            ACTIVE,
            new.now,
            expires_at
        ],
    )?;
    if account == 1
        && let Some(agreement) = &new.agreement
    {
        agreements::store::insert(tx, agreement)?;
    }
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

/// The account that an ID number logs in to: its owner's; while it has none, the one that has been used in this browser, or
/// the only one that says the number. Where several say it, nobody can tell whose password is to be asked for, and whoever is
/// not proven logs in by mobile number (`docs/adr/0011`).
pub(crate) fn by_id_number(
    tx: &mut Tx<'_>,
    number: &Blind,
    used_here: Option<&AccountId>,
) -> Result<Option<AccountRow>, DbFault> {
    tx.opt(
        sql!(
            "SELECT a.id, a.person_id, a.password_hash FROM person p JOIN account a ON a.person_id = p.id
             LEFT JOIN number_owner o ON o.person_id = p.id
             WHERE p.id_number_blind = $1 AND a.state = 'active' AND (o.person_id IS NOT NULL OR a.id = $2 OR NOT EXISTS (
               SELECT 1 FROM person q JOIN account b ON b.person_id = q.id
               WHERE q.id_number_blind = $1 AND b.state = 'active' AND b.id <> a.id))
             ORDER BY CASE WHEN o.person_id IS NOT NULL THEN 0 ELSE 1 END LIMIT 1"
        ),
        vals![number.bytes(), used_here.map_or("", AccountId::as_str)],
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

/// Notes another name for a person, until they are proven under it; `false` if they have given `limit` names
/// in the time that began after `window_start`.
pub(crate) fn wish_name(
    tx: &mut Tx<'_>,
    person: &PersonId,
    sealed: &[u8],
    now: Moment,
    (limit, window_start): (i64, Moment),
) -> Result<bool, DbFault> {
    let noted = tx.exec(
        sql!(
            "UPDATE person SET name_wished = $1, name_wished_at = $2,
             name_wishes = CASE WHEN name_wishes_from > $3 THEN name_wishes + 1 ELSE 1 END,
             name_wishes_from = CASE WHEN name_wishes_from > $3 THEN name_wishes_from ELSE $2 END
             WHERE id = $4 AND (name_wishes_from <= $3 OR name_wishes < $5)"
        ),
        vals![sealed, now, window_start, person.as_str(), limit],
    )?;
    Ok(noted == 1)
}

/// Gives a person the name under which they were proven.
pub(crate) fn rename(tx: &mut Tx<'_>, person: &PersonId, sealed: &[u8]) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE person SET name = $1, name_wished = NULL, name_wished_at = NULL WHERE id = $2"),
        vals![sealed, person.as_str()],
    )?;
    Ok(())
}

/// Ends an active account; `false` if it had ended. Its rows go at `expires_at`.
pub(crate) fn end_account(
    tx: &mut Tx<'_>,
    account: &AccountId,
    now: Moment,
    expires_at: Moment,
) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE account SET state = 'ended', closed_at = $1, expires_at = $2 WHERE id = $3 AND state = 'active'"),
        vals![now, expires_at, account.as_str()],
    )?;
    Ok(ended == 1)
}

/// Keeps an account from now on, because its person has been proven.
pub(crate) fn keep_account(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE account SET expires_at = NULL WHERE person_id = $1 AND state = 'active'"),
        vals![person.as_str()],
    )?;
    Ok(())
}

/// When an active account goes unless its person is proven.
pub(crate) fn goes_at(tx: &mut Tx<'_>, account: &AccountId) -> Result<Option<Moment>, DbFault> {
    let sql = sql!("SELECT expires_at FROM account WHERE id = $1 AND state = 'active'");
    Ok(tx.opt(sql, vals![account.as_str()], |row| row.opt_moment(0))?.flatten())
}

/// The password hash of an active account.
pub(crate) fn password_hash(tx: &mut Tx<'_>, account: &AccountId) -> Result<Option<String>, DbFault> {
    tx.opt(
        sql!("SELECT password_hash FROM account WHERE id = $1 AND state = 'active'"),
        vals![account.as_str()],
        |row| row.text(0),
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
        "SELECT k.id AS key_id, k.kek_id, k.alg, k.wrapped, a.id AS account_id, a.mobile FROM person p \
         JOIN data_key k ON k.id = p.key_id
         LEFT JOIN account a ON a.person_id = p.id AND a.state = 'active' WHERE p.id = $1"
    );
    tx.opt(sql, vals![person.as_str()], |row| {
        let key = vault::key_of(row, vault)?;
        let mobile = match (row.opt_text("account_id")?, row.opt_blob("mobile")?) {
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

/// A person as they say to be, or were proven to be.
pub(crate) struct RealIdentity {
    pub(crate) name: PersonName,
    pub(crate) number: IdNumber,
    /// Another name, and when it was given.
    pub(crate) wished: Option<(PersonName, Moment)>,
    /// Whether the number is this person's, and not only said to be.
    pub(crate) owner: bool,
}

/// A person's name and ID number; `None` if there is no such person or the key was destroyed.
pub(crate) fn real_identity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    today: Date,
) -> Result<Option<(PersonName, IdNumber)>, DbFault> {
    Ok(identity_of(tx, vault, person, today)?.map(|known| (known.name, known.number)))
}

/// The same with what else is known of them.
pub(crate) fn identity_of(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    today: Date,
) -> Result<Option<RealIdentity>, DbFault> {
    let found = tx.opt(
        sql!(
            "SELECT p.key_id, p.name, p.id_number, p.name_wished, p.name_wished_at, o.person_id
             FROM person p LEFT JOIN number_owner o ON o.person_id = p.id WHERE p.id = $1"
        ),
        vals![person.as_str()],
        |row| {
            let wished = row.opt_blob("name_wished")?.zip(row.opt_moment("name_wished_at")?);
            Ok((
                row.text("key_id")?,
                row.blob("name")?,
                row.blob("id_number")?,
                wished,
                row.opt_text("person_id")?.is_some(),
            ))
        },
    )?;
    let Some((key_id, name, number, wished, owner)) = found else { return Ok(None) };
    let Some(key) = vault::load_key(tx, vault, &key_id)? else { return Ok(None) };
    let wished = match wished {
        Some((sealed, at)) => Some((NAME_WISHED.read(&key, person.as_str(), &sealed, PersonName::parse)?, at)),
        None => None,
    };
    Ok(Some(RealIdentity {
        name: NAME.read(&key, person.as_str(), &name, PersonName::parse)?,
        number: ID_NUMBER.read(&key, person.as_str(), &number, |text| IdNumber::parse(text, today))?,
        wished,
        owner,
    }))
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
        // It was judged on the day it came in; no later day refuses it.
        number: IdNumber::parse(&number, Date::MAX).ok(),
        mobile_masked: mobile.map(|mobile| mobile.masked()).unwrap_or_default(),
    }))
}

/// What contradicts that an ID number has one owner, who has one active account (I-D01): owners of a
/// number that is not theirs, several active accounts of a person or a mobile number, and accounts that
/// would go although their person was proven.
pub(crate) fn doubles(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM account WHERE state = 'active'"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT o.person_id FROM number_owner o LEFT JOIN person p ON p.id = o.person_id
             WHERE p.id IS NULL OR p.id_number_blind <> o.id_number_blind ORDER BY o.person_id"
        ),
        vals![],
        |row| Ok(format!("{} owns an ID number that is not theirs", row.text(0)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT person_id, COUNT(*) FROM account WHERE state = 'active'
             GROUP BY person_id HAVING COUNT(*) > 1 ORDER BY person_id"
        ),
        vals![],
        |row| Ok(format!("{} has {} active accounts", row.text(0)?, row.int(1)?)),
    )?);
    broken.extend(tx.query(
        sql!(
            "SELECT MIN(id), COUNT(*) FROM account WHERE state = 'active'
             GROUP BY mobile_blind HAVING COUNT(*) > 1"
        ),
        vals![],
        |row| Ok(format!("{} active accounts of one mobile number, one of them {}", row.int(1)?, row.text(0)?)),
    )?);
    broken.extend(tx.query(
        sql!(
            "SELECT a.id FROM account a JOIN number_owner o ON o.person_id = a.person_id
             WHERE a.state = 'active' AND a.expires_at IS NOT NULL ORDER BY a.id"
        ),
        vals![],
        |row| Ok(format!("{} would go although its person was proven", row.text(0)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("account", "account", key "id", subject "id", at "created_at", acts "'account.created', 'account.moved'"),
];
