//! 2206: what a settlement would be now.

use kernel::Fen;
use payments::ports::{Presettled, RegisteredVisit, SettleError};
use platform::Ctx;
use wire::insurer::{BY_ITEM, Data, Exact, PRESETTLE, Presettlement, SetlInfo, cert_type};

use super::doubts::report;
use super::{InsurerClient, amounts, answer};

/// Asks 2206. It changes nothing at the insurer.
pub(super) async fn presettle(
    client: &InsurerClient,
    ctx: &Ctx,
    visit: &RegisteredVisit,
) -> Result<Presettled, SettleError> {
    let input = Data { data: question(client, visit) };
    let output = client.act(ctx, PRESETTLE, &client.fresh_number(ctx), &visit.person, &input).await?;
    let reply = answer::settlement(&output, visit)?;
    let reckoned = amounts::reckon(PRESETTLE, &reply, visit, &client.settings.fund_types)?;
    let echo = echo(&reply.setlinfo)?;
    report(PRESETTLE, &reckoned.doubts);
    Ok(Presettled { split: reckoned.split, balance: reckoned.balance, echo })
}

/// What 2206 and 2207 both ask.
pub(super) fn question(client: &InsurerClient, visit: &RegisteredVisit) -> Presettlement {
    Presettlement {
        psn_no: visit.person.psn_no.expose().clone(),
        mdtrt_cert_type: cert_type::ID_CARD.to_owned(),
        mdtrt_cert_no: visit.person.number.expose().to_owned(),
        med_type: visit.care.med_type.clone(),
        medfee_sumamt: Exact::fen(visit.care.total, client.settings.form),
        psn_setlway: BY_ITEM.to_owned(),
        mdtrt_id: visit.registered.mdtrt_id.clone(),
        chrg_bchno: visit.registered.batch_no.clone(),
        acct_used_flag: if visit.use_personal_account { "1" } else { "0" }.to_owned(),
        insutype: visit.person.kind.clone(),
    }
}

/// What 2207 must repeat. It demands all four values; one that was not told is repeated as zero.
fn echo(info: &SetlInfo) -> Result<[Fen; 4], SettleError> {
    let mut echo = [Fen::ZERO; 4];
    let told = [
        ("fulamt_ownpay_amt", &info.fulamt_ownpay_amt),
        ("overlmt_selfpay", &info.overlmt_selfpay),
        ("preselfpay_amt", &info.preselfpay_amt),
        ("inscp_scp_amt", &info.inscp_scp_amt),
    ];
    for (amount, (name, told)) in echo.iter_mut().zip(told) {
        let odd = |why: &dyn std::fmt::Display| SettleError::Amounts(format!("{PRESETTLE}: {name} is {why}"));
        *amount = told.fen().map_err(|why| odd(&why))?.unwrap_or_default();
        if *amount < Fen::ZERO {
            return Err(odd(amount));
        }
    }
    Ok(echo)
}
