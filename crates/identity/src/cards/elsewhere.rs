//! A card's code scanned at a desk that is not the card's own: a clerk has one box, and people show what they have.

use kernel::Moment;
use platform::db::{DbFault, Tx};

use super::codes;
use super::verify::{Verdict, verify};
use crate::failure::Failure;
use crate::people::{PatientCard, PersonId, patient_card};
use crate::ports::Ports;
use crate::staff::Desk;

/// The looks of a clerk that are still found: those listed at the card's own desk.
pub(super) const LAST: i64 = 8;

/// What a desk was told of a card.
pub struct CardTold {
    verdict: Verdict,
    /// When it was looked at.
    pub at: Moment,
    /// Whose card it is: only where it was valid.
    pub holder: Option<(PersonId, PatientCard)>,
}

impl CardTold {
    /// The verdict's locale key; the sentence beside it has `-text` at the end.
    pub fn key(&self) -> String {
        format!("card-desk-{}", self.verdict.as_str())
    }

    /// The verdict's colour: `done`, `due` or `danger`.
    pub fn tone(&self) -> &'static str {
        self.verdict.tone()
    }
}

/// Verifies the code at this desk, as the card's own desk does: it is used up, and the look is written down. Gives the
/// number of the look.
///
/// # Errors
/// What broke beneath; the code is then not used up.
pub async fn scan_card(desk: &Desk, ports: &Ports, typed: &str) -> Result<String, Failure> {
    let checked = verify(desk.ctx(), ports, typed, desk.place()).await?;
    Ok(checked.id.as_str().to_owned())
}

/// Finds one of this clerk's last looks of today by its number. Whoever calls it writes down who was seen.
pub fn card_told(
    desk: &Desk,
    look: &str,
) -> impl Fn(&mut Tx<'_>) -> Result<Option<CardTold>, DbFault> + Send + 'static {
    let (ctx, place, look) = (desk.ctx().clone(), desk.place().to_owned(), look.to_owned());
    move |tx| {
        let since = Moment::start_of(ctx.now().date());
        let last = codes::told(tx, &place, &ctx.trace.actor.label(), since, LAST)?;
        let Some(told) = last.into_iter().find(|one| one.id.as_str() == look) else { return Ok(None) };
        let Ok(verdict) = told.verdict.parse::<Verdict>() else { return Ok(None) };
        let holder = match told.person.filter(|_| verdict == Verdict::Ok) {
            Some(person) => patient_card(tx, &ctx.vault, &person)?.map(|card| (person, card)),
            None => None,
        };
        Ok(Some(CardTold { verdict, at: told.at, holder }))
    }
}
