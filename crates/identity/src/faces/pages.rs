//! `/prove/{purpose}/face`: consent and start, the camera, the result.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, html, html_again, see_other, see_other_with};

use super::begin::{Begun, begin, tries_left};
use super::conclude::{Concluded, conclude};
use super::consent::{GivenBy, VERSION, given_at, withdraw};
use super::model::{CheckState, FaceId, Outcome};
use super::policy::FacePolicy;
use super::store::{self, CheckRow};
use crate::failure::Failure;
use crate::gates::Gates;
use crate::keeping::TracePolicy;
use crate::ports::Ports;
use crate::proofs::{Claimant, ProofPurpose};
use crate::sessions;
use crate::sms_codes::wait_text;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/prove/{purpose}/face", get(ask_consent).post(start))
        .route("/prove/{purpose}/face/{id}", get(camera))
        .route("/prove/{purpose}/face/{id}/result", get(wait).post(finish))
}

/// What all of these pages say alike.
struct Way {
    title: String,
    /// `/prove/{purpose}/face`.
    base: String,
    /// Where the equal second way is.
    ways: &'static str,
}

impl Way {
    fn of(page: &Page, purpose: ProofPurpose) -> Way {
        let title = match purpose {
            ProofPurpose::RealName => page.t("face-title-real-name"),
            ProofPurpose::LoginPassword | ProofPurpose::PayPassword => page.t("face-title-other"),
        };
        Way { title, base: format!("/prove/{}/face", purpose.word()), ways: purpose.ways() }
    }
}

#[derive(Template)]
#[template(path = "faces/consent.html")]
struct ConsentPage {
    page: Page,
    way: Way,
    provider: String,
    version: &'static str,
    /// How long the details of a check are kept, and how long its result, in words.
    details_kept: String,
    result_kept: String,
    /// When the standing consent was given; empty if it must be asked for.
    agreed: String,
    left: usize,
    /// How long to wait for another try; empty if there is one.
    spent: String,
    errors: Errors,
}

impl ConsentPage {
    async fn read(claimant: &Claimant, ports: &Ports) -> Result<ConsentPage, Failure> {
        let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
        let (zh, en) = ports.faces.provider();
        let agreed = given_at(ctx, &claimant.proving, GivenBy::of(claimant), zh).await?;
        let (left, wait) = tries_left(ctx, &claimant.proving, claimant.proving.budget).await?;
        let today = ctx.now().date();
        Ok(ConsentPage {
            details_kept: page.span_of_days(ctx.policy.at::<FacePolicy>(today)?.keep_days),
            result_kept: page.span_of_days(ctx.policy.at::<TracePolicy>(today)?.face_result_days),
            way: Way::of(page, claimant.proving.purpose),
            provider: page.pick(zh, en).to_owned(),
            version: VERSION,
            agreed: agreed.map_or_else(String::new, |at| page.moment(at)),
            left,
            spent: wait.map_or_else(String::new, |secs| wait_text(page, secs)),
            errors: Errors::new(),
            page: page.clone(),
        })
    }
}

