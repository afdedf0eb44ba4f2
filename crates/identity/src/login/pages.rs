//! `/login` (password), `/login/code` and `/login/code/enter`.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::typing;
use platform::Ctx;
use platform::db::DbFault;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, Visit, html, html_again, in_query, see_other, see_other_with};

use super::by_code::{ByCode, CodeLogin, by_code};
use super::by_password::{ByPassword, PasswordLogin, by_password};
use super::change_pages;
use super::newcomer::JustOpened;
use super::policy::LoginPolicy;
use super::wanted::{KEPT, wanted};
use crate::askers::{DEVICE_COOKIE, KnownDevice, place};
use crate::failure::Failure;
use crate::gates::Gates;
use crate::owners::AccountPolicy;
use crate::sessions::{self, MaybeCitizen, Seat, Token};
use crate::sms_codes::{
    Asking, CodeForm, CodeId, CodePart, MobileForm, MobilePart, Notice, Own, Purpose, Refusal, Step, find, wait_text,
};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/login", get(password_form).post(password_login))
        .route("/login/code", get(code_form).post(send_code))
        .route("/login/code/enter", get(enter_form).post(code_login))
        .merge(change_pages::routes())
}

/// What both ways say before their form: why one is here, and what follows.
struct Before {
    to: String,
    /// The key of what was wanted.
    wanted: Option<&'static str>,
    /// Whether a form that was typed before waits for its person.
    kept: bool,
    /// After signing up: how long the account waits for its person to be proven, in days.
    days: Option<i64>,
    /// Whether this browser was logged in until its time was over.
    timed_out: bool,
}

impl Before {
    fn new(ctx: &Ctx, page: &Page, to: &str, opened: Option<&JustOpened>) -> Result<Before, Failure> {
        let to = destination(to);
        let days = match opened {
            Some(JustOpened { signed_up: true, .. }) => {
                Some(ctx.policy.at::<AccountPolicy>(ctx.now().date())?.unproven_days)
            }
            _ => None,
        };
        let wanted = wanted(page.nav(), &to);
        Ok(Before { kept: wanted == Some(KEPT), wanted, to, days, timed_out: false })
    }

    fn ways_query(&self) -> String {
        in_query(&self.to)
    }
}

#[derive(Template)]
#[template(path = "login/password.html")]
struct PasswordPage {
    page: Page,
    before: Before,
    login: String,
    notice: Option<Notice>,
}

#[derive(Deserialize)]
struct ToQuery {
    #[serde(default)]
    to: String,
}

async fn password_form(visitor: MaybeCitizen, Query(query): Query<ToQuery>) -> Result<Response, Problem> {
    if visitor.citizen.is_some() {
        return Ok(see_other(&destination(&query.to)));
    }
    let Visit { ctx, page } = visitor.visit;
    let opened = JustOpened::read(&ctx, &page);
    let timed_out = timed_out(&ctx, &page).await?;
    let before = Before { timed_out, ..Before::new(&ctx, &page, &query.to, opened.as_ref())? };
    let login = opened.map_or_else(String::new, |opened| opened.mobile);
    Ok(html(&page.clone(), PasswordPage { page, before, login, notice: None }))
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
    let opened = JustOpened::read(&ctx, &page);
    let again = |text: String| {
        let notice = Some(Notice { tone: "danger", text });
        let before = Before::new(&ctx, &page, &form.to, opened.as_ref())?;
        Ok(html_again(&page, PasswordPage { page: page.clone(), before, login: form.login.clone(), notice }))
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
        PasswordLogin::In { token, device } => signed_in(&ctx, &page, &destination(&form.to), &token, &device).await,
        PasswordLogin::Wrong { left } => again(page.t1("login-wrong", "left", left)),
        PasswordLogin::Locked { secs } => again(page.t1("login-locked", "time", wait_text(&page, secs))),
    }
}

#[derive(Template)]
#[template(path = "login/mobile.html")]
struct MobilePage {
    page: Page,
    before: Before,
    ask: MobilePart,
}

