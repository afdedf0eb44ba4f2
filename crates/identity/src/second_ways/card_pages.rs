//! `/prove/{purpose}/card`: card number and password; then the code to the number on record.

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, typing};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, html, html_again, see_other, see_other_with};

use super::ask_card::{CardAnswer, ask_card};
use super::card_code::{RightTry, challenge_of, redeem_code, right_try};
use super::model::{CARD_PIN_DIGITS, TryId, clean_card_no};
use super::policy::SecondWayPolicy;
use super::store;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::ports::{PhysicalState, Ports};
use crate::proofs::Claimant;
use crate::sms_codes::{self, Challenge, Notice, Purpose, Refusal, RequestCode, Requested, clean_code, wait_text};

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/prove/{purpose}/card", get(show).post(try_card))
        .route("/prove/{purpose}/card/code", get(enter).post(redeem))
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
            back: claimant.claim.purpose.ways(),
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
    format!("/prove/{}/{page}", claimant.claim.purpose.word())
}

async fn show(claimant: Claimant) -> Result<Response, Problem> {
    Ok(html(&claimant.visit.page, CardPage::new(&claimant, "")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CardForm {
    card_no: String,
    pin: String,
    ticket: String,
}

async fn try_card(
    claimant: Claimant,
    Extension(gates): Extension<Arc<Gates>>,
    Extension(ports): Extension<Arc<Ports>>,
    Form(form): Form<CardForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let mut view = CardPage::new(&claimant, &form.card_no);
    let (card_no, pin) = (clean_card_no(&form.card_no), typing::digits(&form.pin, CARD_PIN_DIGITS));
    if card_no.is_none() {
        view.errors.add("card_no", "card-no");
    }
    if pin.is_none() {
        view.errors.add("pin", "card-pin");
    }
    let (Some(card_no), Some(pin)) = (card_no, pin) else { return Ok(html_again(page, view)) };
    let policy = ctx.policy.at::<SecondWayPolicy>(ctx.now().date()).map_err(Failure::from)?;
    if let Err(secs) = gates.second_way(ctx, policy.address_limit, policy.address_window_secs) {
        return Ok(again(view, "due", page.t1("card-proof-too-many", "time", wait_text(page, secs))));
    }
    let (tone, text) = match ask_card(ctx, &ports, &claimant.claim, &card_no, &pin).await? {
        CardAnswer::Right { attempt, mobile: Some(mobile) } => {
            return send(&claimant, &gates, RightTry { id: attempt, mobile }, form.ticket).await;
        }
        CardAnswer::Right { mobile: None, .. } => ("due", page.t("card-proof-no-mobile")),
        CardAnswer::Wrong { left } => ("danger", page.t1("card-proof-wrong", "left", left)),
        CardAnswer::TooMany { secs } => ("due", page.t1("card-proof-too-many", "time", wait_text(page, secs))),
        CardAnswer::Locked => ("danger", page.t("card-proof-locked")),
        CardAnswer::NotUsable(state) => ("danger", page.t(not_usable(state))),
        CardAnswer::Down => ("due", page.t("card-proof-down")),
    };
    Ok(again(view, tone, text))
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

/// Sends the code; where it is too early for one, the next page says so and keeps the right password.
async fn send(claimant: &Claimant, gates: &Gates, right: RightTry, ticket: String) -> Result<Response, Problem> {
    let command = RequestCode { mobile: right.mobile, purpose: Purpose::CardProof, ticket };
    Ok(match sms_codes::request(&claimant.visit.ctx, gates, command).await? {
        Requested::Sent { challenge } => see_other(&code_path(claimant, &right.id, challenge.as_str())),
        Requested::Wait { .. } => see_other(&code_path(claimant, &right.id, "")),
    })
}

fn code_path(claimant: &Claimant, attempt: &TryId, challenge: &str) -> String {
    format!("{}?t={}&c={challenge}", path(claimant, "card/code"), attempt.as_str())
}

#[derive(Template)]
#[template(path = "second_ways/card_code.html")]
struct CodePage {
    page: Page,
    action: String,
    back: String,
    attempt: String,
    /// Empty until a code was sent.
    challenge: String,
    mobile: String,
    ticket: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl CodePage {
    fn new(claimant: &Claimant, right: &RightTry, challenge: Option<&Challenge>) -> CodePage {
        CodePage {
            page: claimant.visit.page.clone(),
            action: path(claimant, "card/code"),
            back: path(claimant, "card"),
            attempt: right.id.as_str().to_owned(),
            challenge: challenge.map_or_else(String::new, |challenge| challenge.id.as_str().to_owned()),
            mobile: right.mobile.masked(),
            ticket: ticket(&claimant.visit.ctx),
            errors: Errors::new(),
            notice: None,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeQuery {
    t: String,
    c: String,
}

async fn enter(claimant: Claimant, Query(query): Query<CodeQuery>) -> Result<Response, Problem> {
    let Some((right, challenge)) = find(&claimant, &query.t, &query.c).await? else {
        return Ok(start_again(&claimant));
    };
    Ok(html(&claimant.visit.page, CodePage::new(&claimant, &right, challenge.as_ref())))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeForm {
    attempt: String,
    challenge: String,
    ticket: String,
    code: String,
    /// `resend` where a code is asked for.
    act: String,
}

async fn redeem(
    claimant: Claimant,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let Some((right, challenge)) = find(&claimant, &form.attempt, &form.challenge).await? else {
        return Ok(after(&claimant, &form).await?);
    };
    let view = CodePage::new(&claimant, &right, challenge.as_ref());
    let Some(challenge) = challenge.filter(|_| form.act != "resend") else {
        let command = RequestCode { mobile: right.mobile, purpose: Purpose::CardProof, ticket: form.ticket };
        return Ok(match sms_codes::request(ctx, &gates, command).await? {
            Requested::Sent { challenge } => {
                see_other_with(&code_path(&claimant, &right.id, challenge.as_str()), "flash-code-sent")
            }
            Requested::Wait { secs } => html_again(page, CodePage { notice: Some(Notice::wait(page, secs)), ..view }),
        });
    };
    let Some(code) = clean_code(&form.code) else {
        return Ok(html_again(page, CodePage { errors: Errors::one("code", "code-format"), ..view }));
    };
    match redeem_code(ctx, &claimant.claim, &right, &challenge, &code).await? {
        // The second of two taps at once finds what the first has done.
        Ok(()) | Err(Refusal::Repeated) => Ok(see_other(claimant.claim.purpose.next())),
        Err(refusal) => {
            let errors = Errors::one("code", "code-refused");
            Ok(html_again(page, CodePage { errors, notice: Some(Notice::refused(page, refusal)), ..view }))
        }
    }
}

/// A try that is not open any more: the second of two taps goes where the first one went; the page it
/// opens asks for the proof itself.
async fn after(claimant: &Claimant, form: &CodeForm) -> Result<Response, Failure> {
    let (ctx, claim) = (&claimant.visit.ctx, claimant.claim.clone());
    let Ok(attempt) = form.attempt.parse() else { return Ok(start_again(claimant)) };
    let used = ctx.db.read("card_try.used", move |tx| store::used_try(tx, &attempt, &claim)).await?;
    Ok(if used { see_other(claimant.claim.purpose.next()) } else { start_again(claimant) })
}

/// The right try of this browser, and the code that was sent for it.
async fn find(
    claimant: &Claimant,
    attempt: &str,
    challenge: &str,
) -> Result<Option<(RightTry, Option<Challenge>)>, Failure> {
    let ctx = &claimant.visit.ctx;
    let Ok(attempt) = attempt.parse() else { return Ok(None) };
    let Some(right) = right_try(ctx, &claimant.claim, &attempt).await? else { return Ok(None) };
    let challenge = match challenge.parse() {
        Ok(id) => challenge_of(ctx, &right, &id).await?,
        Err(_) => None,
    };
    Ok(Some((right, challenge)))
}

fn start_again(claimant: &Claimant) -> Response {
    see_other_with(&path(claimant, "card"), "flash-card-proof-gone")
}
