//! Writing to a person: sealed outside the closure, inserted within it.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::outbox::{self, Letter};
use serde_json::{Value, json};

use super::model::{Args, MessageId};
use super::store;
use crate::failure::Failure;
use crate::people::{PersonId, Reach, store as people};

/// A message ready to insert, with its SMS if there is to be one.
#[derive(Clone)]
pub struct PreparedMessage {
    pub(crate) id: MessageId,
    pub(crate) person: PersonId,
    pub(crate) kind: &'static str,
    pub(crate) args: Vec<u8>,
    pub(crate) now: Moment,
    letter: Option<Letter>,
}

impl PreparedMessage {
    /// Whom it is for.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    pub(crate) fn at(&self) -> Moment {
        self.now
    }
}

/// Seals a message of `kind` with the person's key. With `with_sms` the same goes to the person's
/// mobile, if there is an active account: template `kind`, parameters the arguments in Chinese.
///
/// In `args` a whole number under a name ending in `_at` is a moment, `link` a path of this service.
///
/// # Errors
/// [`Failure::NoSuchPerson`], or what broke beneath.
pub async fn prepare(
    ctx: &Ctx,
    person: &PersonId,
    kind: &'static str,
    args: &Value,
    with_sms: bool,
) -> Result<PreparedMessage, Failure> {
    let (vault, wanted) = (ctx.vault.clone(), person.clone());
    let reach = ctx.db.look("message.reach", move |tx| people::reach(tx, &vault, &wanted)).await?;
    prepare_for(ctx, &reach.ok_or(Failure::NoSuchPerson)?, kind, args, with_sms)
}

/// The same for a person whose [`Reach`] was read together with other things.
///
/// # Errors
/// What broke beneath.
pub fn prepare_for(
    ctx: &Ctx,
    reach: &Reach,
    kind: &'static str,
    args: &Value,
    with_sms: bool,
) -> Result<PreparedMessage, Failure> {
    let id: MessageId = ctx.id();
    let args = Args::new(args);
    let letter = match reach.mobile.as_ref().filter(|_| with_sms) {
        Some(mobile) => {
            let payload = json!({ "mobile": mobile.expose(), "template": kind, "params": args.for_sms() });
            Some(Letter::new(ctx, "sms", id.as_str(), &payload)?)
        }
        None => None,
    };
    let plain = args.to_text();
    let sealed = reach.key.seal(store::ARGS.of(id.as_str()), plain.as_bytes(), &*ctx.rng)?;
    Ok(PreparedMessage { args: sealed, person: reach.person.clone(), now: ctx.now(), id, kind, letter })
}

/// Inserts the message and its SMS, in the closure of what they tell of.
pub fn insert(tx: &mut Tx<'_>, message: &PreparedMessage) -> Result<(), DbFault> {
    store::insert(tx, message)?;
    match &message.letter {
        Some(letter) => outbox::post(tx, letter),
        None => Ok(()),
    }
}
