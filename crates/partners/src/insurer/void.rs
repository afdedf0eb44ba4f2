//! 2208: a settlement is undone, and the personal account has its part back.

use payments::ports::{SettleError, Split, Visit};
use platform::Ctx;
use wire::insurer::{Data, FAILED, VOID, Voiding};

use super::call::Said;
use super::refusal::refusal;
use super::{InsurerClient, amounts, answer};

/// Sends 2208 under this number; what was undone, purse by purse, where the insurer tells all of it. A settlement that
/// has been undone before is undone, and the insurer does not say what it was.
pub(super) async fn void(
    client: &InsurerClient,
    ctx: &Ctx,
    number: &str,
    visit: &Visit,
    setl_id: &str,
) -> Result<Option<Split>, SettleError> {
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
            return Ok(None);
        }
        Said::Refused(infcode, says) => return Err(refusal(&client.settings.words, infcode, &says).into()),
    };
    amounts::reckon_undone(VOID, &answer::undoing(&output, visit)?, visit)
}
