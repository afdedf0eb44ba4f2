//! `/real-name/continue/{id}` 「继续刚才的操作」.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use kernel::Moment;
use platform::Ctx;
use ui::headers::text;
use ui::{Page, Problem, html, see_other_with};

use super::keep::COOKIE;
use super::model::{KeptForm, KeptId, holder};
use super::store;
use crate::askers;
use crate::failure::Failure;
use crate::sessions::{Citizen, Token};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/real-name/continue/{id}", get(go_on))
}

#[derive(Template)]
#[template(path = "real_name/continue.html")]
struct ContinuePage {
    page: Page,
    form: KeptForm,
    when: String,
    /// Whether it goes on by itself.
    at_once: bool,
}

/// Shows what was kept as one button. What is gone, or another's, leads home with a word about it.
async fn go_on(citizen: Citizen, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Problem> {
    let Some((form, at)) = find(&citizen, &id).await? else {
        return Ok(see_other_with("/", "flash-kept-gone"));
    };
    let ctx = citizen.ctx();
    let here = askers::place(ctx, &text(&headers, header::USER_AGENT));
    // A link that somebody else had its owner follow sends nothing by itself.
    let by_link = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
    let at_once = !by_link && form.goes_on(&here, at, ctx.now());
    let page = citizen.visit.page;
    let when = page.moment(at);
    Ok(html(&page.clone(), ContinuePage { page, form, when, at_once }))
}

async fn find(citizen: &Citizen, id: &str) -> Result<Option<(KeptForm, Moment)>, Failure> {
    let (Ok(id), Some(word)) = (id.parse::<KeptId>(), citizen.visit.page.cookie(COOKIE).and_then(Token::parse)) else {
        return Ok(None);
    };
    let ctx = citizen.ctx();
    let (holder, now, wanted) = (holder(&citizen.person, word.secret()), ctx.now(), id.clone());
    let found = ctx.db.read("kept_form.find", move |tx| store::find(tx, &wanted, &holder, now)).await?;
    let Some((sealed, at)) = found else { return Ok(None) };
    let plain = ctx.vault.system_key().open(KeptForm::aad(&id), &sealed)?;
    let form = serde_json::from_slice(&plain).ok();
    Ok(form.map(|form| (form, at)))
}
