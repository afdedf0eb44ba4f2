//! A card's code scanned where a visit's barcode is asked for: the card says who has come, and the desk finds the visits
//! that this person has here today.
//!
//! The code was verified and used up as at the card's own desk ([`identity::scan_card`]); a number that is typed, which
//! anybody can know, finds nobody.

use identity::{CardTold, Desk};
use kernel::Moment;
use platform::db::{DbFault, LaneKey};
use serde_json::json;

use super::check_in::{CheckInError, Scanned, judge};
use super::desk::store;
use super::paid::SUBJECT;
use crate::hospitals::model::HospitalId;
use crate::rules::BookingRules;

/// What a card's code led to.
pub(super) struct ByCard {
    /// What the look at the card came to.
    pub(super) card: CardTold,
    /// The holder's visits at this hospital today, in the order of their times; none unless the card was valid.
    pub(super) visits: Vec<Scanned>,
}

/// What this clerk was told of a card today, and whose visits it leads to; nothing where there was no such look. What staff
/// see of people is written down, or does not happen.
pub(super) async fn by_card(desk: &Desk, hospital: &HospitalId, look: &str) -> Result<Option<ByCard>, CheckInError> {
    let ctx = desk.ctx();
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let (ctx2, hospital, look) = (ctx.clone(), hospital.clone(), look.to_owned());
    let told = identity::card_told(desk, &look);
    ctx.db
        .write(LaneKey::of("desk", hospital.as_str()), "appointment.by_card", move |tx| {
            let Some(card) = told(tx)? else { return Ok(None) };
            let Some((person, holder)) = &card.holder else { return Ok(Some(ByCard { card, visits: Vec::new() })) };
            let day = (Moment::start_of(now.date()), Moment::end_of(now.date()));
            let mut visits = Vec::new();
            for visit in store::here_on(tx, person, &hospital, day)? {
                let pay = payments::order_of(tx, SUBJECT, visit.id.as_str())?;
                let verdict = judge(&visit, &hospital, &rules, now);
                visits.push(Scanned { verdict, visit: Some((visit, holder.clone())), pay });
            }
            let seen = visits.iter().filter_map(|one| one.visit.as_ref());
            let seen: Vec<&str> = seen.map(|(visit, _)| visit.id.as_str()).collect();
            let detail = json!({ "look": look, "person": person.as_str(), "visits": seen });
            tx.audit(ctx2.act("appointment.found_by_card", hospital.as_str(), detail));
            Ok::<_, DbFault>(Some(ByCard { card, visits }))
        })
        .await
        .map_err(CheckInError::from)
}
