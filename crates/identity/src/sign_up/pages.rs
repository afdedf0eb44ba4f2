//! `/sign-up` (mobile number) and `/sign-up/details` (code, who one is, password).

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, Mobile};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, Visit, html, html_again, see_other, see_other_with};

use super::model::{Typed, read};
use super::open_account::{SignUp, SignUpOutcome, sign_up};
use crate::askers::Asker;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login::KnownDevice;
use crate::people::AccountId;
use crate::policy::{LoginPolicy, PasswordPolicy};
use crate::sessions::MaybeCitizen;
use crate::sms_codes::{self, Challenge, Notice, Own, Purpose, Refusal, RequestCode, Requested};
use crate::typed::mobile_kind;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/sign-up", get(start).post(send_code)).route("/sign-up/details", get(details).post(submit))
}

#[derive(Template)]
#[template(path = "sign_up/mobile.html")]
struct MobilePage {
    page: Page,
    mobile: String,
    ticket: String,
    errors: Errors,
    notice: Option<Notice>,
}

async fn start(visitor: MaybeCitizen) -> Result<Response, Problem> {
    if visitor.citizen.is_some() {
        return Ok(see_other("/me"));
    }
    let Visit { ctx, page } = visitor.visit;
    let view = MobilePage {
        page: page.clone(),
        mobile: String::new(),
        ticket: ticket(&ctx),
        errors: Errors::new(),
        notice: None,
    };
    Ok(html(&page, view))
}

#[derive(Deserialize)]
struct MobileForm {
    #[serde(default)]
    mobile: String,
    #[serde(default)]
    ticket: String,
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    let mut view = MobilePage {
        page: page.clone(),
        mobile: form.mobile,
        ticket: form.ticket.clone(),
        errors: Errors::new(),
        notice: None,
    };
    let mobile = match Mobile::parse(&view.mobile) {
        Ok(mobile) => mobile,
        Err(error) => {
            view.errors.add("mobile", mobile_kind(&error));
            return Ok(html_again(&page, view));
        }
    };
    match sms_codes::request(&ctx, &gates, wish(&ctx, &page, mobile, form.ticket)).await? {
        Requested::Sent { challenge } => Ok(see_other(&format!("/sign-up/details?c={}", challenge.as_str()))),
        Requested::Wait { secs } => {
            view.notice = Some(Notice::wait(&page, secs));
            Ok(html_again(&page, view))
        }
    }
}

#[derive(Template)]
#[template(path = "sign_up/details.html")]
struct DetailsPage {
    page: Page,
    challenge: String,
    ticket: String,
    mobile: String,
    name: String,
    id_number: String,
    errors: Errors,
    notice: Option<Notice>,
}

#[derive(Deserialize)]
struct DetailsQuery {
    #[serde(default)]
    c: String,
}

async fn details(Visit { ctx, page }: Visit, Query(query): Query<DetailsQuery>) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &query.c).await? else { return Ok(start_again()) };
    let view = DetailsPage::new(&ctx, &page, &challenge, DetailsForm::default());
    Ok(html(&page, view))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsForm {
    challenge: String,
    ticket: String,
    name: String,
    id_number: String,
    code: String,
    password: String,
    password_again: String,
    /// `resend` where another code is asked for.
    act: String,
}

