//! The hospital desk (REG-10): scan → verdict → check in → next scan, without leaving the keyboard.
//!
//! The cursor stays in the scan box. Enter on an empty box checks in the patient whose verdict is
//! shown; a new code typed instead shows the next patient, so nobody is checked in by the next scan.

use askama::Template;
use axum::response::Response;
use identity::Desk;
use identity::people::patient_card;
use kernel::{Mask, ShortNo};
use platform::db::{DbFault, LaneKey, Tx};
use serde::Deserialize;
use serde_json::json;
use ui::{Form, Page, Problem, Query, html, see_other};

use super::check_in::{self as use_check_in, CheckIn, CheckInError, Scanned, Verdict, Wanted};
use super::code::{BadCode, VisitCode};
use super::fee_state;
use super::store::{self, Appointment};
use crate::hospitals;
use crate::hospitals::model::HospitalId;
use crate::show;

/// Check-ins shown under the verdict.
const LAST: i64 = 8;

/// `/desk?code=…&done=1`, or `/desk?unread=keyboard` after a scan that no code was read from
#[derive(Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    unread: Option<String>,
    #[serde(default)]
    done: Option<String>,
}

/// The verdict as the page says it.
struct Told {
    tone: &'static str,
    word: String,
    text: String,
    patient: Option<Patient>,
    /// The code to check in with Enter.
    ready: Option<String>,
}

/// What a desk sees of a patient: masked.
struct Patient {
    name: String,
    id_masked: String,
    visit: String,
    doctor: String,
    /// How the fee stands, where there is one.
    fee: Option<String>,
    /// The short number.
    no: Option<String>,
}

/// A row of today's check-ins.
struct Row {
    time: String,
    name: String,
    doctor: String,
    slot: String,
    seat_no: i64,
}

#[derive(Template)]
#[template(path = "desk/check_in.html")]
struct DeskPage {
    page: Page,
    hospital: String,
    clerk: String,
    waiting: i64,
    attended: i64,
    told: Option<Told>,
    rows: Vec<Row>,
}

/// The desk.
pub(crate) async fn show(desk: Desk, Query(shown): Query<Shown>) -> Result<Response, Problem> {
    let hospital = hospital_of(&desk)?;
    let ctx = &desk.visit.ctx;
    let scanned = match (shown.code.as_deref(), shown.unread.as_deref()) {
        (Some(code), _) => Some(use_check_in::look_up(ctx, &hospital, code).await.map_err(problem)?),
        (None, Some(word)) => BadCode::ALL.into_iter().find(|why| why.word() == word).map(Scanned::unread),
        (None, None) => None,
    };
    let (ctx2, id, today) = (ctx.clone(), hospital.clone(), ctx.now().date());
    let read = move |tx: &mut Tx<'_>| {
        let Some(hospital) = hospitals::store::hospital(tx, &id)? else { return Ok(None) };
        let counts = store::day_counts(tx, &id, today)?;
        let mut last = Vec::new();
        for visit in store::last_attended(tx, &id, today, LAST)? {
            let name =
                patient_card(tx, &ctx2.vault, &visit.person)?.map_or_else(String::new, |card| card.name.masked());
            last.push((visit, name));
        }
        if !last.is_empty() {
            let people: Vec<&str> = last.iter().map(|(visit, _)| visit.person.as_str()).collect();
            tx.audit(ctx2.act("appointment.listed_at_desk", id.as_str(), json!({ "people": people })));
        }
        Ok::<_, DbFault>(Some((hospital, counts, last)))
    };
    // A write, because what staff see of people is written down in the same transaction.
    let lane = LaneKey::of("desk", hospital.as_str());
    let (hospital, (waiting, attended), last) =
        ctx.db.write(lane, "desk.show", read).await?.ok_or_else(Problem::forbidden)?;
    let page = desk.visit.page;
    let told = scanned.map(|scanned| tell(&page, &scanned, shown.done.is_some()));
    let rows = last.iter().map(|(visit, name)| row(&page, visit, name)).collect();
    let hospital = show::hospital(&page, &hospital).to_owned();
    Ok(html(&page.clone(), DeskPage { page, hospital, clerk: desk.name, waiting, attended, told, rows }))
}

/// The scan box. An empty one means Enter on the verdict shown.
#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    code: String,
    #[serde(default)]
    ready: String,
}

