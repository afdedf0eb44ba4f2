//! `/devices/prove`: a session shows on which device it is, and goes on to where it was going.

use std::sync::Arc;

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Router, routing::get, routing::post};
use kernel::{Mask, Mobile};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, html, html_again, see_other, see_other_with};

use super::challenge::read_key;
use super::here::Here;
use super::leave_key::leave_key;
use super::prove::{Answer, answer, challenge, look};
use super::show_phone::{own_mobile, same, show_phone};
use super::standing::Standing;
use crate::askers::Asker;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::proofs::ProofPurpose;
use crate::sessions::Citizen;
use crate::sms_codes::{self, Challenge, Notice, Own, Purpose, Refusal, RequestCode, Requested, clean_code};

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/devices/prove", get(show).post(signed))
        .route("/devices/prove/sms", post(send_code))
        .route("/devices/prove/code", get(enter).post(redeem))
}

#[derive(Template)]
#[template(path = "devices/prove.html")]
struct ProvePage {
    page: Page,
    to: String,
    /// What the device's key is to sign; empty if the device has left none.
    challenge: String,
    /// Whether the script answers by itself; not after an answer was refused.
    auto: bool,
    mobile: String,
    ticket: String,
    notice: Option<Notice>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ToQuery {
    to: String,
}

async fn show(citizen: Citizen, headers: HeaderMap, Query(query): Query<ToQuery>) -> Result<Response, Problem> {
    prove_page(&citizen, &Here::of(&citizen, &headers), &query.to, None).await
}

/// The page for where the session stands now; goes on at once where nothing is to be shown.
async fn prove_page(citizen: &Citizen, here: &Here, to: &str, notice: Option<Notice>) -> Result<Response, Problem> {
    let (ctx, page, to) = (citizen.ctx(), &citizen.visit.page, destination(to));
    let device = match look(ctx, here).await? {
        (Standing::Proven, _) => return Ok(see_other(&to)),
        (Standing::Challenge | Standing::Lately, Some(device)) => device,
        (Standing::New | Standing::Challenge | Standing::Lately, _) => return Ok(see_other(&real_name(&to))),
    };
    let challenge = match device.has_key {
        true => challenge(ctx, here, &device)?.text().to_owned(),
        false => String::new(),
    };
    let mobile = own_mobile(ctx, &here.person).await?;
    let view = ProvePage {
        page: page.clone(),
        to,
        challenge,
        auto: notice.is_none(),
        mobile: mobile.map_or_else(String::new, |mobile| mobile.masked()),
        ticket: ticket(ctx),
        notice,
    };
    Ok(if view.notice.is_some() { html_again(page, view) } else { html(page, view) })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignedForm {
    to: String,
    challenge: String,
    signature: String,
}

async fn signed(citizen: Citizen, headers: HeaderMap, Form(form): Form<SignedForm>) -> Result<Response, Problem> {
    let here = Here::of(&citizen, &headers);
    let answered = Answer {
        here: here.clone(),
        origin: citizen.visit.page.origin(),
        challenge: form.challenge,
        signature: form.signature,
    };
    if answer(citizen.ctx(), answered).await? {
        return Ok(see_other(&destination(&form.to)));
    }
    let text = citizen.visit.page.t("device-answer-refused");
    prove_page(&citizen, &here, &form.to, Some(Notice { tone: "danger", text })).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SendForm {
    to: String,
    ticket: String,
}

/// Sends a code to the number of the account: never to one that was typed.
async fn send_code(
    citizen: Citizen,
    headers: HeaderMap,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<SendForm>,
) -> Result<Response, Problem> {
    let (ctx, to) = (citizen.ctx(), destination(&form.to));
    let mobile = own_mobile(ctx, &citizen.person).await?.ok_or_else(Problem::not_found)?;
    let command = wish(&citizen, mobile, form.ticket);
    match sms_codes::request(ctx, &gates, command).await? {
        Requested::Sent { challenge } => Ok(see_other(&code_path(&challenge, &to))),
        Requested::Wait { secs } => {
            let notice = Some(Notice::wait(&citizen.visit.page, secs));
            prove_page(&citizen, &Here::of(&citizen, &headers), &to, notice).await
        }
    }
}

/// To the person's own number. On a device of theirs they spend their own codes; a session that came without it may be in a
/// thief's hands.
fn wish(citizen: &Citizen, mobile: Mobile, ticket: String) -> RequestCode {
    let (ctx, page) = (citizen.ctx(), &citizen.visit.page);
    let (asker, own) = (Asker::of(ctx, page), Own::here(ctx, page));
    RequestCode { mobile, purpose: Purpose::Device, ticket, asker, own }
}

fn code_path(challenge: &sms_codes::CodeId, to: &str) -> String {
    format!("/devices/prove/code?c={}&to={}", challenge.as_str(), in_query(to))
}

#[derive(Template)]
#[template(path = "devices/code.html")]
struct CodePage {
    page: Page,
    to: String,
    back: String,
    challenge: String,
    ticket: String,
    mobile: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl CodePage {
    fn new(citizen: &Citizen, challenge: &Challenge, to: &str) -> CodePage {
        let to = destination(to);
        CodePage {
            page: citizen.visit.page.clone(),
            back: prove_path(&to),
            to,
            challenge: challenge.id.as_str().to_owned(),
            ticket: ticket(citizen.ctx()),
            mobile: challenge.mobile.masked(),
            errors: Errors::new(),
            notice: None,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeQuery {
    c: String,
    to: String,
}

async fn enter(citizen: Citizen, Query(query): Query<CodeQuery>) -> Result<Response, Problem> {
    let Some(challenge) = own_challenge(&citizen, &query.c).await? else { return Ok(start_again(&query.to)) };
    Ok(html(&citizen.visit.page, CodePage::new(&citizen, &challenge, &query.to)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeForm {
    to: String,
    challenge: String,
    ticket: String,
    code: String,
    /// The key of a browser that has left none, if it runs our script.
    key: String,
    /// `resend` where another code is asked for.
    act: String,
}

async fn redeem(
    citizen: Citizen,
    headers: HeaderMap,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (citizen.ctx(), &citizen.visit.page);
    let Some(challenge) = own_challenge(&citizen, &form.challenge).await? else { return Ok(start_again(&form.to)) };
    let view = CodePage::new(&citizen, &challenge, &form.to);
    if form.act == "resend" {
        let command = wish(&citizen, challenge.mobile, form.ticket);
        return match sms_codes::request(ctx, &gates, command).await? {
            Requested::Sent { challenge } => Ok(see_other_with(&code_path(&challenge, &view.to), "sms-sent-again")),
            Requested::Wait { secs } => {
                Ok(html_again(page, CodePage { notice: Some(Notice::wait(page, secs)), ..view }))
            }
        };
    }
    let Some(code) = clean_code(&form.code) else {
        return Ok(html_again(page, CodePage { errors: Errors::one("code", "code-format"), ..view }));
    };
    let here = Here::of(&citizen, &headers);
    match show_phone(ctx, &here, &challenge, &code).await? {
        // The first of two taps has shown it.
        Ok(()) | Err(Refusal::Repeated) => {
            if let Some(key) = read_key(&form.key) {
                leave_key(ctx, &here, key).await?;
            }
            Ok(see_other(&view.to))
        }
        Err(refusal) => {
            let errors = Errors::one("code", "code-refused");
            Ok(html_again(page, CodePage { errors, notice: Some(Notice::refused(page, refusal)), ..view }))
        }
    }
}

/// A code that went to this person's own number: a thief has a phone and a code as well, but not this one.
async fn own_challenge(citizen: &Citizen, id: &str) -> Result<Option<Challenge>, Failure> {
    let ctx = citizen.ctx();
    let Ok(id) = id.parse() else { return Ok(None) };
    let Some(challenge) = sms_codes::challenge(ctx, &id, Purpose::Device).await? else { return Ok(None) };
    let own = own_mobile(ctx, &citizen.person).await?;
    Ok(own.is_some_and(|own| same(ctx, &own, &challenge.mobile)).then_some(challenge))
}

fn start_again(to: &str) -> Response {
    see_other_with(&prove_path(&destination(to)), "flash-code-gone")
}

/// Where to go on to: a path of this service that is not this one.
pub(super) fn destination(to: &str) -> String {
    ui::local_path(to).filter(|path| !path.starts_with("/devices/prove")).unwrap_or("/").to_owned()
}

fn prove_path(to: &str) -> String {
    format!("/devices/prove?to={}", in_query(to))
}

fn real_name(to: &str) -> String {
    format!("{}?to={}", ProofPurpose::RealName.ways(), in_query(to))
}

fn in_query(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
