//! `/terms`, `/privacy`: the two texts, for anybody. `/agree`: for whoever agreed to older ones.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, Visit, html, html_again, see_other};

use crate::agreements::{AgreementPolicy, PRIVACY, Shown, TERMS, Words, agree};
use crate::faces::FacePolicy;
use crate::failure::Failure;
use crate::keeping::TracePolicy;
use crate::messages::policy::MessagePolicy;
use crate::owners::AccountPolicy;
use crate::sessions::{self, MaybeCitizen, SignedIn};
use crate::sms_codes::Notice;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/terms", get(terms)).route("/privacy", get(privacy)).route("/agree", get(ask).post(agreed))
}

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
    /// Where the reader came from.
    back: String,
    version: String,
    intro: String,
    parts: Vec<Part>,
    /// The other text, and what it is called.
    other: (String, String),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct To {
    to: String,
}

async fn terms(Visit { ctx, page }: Visit, Query(query): Query<To>) -> Result<Response, Problem> {
    let policy = in_force(&ctx)?;
    let other = ("/privacy", page.t("privacy-title"));
    Ok(text(&ctx, &page, ("terms", TERMS, &policy.terms), other, &query.to)?)
}

async fn privacy(Visit { ctx, page }: Visit, Query(query): Query<To>) -> Result<Response, Problem> {
    let policy = in_force(&ctx)?;
    let other = ("/terms", page.t("terms-title"));
    Ok(text(&ctx, &page, ("privacy", PRIVACY, &policy.privacy), other, &query.to)?)
}

fn text(
    ctx: &Ctx,
    page: &Page,
    (word, known, version): (&str, &[Words], &str),
    (other, other_title): (&str, String),
    to: &str,
) -> Result<Response, Failure> {
    let figures = figures(ctx, page)?;
    let say = |what: String| page.with(&format!("{word}-{version}-{what}"), &figures);
    let part = |n: usize| Part {
        title: say(format!("{n}-title")),
        paragraphs: say(format!("{n}-text")).lines().map(str::to_owned).collect(),
    };
    let parts = known.iter().find(|words| words.version == version).map_or(0, |words| words.parts);
    let back = ui::local_path(to).unwrap_or("/").to_owned();
    let dated = page.date_and_year(in_force(ctx)?.dated);
    let view = TextPage {
        title: page.t(&format!("{word}-title")),
        version: page.t2("agreement-version", "version", version, "day", dated),
        intro: say("intro".to_owned()),
        parts: (1..=parts).map(part).collect(),
        other: (beside(other, &back), other_title),
        back,
        page: page.clone(),
    };
    Ok(html(page, view))
}

/// How long what grows is kept, as policy has it: the texts say it in these words.
fn figures(ctx: &Ctx, page: &Page) -> Result<[(&'static str, String); 5], Failure> {
    let today = ctx.now().date();
    let traces = ctx.policy.at::<TracePolicy>(today)?;
    let days = |days: i64| page.span_of_days(days);
    Ok([
        ("unproven", days(ctx.policy.at::<AccountPolicy>(today)?.unproven_days)),
        ("messages", days(ctx.policy.at::<MessagePolicy>(today)?.keep_days)),
        ("checks", days(ctx.policy.at::<FacePolicy>(today)?.keep_days)),
        ("results", days(traces.face_result_days)),
        ("devices", days(traces.ended_device_days)),
    ])
}

/// A text, with the way back to where it is opened from.
fn beside(text: &str, back: &str) -> String {
    if back == "/" {
        return text.to_owned();
    }
    let to: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("{text}?to={to}")
}

fn in_force(ctx: &Ctx) -> Result<Arc<AgreementPolicy>, Failure> {
    Ok(ctx.policy.at::<AgreementPolicy>(ctx.now().date())?)
}

#[derive(Template)]
#[template(path = "agreements/agree.html")]
struct AgreePage {
    page: Page,
    to: String,
    terms: String,
    privacy: String,
    shown: Shown,
    notice: Option<Notice>,
}

impl AgreePage {
    fn new(holder: &Holder, to: &str, notice: Option<Notice>) -> Result<AgreePage, Failure> {
        let Visit { ctx, page } = &holder.visit;
        let to = destination(to);
        let encoded: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let here = format!("/agree?to={encoded}");
        let (terms, privacy) = (beside("/terms", &here), beside("/privacy", &here));
        Ok(AgreePage { page: page.clone(), to, terms, privacy, shown: Shown::in_force(ctx)?, notice })
    }
}

async fn ask(holder: Holder, Query(query): Query<To>) -> Result<Response, Problem> {
    Ok(html(&holder.visit.page, AgreePage::new(&holder, &query.to, None)?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AgreeForm {
    to: String,
    #[serde(flatten)]
    shown: Shown,
}

async fn agreed(holder: Holder, Form(form): Form<AgreeForm>) -> Result<Response, Problem> {
    let Visit { ctx, page } = &holder.visit;
    if form.shown != Shown::in_force(ctx)? {
        return Ok(html_again(page, AgreePage::new(&holder, &form.to, Some(newer(page)))?));
    }
    agree(ctx, &holder.citizen.account, &holder.citizen.person, &form.shown).await?;
    Ok(see_other(&destination(&form.to)))
}

/// Says that a text has changed since the page was opened: nothing was agreed to.
pub(crate) fn newer(page: &Page) -> Notice {
    Notice { tone: "due", text: page.t("agree-newer") }
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
