//! `/desk/visits`. The cursor stays in the scan box. Enter on an empty box checks in the patient whose verdict is shown; a new code
//! typed instead shows the next patient, so nobody is checked in by the next scan. Z takes the last check-in back for a
//! moment. Whatever is scanned, the desk says what it is.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::response::Response;
use identity::people::{PatientCard, patient_card};
use identity::{Capability, Desk, Ports};
use kernel::Moment;
use kernel::typing::CodeKind;
use platform::db::{DbFault, LaneKey, Tx};
use serde::Deserialize;
use serde_json::json;
use ui::{Form, Page, Problem, Query, html, see_other};

use super::store::{self, DeskEvent};
use super::words::{self, Choice, Done, Row, Told, Undo};
use crate::appointments::by_card::by_card;
use crate::appointments::check_in::{self as use_check_in, CheckIn, CheckInError, Scanned, Wanted};
use crate::appointments::code::VisitCode;
use crate::appointments::undo_check_in::{UndoCheckIn, UndoError, Undone, undo_check_in};
use crate::hospitals::model::HospitalId;
use crate::rules::BookingRules;

/// So much of what the desk did last is shown under the verdict; besides, all that the clerk can still take back.
const LAST: i64 = 8;

/// `/desk/visits?code=…` shows a visit, `?card=…` what a card led to, `?unread=keyboard` a scan that was neither. `&n=3` asks
/// what became of the visit's third event, and `&undo=3` why it was not taken back: the answer is what is stored.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Shown {
    code: Option<String>,
    card: Option<String>,
    unread: Option<String>,
    n: Option<i64>,
    undo: Option<i64>,
}

#[derive(Template)]
#[template(path = "desk/check_in.html")]
struct DeskPage {
    page: Page,
    waiting: i64,
    attended: i64,
    told: Option<Told>,
    /// The visits of a card's holder, where there are several.
    choices: Vec<Choice>,
    /// The clerk's own last check-in, while it can be taken back.
    undo: Option<Undo>,
    rows: Vec<Row>,
}

impl DeskPage {
    /// The code that Enter checks in.
    fn ready(&self) -> Option<&str> {
        self.told.as_ref().and_then(|told| told.ready.as_deref())
    }
}

/// The desk.
pub(crate) async fn show(desk: Desk, Query(shown): Query<Shown>) -> Result<Response, Problem> {
    desk.can(Capability::CheckIn)?;
    let hospital = desk.at()?;
    let rules = desk.ctx().policy.at::<BookingRules>(desk.ctx().now().date()).map_err(Problem::fault)?;
    let (told, choices) = judged(&desk, &hospital, &shown, &rules).await?;
    let Day { counts: (waiting, attended), last } = day(&desk, &hospital, &rules).await?;
    let page = desk.visit.page.clone();
    let now = desk.ctx().now();
    let me = desk.ctx().trace.actor.label();
    let rows: Vec<Row> =
        last.iter().map(|(event, card)| words::row(&page, event, card.as_ref(), (&rules, now))).collect();
    let mine = last.iter().zip(&rows).find(|((event, _), row)| event.actor == me && row.undo.is_some());
    let undo = mine.and_then(|(_, row)| row.undo.clone());
    Ok(html(&page.clone(), DeskPage { page, waiting, attended, told, choices, undo, rows }))
}

/// What the page says of what was scanned.
async fn judged(
    desk: &Desk,
    hospital: &HospitalId,
    shown: &Shown,
    rules: &BookingRules,
) -> Result<(Option<Told>, Vec<Choice>), Problem> {
    let (ctx, page) = (desk.ctx(), &desk.visit.page);
    let today = ctx.now().date();
    if let Some(code) = &shown.code {
        let scanned = use_check_in::look_up(ctx, hospital, code).await.map_err(problem)?;
        let done = done(desk, &scanned, shown, rules).await?;
        return Ok((Some(words::tell(page, &scanned, done, today)), Vec::new()));
    }
    if let Some(look) = &shown.card {
        let Some(found) = by_card(desk, hospital, look).await.map_err(problem)? else { return Ok((None, Vec::new())) };
        return Ok(words::tell_card(page, &found, today));
    }
    let unread = shown.unread.as_deref().and_then(|word| word.parse().ok()).map(Scanned::unread);
    Ok((unread.map(|scanned| words::tell(page, &scanned, None, today)), Vec::new()))
}

/// What was just done to the visit that is shown, or was not: by the event that the address names, of a visit that this desk
/// may see.
async fn done(desk: &Desk, scanned: &Scanned, shown: &Shown, rules: &BookingRules) -> Result<Option<Done>, Problem> {
    let (Some((visit, _)), Some(n)) = (&scanned.visit, shown.n.or(shown.undo)) else { return Ok(None) };
    let (ctx, visit) = (desk.ctx(), visit.id.clone());
    let (me, now) = (ctx.trace.actor.label(), ctx.now());
    let event = ctx.db.read("desk.done", move |tx| store::event(tx, &visit, n)).await?;
    Ok(event.and_then(|event| match shown.n {
        Some(_) => Done::was(&event, &me, (rules, now)),
        None => Done::refused(&event, (rules, now)),
    }))
}

/// What stands on every page of the desk.
struct Day {
    /// Visits still to come, and those checked in.
    counts: (i64, i64),
    /// The latest first: of the whole desk, then this clerk's own that can still be taken back.
    last: Vec<(DeskEvent, Option<PatientCard>)>,
}

