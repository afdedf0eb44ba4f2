//! 2208: a settlement is undone, and the personal account has its part back.

use payments::ports::{RegisteredVisit, SettleError, Undone};
use platform::Ctx;
use wire::insurer::{Data, FAILED, VOID, Voiding};

use super::call::Said;
use super::doubts::report;
use super::refusal::refusal;
use super::{InsurerClient, amounts, answer};

/// Sends 2208 under this number. A settlement is undone if the insurer says so, whatever else it tells: amounts that
/// cannot be read or do not add up are a doubt. For a settlement that was undone before, the answer does not say what
/// it was.
pub(super) async fn void(
    client: &InsurerClient,
    ctx: &Ctx,
    number: &str,
    visit: &RegisteredVisit,
    setl_id: &str,
) -> Result<Undone, SettleError> {
    let input = Data {
        data: Voiding {
            setl_id: setl_id.to_owned(),
            mdtrt_id: visit.registered.mdtrt_id.clone(),
            psn_no: visit.person.psn_no.expose().clone(),
        },
    };
    let output = match client.tell(ctx, VOID, number, &visit.person, &input).await? {
        Said::Done(output) => output,
        Said::Refused(FAILED, says) if client.settings.words.voided.iter().any(|word| says.contains(word)) => {
            return Ok(Undone::default());
        }
        Said::Refused(infcode, says) => return Err(refusal(&client.settings.words, infcode, &says)),
    };
    let told = answer::undoing(&output, visit)?;
    let undone = told.map(|reply| amounts::reckon_undone(&reply.setlinfo, visit)).unwrap_or_default();
    report(VOID, undone.doubt.as_slice());
    Ok(undone)
}
