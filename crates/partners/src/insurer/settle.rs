//! 2207: a visit is settled, once, under a number that was written down before.

use identity::ports::PortError;
use payments::ports::{Presettled, RegisteredVisit, SettleError, Settled, SettlementFacts};
use platform::Ctx;
use wire::insurer::{Data, Echo, Exact, SETTLE, SetlInfo, Settlement, moment};

use super::amounts::Reckoned;
use super::doubts::report;
use super::presettle::question;
use super::{InsurerClient, amounts, answer};

/// Sends 2207 under this number. If it is refused, nothing was done; if the outcome is unknown, [`super::settled`]
/// finds it out.
pub(super) async fn settle(
    client: &InsurerClient,
    ctx: &Ctx,
    number: &str,
    visit: &RegisteredVisit,
    advice: &Presettled,
) -> Result<Settled, SettleError> {
    let input =
        Data { data: Settlement { of: question(client, visit), invono: String::new(), echo: echo(client, advice) } };
    let output = client.act(ctx, SETTLE, number, &visit.person, &input).await?;
    let mut reply = answer::settlement(&output, visit)?;
    // The values kept for reconciliation are those that were told, before anything is filled in.
    let facts = facts(&reply.setlinfo);
    // It answers this message; a region that does not repeat its number has nothing else that could be meant.
    if reply.setlinfo.medins_setl_id.is_empty() {
        number.clone_into(&mut reply.setlinfo.medins_setl_id);
    }
    if reply.setlinfo.medins_setl_id != number {
        return Err(PortError::Unknown("the answer is about another message".to_owned()).into());
    }
    let reckoned = amounts::reckon(SETTLE, &reply, visit, &client.settings.fund_types)?;
    report(SETTLE, &reckoned.doubts);
    Ok(Settled { facts, ..told(reply.setlinfo, reckoned)? })
}

/// What the pre-settlement said.
fn echo(client: &InsurerClient, advice: &Presettled) -> Echo {
    let [fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt] =
        advice.echo.map(|amount| Exact::fen(amount, client.settings.form));
    Echo { fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt }
}

/// A settlement under the insurer's number and ours.
pub(super) fn told(info: SetlInfo, reckoned: Reckoned) -> Result<Settled, PortError> {
    let facts = facts(&info);
    Ok(Settled {
        setl_id: answer::number("setl_id", info.setl_id)?,
        number: match info.medins_setl_id {
            untold if untold.is_empty() => None,
            told => Some(answer::number("medins_setl_id", told)?),
        },
        split: reckoned.split,
        balance: reckoned.balance,
        facts,
    })
}

/// The values kept for reconciliation; one that does not fit its field is not kept.
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