async fn day(desk: &Desk, hospital: &HospitalId, rules: &BookingRules) -> Result<Day, Problem> {
    let ctx = desk.ctx();
    let (ctx2, id, now) = (ctx.clone(), hospital.clone(), ctx.now());
    let (me, undo_since) = (ctx.trace.actor.label(), now.minus_secs(rules.undo_check_in_secs));
    let read = move |tx: &mut Tx<'_>| {
        let counts = store::day_counts(tx, &id, now.date())?;
        let mut events = store::desk_events(tx, &id, Moment::start_of(now.date()), LAST)?;
        // Where many serve, eight events are over in less time than a check-in can be taken back in.
        let mine = store::standing_check_ins(tx, &id, &me, undo_since)?;
        let shown = |event: &DeskEvent| events.iter().any(|one| one.n == event.n && one.visit.id == event.visit.id);
        let more: Vec<DeskEvent> = mine.into_iter().filter(|event| !shown(event)).collect();
        events.extend(more);
        let mut last = Vec::new();
        for event in events {
            let card = patient_card(tx, &ctx2.vault, &event.visit.person)?;
            last.push((event, card));
        }
        if !last.is_empty() {
            let people: Vec<&str> = last.iter().map(|(event, _)| event.visit.person.as_str()).collect();
            tx.audit(ctx2.act("appointment.listed_at_desk", id.as_str(), json!({ "people": people })));
        }
        Ok::<_, DbFault>(Day { counts, last })
    };
    // A write, because what staff see of people is written down in the same transaction.
    let lane = LaneKey::of("desk", hospital.as_str());
    Ok(ctx.db.write(lane, "desk.show", read).await?)
}

/// The scan box. An empty one means Enter on the verdict shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Typed {
    code: String,
    ready: String,
}

/// A scan: goes to the verdict; Enter alone: checks in who is shown.
pub(crate) async fn scan(
    desk: Desk,
    Extension(ports): Extension<Arc<Ports>>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    // Before the card's code is used up.
    desk.can(Capability::CheckIn)?;
    let code = match (typed.code.trim(), typed.ready.as_str()) {
        ("", "") => return Ok(see_other("/desk/visits")),
        // Enter alone, and nothing else: a scan that cannot be read must not check in who is shown.
        ("", ready) => return arrive(&desk, ready).await,
        (code, _) => code,
    };
    // Only what means nothing by itself may stand in an address: a barcode, a short number, the number of a look.
    match (CodeKind::of(code, desk.ctx().now().date()), Wanted::read(code)) {
        (_, Some(wanted)) => Ok(see_other(&format!("/desk/visits?code={}", wanted.as_str()))),
        (CodeKind::Card, _) => {
            desk.can(Capability::CardScan)?;
            let look = identity::scan_card(&desk, &ports, code).await?;
            Ok(see_other(&format!("/desk/visits?card={look}")))
        }
        (kind, _) => Ok(see_other(&format!("/desk/visits?unread={}", kind.as_str()))),
    }
}

/// The button 「签到」.
pub(crate) async fn check_in(desk: Desk, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    desk.can(Capability::CheckIn)?;
    arrive(&desk, &typed.ready).await
}

async fn arrive(desk: &Desk, ready: &str) -> Result<Response, Problem> {
    let Ok(code) = VisitCode::parse(ready) else { return Ok(see_other("/desk/visits?unread=incomplete")) };
    let verdict = format!("/desk/visits?code={code}");
    match use_check_in::check_in(desk.ctx(), CheckIn { hospital: desk.at()?, code }).await {
        Ok(done) if done.already => Ok(see_other(&verdict)),
        Ok(done) => Ok(see_other(&format!("{verdict}&n={}", done.n))),
        // The verdict's page says why, as things stand now.
        Err(CheckInError::NotFound | CheckInError::Refused(_)) => Ok(see_other(&verdict)),
        Err(other) => Err(problem(other)),
    }
}

/// Which check-in is taken back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct TakenBack {
    code: String,
    n: i64,
}

/// The button 「撤销」 and the key Z.
pub(crate) async fn undo(desk: Desk, Form(which): Form<TakenBack>) -> Result<Response, Problem> {
    desk.can(Capability::CheckIn)?;
    let Ok(code) = VisitCode::parse(&which.code) else { return Ok(see_other("/desk/visits")) };
    let verdict = format!("/desk/visits?code={code}");
    let command = UndoCheckIn { hospital: desk.at()?, code, n: which.n };
    match undo_check_in(desk.ctx(), command).await {
        // The event that took it back is the one after it.
        Ok(Undone::Now | Undone::Already) => Ok(see_other(&format!("{verdict}&n={}", which.n.saturating_add(1)))),
        Err(UndoError::Refused(_) | UndoError::Stands) => Ok(see_other(&format!("{verdict}&undo={}", which.n))),
        Err(UndoError::NotFound) => Ok(see_other(&verdict)),
        Err(UndoError::Policy(error)) => Err(Problem::fault(error)),
        Err(UndoError::Fault(fault)) => Err(fault.into()),
    }
}

fn problem(error: CheckInError) -> Problem {
    match error {
        CheckInError::Fault(fault) => fault.into(),
        CheckInError::Policy(error) => Problem::fault(error),
        CheckInError::NotFound | CheckInError::Refused(_) => Problem::not_found(),
    }
}
