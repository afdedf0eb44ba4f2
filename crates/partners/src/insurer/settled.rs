//! 5203: which settlement of a visit is in force, if any.

use payments::ports::{RegisteredVisit, SettleError, Settled};
use platform::Ctx;
use wire::insurer::{Data, FAILED, SETTLED, SettlementQuery};

use super::call::Said;
use super::doubts::report;
use super::in_force::in_force;
use super::refusal::refusal;
use super::settle::told;
use super::{InsurerClient, amounts, answer};

/// Asks 5203 by the visit alone. `None` is a claim (nothing of this visit is settled): only the words
/// that make it, and settlements of which each is undone, count as that.
pub(super) async fn settled(
    client: &InsurerClient,
    ctx: &Ctx,
    visit: &RegisteredVisit,
) -> Result<Option<Settled>, SettleError> {
    let input = Data {
        data: SettlementQuery {
            psn_no: visit.person.psn_no.expose().clone(),
            mdtrt_id: visit.registered.mdtrt_id.clone(),
            setl_id: String::new(),
        },
    };
    let words = &client.settings.words;
    let output = match client.tell(ctx, SETTLED, &client.fresh_number(ctx), &visit.person, &input).await? {
        Said::Done(output) => output,
        Said::Refused(FAILED, says) if words.no_settlement.iter().any(|word| says.contains(word)) => return Ok(None),
        Said::Refused(infcode, says) => return Err(refusal(words, infcode, &says)),
    };
    let Some(reply) = in_force(answer::settlements(&output, visit)?)? else { return Ok(None) };
    let reckoned = amounts::reckon_made(SETTLED, &reply, visit, &client.settings.fund_types)?;
    report(SETTLED, &reckoned.doubts);
    Ok(Some(told(reply.setlinfo, reckoned)?))
}
