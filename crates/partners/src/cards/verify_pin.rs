//! `card.verify-pin`: tries a card's PIN.

use identity::ports::{PinVerdict, PortError};
use kernel::IdNumber;
use platform::Ctx;
use wire::card_system::{self, Operation, PinRequest, verdict};

use super::{CardClient, mobile, request_no};

pub(super) async fn verify_pin(
    client: &CardClient,
    ctx: &Ctx,
    card_no: &str,
    pin: &str,
) -> Result<PinVerdict, PortError> {
    let no = request_no(ctx);
    let request = PinRequest {
        request_no: no.clone(),
        channel: client.channel.clone(),
        card_no: card_no.to_owned(),
        pin: pin.to_owned(),
    };
    let said = client.call::<_, card_system::PinVerdict>(ctx, Operation::VerifyPin, &no, &request).await?;
    let Some(said) = said else { return Ok(PinVerdict::Wrong) };
    if said.card_no != card_no {
        return Err(PortError::Unknown("the answer is about another card".to_owned()));
    }
    let unread = || PortError::Unknown("the verdict cannot be read".to_owned());
    match said.verdict.as_str() {
        verdict::RIGHT => {
            let number = said.id_number.as_deref().ok_or_else(unread)?;
            let number = IdNumber::parse(number, ctx.now().date()).map_err(|_| unread())?;
            Ok(PinVerdict::Right { number, mobile: mobile(said.mobile.as_deref()) })
        }
        verdict::WRONG => Ok(PinVerdict::Wrong),
        verdict::LOCKED => Ok(PinVerdict::Locked),
        verdict::NOT_USABLE => {
            let state = said.state.as_deref().and_then(|word| word.parse().ok()).ok_or_else(unread)?;
            Ok(PinVerdict::NotUsable(state))
        }
        _ => Err(unread()),
    }
}
