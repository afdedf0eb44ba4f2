//! Ending the accounts that said an ID number which somebody else was proven to have. Their holders are
//! told, and so is the owner; nothing had been done with them, since nothing of value opens to them.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::outbox::{self, Letter};
use serde_json::json;

use super::policy::AccountPolicy;
use super::store;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages::{self, MessageId, PreparedMessage};
use crate::people::{AccountId, PersonId, Reach, store as people};
use crate::sessions;

/// The accounts to end, with what their holders are told.
#[derive(Clone)]
pub(crate) struct Ousting {
    number: Blind,
    letters: Vec<(AccountId, Letter)>,
    /// To the owner; there only where there is somebody to end.
    note: Option<PreparedMessage>,
    now: Moment,
    expires_at: Moment,
    ctx: Ctx,
}

impl Ousting {
    /// Reads who says the number besides `prover`, and prepares what they and `owner` are told.
    pub(crate) async fn prepare(
        ctx: &Ctx,
        number: &Blind,
        prover: &PersonId,
        owner: &Reach,
    ) -> Result<Ousting, Failure> {
        let now = ctx.now();
        let policy = ctx.policy.at::<AccountPolicy>(now.date())?;
        let (vault, wanted, but) = (ctx.vault.clone(), number.clone(), prover.clone());
        let found = ctx.db.read("owner.sayers", move |tx| -> Result<_, DbFault> {
            let mut found = Vec::new();
            for (account, person) in store::sayers(tx, &wanted)? {
                if person != but {
                    found.push((account, people::reach(tx, &vault, &person)?));
                }
            }
            Ok(found)
        });
        let found = found.await?;
        let note = match found.len() {
            0 => None,
            many => {
                let args = json!({ "count": many, "told_at": now.ms() });
                Some(messages::prepare_for(ctx, owner, "number_taken_back", &args, true)?)
            }
        };
        let mut letters = Vec::with_capacity(found.len());
        for (account, reach) in found {
            if let Some(mobile) = reach.and_then(|reach| reach.mobile) {
                letters.push((account, ended_letter(ctx, &mobile, now)?));
            }
        }
        Ok(Ousting {
            number: number.clone(),
            letters,
            note,
            now,
            expires_at: policy.ended_until(now),
            ctx: ctx.clone(),
        })
    }
}

/// A text to whoever holds an account that ends: they need not be who they said to be, so it names nobody.
fn ended_letter(ctx: &Ctx, mobile: &kernel::Mobile, now: Moment) -> Result<Letter, Failure> {
    let about: MessageId = ctx.id();
    let params = json!({ "ended_at": messages::chinese_moment(now) });
    let payload = json!({ "mobile": mobile.expose(), "template": "account_ended", "params": params });
    Ok(Letter::new(ctx, "sms", about.as_str(), &payload)?)
}

/// Ends them, in the closure that makes the number somebody's. Whoever has signed up between the
/// preparation and this moment is ended too, without a text.
pub(crate) fn oust(tx: &mut Tx<'_>, new: &Ousting, prover: &PersonId) -> Result<(), DbFault> {
    for (account, person) in store::sayers(tx, &new.number)? {
        if person == *prover || !people::end_account(tx, &account, new.now, new.expires_at)? {
            continue;
        }
        let sessions = sessions::store::end_all(tx, &person, new.now)?;
        if let Some((_, letter)) = new.letters.iter().find(|(told, _)| *told == account) {
            outbox::post(tx, letter)?;
        }
        let detail = json!({ "why": "the ID number is another person's", "sessions": sessions });
        tx.audit(new.ctx.act("account.ended", account.as_str(), detail));
    }
    match &new.note {
        Some(note) => messages::insert(tx, note),
        None => Ok(()),
    }
}