async fn code_form(visitor: MaybeCitizen, Query(query): Query<ToQuery>) -> Result<Response, Problem> {
    if visitor.citizen.is_some() {
        return Ok(see_other(&destination(&query.to)));
    }
    let Visit { ctx, page } = visitor.visit;
    let opened = JustOpened::read(&ctx, &page);
    let timed_out = timed_out(&ctx, &page).await?;
    let before = Before { timed_out, ..Before::new(&ctx, &page, &query.to, opened.as_ref())? };
    let ask = MobilePart::new(&ctx, opened.map_or_else(String::new, |opened| opened.mobile));
    Ok(html(&page.clone(), MobilePage { page, before, ask }))
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    let to = destination(&form.to);
    match asking(&ctx, &page, &gates).send(form).await? {
        Ok(challenge) => Ok(see_other(&enter_path(&challenge, &to))),
        Err(ask) => {
            let before = Before::new(&ctx, &page, &to, JustOpened::read(&ctx, &page).as_ref())?;
            Ok(html_again(&page.clone(), MobilePage { page, before, ask }))
        }
    }
}

fn asking<'a>(ctx: &'a Ctx, page: &'a Page, gates: &'a Gates) -> Asking<'a> {
    Asking { ctx, page, gates, purpose: Purpose::Login, own: Own::here(ctx, page), only_to: None }
}

fn enter_path(challenge: &CodeId, to: &str) -> String {
    format!("/login/code/enter?c={}&to={}", challenge.as_str(), in_query(to))
}

#[derive(Template)]
#[template(path = "login/enter.html")]
struct EnterPage {
    page: Page,
    to: String,
    enter: CodePart,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnterQuery {
    c: String,
    to: String,
}

async fn enter_form(Visit { ctx, page }: Visit, Query(query): Query<EnterQuery>) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &query.c, Purpose::Login).await? else { return Ok(start_again()) };
    let enter = CodePart::new(&ctx, &challenge);
    Ok(html(&page.clone(), EnterPage { page, to: destination(&query.to), enter }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnterForm {
    to: String,
    #[serde(flatten)]
    enter: CodeForm,
}

async fn code_login(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    headers: HeaderMap,
    Form(form): Form<EnterForm>,
) -> Result<Response, Problem> {
    let to = destination(&form.to);
    let again = |enter| Ok(html_again(&page, EnterPage { page: page.clone(), to: to.clone(), enter }));
    let (challenge, code) = match asking(&ctx, &page, &gates).read(&form.enter).await? {
        Step::Gone => return Ok(start_again()),
        Step::Resent(challenge) => return Ok(see_other_with(&enter_path(&challenge.id, &to), "sms-sent-again")),
        Step::Waits { challenge, notice } => return again(CodePart::new(&ctx, &challenge).told(notice)),
        Step::Typed { challenge, code: None } => return again(CodePart::unread(&ctx, &challenge)),
        Step::Typed { challenge, code: Some(code) } => (challenge, code),
    };
    let device = KnownDevice::here(&ctx, &page);
    let place = place(&ctx, &ui::headers::text(&headers, header::USER_AGENT));
    let command = ByCode { challenge: challenge.clone(), code, seat: seat(&ctx, &headers), device, place };
    match by_code(&ctx, command).await? {
        CodeLogin::In { token, device } => signed_in(&ctx, &page, &to, &token, &device).await,
        // The first of two taps has signed this browser in.
        CodeLogin::Refused(Refusal::Repeated) => Ok(see_other(&to)),
        CodeLogin::Refused(refusal) => again(CodePart::refused(&ctx, &challenge, refusal)),
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
    JustOpened::forget(page, &mut response);
    page.set_cookie(&mut response, DEVICE_COOKIE, &device.cookie(ctx), Some(days * 86_400));
    Ok(response)
}

fn seat(ctx: &Ctx, headers: &HeaderMap) -> Seat {
    let agent = ui::headers::text(headers, header::USER_AGENT);
    Seat::new(&agent, &ctx.trace.ip)
}

/// Where to go after login: a path of this service, never another login.
fn destination(to: &str) -> String {
    ui::onward(to, &["/login", "/logout"], "/me")
}

/// Whether this browser was logged in until its time was over. Whoever logs out loses the cookie, and a session that
/// was ended from another device is no longer live.
async fn timed_out(ctx: &Ctx, page: &Page) -> Result<bool, DbFault> {
    let Some(token) = page.cookie(sessions::COOKIE).and_then(Token::parse) else { return Ok(false) };
    let hash = token.hash();
    let found = ctx.db.read("login.timed_out", move |tx| sessions::store::owner_of(tx, &hash)).await?;
    Ok(found.is_some())
}

fn start_again() -> Response {
    see_other_with("/login/code", "flash-code-gone")
}
