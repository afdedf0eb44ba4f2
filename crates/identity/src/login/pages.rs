//! `/login` (password), `/login/code` and `/login/code/enter`.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, Mobile, typing};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, Visit, html, html_again, see_other, see_other_with};

use super::by_code::{ByCode, CodeLogin, by_code};
use super::by_password::{ByPassword, PasswordLogin, by_password};
use super::change_pages;
use super::device::{DEVICE_COOKIE, KnownDevice};
use crate::askers::Asker;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::policy::LoginPolicy;
use crate::sessions::{self, MaybeCitizen, Seat, Token};
use crate::sms_codes::{self, Challenge, Notice, Own, Purpose, Refusal, RequestCode, Requested, clean_code, wait_text};
use crate::typed::mobile_kind;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/login", get(password_form).post(password_login))
        .route("/login/code", get(code_form).post(send_code))
        .route("/login/code/enter", get(enter_form).post(code_login))
        .merge(change_pages::routes())
}

#[derive(Template)]
#[template(path = "login/password.html")]
struct PasswordPage {
    page: Page,
    to: String,
    login: String,
    notice: Option<Notice>,
}

impl PasswordPage {
    fn ways_query(&self) -> String {
        in_query(&self.to)
    }
}

#[derive(Deserialize)]
struct ToQuery {
    #[serde(default)]
    to: String,
}

