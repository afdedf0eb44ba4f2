//! `/real-name` 实名认证: what is needed, and all ways side by side. `/real-name/done`: what is open now.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use platform::Ctx;
use platform::db::DbFault;
use serde::Deserialize;
use ui::{Page, Problem, Query, html, see_other};

use super::name_pages;
use crate::cards;
use crate::devices::{self, Standing};
use crate::failure::Failure;
use crate::owners;
use crate::pay_password;
use crate::people::store as people_store;
use crate::ports::{CardRecord, Ports};
use crate::real_name::opens::Service;
use crate::real_name::{Asked, Facts, Insured, Known, Level, Occasion, RealNamePolicy, back, refresh};
use crate::sessions::Citizen;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/real-name", get(ways)).route("/real-name/done", get(done))
}

/// A service on a list.
pub(super) struct ServiceLine {
    pub(super) name: String,
    /// Where it is.
    pub(super) href: String,
}

/// Services as pages list them: those that have pages.
pub(super) fn lines(page: &Page, services: impl Iterator<Item = Service>) -> Vec<ServiceLine> {
    services
        .filter_map(|service| {
            let name = page.t(&format!("opens-{}", service.word()));
            page.nav().opens(service.word()).map(|href| ServiceLine { name, href })
        })
        .collect()
}

#[derive(Deserialize)]
struct ToQuery {
    #[serde(default)]
    to: String,
}

/// What stands at the top of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Never authenticated.
    New,
    /// Authenticated, but not on this device.
    NewDevice,
    /// Authenticated, on a device that this browser names and has not shown to be: it may be a thief's.
    Unshown,
    /// Authenticated on this device, which has shown itself.
    Done,
    /// Too young to be authenticated alone.
    Young,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            State::New => "new",
            State::NewDevice => "device",
            State::Unshown => "unshown",
            State::Done => "done",
            State::Young => "young",
        }
    }
}

#[derive(Template)]
#[template(path = "real_name/ways.html")]
struct WaysPage {
    page: Page,
    /// The end of locale keys.
    state: &'static str,
    tone: &'static str,
    /// The name and the masked number that are to be proven.
    whom: (String, String),
    ways: bool,
    /// A face can be compared with the card's photo, as far as is known.
    face: bool,
    /// What stands in the way of a face check: the end of a locale key.
    photo: Option<&'static str>,
    service_point: String,
    /// Where to go on, once there is nothing to do here.
    onward: Option<String>,
    /// Where the device shows itself.
    prove: String,
    insured: &'static str,
    /// When the account goes unless its person is proven; empty once that has happened.
    until: String,
}

async fn ways(
    known: Known,
    Extension(ports): Extension<Arc<Ports>>,
    Query(query): Query<ToQuery>,
) -> Result<Response, Problem> {
    let Known { citizen, facts } = known;
    let ctx = citizen.ctx();
    let now = ctx.now();
    let policy = ctx.policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
    let subject = subject(&citizen).await?;
    let state = state(&facts, subject.1.age_on(now.date()), policy.min_age);
    let ways = matches!(state, State::New | State::NewDevice);
    // Asked once a page and not waited for long: without an answer all ways stand, and the check will tell.
    let card = if ways { card(&ports, ctx, &subject, &policy).await } else { None };
    let photo = match card {
        Some(None) => Some("no-card"),
        Some(Some(card)) if !card.has_photo => Some("no-photo"),
        _ => None,
    };
    let page = citizen.visit.page.clone();
    let onward = back::allowed(&query.to).map(str::to_owned).or_else(|| back::remembered(&page));
    let until = if state == State::New { owners::goes_at(&citizen).await? } else { None };
    let view = WaysPage {
        prove: devices::prove_path(onward.as_deref().unwrap_or("/real-name")),
        until: until.map_or_else(String::new, |at| page.full_date(at.date())),
        whom: name_pages::to_prove(&citizen).await?,
        state: state.word(),
        tone: if state == State::Done { "done" } else { "blue" },
        ways,
        face: photo != Some("no-photo"),
        photo,
        service_point: page.pick(&policy.service_point, &policy.service_point_en).to_owned(),
        onward: onward.filter(|_| state == State::Done),
        insured: facts.record.insured(now, &policy).word(),
        page,
    };
    let page = view.page.clone();
    let mut response = html(&page, view);
    back::remember(&page, &mut response, &query.to, policy.kept_secs);
    Ok(response)
}

