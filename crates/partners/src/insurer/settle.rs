//! 2207: a visit is settled, once, under a number that was written down before.

use identity::ports::PortError;
use payments::ports::{Presettled, SettleError, Settled, SettlementFacts, Split, Visit};
use platform::Ctx;
use wire::insurer::{Data, Echo, SETTLE, SetlInfo, Settlement, moment};

use super::presettle::question;
use super::{InsurerClient, amounts, answer};

/// Sends 2207 under this number. Refused, nothing was done; unknown, [`super::settled`] says.
pub(super) async fn settle(
    client: &InsurerClient,
    ctx: &Ctx,
    number: &str,
    visit: &Visit,
    advice: &Presettled,
) -> Result<Settled, SettleError> {
    let [fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt] = advice.echo;
    let echo = Echo { fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt };
    let input = Data { data: Settlement { of: question(visit), invono: String::new(), echo } };
    let output = client.act(ctx, SETTLE, number, &visit.person, &input).await?;
    let reply = answer::settlement(output, visit)?;
    let split = amounts::split(SETTLE, &reply, visit)?;
    let settled = told(reply.setlinfo, split)?;
    if settled.number != number {
        return Err(PortError::Unknown("the answer is about another message".to_owned()).into());
    }
    Ok(settled)
}

/// A settlement under the insurer's number and ours.
pub(super) fn told(info: SetlInfo, split: Split) -> Result<Settled, PortError> {
    let facts = facts(&info);
    Ok(Settled {
        setl_id: answer::number("setl_id", info.setl_id)?,
        number: answer::number("medins_setl_id", info.medins_setl_id)?,
        split,
        balance: info.balc,
        facts,
    })
}

/// What is kept for reconciliation; what does not fit its field is not kept.
fn facts(info: &SetlInfo) -> SettlementFacts {
    let short = |text: &String, most: usize| {
        let text = text.trim();
        (1..=most).contains(&text.chars().count()).then(|| text.to_owned())
    };
    SettlementFacts {
        settled_at: moment(&info.setl_time),
        clr_optins: short(&info.clr_optins, 6),
        clr_type: short(&info.clr_type, 30),
        clr_way: short(&info.clr_way, 30),
        medins_setl_id: short(&info.medins_setl_id, 30),
    }
}
