//! `/prove/{purpose}/card`: naming the card; then the code to the number on record, and the card's password.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, Mobile, typing};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, html, html_again, see_other, see_other_with};

use super::model::{CARD_PIN_DIGITS, WayId, WayState, clean_card_no};
use super::name_card::{Named, name_card};
use super::policy::SecondWayPolicy;
use super::show_phone::{OpenWay, open_way, show_phone};
use super::store;
use super::try_pin::{PinAnswer, try_pin};
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::ports::{PhysicalState, Ports};
use crate::proofs::Claimant;
use crate::sessions;
use crate::sms_codes::{
    Asking, Challenge, CodeForm, CodeId, Notice, Own, Purpose, Step, code_errors, find_to, wait_text,
};

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/prove/{purpose}/card", get(show).post(name))
        .route("/prove/{purpose}/card/code", get(enter).post(prove))
}

#[derive(Template)]
#[template(path = "second_ways/card.html")]
struct CardPage {
    page: Page,
    action: String,
    back: &'static str,
    counter: String,
    name: String,
    card_no: String,
    ticket: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl CardPage {
    fn new(claimant: &Claimant, card_no: &str) -> CardPage {
        CardPage {
            page: claimant.visit.page.clone(),
            action: path(claimant, "card"),
            back: claimant.proving.purpose.ways(),
            counter: path(claimant, "counter"),
            name: claimant.name.masked(),
            card_no: card_no.to_owned(),
            ticket: ticket(&claimant.visit.ctx),
            errors: Errors::new(),
            notice: None,
        }
    }
}

/// The address of a page of this claimant's.
pub(super) fn path(claimant: &Claimant, page: &str) -> String {
    format!("/prove/{}/{page}", claimant.proving.purpose.word())
}

async fn show(claimant: Claimant) -> Result<Response, Problem> {
    Ok(html(&claimant.visit.page, CardPage::new(&claimant, "")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CardForm {
    card_no: String,
    ticket: String,
}

async fn name(
    claimant: Claimant,
    Extension(gates): Extension<Arc<Gates>>,
    Extension(ports): Extension<Arc<Ports>>,
    Form(form): Form<CardForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let view = CardPage::new(&claimant, &form.card_no);
    let Some(card_no) = clean_card_no(&form.card_no) else {
        return Ok(html_again(page, CardPage { errors: Errors::one("card_no", "card-no"), ..view }));
    };
    if let Some(secs) = too_many(&claimant, &gates)? {
        return Ok(again(view, "due", page.t1("card-proof-too-many", "time", wait_text(page, secs))));
    }
    let (tone, text) = match name_card(ctx, &ports, &claimant, &card_no).await? {
        Named::Theirs { way, mobile } => return send(&claimant, &gates, &way, mobile, form.ticket).await,
        Named::NoMobile => ("due", page.t("card-proof-no-mobile")),
        Named::NotUsable(state) => ("danger", page.t(not_usable(state))),
        Named::OtherCard => ("danger", page.t("card-proof-other-card")),
        Named::NotFound => ("danger", page.t("card-proof-not-found")),
        Named::TooMany { secs } => ("due", page.t1("card-proof-too-many", "time", wait_text(page, secs))),
        Named::Down => ("due", page.t("card-proof-down")),
    };
    Ok(again(view, tone, text))
}

/// Whoever owns the number has budgets of their own; strangers behind one address share one.
fn too_many(claimant: &Claimant, gates: &Gates) -> Result<Option<i64>, Failure> {
    let ctx = &claimant.visit.ctx;
    if claimant.proving.budget.is_own() {
        return Ok(None);
    }
    let policy = ctx.policy.at::<SecondWayPolicy>(ctx.now().date())?;
    Ok(gates.second_way(ctx, policy.cap()).err())
}

fn again(view: CardPage, tone: &'static str, text: String) -> Response {
    html_again(&view.page.clone(), CardPage { notice: Some(Notice { tone, text }), ..view })
}

fn not_usable(state: PhysicalState) -> &'static str {
    match state {
        PhysicalState::Lost => "card-proof-lost",
        PhysicalState::Frozen => "card-proof-frozen",
        PhysicalState::Active | PhysicalState::Cancelled => "card-proof-cancelled",
    }
}

/// Sends the code. Where it is too early for one, the next page takes the one that is on its way to this browser (whoever went
/// back names the card twice), or says when the next may be asked for, and keeps the card.
async fn send(
    claimant: &Claimant,
    gates: &Gates,
    way: &WayId,
    mobile: Mobile,
    ticket: String,
) -> Result<Response, Problem> {
    Ok(match asking(claimant, gates).known_or_on_its_way(mobile, ticket).await? {
        Some(code) => see_other(&code_path(claimant, way, code.as_str())),
        None => see_other_with(&code_path(claimant, way, ""), "flash-code-too-early"),
    })
}

fn asking<'a>(claimant: &'a Claimant, gates: &'a Gates) -> Asking<'a> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    Asking { ctx, page, gates, purpose: Purpose::CardProof, own: Own::of(claimant.proving.budget), only_to: None }
}

fn code_path(claimant: &Claimant, way: &WayId, challenge: &str) -> String {
    format!("{}?t={}&c={challenge}", path(claimant, "card/code"), way.as_str())
}

/// What the page asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// No code has been sent yet.
    Sending,
    /// The code, and the card's password with it.
    Both,
    /// The code was right: the password alone.
    Pin,
}

#[derive(Template)]
#[template(path = "second_ways/card_code.html")]
struct CodePage {
    page: Page,
    back: String,
    way: String,
    asks: Asks,
    /// Empty until a code was sent.
    challenge: String,
    /// Shown to the number's owner only; empty for others.
    mobile: String,
    ticket: String,
    /// As typed, where it was not tried.
    code: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl CodePage {
    fn new(claimant: &Claimant, way: &OpenWay, challenge: Option<&Challenge>) -> CodePage {
        let asks = match (way.state, challenge) {
            (WayState::Phoned | WayState::Used, _) => Asks::Pin,
            (WayState::Named, Some(_)) => Asks::Both,
            (WayState::Named, None) => Asks::Sending,
        };
        let shown = way.mobile.as_ref().filter(|_| claimant.proving.owner);
        CodePage {
            page: claimant.visit.page.clone(),
            back: path(claimant, "card"),
            way: way.id.as_str().to_owned(),
            asks,
            challenge: challenge.map_or_else(String::new, |challenge| challenge.id.as_str().to_owned()),
            mobile: shown.map_or_else(String::new, Mask::masked),
            ticket: ticket(&claimant.visit.ctx),
            code: String::new(),
            errors: Errors::new(),
            notice: None,
        }
    }

    fn asks_for(&self, what: Asks) -> bool {
        self.asks == what
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeQuery {
    t: String,
    c: String,
}

async fn enter(claimant: Claimant, Query(query): Query<CodeQuery>) -> Result<Response, Problem> {
    let Some(way) = find(&claimant, &query.t).await? else { return Ok(start_again(&claimant)) };
    let challenge = match &way.mobile {
        Some(mobile) => find_to(&claimant.visit.ctx, &query.c, Purpose::CardProof, mobile).await?,
        None => None,
    };
    Ok(html(&claimant.visit.page, CodePage::new(&claimant, &way, challenge.as_ref())))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProveForm {
    way: String,
    #[serde(flatten)]
    enter: CodeForm,
    pin: String,
}

/// The code first, then the password: without the telephone on record nothing is tried at the card system.
async fn prove(
    claimant: Claimant,
    Extension(gates): Extension<Arc<Gates>>,
    Extension(ports): Extension<Arc<Ports>>,
    Form(form): Form<ProveForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let Some(mut way) = find(&claimant, &form.way).await? else { return Ok(after(&claimant, &form).await?) };
    let (challenge, code) = match typed(&claimant, &gates, &way, &form.enter).await? {
        Ok(typed) => typed.unzip(),
        Err(instead) => return Ok(instead),
    };
    let (mut view, code) = (CodePage::new(&claimant, &way, challenge.as_ref()), code.flatten());
    if view.asks_for(Asks::Both) {
        view.errors = code_errors(code.as_deref());
    }
    let pin = typing::digits(&form.pin, CARD_PIN_DIGITS);
    if pin.is_none() {
        view.errors.add("pin", "card-pin");
    }
    // A code that was not tried is still good.
    view.code = code.clone().unwrap_or_default();
    let Some(pin) = pin.filter(|_| view.errors.is_empty()) else { return Ok(html_again(page, view)) };
    if let (Some(challenge), Some(code), WayState::Named) = (&challenge, &code, way.state) {
        if let Err(refusal) = show_phone(ctx, &claimant.proving, &way.id, challenge, code).await? {
            return Ok(html_again(
                page,
                CodePage { errors: Errors::one("code", refusal.kind()), code: String::new(), ..view },
            ));
        }
        way.state = WayState::Phoned;
    }
    let answer = try_pin(ctx, &ports, &claimant.proving, &way, &pin).await?;
    answered(&claimant, &way, answer)
}

fn answered(claimant: &Claimant, way: &OpenWay, answer: PinAnswer) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let (tone, text) = match answer {
        PinAnswer::Right { token } => {
            let mut response = see_other(claimant.proving.purpose.next());
            if let Some(token) = token {
                sessions::give_token(ctx, page, &mut response, &token)?;
            }
            return Ok(response);
        }
        PinAnswer::Gone => return Ok(start_again(claimant)),
        PinAnswer::Wrong { left } => ("danger", page.t1("card-proof-wrong", "left", left)),
        PinAnswer::TooMany { secs } => ("due", page.t1("card-proof-too-many", "time", wait_text(page, secs))),
        PinAnswer::Locked => ("danger", page.t("card-proof-locked")),
        PinAnswer::NotUsable(state) => ("danger", page.t(not_usable(state))),
        PinAnswer::Down => ("due", page.t("card-proof-down")),
    };
    let view = CodePage { notice: Some(Notice { tone, text }), ..CodePage::new(claimant, way, None) };
    Ok(html_again(page, view))
}

/// The code that was typed for this card, if it asks for one; or what is answered instead, where another is asked for or
/// there is none.
async fn typed(
    claimant: &Claimant,
    gates: &Gates,
    way: &OpenWay,
    form: &CodeForm,
) -> Result<Result<Option<(Challenge, Option<String>)>, Response>, Failure> {
    let Some(mobile) = &way.mobile else { return Ok(Ok(None)) };
    let (challenge, notice) = match asking(claimant, gates).only_to(mobile).read(form).await? {
        Step::Typed { challenge, code } => return Ok(Ok(Some((challenge, code)))),
        Step::Resent(challenge) => return Ok(Err(sent(claimant, way, &challenge.id))),
        Step::Waits { challenge, notice } => (Some(challenge), notice),
        Step::Gone => match asking(claimant, gates).to(mobile.clone(), form.ticket.clone()).await? {
            Ok(code) => return Ok(Err(sent(claimant, way, &code))),
            Err(notice) => (None, notice),
        },
    };
    let view = CodePage { notice: Some(notice), ..CodePage::new(claimant, way, challenge.as_ref()) };
    Ok(Err(html_again(&claimant.visit.page, view)))
}

fn sent(claimant: &Claimant, way: &OpenWay, code: &CodeId) -> Response {
    see_other_with(&code_path(claimant, &way.id, code.as_str()), "flash-code-sent")
}

/// What is not open any more: the second of two taps goes where the first one went; the page it opens asks
/// for the proof itself.
async fn after(claimant: &Claimant, form: &ProveForm) -> Result<Response, Failure> {
    let (ctx, proving) = (&claimant.visit.ctx, claimant.proving.clone());
    let Ok(way) = form.way.parse() else { return Ok(start_again(claimant)) };
    let used = ctx.db.read("card_way.used", move |tx| store::used_way(tx, &way, &proving)).await?;
    Ok(if used { see_other(claimant.proving.purpose.next()) } else { start_again(claimant) })
}

/// What this browser named.
async fn find(claimant: &Claimant, way: &str) -> Result<Option<OpenWay>, Failure> {
    match way.parse() {
        Ok(id) => open_way(&claimant.visit.ctx, &claimant.proving, &id).await,
        Err(_) => Ok(None),
    }
}

fn start_again(claimant: &Claimant) -> Response {
    see_other_with(&path(claimant, "card"), "flash-card-proof-gone")
}
