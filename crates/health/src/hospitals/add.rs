//! Adding a hospital: its institution, and with it what people look for and book at. An operator's act.

use hall::search::Words;
use identity::institutions::{AddError, AddInstitution, HospitalId, NewInstitution};
use platform::Ctx;
use platform::db::LaneKey;

use super::model::Hospital;
use super::store;
use crate::public::places_changed;

/// Adds a hospital of a level (one of [`LEVELS`](super::model::LEVELS)), without departments.
///
/// # Errors
/// See [`AddError`]; nothing was added, neither the institution nor the hospital.
pub async fn add_hospital(ctx: &Ctx, command: AddInstitution, level: &str) -> Result<HospitalId, AddError> {
    let new = NewInstitution::read(ctx, command)?;
    let institution = new.institution().clone();
    let id: HospitalId = institution.id.try_into()?;
    let facts = institution.facts;
    let names: Vec<&str> = [facts.name.as_str(), &facts.short].into_iter().filter(|name| !name.is_empty()).collect();
    let words = Words::of(&names, &facts.name_en);
    let hospital = Hospital {
        id: id.clone(),
        code: institution.code,
        name: facts.name,
        short: facts.short,
        name_en: facts.name_en,
        level: level.to_owned(),
        address: facts.address,
        phone: facts.phone,
        tips: String::new(),
        tips_en: String::new(),
        demo: institution.demo,
    };
    let added = ctx.db.write(LaneKey::of("institution", id.as_str()), "hospital.add", move |tx| {
        let rank = store::next_rank(tx)?;
        if !store::insert_hospital(tx, &new, (&hospital, &words), rank)? {
            return Err(new.taken(tx)?);
        }
        tx.after_commit(places_changed);
        Ok::<(), AddError>(())
    });
    added.await?;
    Ok(id)
}
