//! The layer that keeps a refused form. It stands around all routes, inside of `ui::layer`.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use platform::Ctx;
use ui::form::FORM_BYTES;
use ui::headers::text;
use ui::problem::Detour;
use ui::{Problem, Visit, is_ours, read_body};

use super::model::{KeptForm, KeptId, holder};
use super::store::{self, NewKept};
use crate::failure::Failure;
use crate::people::{PersonId, lane};
use crate::real_name::policy::RealNamePolicy;
use crate::sessions::{self, Token};

/// The cookie without which a kept form is not given back, by its bare name.
pub(super) const COOKIE: &str = "kept";

/// Passes requests on. When a form of ours is led away by a gate or to login, what was typed is kept,
/// and the way back leads to the page that offers to send it again.
pub async fn keep_forms(State(ctx): State<Arc<Ctx>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !is_small_form(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match read_body(body, FORM_BYTES).await {
        Ok(body) => body,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let sent = parts.clone();
    let mut response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let Some(detour) = response.extensions_mut().remove::<Detour>() else { return response };
    match keep(&ctx, sent, &body, &detour, &mut response).await {
        Ok(()) => response,
        Err(failure) => {
            // The way leads on without what was typed: that is worse for nobody than an error.
            tracing::warn!(%failure, "kept_form.not_kept");
            response
        }
    }
}

fn is_small_form(headers: &HeaderMap) -> bool {
    let length = text(headers, header::CONTENT_LENGTH).parse::<usize>().unwrap_or(0);
    text(headers, header::CONTENT_TYPE).starts_with("application/x-www-form-urlencoded") && length <= FORM_BYTES
}

async fn keep(
    ctx: &Ctx,
    mut sent: Parts,
    body: &Bytes,
    detour: &Detour,
    response: &mut Response,
) -> Result<(), Failure> {
    // What another site made the browser send is not what its owner typed.
    if !is_ours(ctx, &sent, body) {
        return Ok(());
    }
    let path = sent.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let fields = form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned()));
    let Some(form) = KeptForm::new(&path, &detour.back, &detour.page, fields) else {
        return Ok(());
    };
    let Ok(visit) = Visit::from_request_parts(&mut sent, ctx).await;
    let Some(person) = person(&visit).await? else { return Ok(()) };
    let word = match visit.page.cookie(COOKIE).and_then(Token::parse) {
        Some(word) => word,
        None => Token::draw(&*ctx.rng),
    };
    let secs = ctx.policy.at::<RealNamePolicy>(ctx.now().date())?.kept_secs;
    let id = write(&visit.ctx, &person, &word, &form).await?;
    let there = Detour { page: detour.page.clone(), back: format!("/real-name/continue/{}", id.as_str()) };
    if let Ok(location) = HeaderValue::from_str(&there.path()) {
        response.headers_mut().insert(header::LOCATION, location);
        visit.page.set_cookie(response, COOKIE, word.secret(), Some(secs));
    }
    Ok(())
}

/// Whose session the browser held, even if it has ended: nobody else's forms are kept.
async fn person(visit: &Visit) -> Result<Option<PersonId>, Failure> {
    let Some(token) = visit.page.cookie(sessions::COOKIE).and_then(Token::parse) else { return Ok(None) };
    let hash = token.hash();
    Ok(visit.ctx.db.read("kept_form.person", move |tx| sessions::store::person_of(tx, &hash)).await?)
}

async fn write(ctx: &Ctx, person: &PersonId, word: &Token, form: &KeptForm) -> Result<KeptId, Failure> {
    let (id, now): (KeptId, _) = (ctx.id(), ctx.now());
    let policy = ctx.policy.at::<RealNamePolicy>(now.date())?;
    let plain = serde_json::json!(form).to_string();
    let new = NewKept {
        form: ctx.vault.system_key().seal(KeptForm::aad(&id), plain.as_bytes(), &*ctx.rng)?,
        holder: holder(person, word.secret()),
        person: person.clone(),
        expires_at: now.plus_secs(policy.kept_secs),
        id: id.clone(),
        now,
    };
    let max = policy.kept_max;
    ctx.db.write(lane(person), "kept_form.kept", move |tx| store::insert(tx, &new, max)).await?;
    Ok(id)
}
