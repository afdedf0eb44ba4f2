//! `/desk`, the door of all desks; `/desk/login` and `/desk/logout`.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use platform::{Ctx, Mode};
use serde::Deserialize;
use ui::{DeskTop, Form, Page, Problem, Visit, html, html_again, see_other};

use super::extract::{AnyStaff, COOKIE};
use super::login::{DeskLogin, DeskTry, KnownDesk, log_in, log_out};
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login::LoginPolicy;
use crate::sessions::{SessionPolicy, Token};
use crate::sms_codes::{Notice, wait_text};

pub(crate) fn desk_routes() -> Router<Ctx> {
    Router::new()
        .route("/desk", get(door))
        .route("/desk/login", get(login_form).post(login))
        .route("/desk/logout", post(logout))
}

/// Leads on to the first page of one's role.
async fn door(desk: AnyStaff) -> Result<Response, Problem> {
    let home = desk.visit.page.desk().and_then(DeskTop::home);
    home.map(see_other).ok_or_else(Problem::forbidden)
}

/// The cookie by which a device at a desk is known again, by its bare name.
const DEVICE_COOKIE: &str = "desk-dev";

#[derive(Template)]
#[template(path = "staff/login.html")]
struct LoginPage {
    page: Page,
    login: String,
    notice: Option<Notice>,
}

fn no_second_factor() -> Problem {
    Problem::told(StatusCode::FORBIDDEN, "desk-second-factor")
}

async fn login_form(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    if ctx.mode == Mode::Production {
        return Err(no_second_factor());
    }
    Ok(html(&page.clone(), LoginPage { page, login: String::new(), notice: None }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LoginForm {
    login: String,
    password: String,
}

async fn login(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<LoginForm>,
) -> Result<Response, Problem> {
    let again = |text: String| {
        let notice = Some(Notice { tone: "danger", text });
        Ok(html_again(&page, LoginPage { page: page.clone(), login: form.login.clone(), notice }))
    };
    let command = DeskTry {
        login: form.login.clone(),
        password: form.password.clone(),
        device: page.cookie(DEVICE_COOKIE).and_then(|cookie| KnownDesk::read(&ctx, cookie)),
        before: page.cookie(COOKIE).and_then(Token::parse),
    };
    match log_in(&ctx, &gates, command).await? {
        DeskLogin::In { token, device } => {
            let today = ctx.now().date();
            let secs = ctx.policy.at::<SessionPolicy>(today).map_err(Failure::from)?.staff_absolute_secs;
            let days = ctx.policy.at::<LoginPolicy>(today).map_err(Failure::from)?.device_days;
            let mut response = see_other("/desk");
            page.set_cookie(&mut response, COOKIE, token.secret(), Some(secs));
            page.set_cookie(&mut response, DEVICE_COOKIE, &device.cookie(&ctx), Some(days * 86_400));
            Ok(response)
        }
        DeskLogin::Wrong { left } => again(page.t1("desk-login-wrong", "left", left)),
        DeskLogin::Locked { secs } => again(page.t1("desk-login-locked", "time", wait_text(&page, secs))),
        DeskLogin::NoSecondFactor => Err(no_second_factor()),
    }
}

#[derive(Deserialize)]
struct LogoutForm {}

/// Signed out already counts as signed out: the extractor sends to the login page as well.
async fn logout(desk: AnyStaff, Form(LogoutForm {}): Form<LogoutForm>) -> Result<Response, Problem> {
    log_out(&desk.visit.ctx, &desk.session).await?;
    let mut response = see_other("/desk/login");
    desk.visit.page.clear_cookie(&mut response, COOKIE);
    Ok(response)
}
