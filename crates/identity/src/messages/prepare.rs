//! Writing to a person: sealed outside the closure, inserted within it.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::outbox::{self, Letter};
use serde_json::{Value, json};

use super::model::{Args, MessageId};
use super::policy::MessagePolicy;
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
    /// Texts of this kind that may go to this person today.
    texts_most: i64,
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
    let (id, now): (MessageId, Moment) = (ctx.id(), ctx.now());
    let texts_most = ctx.policy.at::<MessagePolicy>(now.date())?.texts_a_day;
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
    Ok(PreparedMessage { args: sealed, person: reach.person.clone(), now, id, kind, letter, texts_most })
}

/// Inserts the message and its SMS, in the closure of what they tell of. Once today's texts of the kind are used up the
/// message stands in the app alone: doing something again and again costs nobody a text each time.
pub fn insert(tx: &mut Tx<'_>, message: &PreparedMessage) -> Result<(), DbFault> {
    store::insert(tx, message)?;
    let Some(letter) = &message.letter else { return Ok(()) };
    if store::take_text(tx, message, message.texts_most)? {
        return outbox::post(tx, letter);
    }
    let kind = message.kind;
    tx.after_commit(move || metrics::counter!("renshe_texts_withheld", "kind" => kind).increment(1));
    Ok(())
}