async fn ask_consent(claimant: Claimant, Extension(ports): Extension<Arc<Ports>>) -> Result<Response, Problem> {
    let view = ConsentPage::read(&claimant, &ports).await?;
    Ok(html(&view.page.clone(), view))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StartForm {
    /// The version of the text that was agreed to.
    agree: String,
    /// `withdraw` where a consent is taken back.
    act: String,
}

async fn start(
    claimant: Claimant,
    Extension(ports): Extension<Arc<Ports>>,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<StartForm>,
) -> Result<Response, Problem> {
    let ctx = &claimant.visit.ctx;
    let base = Way::of(&claimant.visit.page, claimant.proving.purpose).base;
    if form.act == "withdraw" {
        withdraw(ctx, &claimant.proving, GivenBy::of(&claimant)).await?;
        return Ok(see_other_with(&base, "flash-face-withdrawn"));
    }
    let mut waiting = None;
    if !claimant.proving.budget.is_own() {
        let policy = ctx.policy.at::<FacePolicy>(ctx.now().date())?;
        waiting = gates.claim(ctx, policy.cap()).err();
    }
    let begun = match waiting {
        Some(secs) => Begun::Spent { secs },
        None => begin(ctx, Arc::clone(&ports.faces), &claimant, form.agree == VERSION).await?,
    };
    let mut view = match begun {
        Begun::At(id) => return Ok(see_other(&format!("{base}/{id}"))),
        Begun::NotAgreed => {
            let view = ConsentPage::read(&claimant, &ports).await?;
            ConsentPage { errors: Errors::one("agree", "face-consent"), ..view }
        }
        Begun::Spent { .. } => ConsentPage::read(&claimant, &ports).await?,
    };
    if let Begun::Spent { secs } = begun {
        view.spent = wait_text(&view.page, secs);
    }
    Ok(html_again(&view.page.clone(), view))
}

#[derive(Template)]
#[template(path = "faces/camera.html")]
struct CameraPage {
    page: Page,
    way: Way,
    id: String,
    upload_url: String,
    /// The words of the movements for the upload, and for people.
    moves: Vec<(&'static str, String)>,
    until: String,
}

#[derive(Template)]
#[template(path = "faces/waiting.html")]
struct WaitingPage {
    page: Page,
    way: Way,
    back: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "faces/outcome.html")]
struct OutcomePage {
    page: Page,
    way: Way,
    tone: &'static str,
    title: String,
    text: String,
    /// Where a passed check leads; empty otherwise.
    next: &'static str,
    again: bool,
    left: usize,
    spent: String,
}

async fn camera(
    claimant: Claimant,
    Extension(ports): Extension<Arc<Ports>>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let row = find(&claimant, &id).await?;
    let (ctx, page) = (&claimant.visit.ctx, claimant.visit.page.clone());
    let way = Way::of(&page, claimant.proving.purpose);
    let late = ctx.now() >= row.expires_at;
    match row.state {
        CheckState::Reserved if late => show_outcome(&claimant, &row, Outcome::ProviderDown).await,
        CheckState::Reserved => {
            let (title, text) = (page.t("face-connecting-title"), page.t("face-connecting-text"));
            Ok(html(&page.clone(), WaitingPage { back: way.base.clone(), page, way, title, text }))
        }
        CheckState::Started if late => Ok(see_other(&format!("{}/{id}/result", way.base))),
        CheckState::Started => {
            let moves = row.movements.iter().map(|movement| {
                let word = movement.as_str();
                (word, page.t(&format!("face-move-{word}")))
            });
            let view = CameraPage {
                moves: moves.collect(),
                until: page.time(row.expires_at.datetime().time()),
                upload_url: row.upload_url,
                page: page.clone(),
                way,
                id,
            };
            let mut response = html(&page, view);
            ui::allow_camera(&mut response, &ports.faces.upload_origin());
            Ok(response)
        }
        CheckState::Passed => show_outcome(&claimant, &row, Outcome::Pass).await,
        CheckState::Failed | CheckState::Refused => {
            let outcome = row.outcome.unwrap_or(Outcome::ProviderDown);
            show_outcome(&claimant, &row, outcome).await
        }
    }
}

async fn show_outcome(claimant: &Claimant, row: &CheckRow, outcome: Outcome) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, claimant.visit.page.clone());
    let (left, wait) = tries_left(ctx, &claimant.proving, row.budget).await?;
    let word = match outcome {
        Outcome::Pass => "passed".to_owned(),
        other => other.as_str().replace('_', "-"),
    };
    let view = OutcomePage {
        way: Way::of(&page, claimant.proving.purpose),
        tone: match outcome {
            Outcome::Pass => "done",
            Outcome::ProviderDown | Outcome::Timeout => "due",
            _ => "danger",
        },
        title: page.t(&format!("face-{word}-title")),
        text: page.t(&format!("face-{word}-text")),
        next: if outcome == Outcome::Pass { claimant.proving.purpose.next() } else { "" },
        again: outcome.worth_another(),
        left,
        spent: wait.map_or_else(String::new, |secs| wait_text(&page, secs)),
        page: page.clone(),
    };
    Ok(html(&page, view))
}

/// The result, asked for again by a page that refreshes itself without script.
async fn wait(
    claimant: Claimant,
    Extension(ports): Extension<Arc<Ports>>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let concluded = ask_result(&claimant, &ports, &id).await?;
    let way = Way::of(&claimant.visit.page, claimant.proving.purpose);
    let Concluded::Waiting { reached } = concluded else {
        return after(&claimant, concluded, &way, &id);
    };
    let page = claimant.visit.page;
    let key = if reached { "face-waiting-text" } else { "face-waiting-unreached" };
    let (title, text) = (page.t("face-waiting-title"), page.t(key));
    // Whoever came here without having filmed goes back to the camera.
    let back = format!("{}/{id}", way.base);
    Ok(html(&page.clone(), WaitingPage { page, way, back, title, text }))
}

/// What a browser may send besides does not matter: it says that it is done, never how it went (T07).
#[derive(Deserialize)]
struct FinishForm {}

async fn finish(
    claimant: Claimant,
    Extension(ports): Extension<Arc<Ports>>,
    Path((_, id)): Path<(String, String)>,
    Form(FinishForm {}): Form<FinishForm>,
) -> Result<Response, Problem> {
    let concluded = ask_result(&claimant, &ports, &id).await?;
    let way = Way::of(&claimant.visit.page, claimant.proving.purpose);
    after(&claimant, concluded, &way, &id)
}

async fn ask_result(claimant: &Claimant, ports: &Ports, id: &str) -> Result<Concluded, Problem> {
    let row = find(claimant, id).await?;
    Ok(conclude(&claimant.visit.ctx, ports.faces.as_ref(), &claimant.proving, row).await?)
}

/// Goes on from a result; a proof brings the browser a new token.
fn after(claimant: &Claimant, concluded: Concluded, way: &Way, id: &str) -> Result<Response, Problem> {
    let token = match concluded {
        Concluded::Waiting { .. } => return Ok(see_other(&format!("{}/{id}/result", way.base))),
        Concluded::Ended => return Ok(see_other(&format!("{}/{id}", way.base))),
        Concluded::Passed { token } => token,
    };
    let mut response = see_other(claimant.proving.purpose.next());
    if let Some(token) = token {
        sessions::give_token(&claimant.visit.ctx, &claimant.visit.page, &mut response, &token)?;
    }
    Ok(response)
}

/// The check of this browser, person and purpose.
async fn find(claimant: &Claimant, id: &str) -> Result<CheckRow, Problem> {
    let id: FaceId = id.parse().map_err(|_| Problem::not_found())?;
    let proving = claimant.proving.clone();
    let found = claimant.visit.ctx.db.read("face.find", move |tx| store::find(tx, &proving, &id)).await?;
    found.ok_or_else(Problem::not_found)
}
