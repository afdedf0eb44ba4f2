//! `/devices/prove`: a session shows on which device it is, and goes on to where it was going.
//!
//! The page answers by itself, but only as long as that helps: whoever showed the device a moment ago and stands here
//! again, because the network's address keeps changing, is told so and taps a button.

use std::sync::Arc;

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Router, routing::get, routing::post};
use kernel::{Mask, Moment};
use platform::Ctx;
use serde::Deserialize;
use ui::{Form, Page, Problem, Query, html, html_again, in_query, see_other, see_other_with};

use super::show_phone::{own_mobile, show_phone, show_phone_alone};
use crate::blind::ticket;
use crate::devices::{
    Answer, Answered, DevicePolicy, Here, Looked, Paying, Standing, Wish, answer, challenge, destination, leave_key,
    look, may_log_out, may_pay, read_key,
};
use crate::gates::Gates;
use crate::proofs::ProofPurpose;
use crate::sessions::{self, BeforeAgreeing, Citizen};
use crate::sms_codes::{Asking, CodeForm, CodeId, CodePart, Notice, Own, Purpose, Refusal, Step, find_to};

/// Remembers for a moment that the page had nothing to ask, by its bare name: whoever is sent here again at once, from
/// another place than this, sits on a network with two exits, one of which is known.
const PASSED: &str = "passed";
/// For so many seconds.
const PASSED_SECS: i64 = 10;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/devices/prove", get(show).post(signed))
        .route("/devices/prove/sms", post(send_code))
        .route("/devices/prove/code", get(enter).post(redeem))
}

