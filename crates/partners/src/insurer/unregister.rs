//! 2202: a visit that is not settled is cancelled.

use identity::ports::PortError;
use payments::ports::{Care, CoveredPerson, Registered, SettleError};
use platform::Ctx;
use wire::insurer::{Cancellation, Data, UNREGISTER};

use super::InsurerClient;
use super::call::Said;
use super::refusal::refusal;

/// Sends 2202. The answer says only that it was done. It counts as refused only if the insurer refuses it in its own
/// envelope: a call that the gateway turned away was not heard and is sent again.
pub(super) async fn unregister(
    client: &InsurerClient,
    ctx: &Ctx,
    person: &CoveredPerson,
    care: &Care,
    registered: &Registered,
) -> Result<(), SettleError> {
    let input = Data {
        data: Cancellation {
            psn_no: person.psn_no.expose().clone(),
            mdtrt_id: registered.mdtrt_id.clone(),
            ipt_otp_no: care.visit_no.clone(),
        },
    };
    match client.tell(ctx, UNREGISTER, &client.fresh_number(ctx), person, &input).await {
        Ok(Said::Done(_)) => Ok(()),
        Ok(Said::Refused(infcode, says)) => Err(refusal(&client.settings.words, infcode, &says)),
        Err(PortError::Refused(says)) => Err(PortError::NotSent(format!("turned away by the gateway: {says}")).into()),
        Err(error) => Err(error.into()),
    }
}