async fn submit(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<DetailsForm>,
) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &form.challenge).await? else { return Ok(start_again()) };
    if form.act == "resend" {
        return resend(&ctx, &page, &gates, challenge, form).await;
    }
    let now = ctx.now();
    let login = ctx.policy.at::<LoginPolicy>(now.date()).map_err(Failure::from)?;
    // Tries at codes and tries at passwords share one budget an address.
    if let Err(secs) = gates.login(&ctx, &login) {
        let notice = Some(Notice::too_many_tries(&page, secs));
        return Ok(html_again(&page, DetailsPage { notice, ..DetailsPage::new(&ctx, &page, &challenge, form) }));
    }
    let policy = ctx.policy.at::<PasswordPolicy>(now.date()).map_err(Failure::from)?;
    let typed = Typed {
        name: &form.name,
        id_number: &form.id_number,
        code: &form.code,
        password: &form.password,
        password_again: &form.password_again,
    };
    let read = match read(&typed, &challenge.mobile, now.date(), &policy) {
        Ok(read) => read,
        Err(errors) => {
            let view = DetailsPage { errors, ..DetailsPage::new(&ctx, &page, &challenge, form) };
            return Ok(html_again(&page, view));
        }
    };
    let command = SignUp {
        challenge: challenge.clone(),
        code: read.code,
        name: read.name,
        id_number: read.id_number,
        password: form.password.clone(),
    };
    match sign_up(&ctx, command).await? {
        SignUpOutcome::Landed { account } => Ok(landed(&ctx, &page, &login, account)),
        SignUpOutcome::Refused(refusal) => Ok(refused(&ctx, &page, &challenge, form, refusal)),
    }
}

fn wish(ctx: &Ctx, page: &Page, mobile: Mobile, ticket: String) -> RequestCode {
    RequestCode { mobile, purpose: Purpose::SignUp, ticket, asker: Asker::of(ctx, page), own: Own::No }
}

/// The same for everybody, the device cookie too. By it the ID number logs in here to the account that was
/// opened here, also where others say the same number.
fn landed(ctx: &Ctx, page: &Page, login: &LoginPolicy, account: Option<AccountId>) -> Response {
    let mut response = see_other_with("/login", "flash-sign-up-landed");
    if let Some(account) = account {
        KnownDevice::give(ctx, page, &mut response, &account, login.device_days);
    }
    response
}

fn refused(ctx: &Ctx, page: &Page, challenge: &Challenge, form: DetailsForm, refusal: Refusal) -> Response {
    let view = DetailsPage {
        errors: Errors::one("code", "code-refused"),
        notice: Some(Notice::refused(page, refusal)),
        ..DetailsPage::new(ctx, page, challenge, form)
    };
    html_again(page, view)
}

/// Sends another code and shows the same page with what was typed: a redirect would lose it.
async fn resend(
    ctx: &Ctx,
    page: &Page,
    gates: &Gates,
    challenge: Challenge,
    form: DetailsForm,
) -> Result<Response, Problem> {
    let mobile = challenge.mobile.clone();
    match sms_codes::request(ctx, gates, wish(ctx, page, mobile.clone(), form.ticket.clone())).await? {
        Requested::Sent { challenge: id } => {
            let notice = Some(Notice::sent_again(page));
            let view = DetailsPage { notice, ..DetailsPage::new(ctx, page, &Challenge { id, mobile }, form) };
            Ok(html(page, view))
        }
        Requested::Wait { secs } => {
            let notice = Some(Notice::wait(page, secs));
            Ok(html_again(page, DetailsPage { notice, ..DetailsPage::new(ctx, page, &challenge, form) }))
        }
    }
}

impl DetailsPage {
    /// Echoes what was typed, except the secrets.
    fn new(ctx: &Ctx, page: &Page, challenge: &Challenge, form: DetailsForm) -> DetailsPage {
        DetailsPage {
            page: page.clone(),
            challenge: challenge.id.as_str().to_owned(),
            ticket: ticket(ctx),
            mobile: challenge.mobile.masked(),
            name: form.name,
            id_number: form.id_number,
            errors: Errors::new(),
            notice: None,
        }
    }
}

async fn find(ctx: &Ctx, id: &str) -> Result<Option<Challenge>, Failure> {
    match id.parse() {
        Ok(id) => sms_codes::challenge(ctx, &id, Purpose::SignUp).await,
        Err(_) => Ok(None),
    }
}

fn start_again() -> Response {
    see_other_with("/sign-up", "flash-code-gone")
}