#[derive(Template)]
#[template(path = "devices/prove.html")]
struct ProvePage {
    page: Page,
    to: String,
    /// For what it asks, as forms carry it.
    wish: String,
    /// The key of the title.
    title: &'static str,
    /// The key of the words that say why.
    why: &'static str,
    /// Where its owner was never authenticated on this device: the page that does that instead.
    real_name: String,
    /// What the device's key is to sign; empty if the device has left none.
    challenge: String,
    /// Whether the script answers by itself; not after an answer was refused or has not helped.
    auto: bool,
    /// What was shown did not help, and what is shown now holds so long on whatever network; empty otherwise.
    moving: String,
    mobile: String,
    ticket: String,
    notice: Option<Notice>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ToQuery {
    to: String,
    /// For what: see [`Wish`].
    #[serde(rename = "for")]
    wish: String,
    /// From which place the gate sent here.
    at: String,
}

async fn show(
    BeforeAgreeing(citizen): BeforeAgreeing,
    headers: HeaderMap,
    Query(query): Query<ToQuery>,
) -> Result<Response, Problem> {
    let (here, wish) = (Here::of(&citizen, &headers), Wish::parse(&query.wish));
    prove_page(&citizen, &here, (&wish, &query.to), Asks::ByItself { at: query.at }).await
}

/// How the page asks.
enum Asks {
    /// It answers by itself, if that may help. `at`: from which place the gate sent here.
    ByItself { at: String },
    /// Again, after something was refused: its person taps. `roams`: it was asked for where the address keeps changing.
    Again { notice: Notice, roams: bool },
}

/// The page for where the session stands now; goes on at once where nothing is to be shown.
async fn prove_page(
    citizen: &Citizen,
    here: &Here,
    (wish, to): (&Wish, &str),
    asks: Asks,
) -> Result<Response, Problem> {
    let (ctx, page, to) = (citizen.ctx(), &citizen.visit.page, destination(to));
    let Looked { standing, device, lately } = look(ctx, here, wish).await?;
    let (notice, roams, at) = match asks {
        Asks::ByItself { at } => (None, false, at),
        Asks::Again { notice, roams } => (Some(notice), roams, String::new()),
    };
    let two_exits = here.place.is_other_than(&at) && passed_lately(ctx, page);
    let enough = match wish {
        Wish::Gate => standing == Standing::Proven,
        Wish::Payment(payment) => standing == Standing::Proven && may_pay(ctx, &paying(here, payment)).await?,
        Wish::LogOut => may_log_out(ctx, here).await?,
    };
    if enough && !two_exits {
        return Ok(pass(ctx, page, &to));
    }
    let device = match (device, wish) {
        (None, Wish::LogOut) => None,
        (Some(device), _) if standing != Standing::New => Some(device),
        _ => return Ok(see_other(&real_name(&to))),
    };
    let moving = roams || lately || two_exits;
    let auto = notice.is_none() && !moving;
    let challenge = match device.as_ref().filter(|device| device.has_key) {
        Some(device) => challenge(ctx, here, device, (auto, moving))?.text().to_owned(),
        None => String::new(),
    };
    let mobile = own_mobile(ctx, &here.person).await?;
    let roaming_secs = ctx.policy.at::<DevicePolicy>(ctx.now().date())?.roaming_secs;
    let view = ProvePage {
        page: page.clone(),
        wish: wish.word().to_owned(),
        title: wish.title(),
        why: wish.why(),
        real_name: if device.is_none() { real_name(&to) } else { String::new() },
        to,
        challenge,
        auto,
        moving: if moving { page.span(roaming_secs) } else { String::new() },
        mobile: mobile.map_or_else(String::new, |mobile| mobile.masked()),
        ticket: ticket(ctx),
        notice,
    };
    Ok(if view.notice.is_some() { html_again(page, view) } else { html(page, view) })
}

fn paying(here: &Here, payment: &str) -> Paying {
    Paying {
        session: here.session.clone(),
        person: here.person.clone(),
        word: here.word.clone(),
        place: here.place.clone(),
        payment: payment.to_owned(),
    }
}

/// Goes on, and notes when.
fn pass(ctx: &Ctx, page: &Page, to: &str) -> Response {
    let mut response = see_other(to);
    page.set_cookie(&mut response, PASSED, &ctx.now().ms().to_string(), Some(PASSED_SECS));
    response
}

fn passed_lately(ctx: &Ctx, page: &Page) -> bool {
    let at = page.cookie(PASSED).and_then(|text| text.parse().ok()).map(Moment::from_ms);
    at.is_some_and(|at| at <= ctx.now() && ctx.now() < at.plus_secs(PASSED_SECS))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignedForm {
    to: String,
    #[serde(rename = "for")]
    wish: String,
    challenge: String,
    signature: String,
}

async fn signed(citizen: Citizen, headers: HeaderMap, Form(form): Form<SignedForm>) -> Result<Response, Problem> {
    let here = Here::of(&citizen, &headers);
    let answered = Answer {
        here: here.clone(),
        origin: citizen.visit.page.origin(),
        challenge: form.challenge,
        signature: form.signature,
    };
    let token = match answer(citizen.ctx(), answered).await? {
        Answered::Yes(token) => token,
        Answered::No { roams } => {
            let notice = Notice { tone: "danger", text: citizen.visit.page.t("device-answer-refused") };
            let wish = Wish::parse(&form.wish);
            return prove_page(&citizen, &here, (&wish, &form.to), Asks::Again { notice, roams }).await;
        }
    };
    let mut response = see_other(&destination(&form.to));
    if let Some(token) = token {
        sessions::give_token(citizen.ctx(), &citizen.visit.page, &mut response, &token)?;
    }
    Ok(response)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SendForm {
    to: String,
    #[serde(rename = "for")]
    wish: String,
    ticket: String,
}

/// Sends a code to the number of the account: never to one that was typed.
async fn send_code(
    citizen: Citizen,
    headers: HeaderMap,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<SendForm>,
) -> Result<Response, Problem> {
    let (ctx, to, wish) = (citizen.ctx(), destination(&form.to), Wish::parse(&form.wish));
    let mobile = own_mobile(ctx, &citizen.person).await?.ok_or_else(Problem::not_found)?;
    match asking(&citizen, &gates).to(mobile, form.ticket).await? {
        Ok(challenge) => Ok(see_other(&code_path(&challenge, &wish, &to))),
        Err(notice) => {
            let asks = Asks::Again { notice, roams: false };
            prove_page(&citizen, &Here::of(&citizen, &headers), (&wish, &to), asks).await
        }
    }
}

/// To the person's own number. On a device of theirs they spend their own codes; a session that came without it may be in a
/// thief's hands.
fn asking<'a>(citizen: &'a Citizen, gates: &'a Gates) -> Asking<'a> {
    let (ctx, page) = (citizen.ctx(), &citizen.visit.page);
    Asking { ctx, page, gates, purpose: Purpose::Device, own: Own::here(ctx, page), only_to: None }
}

fn code_path(challenge: &CodeId, wish: &Wish, to: &str) -> String {
    let wished = match wish.word() {
        "" => String::new(),
        word => format!("&for={word}"),
    };
    format!("/devices/prove/code?c={}{wished}&to={}", challenge.as_str(), in_query(to))
}

#[derive(Template)]
#[template(path = "devices/code.html")]
struct CodePage {
    page: Page,
    to: String,
    wish: String,
    /// The key of the title.
    title: &'static str,
    back: String,
    enter: CodePart,
}

impl CodePage {
    fn new(citizen: &Citizen, (wish, to): (&Wish, &str), enter: CodePart) -> CodePage {
        let (page, to, word) = (citizen.visit.page.clone(), destination(to), wish.word().to_owned());
        CodePage { page, back: wish.page_to(&to), wish: word, title: wish.title(), to, enter }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeQuery {
    c: String,
    to: String,
    #[serde(rename = "for")]
    wish: String,
}

async fn enter(BeforeAgreeing(citizen): BeforeAgreeing, Query(query): Query<CodeQuery>) -> Result<Response, Problem> {
    let wished = (&Wish::parse(&query.wish), query.to.as_str());
    let ctx = citizen.ctx();
    let Some(own) = own_mobile(ctx, &citizen.person).await? else { return Ok(start_again(wished)) };
    let found = find_to(ctx, &query.c, Purpose::Device, &own).await?;
    let Some(challenge) = found else { return Ok(start_again(wished)) };
    let enter = CodePart::new(ctx, &challenge);
    Ok(html(&citizen.visit.page, CodePage::new(&citizen, wished, enter)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnterForm {
    to: String,
    #[serde(rename = "for")]
    wish: String,
    #[serde(flatten)]
    enter: CodeForm,
    /// The key of a browser that has left none, if it runs our script.
    key: String,
}

/// Only a code that went to this person's own number counts: a thief has a phone and a code as well, but not this one.
async fn redeem(
    citizen: Citizen,
    headers: HeaderMap,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<EnterForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (citizen.ctx(), &citizen.visit.page);
    let wish = Wish::parse(&form.wish);
    let wished = (&wish, form.to.as_str());
    let Some(own) = own_mobile(ctx, &citizen.person).await? else { return Ok(start_again(wished)) };
    let again = |enter: CodePart| Ok(html_again(page, CodePage::new(&citizen, wished, enter)));
    let (challenge, code) = match asking(&citizen, &gates).only_to(&own).read(&form.enter).await? {
        Step::Gone => return Ok(start_again(wished)),
        Step::Resent(challenge) => {
            return Ok(see_other_with(&code_path(&challenge.id, &wish, &destination(&form.to)), "sms-sent-again"));
        }
        Step::Waits { challenge, notice } => return again(CodePart::new(ctx, &challenge).told(notice)),
        Step::Typed { challenge, code: None } => return again(CodePart::unread(ctx, &challenge)),
        Step::Typed { challenge, code: Some(code) } => (challenge, code),
    };
    let here = Here::of(&citizen, &headers);
    let alone = wish == Wish::LogOut && look(ctx, &here, &wish).await?.device.is_none();
    let shown = match alone {
        true => show_phone_alone(ctx, &here, &challenge, &code).await?.map(|()| None),
        false => show_phone(ctx, &here, &challenge, &code, wish.payment()).await?,
    };
    let token = match shown {
        Ok(token) => token,
        // The first of two taps has shown it.
        Err(Refusal::Repeated) => None,
        Err(refusal) => return again(CodePart::refused(ctx, &challenge, refusal)),
    };
    if let Some(key) = read_key(&form.key) {
        leave_key(ctx, &here, key).await?;
    }
    let mut response = see_other(&destination(&form.to));
    if let Some(token) = token {
        sessions::give_token(ctx, page, &mut response, &token)?;
    }
    Ok(response)
}

fn start_again((wish, to): (&Wish, &str)) -> Response {
    see_other_with(&wish.page_to(&destination(to)), "flash-code-gone")
}

fn real_name(to: &str) -> String {
    format!("{}?to={}", ProofPurpose::RealName.ways(), in_query(to))
}
