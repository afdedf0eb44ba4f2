//! `/me/password`: another login password.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, html, html_again, see_other_with};

use super::change_password::{ChangePassword, Changed, change_password};
use crate::askers::KnownDevice;
use crate::password::typed_twice;
use crate::sessions::{Citizen, give_token};
use crate::sms_codes::{Notice, wait_text};

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/me/password", get(form).post(change))
}

#[derive(Template)]
#[template(path = "login/change_password.html")]
struct ChangePage {
    page: Page,
    errors: Errors,
    notice: Option<Notice>,
}

async fn form(citizen: Citizen) -> Response {
    let page = citizen.visit.page;
    html(&page.clone(), ChangePage { page, errors: Errors::new(), notice: None })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ChangeForm {
    old: String,
    password: String,
    password_again: String,
}

async fn change(citizen: Citizen, Form(form): Form<ChangeForm>) -> Result<Response, Problem> {
    let page = citizen.visit.page.clone();
    let again = |errors: Errors, notice: Option<Notice>| {
        Ok(html_again(&page, ChangePage { page: page.clone(), errors, notice }))
    };
    if form.old.is_empty() {
        return again(Errors::one("old", "password-old-empty"), None);
    }
    if !typed_twice(&form.password, &form.password_again) {
        return again(Errors::one("password_again", "password-again"), None);
    }
    let command = ChangePassword {
        account: citizen.account.clone(),
        person: citizen.person.clone(),
        session: citizen.session.clone(),
        device: KnownDevice::here(citizen.ctx(), &page),
        old: form.old,
        new: form.password,
    };
    let danger = |text: String| Some(Notice { tone: "danger", text });
    match change_password(citizen.ctx(), command).await? {
        Changed::Done { token } => {
            let mut response = see_other_with("/me", "flash-password-changed");
            give_token(citizen.ctx(), &page, &mut response, &token)?;
            Ok(response)
        }
        Changed::Weak(kind) => again(Errors::one("password", kind), None),
        Changed::Wrong { left } => again(Errors::new(), danger(page.t1("password-old-wrong", "left", left))),
        Changed::Elsewhere => again(Errors::new(), danger(page.t("password-changed-elsewhere"))),
        Changed::Locked { secs } => {
            again(Errors::new(), danger(page.t1("password-locked", "time", wait_text(&page, secs))))
        }
    }
}
