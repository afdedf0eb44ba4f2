//! How often the insurer is asked for a pre-settlement: the question is written down before it is asked, and whoever comes
//! too soon after it is answered by what is kept.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use crate::orders::Order;
use crate::orders::model::Way;
use crate::orders::policy::PaymentRules;
use crate::orders::quote::Quoted;
use crate::quotes::store;

/// Questions of one person are counted over so long.
const WINDOW_SECS: i64 = 600;
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

/// Reserves a question about a way to pay; a settlement that was tried since the last one makes a new one due at once.
pub(crate) async fn reserve(
    ctx: &Ctx,
    order: &Order,
    way: Way,
    tried: Option<Moment>,
    rules: &PaymentRules,
) -> Result<Reserved, DbFault> {
    let now = ctx.now();
    let before = now.minus_secs(rules.quote_again_secs);
    let before = tried.map_or(before, |tried| tried.max(before));
    let (order2, most) = (order.clone(), rules.quotes_most);
    let reserved = move |tx: &mut Tx<'_>| -> Result<Reserved, DbFault> {
        let kept = store::answer(tx, &order2.id, way)?;
        if kept.is_none() && store::asked_by(tx, &order2.person, now.minus_secs(WINDOW_SECS))? >= most {
            return Ok(Reserved::No(None));
        }
        Ok(match store::ask(tx, &order2, way, (now, before))? {
            true => Reserved::Yes,
            false => Reserved::No(kept.as_deref().and_then(quoted)),
        })
    };
    ctx.db.write(order.lane_key(), "payment.quote_ask", reserved).await
}

/// Keeps what the insurer answered where it is no quote.
pub(crate) async fn answered(ctx: &Ctx, order: &Order, way: Way, quoted: &Quoted) -> Result<(), DbFault> {
    let word = match quoted {
        Quoted::Shown(_) | Quoted::Odd => return Ok(()),
        Quoted::Refused(word) => word.clone(),
        Quoted::Silent => SILENT.to_owned(),
        Quoted::NotInsured => NOT_INSURED.to_owned(),
    };
    let id = order.id.clone();
    let kept = move |tx: &mut Tx<'_>| store::answered(tx, &id, way, &word);
    ctx.db.write(order.lane_key(), "payment.quote_answer", kept).await
}

/// What a kept word says; nothing while the insurer has not answered.
fn quoted(word: &str) -> Option<Quoted> {
    match word {
        "" => None,
        SILENT => Some(Quoted::Silent),
        NOT_INSURED => Some(Quoted::NotInsured),
        refused => Some(Quoted::Refused(refused.to_owned())),
    }
}
