//! `ecard.issue`: the electronic card. If it is sent again under the same number, the answer is the same.

use identity::ports::{IssuedCard, PortError};
use kernel::{IdNumber, PersonName, Pii};
use platform::Ctx;
use wire::card_system::{Issued, Operation};

use super::{CardClient, is_about, record};

pub(super) async fn issue(
    client: &CardClient,
    ctx: &Ctx,
    request_no: &str,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Option<IssuedCard>, PortError> {
    let request = client.request(request_no, name, number);
    let Some(issued) = client.call::<_, Issued>(ctx, Operation::Issue, request_no, &request).await? else {
        return Ok(None);
    };
    is_about(ctx, name, number, (&issued.name, &issued.id_number))?;
    let plain = issued.sign_no.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if issued.sign_no.len() != 32 || !plain || !(1..=2).contains(&issued.level) {
        return Err(PortError::Unknown("the electronic card cannot be read".to_owned()));
    }
    Ok(Some(IssuedCard { sign_no: Pii::new(issued.sign_no), level: issued.level, card: record(&issued.card)? }))
}
