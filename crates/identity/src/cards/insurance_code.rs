//! 医保码: the insurer's own code beside the card's, where the insurer gives one (RNA-12).

use platform::Ctx;

use crate::failure::Failure;
use crate::people::{PersonId, store as people};
use crate::ports::Ports;
use crate::real_name;

/// The insurer makes a new one each minute.
pub(super) const RENEW_SECS: i64 = 55;

/// What the insurer gave.
pub(super) enum InsuranceCode {
    /// The text of its code for this minute.
    Code(String),
    /// None for this person.
    None,
    /// It did not answer.
    Silent,
}

/// Whether the insurer knows the person, so that its code is worth a link.
pub(super) async fn has_one(ctx: &Ctx, person: &PersonId) -> Result<bool, Failure> {
    Ok(real_name::psn_no(ctx, person).await?.is_some())
}

/// Asks the insurer for its code.
pub(super) async fn ask(ctx: &Ctx, ports: &Ports, person: &PersonId) -> Result<InsuranceCode, Failure> {
    let Some(psn_no) = real_name::psn_no(ctx, person).await? else { return Ok(InsuranceCode::None) };
    let (vault, wanted, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
    let found = ctx.db.read("card.person", move |tx| people::real_identity(tx, &vault, &wanted, today)).await?;
    let (_, number) = found.ok_or(Failure::NoSuchPerson)?;
    match ports.insurer.code(ctx, psn_no.expose(), &number).await {
        Ok(Some(text)) => Ok(InsuranceCode::Code(text)),
        Ok(None) => Ok(InsuranceCode::None),
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "card.insurer_silent");
            Ok(InsuranceCode::Silent)
        }
    }
}
