//! A new person with a new account, made ready outside the closure that inserts them.

use kernel::{IdNumber, Mobile, Moment, PersonName};
use platform::Ctx;
use platform::vault::{DataKey, NewDataKey};

use super::store::{ID_NUMBER, MOBILE, NAME};
use crate::agreements::{Agreement, Shown};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::ids::{AccountId, PersonId};

/// The row of an account, sealed with its person's key and ready to insert.
#[derive(Clone)]
pub(crate) struct NewAccount {
    pub(crate) account: AccountId,
    pub(crate) mobile: Vec<u8>,
    pub(crate) mobile_blind: Blind,
    pub(crate) password_hash: String,
    /// What its holder agreed to; `None` where nobody was asked, so that they are with the next page of theirs.
    pub(crate) agreement: Option<Agreement>,
    pub(crate) now: Moment,
}

impl NewAccount {
    /// Draws an id and seals the mobile number with the key of the person whose account it will be, who has agreed
    /// to what they were `shown`.
    pub(crate) fn prepare(
        ctx: &Ctx,
        key: &DataKey,
        mobile: &Mobile,
        password_hash: String,
        shown: Option<&Shown>,
    ) -> Result<NewAccount, Failure> {
        let account: AccountId = ctx.id();
        Ok(NewAccount {
            mobile: key.seal(MOBILE.of(account.as_str()), mobile.expose().as_bytes(), &*ctx.rng)?,
            mobile_blind: Blind::mobile(&ctx.vault, mobile),
            agreement: shown.map(|shown| Agreement::prepare(ctx, &account, shown)),
            account,
            password_hash,
            now: ctx.now(),
        })
    }
}

/// The rows of a person and an account, sealed and ready to insert.
#[derive(Clone)]
pub(crate) struct Newcomer {
    pub(crate) person: PersonId,
    pub(crate) key: NewDataKey,
    pub(crate) name: Vec<u8>,
    pub(crate) id_number: Vec<u8>,
    pub(crate) id_number_blind: Blind,
    pub(crate) login: NewAccount,
    /// When the account goes unless its person is proven; `None`: it stays.
    pub(crate) expires_at: Option<Moment>,
    pub(crate) now: Moment,
}

impl Newcomer {
    /// Draws ids and a data key, and seals what is personal with it.
    pub(crate) fn prepare(
        ctx: &Ctx,
        (name, id_number): (&PersonName, &IdNumber),
        mobile: &Mobile,
        password_hash: String,
        shown: &Shown,
        expires_at: Option<Moment>,
    ) -> Result<Newcomer, Failure> {
        Ok(Newcomer::with_key(ctx, (name, id_number), mobile, password_hash, shown, expires_at)?.0)
    }

    /// The same with the key itself, for what is sealed beside these rows.
    pub(crate) fn with_key(
        ctx: &Ctx,
        (name, id_number): (&PersonName, &IdNumber),
        mobile: &Mobile,
        password_hash: String,
        shown: &Shown,
        expires_at: Option<Moment>,
    ) -> Result<(Newcomer, DataKey), Failure> {
        let now = ctx.now();
        let person: PersonId = ctx.id();
        let (key, new_key) = ctx.vault.create_key(&*ctx.rng, now, "account")?;
        let seal = |aad, plain: &str| key.seal(aad, plain.as_bytes(), &*ctx.rng);
        let new = Newcomer {
            name: seal(NAME.of(person.as_str()), name.expose())?,
            id_number: seal(ID_NUMBER.of(person.as_str()), id_number.expose())?,
            id_number_blind: Blind::id_number(&ctx.vault, id_number),
            login: NewAccount::prepare(ctx, &key, mobile, password_hash, Some(shown))?,
            key: new_key,
            person,
            expires_at,
            now,
        };
        Ok((new, key))
    }
}
