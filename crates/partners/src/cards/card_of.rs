//! `card.query`: the newest card of a person.

use identity::ports::{CardRecord, PortError};
use kernel::{IdNumber, PersonName};
use platform::Ctx;
use wire::card_system::{CardOf, Operation};

use super::{CardClient, is_about, record, request_no};

/// Asks under the name as it is written and, if nobody has a card under that, as most registers write it.
pub(super) async fn card_of(
    client: &CardClient,
    ctx: &Ctx,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Option<CardRecord>, PortError> {
    match (under(client, ctx, name, number).await?, name.in_common_forms()) {
        (None, Some(common)) => under(client, ctx, &common, number).await,
        (found, _) => Ok(found),
    }
}

async fn under(
    client: &CardClient,
    ctx: &Ctx,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Option<CardRecord>, PortError> {
    let no = request_no(ctx);
    let request = client.request(&no, name, number);
    let Some(found) = client.call::<_, CardOf>(ctx, Operation::Query, &no, &request).await? else {
        return Ok(None);
    };
    is_about(ctx, name, number, (&found.name, &found.id_number))?;
    record(&found.card).map(Some)
}
