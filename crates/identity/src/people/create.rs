//! A new person with a new account, made ready outside the closure that inserts them.

use kernel::{IdNumber, Mobile, Moment, PersonName};
use platform::Ctx;
use platform::vault::{DataKey, NewDataKey, VaultError};

use super::model::{AccountId, PersonId};
use super::store::{ID_NUMBER, MOBILE, NAME};
use crate::blind::Blind;

/// The rows of a person and an account, sealed and ready to insert.
#[derive(Clone)]
pub(crate) struct Newcomer {
    pub(crate) person: PersonId,
    pub(crate) account: AccountId,
    pub(crate) key: NewDataKey,
    pub(crate) name: Vec<u8>,
    pub(crate) id_number: Vec<u8>,
    pub(crate) id_number_blind: Blind,
    pub(crate) mobile: Vec<u8>,
    pub(crate) mobile_blind: Blind,
    pub(crate) password_hash: String,
    pub(crate) now: Moment,
}

impl Newcomer {
    /// Draws ids and a data key, and seals what is personal with it.
    pub(crate) fn prepare(
        ctx: &Ctx,
        name: &PersonName,
        id_number: &IdNumber,
        mobile: &Mobile,
        password_hash: String,
    ) -> Result<Newcomer, VaultError> {
        let now = ctx.now();
        let person: PersonId = ctx.id();
        let account: AccountId = ctx.id();
        let (key, new_key) = ctx.vault.create_key(&*ctx.rng, now, "account")?;
        let seal = |key: &DataKey, aad, plain: &str| key.seal(aad, plain.as_bytes(), &*ctx.rng);
        Ok(Newcomer {
            name: seal(&key, NAME.of(person.as_str()), name.expose())?,
            id_number: seal(&key, ID_NUMBER.of(person.as_str()), id_number.expose())?,
            id_number_blind: Blind::id_number(&ctx.vault, id_number),
            mobile: seal(&key, MOBILE.of(account.as_str()), mobile.expose())?,
            mobile_blind: Blind::mobile(&ctx.vault, mobile),
            key: new_key,
            person,
            account,
            password_hash,
            now,
        })
    }
}
