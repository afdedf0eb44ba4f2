//! 2202: a visit that is not settled is cancelled.

use payments::ports::{Care, Insured, Registered, SettleError};
use platform::Ctx;
use wire::insurer::{Cancellation, Data, UNREGISTER};

use super::InsurerClient;

/// Sends 2202. The answer says nothing but that it was done.
pub(super) async fn unregister(
    client: &InsurerClient,
    ctx: &Ctx,
    person: &Insured,
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
    client.act(ctx, UNREGISTER, &client.fresh_number(ctx), person, &input).await?;
    Ok(())
}
