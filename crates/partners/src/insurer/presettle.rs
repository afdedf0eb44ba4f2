//! 2206: what a settlement would be now.

use kernel::Fen;
use payments::ports::{Presettled, SettleError, Visit};
use platform::Ctx;
use wire::insurer::{BY_ITEM, Data, PRESETTLE, Presettlement, SetlInfo, cert_type};

use super::{InsurerClient, amounts, answer};

/// Asks 2206. It changes nothing at the insurer.
pub(super) async fn presettle(client: &InsurerClient, ctx: &Ctx, visit: &Visit) -> Result<Presettled, SettleError> {
    let input = Data { data: question(visit) };
    let output = client.act(ctx, PRESETTLE, &client.fresh_number(ctx), &visit.person, &input).await?;
    let reply = answer::settlement(output, visit)?;
    let split = amounts::split(PRESETTLE, &reply, visit)?;
    Ok(Presettled { split, balance: reply.setlinfo.balc, echo: echo(&reply.setlinfo) })
}

/// What 2206 and 2207 both ask.
pub(super) fn question(visit: &Visit) -> Presettlement {
    Presettlement {
        psn_no: visit.person.psn_no.expose().clone(),
        mdtrt_cert_type: cert_type::ID_CARD.to_owned(),
        mdtrt_cert_no: visit.person.number.expose().to_owned(),
        med_type: visit.care.med_type.clone(),
        medfee_sumamt: visit.care.total,
        psn_setlway: BY_ITEM.to_owned(),
        mdtrt_id: visit.registered.mdtrt_id.clone(),
        chrg_bchno: visit.registered.batch_no.clone(),
        acct_used_flag: if visit.use_account { "1" } else { "0" }.to_owned(),
        insutype: visit.person.kind.clone(),
    }
}

fn echo(info: &SetlInfo) -> [Fen; 4] {
    [info.fulamt_ownpay_amt, info.overlmt_selfpay, info.preselfpay_amt, info.inscp_scp_amt]
}
