//! `/forgot/account` (mobile number) and `/forgot/account/details` (code and password): for a visitor who has been
//! proven and has no account yet.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, Mobile, PersonName};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, Visit, html, html_again, see_other, see_other_with};

use super::change::{Owner, owner};
use super::model::password_errors;
use super::open_account::{OpenAccount, Opened, open_account};
use crate::askers::Asker;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::policy::PasswordPolicy;
use crate::proofs::{Visitor, clear_visitor};
use crate::sms_codes::{self, Challenge, Notice, Own, Purpose, Refusal, RequestCode, Requested, clean_code};
use crate::typed::mobile_kind;

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/forgot/account", get(ask_mobile).post(send_code))
        .route("/forgot/account/details", get(details).post(submit))
}

/// The proven visitor without an account, or where to go instead.
async fn newcomer(ctx: &Ctx, page: &Page) -> Result<Result<(Visitor, PersonName), Response>, Problem> {
    let Some(visitor) = Visitor::read(ctx, page) else { return Ok(Err(see_other("/forgot"))) };
    Ok(match owner(ctx, &visitor).await? {
        Owner::Unproven => Err(see_other_with("/forgot/ways", "flash-forgot-prove-first")),
        Owner::Account { .. } => Err(see_other("/forgot/new-password")),
        Owner::NoAccount { name } => Ok((visitor, name)),
    })
}

#[derive(Template)]
#[template(path = "recovery/mobile.html")]
struct MobilePage {
    page: Page,
    mobile: String,
    ticket: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl MobilePage {
    fn new(ctx: &Ctx, page: &Page, mobile: &str) -> MobilePage {
        let page = page.clone();
        MobilePage { page, mobile: mobile.to_owned(), ticket: ticket(ctx), errors: Errors::new(), notice: None }
    }
}

async fn ask_mobile(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    Ok(match newcomer(&ctx, &page).await? {
        Ok(_) => html(&page, MobilePage::new(&ctx, &page, "")),
        Err(instead) => instead,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MobileForm {
    mobile: String,
    ticket: String,
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    if let Err(instead) = newcomer(&ctx, &page).await? {
        return Ok(instead);
    }
    let view = MobilePage::new(&ctx, &page, &form.mobile);
    let mobile = match Mobile::parse(&form.mobile) {
        Ok(mobile) => mobile,
        Err(error) => {
            return Ok(html_again(&page, MobilePage { errors: Errors::one("mobile", mobile_kind(&error)), ..view }));
        }
    };
    match sms_codes::request(&ctx, &gates, wish(&ctx, &page, mobile, form.ticket)).await? {
        Requested::Sent { challenge } => Ok(see_other(&format!("/forgot/account/details?c={}", challenge.as_str()))),
        Requested::Wait { secs } => {
            Ok(html_again(&page, MobilePage { notice: Some(Notice::wait(&page, secs)), ..view }))
        }
    }
}

fn wish(ctx: &Ctx, page: &Page, mobile: Mobile, ticket: String) -> RequestCode {
    RequestCode { mobile, purpose: Purpose::SignUp, ticket, asker: Asker::of(ctx, page), own: Own::No }
}

#[derive(Template)]
#[template(path = "recovery/account.html")]
struct AccountPage {
    page: Page,
    challenge: String,
    ticket: String,
    mobile: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl AccountPage {
    fn new(ctx: &Ctx, page: &Page, challenge: &Challenge) -> AccountPage {
        AccountPage {
            page: page.clone(),
            challenge: challenge.id.as_str().to_owned(),
            ticket: ticket(ctx),
            mobile: challenge.mobile.masked(),
            errors: Errors::new(),
            notice: None,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsQuery {
    c: String,
}

async fn details(Visit { ctx, page }: Visit, Query(query): Query<DetailsQuery>) -> Result<Response, Problem> {
    if let Err(instead) = newcomer(&ctx, &page).await? {
        return Ok(instead);
    }
    let Some(challenge) = find(&ctx, &query.c).await? else { return Ok(start_again()) };
    Ok(html(&page, AccountPage::new(&ctx, &page, &challenge)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsForm {
    challenge: String,
    ticket: String,
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
    let (visitor, name) = match newcomer(&ctx, &page).await? {
        Ok(found) => found,
        Err(instead) => return Ok(instead),
    };
    let Some(challenge) = find(&ctx, &form.challenge).await? else { return Ok(start_again()) };
    let view = AccountPage::new(&ctx, &page, &challenge);
    if form.act == "resend" {
        return resend(&ctx, &page, &gates, challenge, form.ticket).await;
    }
    let policy = ctx.policy.at::<PasswordPolicy>(ctx.now().date()).map_err(Failure::from)?;
    let number = &visitor.number;
    let mut errors = password_errors(&form.password, &form.password_again, number, Some(&challenge.mobile), &policy);
    let code = clean_code(&form.code);
    if code.is_none() {
        errors.add("code", "code-format");
    }
    let Some(code) = code.filter(|_| errors.is_empty()) else {
        return Ok(html_again(&page, AccountPage { errors, ..view }));
    };
    let command = OpenAccount { visitor, name, challenge, code, password: form.password };
    let opened = open_account(&ctx, command).await?;
    Ok(answered(&page, view, opened))
}

fn answered(page: &Page, view: AccountPage, opened: Opened) -> Response {
    match opened {
        // The second of two taps finds the proof used by the first.
        Opened::Done | Opened::Refused(Refusal::Repeated) => {
            let mut response = see_other_with("/login", "flash-forgot-account-done");
            clear_visitor(page, &mut response);
            response
        }
        Opened::Refused(refusal) => {
            let errors = Errors::one("code", "code-refused");
            html_again(page, AccountPage { errors, notice: Some(Notice::refused(page, refusal)), ..view })
        }
        Opened::MobileTaken => {
            let notice = Some(Notice { tone: "danger", text: page.t("forgot-account-mobile-taken") });
            html_again(page, AccountPage { notice, ..view })
        }
        Opened::Unproven => see_other_with("/forgot/ways", "flash-forgot-prove-first"),
    }
}

async fn resend(
    ctx: &Ctx,
    page: &Page,
    gates: &Gates,
    challenge: Challenge,
    ticket: String,
) -> Result<Response, Problem> {
    match sms_codes::request(ctx, gates, wish(ctx, page, challenge.mobile.clone(), ticket)).await? {
        Requested::Sent { challenge } => {
            let path = format!("/forgot/account/details?c={}", challenge.as_str());
            Ok(see_other_with(&path, "sms-sent-again"))
        }
        Requested::Wait { secs } => {
            let view = AccountPage::new(ctx, page, &challenge);
            Ok(html_again(page, AccountPage { notice: Some(Notice::wait(page, secs)), ..view }))
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
    see_other_with("/forgot/account", "flash-code-gone")
}
