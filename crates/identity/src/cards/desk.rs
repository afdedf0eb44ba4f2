//! `/desk/card`: a clerk scans a card's code; the verdict reads from two metres.
//!
//! The page after a scan shows what was written down of it, with its time: reloading it verifies nothing
//! anew, and an old verdict cannot be taken for a new one.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::typing::{self, CodeKind, Scan};
use kernel::{Mask, Moment};
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use serde::Deserialize;
use serde_json::json;
use ui::{Form, Page, Problem, Query, html, see_other};

use super::codes::{self, Told};
use super::elsewhere::LAST;
use super::verify::{Verdict, verify};
use crate::institutions::Capability;
use crate::people::{PatientCard, patient_card};
use crate::ports::Ports;
use crate::staff::Desk;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/desk/card", get(show).post(scan))
}

#[derive(Deserialize)]
struct Seen {
    /// The look whose verdict is shown.
    #[serde(default)]
    look: String,
    /// What was scanned, where it was no card's code.
    #[serde(default)]
    kind: String,
}

/// The verdict as the page says it.
struct Shown {
    tone: &'static str,
    word: String,
    text: String,
    holder: Option<(String, String)>,
    time: String,
}

struct Row {
    time: String,
    name: String,
    verdict: String,
}

#[derive(Template)]
#[template(path = "cards/verify.html")]
struct DeskPage {
    page: Page,
    shown: Option<Shown>,
    rows: Vec<Row>,
}

async fn show(desk: Desk, Query(seen): Query<Seen>) -> Result<Response, Problem> {
    desk.can(Capability::CardScan)?;
    let ctx = desk.ctx();
    let (ctx2, place, by) = (ctx.clone(), desk.place().to_owned(), ctx.trace.actor.label());
    let since = Moment::start_of(ctx.now().date());
    let read = move |tx: &mut Tx<'_>| {
        let mut told = Vec::new();
        for look in codes::told(tx, &place, &by, since, LAST)? {
            // The name of whoever's card was valid, and of nobody else.
            let card = match look.person.as_ref().filter(|_| look.verdict == Verdict::Ok.as_str()) {
                Some(person) => patient_card(tx, &ctx2.vault, person)?,
                None => None,
            };
            told.push((look, card));
        }
        let named = |(look, card): &(Told, Option<PatientCard>)| {
            look.person.as_ref().filter(|_| card.is_some()).map(|person| person.as_str().to_owned())
        };
        let people: Vec<String> = told.iter().filter_map(named).collect();
        if !people.is_empty() {
            tx.audit(ctx2.act("card.listed_at_desk", &place, json!({ "people": people })));
        }
        Ok::<_, DbFault>(told)
    };
    // A write, because what staff see of people is written down in the same transaction (I-D09).
    let told = ctx.db.write(LaneKey::of("desk", desk.place()), "card.desk", read).await?;
    let page = desk.visit.page.clone();
    let shown = told.iter().find(|(look, _)| look.id.as_str() == seen.look).and_then(|(look, card)| {
        look.verdict.parse().ok().map(|verdict: Verdict| say(&page, (verdict, &seen.kind), look, card.as_ref()))
    });
    let rows = told.iter().map(|(look, card)| row(&page, look, card.as_ref())).collect();
    Ok(html(&page.clone(), DeskPage { page, shown, rows }))
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    code: String,
}

async fn scan(
    desk: Desk,
    Extension(ports): Extension<Arc<Ports>>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    desk.can(Capability::CardScan)?;
    // An empty box, or a scanner's marks alone: nothing was scanned.
    if typing::scan(&typed.code, 1) == Scan::Nothing {
        return Ok(see_other("/desk/card"));
    }
    let checked = verify(desk.ctx(), &ports, &typed.code, desk.place()).await?;
    // What it is instead is told by its form; who is asked nothing about it need not keep it.
    let kind = match (checked.verdict, CodeKind::of(&typed.code, desk.ctx().now().date())) {
        (Verdict::Unknown, kind) if named(kind) => format!("&kind={}", kind.as_str()),
        _ => String::new(),
    };
    Ok(see_other(&format!("/desk/card?look={}{kind}", checked.id)))
}

/// Whether a desk has a name for what was scanned instead of a card's code.
fn named(kind: CodeKind) -> bool {
    matches!(
        kind,
        CodeKind::Visit
            | CodeKind::ShortNo
            | CodeKind::Counter
            | CodeKind::Sms
            | CodeKind::IdNumber
            | CodeKind::Mobile
            | CodeKind::Payment
            | CodeKind::Address
    )
}

fn say(page: &Page, (verdict, kind): (Verdict, &str), look: &Told, card: Option<&PatientCard>) -> Shown {
    let kind = kind.parse::<CodeKind>().ok().filter(|kind| verdict == Verdict::Unknown && named(*kind));
    let key = match kind {
        Some(kind) => format!("card-desk-{}", kind.as_str()),
        None => format!("card-desk-{}", verdict.as_str()),
    };
    Shown {
        tone: verdict.tone(),
        text: page.t(&format!("{key}-text")),
        word: page.t(&key),
        holder: card.map(|card| (card.name.expose().to_owned(), card.id_masked.clone())),
        time: time(look.at),
    }
}

fn row(page: &Page, look: &Told, card: Option<&PatientCard>) -> Row {
    Row {
        time: time(look.at),
        name: card.map_or_else(String::new, |card| card.name.masked()),
        verdict: page.t(&format!("card-desk-{}", look.verdict)),
    }
}

/// To the second: two scans in one minute are two.
fn time(at: Moment) -> String {
    let at = at.datetime();
    format!("{}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}