async fn password_form(visitor: MaybeCitizen, Query(query): Query<ToQuery>) -> Result<Response, Problem> {
    let to = destination(&query.to);
    if visitor.citizen.is_some() {
        return Ok(see_other(&to));
    }
    let page = visitor.visit.page;
    Ok(html(&page.clone(), PasswordPage { page, to, login: String::new(), notice: None }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PasswordForm {
    to: String,
    login: String,
    password: String,
}

async fn password_login(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let to = destination(&form.to);
    let again = |text: String| {
        let notice = Some(Notice { tone: "danger", text });
        Ok(html_again(&page, PasswordPage { page: page.clone(), to: to.clone(), login: form.login.clone(), notice }))
    };
    if typing::login(&form.login).is_empty() || form.password.is_empty() {
        return again(page.t("login-incomplete"));
    }
    let command = ByPassword {
        login: form.login.clone(),
        password: form.password.clone(),
        seat: seat(&ctx, &headers),
        device: KnownDevice::here(&ctx, &page),
    };
    match by_password(&ctx, &gates, command).await? {
        PasswordLogin::In { token, device } => signed_in(&ctx, &page, &to, &token, &device).await,
        PasswordLogin::Wrong { left } => again(page.t1("login-wrong", "left", left)),
        PasswordLogin::Locked { secs } => again(page.t1("login-locked", "time", wait_text(&page, secs))),
    }
}

#[derive(Template)]
#[template(path = "login/mobile.html")]
struct MobilePage {
    page: Page,
    to: String,
    mobile: String,
    ticket: String,
    errors: Errors,
    notice: Option<Notice>,
}

impl MobilePage {
    fn ways_query(&self) -> String {
        in_query(&self.to)
    }
}

async fn code_form(visitor: MaybeCitizen, Query(query): Query<ToQuery>) -> Result<Response, Problem> {
    let to = destination(&query.to);
    if visitor.citizen.is_some() {
        return Ok(see_other(&to));
    }
    let Visit { ctx, page } = visitor.visit;
    let view = MobilePage {
        page: page.clone(),
        to,
        mobile: String::new(),
        ticket: ticket(&ctx),
        errors: Errors::new(),
        notice: None,
    };
    Ok(html(&page, view))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MobileForm {
    to: String,
    mobile: String,
    ticket: String,
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    let mut view = MobilePage {
        page: page.clone(),
        to: destination(&form.to),
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
        Requested::Sent { challenge } => {
            Ok(see_other(&format!("/login/code/enter?c={}&to={}", challenge.as_str(), in_query(&view.to))))
        }
        Requested::Wait { secs } => {
            view.notice = Some(Notice::wait(&page, secs));
            Ok(html_again(&page, view))
        }
    }
}

#[derive(Template)]
#[template(path = "login/enter.html")]
struct EnterPage {
    page: Page,
    to: String,
    challenge: String,
    ticket: String,
    mobile: String,
    errors: Errors,
    notice: Option<Notice>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnterQuery {
    c: String,
    to: String,
}

async fn enter_form(Visit { ctx, page }: Visit, Query(query): Query<EnterQuery>) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &query.c).await? else { return Ok(start_again()) };
    Ok(html(&page, EnterPage::new(&ctx, &page, &challenge, &query.to)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnterForm {
    to: String,
    challenge: String,
    ticket: String,
    code: String,
    /// `resend` where another code is asked for.
    act: String,
}

async fn code_login(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    headers: HeaderMap,
    Form(form): Form<EnterForm>,
) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &form.challenge).await? else { return Ok(start_again()) };
    if form.act == "resend" {
        return resend(&ctx, &page, &gates, &challenge, form).await;
    }
    let view = EnterPage::new(&ctx, &page, &challenge, &form.to);
    let Some(code) = clean_code(&form.code) else {
        return Ok(html_again(&page, EnterPage { errors: Errors::one("code", "code-format"), ..view }));
    };
    let device = KnownDevice::here(&ctx, &page);
    let command = ByCode { challenge, code, seat: seat(&ctx, &headers), device };
    match by_code(&ctx, command).await? {
        CodeLogin::In { token, device } => signed_in(&ctx, &page, &view.to, &token, &device).await,
        // The first of two taps has signed this browser in.
        CodeLogin::Refused(Refusal::Repeated) => Ok(see_other(&view.to)),
        CodeLogin::Refused(refusal) => {
            let errors = Errors::one("code", "code-refused");
            let notice = Some(Notice::refused(&page, refusal));
            Ok(html_again(&page, EnterPage { errors, notice, ..view }))
        }
    }
}

fn wish(ctx: &Ctx, page: &Page, mobile: Mobile, ticket: String) -> RequestCode {
    RequestCode { mobile, purpose: Purpose::Login, ticket, asker: Asker::of(ctx, page), own: Own::here(ctx, page) }
}

async fn resend(
    ctx: &Ctx,
    page: &Page,
    gates: &Gates,
    challenge: &Challenge,
    form: EnterForm,
) -> Result<Response, Problem> {
    match sms_codes::request(ctx, gates, wish(ctx, page, challenge.mobile.clone(), form.ticket)).await? {
        Requested::Sent { challenge } => {
            let to = in_query(&destination(&form.to));
            let path = format!("/login/code/enter?c={}&to={to}", challenge.as_str());
            Ok(see_other_with(&path, "sms-sent-again"))
        }
        Requested::Wait { secs } => {
            let notice = Some(Notice::wait(page, secs));
            Ok(html_again(page, EnterPage { notice, ..EnterPage::new(ctx, page, challenge, &form.to) }))
        }
    }
}

impl EnterPage {
    fn new(ctx: &Ctx, page: &Page, challenge: &Challenge, to: &str) -> EnterPage {
        EnterPage {
            page: page.clone(),
            to: destination(to),
            challenge: challenge.id.as_str().to_owned(),
            ticket: ticket(ctx),
            mobile: challenge.mobile.masked(),
            errors: Errors::new(),
            notice: None,
        }
    }
}

/// Gives the browser its new token and device cookie, and ends the session it held before, if any.
async fn signed_in(ctx: &Ctx, page: &Page, to: &str, token: &Token, device: &KnownDevice) -> Result<Response, Problem> {
    if let Some(before) = page.cookie(sessions::COOKIE).and_then(Token::parse) {
        // The new session stands already: failing to end the old one must not cost it.
        if let Err(error) = sessions::end_by_token(ctx, &before).await {
            tracing::warn!(request = %ctx.trace.request, %error, "session.old_not_ended");
        }
    }
    let today = ctx.now().date();
    let days = ctx.policy.at::<LoginPolicy>(today).map_err(Failure::from)?.device_days;
    let mut response = see_other(to);
    sessions::give_token(ctx, page, &mut response, token)?;
    page.set_cookie(&mut response, DEVICE_COOKIE, &device.cookie(ctx), Some(days * 86_400));
    Ok(response)
}

fn seat(ctx: &Ctx, headers: &HeaderMap) -> Seat {
    let agent = ui::headers::text(headers, header::USER_AGENT);
    Seat::new(&agent, &ctx.trace.ip)
}

/// Where to go after login: a path of this service, never another login.
fn destination(to: &str) -> String {
    let local = ui::local_path(to).filter(|path| !path.starts_with("/login") && !path.starts_with("/logout"));
    local.unwrap_or("/me").to_owned()
}

fn in_query(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

async fn find(ctx: &Ctx, id: &str) -> Result<Option<Challenge>, Failure> {
    match id.parse() {
        Ok(id) => sms_codes::challenge(ctx, &id, Purpose::Login).await,
        Err(_) => Ok(None),
    }
}

fn start_again() -> Response {
    see_other_with("/login/code", "flash-code-gone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_login_one_stays_at_home() {
        for (to, expected) in [
            ("/slots/slt_1/book", "/slots/slt_1/book"),
            ("/search?q=眼科", "/search?q=眼科"),
            ("", "/me"),
            ("//evil.example", "/me"),
            ("https://evil.example", "/me"),
            ("/login?to=/x", "/me"),
            ("/logout", "/me"),
        ] {
            assert_eq!(destination(to), expected);
        }
        assert_eq!(in_query("/a?b=1&c=眼"), "/a%3Fb%3D1%26c%3D%E7%9C%BC");
    }
}
