//! 2601: a settlement of unknown outcome is taken back.

use payments::ports::{RegisteredVisit, SettleError};
use platform::Ctx;
use wire::insurer::{Data, FAILED, REVERSE, Reversal, SETTLE};

use super::InsurerClient;
use super::call::Said;
use super::refusal::refusal;

/// Asks that the 2207 of this number be as if it had never come. An insurer that knows no such message,
/// or took it back before, has nothing to take back.
pub(super) async fn reverse(
    client: &InsurerClient,
    ctx: &Ctx,
    visit: &RegisteredVisit,
    number: &str,
) -> Result<(), SettleError> {
    let input = Data {
        data: Reversal {
            psn_no: visit.person.psn_no.expose().clone(),
            omsgid: number.to_owned(),
            oinfno: SETTLE.to_owned(),
        },
    };
    match client.tell(ctx, REVERSE, &client.fresh_number(ctx), &visit.person, &input).await? {
        Said::Done(_) => Ok(()),
        Said::Refused(FAILED, says) if client.settings.words.no_original.iter().any(|word| says.contains(word)) => {
            Ok(())
        }
        Said::Refused(infcode, says) => Err(refusal(&client.settings.words, infcode, &says)),
    }
}
