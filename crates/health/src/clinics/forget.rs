//! Deletes clinics that are over and that nobody had booked; places that nobody wanted say nothing about anybody. What
//! was booked, cancelled ones too, keeps its slot and its clinic: the visit's page shows them.

use std::collections::BTreeSet;

use kernel::{DAY_SECS, Moment};
use platform::db::{DbFault, LaneKey, Tx};
use platform::policy::Section;
use platform::{Ctx, setting};
use serde::Deserialize;

use super::store::{self, PastSlot};

/// How far deleting has come, in milliseconds; nothing before this moment is looked at again.
const DONE_UNTIL: &str = "health.clinics_let_go_until";
/// Slots looked at in one closure. A city of five million that offers 150,000 places a day lets go of a day in 300 of these.
const CHUNK: i64 = 500;

/// Section `clinics` (policy/keeping.toml).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicKeeping {
    /// How many days after its day a clinic is kept that nobody had booked.
    pub keep_days: i64,
}

impl Section for ClinicKeeping {
    const NAME: &'static str = "clinics";

    fn check(&self) -> Result<(), String> {
        if (1..=36_500).contains(&self.keep_days) { Ok(()) } else { Err("keep_days must be 1 to 36500".to_owned()) }
    }
}

/// Goes through the slots that came of age since it was done last; returns how many went.
///
/// # Errors
/// What broke beneath, in words.
pub async fn forget_clinics(ctx: &Ctx) -> Result<u64, String> {
    let now = ctx.now();
    let keep = ctx.policy.at::<ClinicKeeping>(now.date()).map_err(|error| error.to_string())?;
    let before = now.minus_secs(keep.keep_days * DAY_SECS);
    let done = ctx.db.read("clinics.let_go_until", |tx| setting::get(tx, DONE_UNTIL)).await;
    let done = done.map_err(|fault: DbFault| fault.to_string())?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let (mut from, mut gone) = ((Moment::from_ms(done), String::new()), 0);
    loop {
        let after = from.clone();
        let chunk = ctx.db.bulk(LaneKey::of("clinics", "past"), "clinics.let_go", move |tx| let_go(tx, &after, before));
        let (went, last) = chunk.await.map_err(|fault: DbFault| fault.to_string())?;
        gone += went;
        let Some(last) = last else { return Ok(gone) };
        from = last;
    }
}

/// One chunk after a place in the order of starts; returns how many slots went, and where to go on.
fn let_go(
    tx: &mut Tx<'_>,
    (start, id): &(Moment, String),
    before: Moment,
) -> Result<(u64, Option<(Moment, String)>), DbFault> {
    let past = store::past_slots(tx, *start, id, before, CHUNK)?;
    let mut gone = 0;
    let mut clinics = BTreeSet::new();
    for PastSlot { id, clinic, .. } in past.iter().filter(|slot| slot.free) {
        if store::drop_slot(tx, id)? {
            gone += 1;
            clinics.insert(clinic);
        }
    }
    for clinic in clinics {
        store::drop_empty_clinic(tx, clinic)?;
    }
    let last = past.last().map(|slot| (slot.starts_at, slot.id.as_str().to_owned()));
    let done = last.as_ref().map_or(before, |(start, _)| *start);
    setting::put(tx, DONE_UNTIL, &done.ms().to_string())?;
    Ok((gone, last))
}
