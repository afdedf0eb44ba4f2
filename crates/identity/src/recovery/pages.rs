//! `/forgot` (who one is), `/forgot/ways` (how to show it) and `/forgot/new-password`.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::{Mask, Mobile};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Visit, html, html_again, see_other, see_other_with};

use super::account_pages;
use super::change::{Owner, PasswordSet, SetPassword, owner, set_password};
use super::model::{password_errors, read_person};
use crate::blind::Blind;
use crate::faces::FacePolicy;
use crate::gates::Gates;
use crate::password::PasswordPolicy;
use crate::people::PersonId;
use crate::proofs::{Visitor, budget_of, clear_visitor, keep_visitor};
use crate::sessions;
use crate::sms_codes::{Notice, wait_text};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/forgot", get(ask_person).post(name_person))
        .route("/forgot/ways", get(ways))
        .route("/forgot/new-password", get(ask_password).post(choose_password))
        .merge(account_pages::routes())
}

#[derive(Template)]
#[template(path = "recovery/person.html")]
struct PersonPage {
    page: Page,
    name: String,
    id_number: String,
    errors: Errors,
    notice: Option<Notice>,
}

async fn ask_person(Visit { page, .. }: Visit) -> Response {
    let view = PersonPage {
        page: page.clone(),
        name: String::new(),
        id_number: String::new(),
        errors: Errors::new(),
        notice: None,
    };
    html(&page, view)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PersonForm {
    name: String,
    id_number: String,
}

/// The answer is the same for everybody; a device of the number's owner does not stand in line with its neighbours.
async fn name_person(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<PersonForm>,
) -> Result<Response, Problem> {
    let mut view = PersonPage {
        page: page.clone(),
        name: form.name,
        id_number: form.id_number,
        errors: Errors::new(),
        notice: None,
    };
    let today = ctx.now().date();
    let (name, number) = match read_person(&view.name, &view.id_number, today) {
        Ok(read) => read,
        Err(errors) => {
            view.errors = errors;
            return Ok(html_again(&page, view));
        }
    };
    let policy = ctx.policy.at::<FacePolicy>(today)?;
    let subject = Blind::id_number(&ctx.vault, &number);
    if !budget_of(&ctx, &page, &subject).await?.is_own()
        && let Err(secs) = gates.claim(&ctx, policy.cap())
    {
        let text = page.t1("forgot-wait", "time", wait_text(&page, secs));
        view.notice = Some(Notice { tone: "due", text });
        return Ok(html_again(&page, view));
    }
    let mut response = see_other("/forgot/ways");
    keep_visitor(&ctx, &page, &mut response, &name, &number)?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "recovery/ways.html")]
struct WaysPage {
    page: Page,
    whom: String,
}

async fn ways(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::read(&ctx, &page) else { return Ok(see_other("/forgot")) };
    if !matches!(owner(&ctx, &visitor).await?, Owner::Unproven) {
        return Ok(see_other("/forgot/new-password"));
    }
    // Masked: whoever looks over the shoulder, or takes the phone, reads no number.
    let whom = page.t2("forgot-for", "name", visitor.name.masked(), "number", visitor.number.masked());
    Ok(html(&page.clone(), WaysPage { page, whom }))
}

#[derive(Template)]
#[template(path = "recovery/password.html")]
struct PasswordPage {
    page: Page,
    errors: Errors,
}

/// The visitor with the proof's owner, or the page that comes instead.
async fn proven(ctx: &Ctx, page: &Page) -> Result<Result<(Visitor, PersonId, Option<Mobile>), Response>, Problem> {
    let Some(visitor) = Visitor::read(ctx, page) else { return Ok(Err(see_other("/forgot"))) };
    Ok(match owner(ctx, &visitor).await? {
        Owner::Unproven => Err(see_other_with("/forgot/ways", "flash-forgot-prove-first")),
        Owner::NoAccount { .. } => Err(see_other("/forgot/account")),
        Owner::Account { person, mobile } => Ok((visitor, person, mobile)),
    })
}

async fn ask_password(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    Ok(match proven(&ctx, &page).await? {
        Ok(_) => html(&page.clone(), PasswordPage { page, errors: Errors::new() }),
        Err(instead) => instead,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PasswordForm {
    password: String,
    password_again: String,
}

async fn choose_password(Visit { ctx, page }: Visit, Form(form): Form<PasswordForm>) -> Result<Response, Problem> {
    let (visitor, person, mobile) = match proven(&ctx, &page).await? {
        Ok(found) => found,
        Err(instead) => return Ok(instead),
    };
    let policy = ctx.policy.at::<PasswordPolicy>(ctx.now().date())?;
    let errors = password_errors(&form.password, &form.password_again, &visitor.number, mobile.as_ref(), &policy);
    if !errors.is_empty() {
        return Ok(html_again(&page.clone(), PasswordPage { page, errors }));
    }
    let command = SetPassword { visitor, person, mobile, password: form.password };
    match set_password(&ctx, command).await? {
        PasswordSet::Done => {
            let mut response = see_other_with("/login", "flash-forgot-done");
            page.clear_cookie(&mut response, sessions::COOKIE);
            clear_visitor(&page, &mut response);
            Ok(response)
        }
        PasswordSet::Unproven => Ok(see_other_with("/forgot/ways", "flash-forgot-prove-first")),
    }
}