/// A scan: goes to the verdict; Enter alone: checks in who is shown.
pub(crate) async fn scan(desk: Desk, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    match (typed.code.trim(), typed.ready.as_str()) {
        ("", "") => Ok(see_other("/desk")),
        // Enter alone, and nothing else: a scan that cannot be read must not check in who is shown.
        ("", ready) => arrive(&desk, ready).await,
        (code, _) => Ok(see_other(&match Wanted::read(code) {
            Ok(wanted) => format!("/desk?code={}", wanted.as_str()),
            Err(why) => unread(why),
        })),
    }
}

/// The button 「签到」.
pub(crate) async fn check_in(desk: Desk, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    arrive(&desk, &typed.ready).await
}

async fn arrive(desk: &Desk, ready: &str) -> Result<Response, Problem> {
    let code = match VisitCode::parse(ready) {
        Ok(code) => code,
        Err(why) => return Ok(see_other(&unread(why))),
    };
    let verdict = format!("/desk?code={code}");
    match use_check_in::check_in(&desk.visit.ctx, CheckIn { hospital: hospital_of(desk)?, code }).await {
        Ok(done) if done.already => Ok(see_other(&verdict)),
        Ok(_) => Ok(see_other(&format!("{verdict}&done=1"))),
        // The verdict's page says why, as things stand now.
        Err(CheckInError::NotFound | CheckInError::Refused(_)) => Ok(see_other(&verdict)),
        Err(other) => Err(problem(other)),
    }
}

fn unread(why: BadCode) -> String {
    format!("/desk?unread={}", why.word())
}

fn hospital_of(desk: &Desk) -> Result<HospitalId, Problem> {
    desk.hospital.parse().map_err(|_| Problem::forbidden())
}

fn problem(error: CheckInError) -> Problem {
    match error {
        CheckInError::Fault(fault) => fault.into(),
        CheckInError::Policy(error) => Problem::fault(error),
        CheckInError::NotFound | CheckInError::Refused(_) => Problem::not_found(),
    }
}

fn tell(page: &Page, scanned: &Scanned, done: bool) -> Told {
    let verdict = scanned.verdict;
    let just_now = done && matches!(verdict, Verdict::Attended { .. });
    let word = match verdict {
        _ if just_now => "success",
        Verdict::Unpaid => fee_state::unpaid_word(scanned.pay.as_ref()),
        other => other.word(),
    };
    let tone = match verdict {
        Verdict::Ready => "blue",
        Verdict::Attended { .. } if just_now => "done",
        Verdict::Attended { .. } | Verdict::OtherDay { .. } | Verdict::Unpaid | Verdict::Unread(_) => "due",
        Verdict::Cancelled { .. } | Verdict::Expired | Verdict::OtherHospital | Verdict::Unknown => "danger",
    };
    let key = format!("desk-verdict-{word}-text");
    let text = match verdict {
        Verdict::Attended { at } | Verdict::Cancelled { at } => page.t1(&key, "at", page.moment(at)),
        Verdict::OtherDay { date } => page.t1(&key, "date", page.date(date)),
        _ => page.t(&key),
    };
    let visit = scanned.visit.as_ref();
    Told {
        tone,
        word: page.t(&format!("desk-verdict-{word}")),
        text,
        ready: visit.filter(|_| verdict == Verdict::Ready).map(|(visit, _)| visit.code.to_string()),
        patient: visit.map(|(visit, card)| Patient {
            name: card.name.masked(),
            id_masked: card.id_masked.clone(),
            visit: show::when(page, &visit.card),
            doctor: format!(
                "{} · {}",
                show::department(page, &visit.card.department),
                show::doctor_line(page, &visit.card.doctor)
            ),
            fee: scanned.pay.as_ref().map(|order| fee_state::at_desk(page, order)),
            no: visit.no.as_ref().map(ShortNo::grouped),
        }),
    }
}

fn row(page: &Page, visit: &Appointment, name: &str) -> Row {
    Row {
        time: show::clock(page, visit.changed_at),
        name: name.to_owned(),
        doctor: format!(
            "{} · {}",
            show::department(page, &visit.card.department),
            show::doctor_line(page, &visit.card.doctor)
        ),
        slot: show::clock(page, visit.card.slot.starts_at),
        seat_no: visit.seat_no,
    }
}
