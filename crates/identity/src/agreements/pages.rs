//! `/terms`, `/privacy`: the two texts, for anybody. `/agree`: for whoever agreed to older ones.

use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, Visit, html, see_other};

use super::give::agree;
use super::policy::AgreementPolicy;
use crate::failure::Failure;
use crate::sessions::{self, MaybeCitizen, SignedIn};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/terms", get(terms)).route("/privacy", get(privacy)).route("/agree", get(ask).post(agreed))
}

/// How many parts the texts have: `<word>-<n>-title` and `<word>-<n>-text`.
const TERMS_PARTS: usize = 8;
const PRIVACY_PARTS: usize = 9;

/// A part of a text: its heading and its paragraphs.
struct Part {
    title: String,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "agreements/text.html")]
struct TextPage {
    page: Page,
    title: String,
    version: String,
    intro: String,
    parts: Vec<Part>,
    /// The other text, and what it is called.
    other: (&'static str, String),
}

async fn terms(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    let policy = in_force(&ctx)?;
    let other = ("/privacy", page.t("privacy-title"));
    Ok(text(&page, ("terms", TERMS_PARTS), (&policy.terms, &policy), other))
}

async fn privacy(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    let policy = in_force(&ctx)?;
    let other = ("/terms", page.t("terms-title"));
    Ok(text(&page, ("privacy", PRIVACY_PARTS), (&policy.privacy, &policy), other))
}

fn text(
    page: &Page,
    (word, parts): (&str, usize),
    (version, policy): (&str, &AgreementPolicy),
    other: (&'static str, String),
) -> Response {
    let part = |n: usize| Part {
        title: page.t(&format!("{word}-{n}-title")),
        paragraphs: page.t(&format!("{word}-{n}-text")).lines().map(str::to_owned).collect(),
    };
    let view = TextPage {
        title: page.t(&format!("{word}-title")),
        version: page.t2("agreement-version", "version", version, "day", page.full_date(policy.dated)),
        intro: page.t(&format!("{word}-intro")),
        parts: (1..=parts).map(part).collect(),
        other,
        page: page.clone(),
    };
    html(page, view)
}

fn in_force(ctx: &Ctx) -> Result<std::sync::Arc<AgreementPolicy>, Failure> {
    Ok(ctx.policy.at::<AgreementPolicy>(ctx.now().date())?)
}

#[derive(Template)]
#[template(path = "agreements/agree.html")]
struct AgreePage {
    page: Page,
    to: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct To {
    to: String,
}

async fn ask(holder: Holder, Query(query): Query<To>) -> Response {
    let page = holder.visit.page;
    html(&page.clone(), AgreePage { page, to: destination(&query.to) })
}

async fn agreed(holder: Holder, Form(form): Form<To>) -> Result<Response, Problem> {
    agree(&holder.visit.ctx, &holder.citizen.account, &holder.citizen.person).await?;
    Ok(see_other(&destination(&form.to)))
}

/// Somebody who is signed in, whatever they agreed to.
struct Holder {
    visit: Visit,
    citizen: SignedIn,
}

impl FromRequestParts<Ctx> for Holder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Holder, Problem> {
        let MaybeCitizen { visit, citizen } = MaybeCitizen::from_request_parts(parts, state).await?;
        match citizen {
            Some(citizen) => Ok(Holder { visit, citizen }),
            None => Err(Problem::sign_in(sessions::back(parts, &visit))),
        }
    }
}

/// Where to go on to: a path of this service that is not this one.
fn destination(to: &str) -> String {
    ui::onward(to, &["/agree"], "/")
}