fn state(facts: &Facts, age: i32, min_age: i32) -> State {
    match (facts.authenticated_at, facts.device) {
        _ if age < min_age => State::Young,
        (None, _) => State::New,
        (Some(_), Standing::New) => State::NewDevice,
        (Some(_), Standing::Challenge) => State::Unshown,
        (Some(_), Standing::Proven | Standing::Lately) => State::Done,
    }
}

type Subject = (kernel::PersonName, kernel::IdNumber);

async fn subject(citizen: &Citizen) -> Result<Subject, Failure> {
    let ctx = citizen.ctx();
    let (vault, person, today) = (ctx.vault.clone(), citizen.person.clone(), ctx.now().date());
    let read = ctx.db.read("real_name.subject", move |tx| people_store::identity_of(tx, &vault, &person, today));
    let known = read.await?.ok_or(Failure::NoSuchPerson)?;
    let number = known.number.clone();
    Ok((owners::name_to_prove(ctx, known)?, number))
}

/// The person's card; outer `None` if the card system gave no answer in time.
async fn card(
    ports: &Ports,
    ctx: &Ctx,
    (name, number): &Subject,
    policy: &RealNamePolicy,
) -> Option<Option<CardRecord>> {
    let asked =
        tokio::time::timeout(Duration::from_millis(policy.photo_wait_ms), ports.cards.card_of(ctx, name, number));
    asked.await.ok()?.ok()
}

#[derive(Template)]
#[template(path = "real_name/done.html")]
struct DonePage {
    page: Page,
    medical: bool,
    insured: &'static str,
    open: Vec<ServiceLine>,
    onward: Option<String>,
    /// The payment password is still to be set.
    password_next: bool,
    /// The electronic card was there before: the end of a locale key says what of it.
    card: &'static str,
    /// This browser may leave its key now.
    leave_key: bool,
}

/// What a passed proof leads to. The insurer is asked here, while its person looks on.
async fn done(known: Known, Extension(ports): Extension<Arc<Ports>>) -> Result<Response, Problem> {
    let Known { citizen, mut facts } = known;
    if facts.authenticated_at.is_none() {
        return Ok(see_other("/real-name"));
    }
    let ctx = citizen.ctx();
    if let Asked::Answered(record) | Asked::Known(record) | Asked::Silent(record) | Asked::Refused(record) =
        refresh(ctx, &ports, &citizen.person, Occasion::Watched).await?
    {
        facts.record = record;
    }
    let now = ctx.now();
    let policy = ctx.policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
    let level = facts.level(now, &policy);
    let password_next = !has_pay_password(&citizen).await?;
    let page = citizen.visit.page.clone();
    let view = DonePage {
        medical: level == Level::Medical,
        insured: facts.record.insured(now, &policy).word(),
        open: lines(&page, Service::open_at(level)),
        onward: back::remembered(&page),
        password_next,
        card: card_word(&citizen).await?,
        leave_key: devices::wants_key(&citizen).await?,
        page,
    };
    Ok(html(&view.page.clone(), view))
}

/// What is said of the electronic card: it is issued after the first proof only.
async fn card_word(citizen: &Citizen) -> Result<&'static str, DbFault> {
    let person = citizen.person.clone();
    citizen.ctx().db.read("real_name.card", move |tx| cards::word(tx, &person)).await
}

async fn has_pay_password(citizen: &Citizen) -> Result<bool, DbFault> {
    let person = citizen.person.clone();
    citizen.ctx().db.read("real_name.pay_password", move |tx| pay_password::is_set(tx, &person)).await
}

/// What 「我的」 says of a person's real name.
pub(crate) struct Summary {
    /// Whether the person has been authenticated, and on this device.
    pub(crate) authenticated: bool,
    pub(crate) here: bool,
    /// Whether the device has shown itself: nothing of somebody's insurance is said before.
    pub(crate) shown: bool,
    pub(crate) medical: bool,
    /// The end of locale keys.
    pub(crate) insured: &'static str,
}

impl Summary {
    /// What is open, in words.
    pub(crate) fn level_key(&self) -> &'static str {
        match (self.shown, self.medical) {
            (false, _) => "me-level-look",
            (true, true) => "me-level-medical",
            (true, false) => "me-level-identity",
        }
    }
}

/// Adds up what is known for 「我的」.
pub(crate) fn summary(ctx: &Ctx, facts: &Facts) -> Result<Summary, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<RealNamePolicy>(now.date())?;
    let insured = facts.record.insured(now, &policy);
    Ok(Summary {
        authenticated: facts.authenticated_at.is_some(),
        here: facts.device != Standing::New,
        shown: matches!(facts.device, Standing::Proven | Standing::Lately),
        medical: facts.authenticated_at.is_some() && insured == Insured::Here,
        insured: insured.word(),
    })
}
