//! `/real-name/name`: giving another name, to be proven next. A name typed wrong at sign-up is put right here, and
//! so is one that has changed since.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use kernel::{Mask, PersonName};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, html, html_again, see_other_with};

use crate::failure::Failure;
use crate::owners::{name_to_prove, wish_name};
use crate::people::store as people;
use crate::real_name::RealName;
use crate::real_name::opens::Mine;
use crate::sessions::Citizen;
use crate::typed::name_kind;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/real-name/name", get(ask).post(give))
}

#[derive(Template)]
#[template(path = "real_name/name.html")]
struct NamePage {
    page: Page,
    /// The number that the name belongs to, masked.
    number: String,
    name: String,
    errors: Errors,
}

/// The name that the next proof is about, and the masked number.
pub(super) async fn to_prove(citizen: &Citizen) -> Result<(String, String), Failure> {
    let ctx = citizen.ctx();
    let (vault, person, today) = (ctx.vault.clone(), citizen.person.clone(), ctx.now().date());
    let known = ctx.db.read("name.to_prove", move |tx| people::identity_of(tx, &vault, &person, today)).await?;
    let known = known.ok_or(Failure::NoSuchPerson)?;
    let number = known.number.masked();
    Ok((name_to_prove(ctx, known)?.expose().to_owned(), number))
}

async fn ask(citizen: RealName<Mine>) -> Result<Response, Problem> {
    let (name, number) = to_prove(&citizen).await?;
    let page = citizen.visit.page.clone();
    Ok(html(&page.clone(), NamePage { page, number, name, errors: Errors::new() }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NameForm {
    name: String,
}

/// From the device of whoever has one: a stolen cookie cannot use up the day's names, or put a wrong one before a proof.
async fn give(citizen: RealName<Mine>, Form(form): Form<NameForm>) -> Result<Response, Problem> {
    let kind = match PersonName::parse(&form.name) {
        Err(error) => name_kind(&error),
        Ok(name) if wish_name(citizen.ctx(), &citizen.person, &name).await? => {
            return Ok(see_other_with("/real-name", "flash-name-given"));
        }
        Ok(_) => "name-often".to_owned(),
    };
    let (_, number) = to_prove(&citizen).await?;
    let (page, errors) = (citizen.visit.page.clone(), Errors::one("name", kind));
    Ok(html_again(&page.clone(), NamePage { page, number, name: form.name, errors }))
}
