//! Verifying a shown code, for scanners of hospitals and pharmacies (RNA-10, T18): single use, in its time,
//! and only while the card behind it is in use.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, LaneKey, Tx};
use serde_json::json;

use super::code::{Code, Unread, in_time};
use super::codes::{self, CardCheckId, NewCheck, Shown};
use super::look::{Standing, look};
use super::model::State;
use super::policy::CardPolicy;
use super::store;
use crate::failure::Failure;
use crate::people::{PatientCard, lane, patient_card};
use crate::ports::Ports;

kernel::words! {
    /// The verdict that a scanner is told.
    pub(super) enum Verdict: "a verdict on a shown code" {
        /// Valid, and used up by this check.
        Ok = "ok",
        /// Used before; it may be a picture of the code (T18).
        Used = "used",
        /// Past its time.
        Expired = "expired",
        /// Not made by us, though it claims so.
        Forged = "forged",
        /// The card is lost, frozen or cancelled.
        Suspended = "suspended",
        /// Not one of our codes.
        Unknown = "unknown",
        /// Ours, but not all of it came: to be scanned again.
        Incomplete = "incomplete",
        /// The keyboard or its input method changed what the scanner typed.
        Keyboard = "keyboard",
        /// The card system has been silent for too long; the code is not used up.
        Unsure = "unsure",
    }
}

impl Verdict {
    /// The colour in which a desk says it: what is the card's own fault is red.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Verdict::Ok => "done",
            Verdict::Used | Verdict::Expired | Verdict::Unsure | Verdict::Incomplete | Verdict::Keyboard => "due",
            Verdict::Forged | Verdict::Suspended | Verdict::Unknown => "danger",
        }
    }
}

/// The outcome of a look at a code.
pub(super) struct Checked {
    /// The number of this look.
    pub(super) id: CardCheckId,
    pub(super) verdict: Verdict,
    /// When the code was used, where it was before.
    pub(super) used_at: Option<Moment>,
    /// Whose card, and its masked number: only where the verdict is [`Verdict::Ok`].
    pub(super) holder: Option<(PatientCard, String)>,
}

/// Looks at a code and uses it up if it is valid. `place` is where the scanner stands; who asks is the
/// context's actor. Every look is written down, and whoever is shown a name is in the audit (I-D09).
pub(super) async fn verify(ctx: &Ctx, ports: &Ports, typed: &str, place: &str) -> Result<Checked, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<CardPolicy>(now.date())?;
    let code = match Code::read(typed) {
        Ok(code) => code,
        Err(why) => return unknown(ctx, place, verdict_of(why)).await,
    };
    if !code.is_ours(&ctx.vault) {
        return unknown(ctx, place, Verdict::Forged).await;
    }
    let hash = code.hash();
    let found = ctx.db.read("card.code_by_hash", move |tx| codes::by_hash(tx, &hash)).await?;
    // It is ours, but its row has been deleted already.
    let Some(shown) = found else { return unknown(ctx, place, Verdict::Expired).await };
    let early = if shown.used_at.is_some() {
        Some(Verdict::Used)
    } else if !in_time(shown.issued_at, shown.expires_at, now, policy.skew_secs) {
        Some(Verdict::Expired)
    } else {
        match look(ctx, ports, &shown.person).await? {
            Standing::Unsure(_) => Some(Verdict::Unsure),
            Standing::None => Some(Verdict::Suspended),
            Standing::Sure(_) => None,
        }
    };
    conclude(ctx, place, shown, early).await
}

/// What a scanner is told of a scan without a code. Old codes are too old; none of these is laid to whoever shows it.
fn verdict_of(why: Unread) -> Verdict {
    match why {
        Unread::Keyboard => Verdict::Keyboard,
        Unread::Half => Verdict::Incomplete,
        Unread::Old => Verdict::Expired,
        Unread::Nothing | Unread::Other => Verdict::Unknown,
    }
}

/// What [`conclude`]'s closure needs, drawn before it.
#[derive(Clone)]
struct Look {
    check: NewCheck,
    shown: Shown,
    early: Option<Verdict>,
    entries: Vec<(Verdict, AuditEntry)>,
}

async fn conclude(ctx: &Ctx, place: &str, shown: Shown, early: Option<Verdict>) -> Result<Checked, Failure> {
    let id: CardCheckId = ctx.id();
    let check = NewCheck {
        id: id.clone(),
        code: shown.id.as_str().to_owned(),
        person: shown.person.as_str().to_owned(),
        verdict: Verdict::Unknown.as_str(),
        place: place.to_owned(),
        by: ctx.trace.actor.label(),
        now: ctx.now(),
    };
    let entry = |verdict: Verdict| {
        let detail = json!({
            "verdict": verdict.as_str(), "place": place, "code": shown.id.as_str(), "person": shown.person.as_str()
        });
        (verdict, ctx.act("card.verified", id.as_str(), detail))
    };
    let entries = Verdict::ALL.map(entry).to_vec();
    let (vault, key) = (ctx.vault.clone(), lane(&shown.person));
    let look = Look { check, shown, early, entries };
    let concluded = ctx.db.write(key, "card.verify", move |tx| -> Result<_, DbFault> {
        let (verdict, masked) = judge(tx, &look)?;
        codes::insert_check(tx, &NewCheck { verdict: verdict.as_str(), ..look.check.clone() })?;
        if let Some((_, entry)) = look.entries.iter().find(|(of, _)| *of == verdict) {
            tx.audit(entry.clone());
        }
        let used_at = if verdict == Verdict::Used { codes::used_at(tx, &look.shown.id)? } else { None };
        let holder = match verdict {
            Verdict::Ok => patient_card(tx, &vault, &look.shown.person)?.map(|card| (card, masked)),
            _ => None,
        };
        Ok((verdict, used_at, holder))
    });
    let (verdict, used_at, holder) = concluded.await?;
    Ok(Checked { id, verdict, used_at, holder })
}

/// The verdict at the moment of writing; holds the card, then uses the code up.
fn judge(tx: &mut Tx<'_>, look: &Look) -> Result<(Verdict, String), DbFault> {
    let card = store::hold(tx, &look.shown.ecard)?;
    let masked = card.as_ref().map(|card| card.card_masked.clone()).unwrap_or_default();
    if let Some(early) = look.early {
        return Ok((early, masked));
    }
    if card.is_none_or(|card| card.state != State::Live) {
        return Ok((Verdict::Suspended, masked));
    }
    let won = codes::use_up(tx, &look.shown.id, &look.check.by, look.check.now)?;
    Ok((if won { Verdict::Ok } else { Verdict::Used }, masked))
}

/// Records a look that did not lead to anybody.
async fn unknown(ctx: &Ctx, place: &str, verdict: Verdict) -> Result<Checked, Failure> {
    let id: CardCheckId = ctx.id();
    let check = NewCheck {
        id: id.clone(),
        code: String::new(),
        person: String::new(),
        verdict: verdict.as_str(),
        place: place.to_owned(),
        by: ctx.trace.actor.label(),
        now: ctx.now(),
    };
    let lane = LaneKey::of("place", place);
    ctx.db.write(lane, "card.verify_unknown", move |tx| codes::insert_check(tx, &check)).await?;
    Ok(Checked { id, verdict, used_at: None, holder: None })
}
