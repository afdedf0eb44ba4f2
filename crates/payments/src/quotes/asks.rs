//! How often the insurer is asked for a pre-settlement: the question is written down before it is asked, and whoever comes
//! too soon after it is answered by what is kept.

use std::time::Duration;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::{Asked, Quoted, store};
use crate::policy::PaymentRules;
use crate::ports::Refusal;

/// Questions of one person are counted over so long.
const WINDOW_SECS: i64 = 600;
/// The pause before each look for another one's answer.
const LOOK_EACH: Duration = Duration::from_millis(150);
/// However long the rules let nobody else ask, no page is held back for longer than this.
const WAIT_MOST_SECS: i64 = 30;
/// The word that is kept of a silent insurer; a refusal is kept by its own.
const SILENT: &str = "-";
/// The same of a person that the insurer does not know.
const NOT_INSURED: &str = "+";

/// Whether the insurer may be asked.
#[derive(Debug, Clone)]
pub(crate) enum Reserved {
    /// It may, and nobody else may for a while.
    Yes,
    /// It was asked just now: with this answer, if it has come and is no quote.
    No(Option<Quoted>),
}

/// Reserves a question about a way to pay; a settlement that was tried since the last one makes a new one due at once. So does
/// what the insurer has said of the person since it refused (they had it asked again, 「重新查询参保状态」).
pub(crate) async fn reserve(
    ctx: &Ctx,
    asked: &Asked,
    tried: Option<Moment>,
    rules: &PaymentRules,
) -> Result<Reserved, DbFault> {
    let now = ctx.now();
    let before = now.minus_secs(rules.quote_again_secs);
    let before = tried.map_or(before, |tried| tried.max(before));
    let (of, most) = (asked.clone(), rules.quotes_most);
    let reserved = move |tx: &mut Tx<'_>| -> Result<Reserved, DbFault> {
        let kept = store::answer(tx, &of.order, of.way)?;
        let said = match kept.as_deref().and_then(quoted) {
            // Later than the question: at its own moment it was asked for the question's sake.
            Some(Quoted::Refused(_)) => identity::insurer_said_at(tx, &of.person)?.map(|said| said.plus_ms(-1)),
            _ => None,
        };
        let before = said.map_or(before, |said| said.max(before));
        if store::is_being_asked(tx, &of.order, of.way, (now, before))? {
            return Ok(Reserved::No(Some(Quoted::BeingAsked)));
        }
        if kept.is_none() && store::asked_by(tx, &of.person, now.minus_secs(WINDOW_SECS))? >= most {
            return Ok(Reserved::No(None));
        }
        Ok(match store::ask(tx, &of, (now, before))? {
            true => Reserved::Yes,
            false => Reserved::No(kept.as_deref().and_then(quoted)),
        })
    };
    ctx.db.write(asked.lane, "payment.quote_ask", reserved).await
}

/// Keeps what the insurer answered where it is no quote.
pub(crate) async fn answered(ctx: &Ctx, asked: &Asked, quoted: &Quoted) -> Result<(), DbFault> {
    let word = match quoted {
        Quoted::Shown(_) | Quoted::Odd | Quoted::BeingAsked => return Ok(()),
        Quoted::Refused(what) => what.as_str(),
        Quoted::Silent => SILENT,
        Quoted::NotInsured => NOT_INSURED,
    };
    let (id, way) = (asked.order.clone(), asked.way);
    let kept = move |tx: &mut Tx<'_>| store::answered(tx, &id, way, word);
    ctx.db.write(asked.lane, "payment.quote_answer", kept).await
}

/// Whoever waits for another one's answer looks so often for it: a little longer than until they may ask themselves, since who
/// asks may have gone away over it (a page that was loaded again).
fn looks_most(rules: &PaymentRules) -> u128 {
    let wait = Duration::from_secs(rules.quote_again_secs.min(WAIT_MOST_SECS).unsigned_abs());
    wait.as_millis() / LOOK_EACH.as_millis() + 6
}

/// Waits until the insurer has answered whoever is asking it, or has taken as long as it may.
pub(crate) async fn wait(ctx: &Ctx, asked: &Asked, rules: &PaymentRules) -> Result<(), DbFault> {
    let (way, now) = (asked.way, ctx.now());
    let window = (now, now.minus_secs(rules.quote_again_secs));
    for _ in 0..looks_most(rules) {
        tokio::time::sleep(LOOK_EACH).await;
        let id = asked.order.clone();
        let waits = ctx.db.read("payment.quote_wait", move |tx| store::is_being_asked(tx, &id, way, window));
        if !waits.await? {
            break;
        }
    }
    Ok(())
}

/// What a kept word says; nothing while the insurer has not answered.
fn quoted(word: &str) -> Option<Quoted> {
    match word {
        "" => None,
        SILENT => Some(Quoted::Silent),
        NOT_INSURED => Some(Quoted::NotInsured),
        // A word of another program, older or newer than this one, is a refusal all the same.
        refused => Some(Quoted::Refused(refused.parse().unwrap_or(Refusal::Other))),
    }
}
