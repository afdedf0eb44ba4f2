//! `/pay-password` 「电子社保卡支付密码」: its state, setting it, changing it, forgetting it.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, html, html_again, local_path, see_other, see_other_with};

use super::check::Checked;
use super::gate::Holder;
use super::pin::Pin;
use super::policy::PayPasswordPolicy;
use super::set::{Change, Grounds, Set, change, set};
use super::store::{self, Kept};
use super::{Stands, Tried, stands, tries_left};
use crate::proofs::{self, Claimant, ProofPurpose};
use crate::sessions::Citizen;

const HOME: &str = "/pay-password";
const FORGOT: &str = ProofPurpose::PayPassword.ways();

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/pay-password", get(state))
        .route("/pay-password/new", get(new_form).post(new))
        .route("/pay-password/change", get(change_form).post(change_it))
        .route("/pay-password/forgot", get(forgot))
}

#[derive(Template)]
#[template(path = "pay_password/state.html")]
struct StatePage {
    page: Page,
    /// The start of the keys that say how it stands.
    key: &'static str,
    tone: &'static str,
    text: String,
    set: bool,
    /// It is locked: it can be set anew, and not be changed by the old one.
    locked: bool,
}

async fn state(holder: Holder) -> Result<Response, Problem> {
    let (kept, stands) = find(&holder).await?;
    let page = holder.visit.page.clone();
    let (key, tone, text) = match (&kept, stands) {
        (Some(_), Stands::Locked(until)) => {
            ("pay-state-locked", "danger", page.t1("pay-state-locked-text", "until", page.moment(until)))
        }
        (Some(kept), Stands::Ready) => {
            ("pay-state-set", "done", page.t1("pay-state-set-text", "day", page.date(kept.set_at.date())))
        }
        _ => ("pay-state-none", "due", page.t("pay-state-none-text")),
    };
    let locked = matches!(stands, Stands::Locked(_));
    Ok(html(&page.clone(), StatePage { page, key, tone, text, set: kept.is_some(), locked }))
}

#[derive(Template)]
#[template(path = "pay_password/new.html")]
struct NewPage {
    page: Page,
    errors: Errors,
    /// The page to go on with afterwards; a payment may be waiting.
    back: String,
}

impl NewPage {
    fn new(page: &Page, errors: Errors, back: &str) -> NewPage {
        NewPage { page: page.clone(), errors, back: local_path(back).unwrap_or_default().to_owned() }
    }
}

/// Where the person came from.
#[derive(Deserialize)]
struct CameFrom {
    #[serde(default)]
    back: String,
}

/// Why somebody may set a password here, or where they must go first.
async fn grounds(holder: &Holder) -> Result<Result<Grounds, &'static str>, Problem> {
    let ctx = holder.ctx();
    let claimant = Claimant::citizen(Citizen::clone(holder), ProofPurpose::PayPassword).await?;
    let (person, proving, now) = (holder.person.clone(), claimant.proving, ctx.now());
    let mark = proving.holder.clone();
    let read = move |tx: &mut Tx<'_>| {
        let held = proofs::store::held(tx, &mark, ProofPurpose::PayPassword, now)?;
        Ok::<_, DbFault>((held, store::find(tx, &person)?.is_some()))
    };
    let (held, is_set) = ctx.db.read("pay_password.grounds", read).await?;
    Ok(match (held, is_set) {
        (Some(subject), _) if subject == proving.subject => {
            Ok(Grounds::Proof { holder: proving.holder, subject: proving.subject })
        }
        (_, false) => Ok(Grounds::First),
        (_, true) => Err(FORGOT),
    })
}

async fn new_form(holder: Holder, Query(from): Query<CameFrom>) -> Result<Response, Problem> {
    match grounds(&holder).await? {
        Ok(_) => Ok(html(&holder.visit.page, NewPage::new(&holder.visit.page, Errors::new(), &from.back))),
        Err(first) => Ok(see_other(first)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NewForm {
    pin: String,
    pin_again: String,
    back: String,
}

async fn new(holder: Holder, Form(form): Form<NewForm>) -> Result<Response, Problem> {
    let page = &holder.visit.page;
    let again = |errors: Errors| Ok(html_again(page, NewPage::new(page, errors, &form.back)));
    let home = local_path(&form.back).unwrap_or(HOME);
    let grounds = match grounds(&holder).await? {
        Ok(grounds) => grounds,
        Err(_) => return Ok(see_other_with(FORGOT, "flash-pay-prove-again")),
    };
    let Some(pin) = Pin::parse(&form.pin) else { return again(Errors::one("pin", "pay-format")) };
    if Pin::parse(&form.pin_again).as_ref() != Some(&pin) {
        return again(Errors::one("pin_again", "pay-again"));
    }
    match set(holder.ctx(), &holder.person, &pin, grounds).await? {
        Set::Done => Ok(see_other_with(home, "flash-pay-set")),
        Set::Weak(kind) => again(Errors::one("pin", kind)),
        // The first of two taps has set it.
        Set::Already => Ok(see_other(home)),
        Set::NoProof => Ok(see_other_with(FORGOT, "flash-pay-prove-again")),
    }
}

#[derive(Template)]
#[template(path = "pay_password/change.html")]
struct ChangePage {
    page: Page,
    errors: Errors,
}

/// What led back here.
#[derive(Deserialize)]
struct CameBack {
    #[serde(default)]
    told: Tried,
}

async fn change_form(holder: Holder, Query(back): Query<CameBack>) -> Result<Response, Problem> {
    let page = holder.visit.page.clone();
    match find(&holder).await?.1 {
        Stands::NotSet => Ok(see_other("/pay-password/new")),
        // Said before anything is typed, with the way out.
        Stands::Locked(_) => Ok(see_other(HOME)),
        Stands::Ready => {
            // How many are left stands at the field, where the eye is.
            let wrong = back.told.error(left(&holder).await?);
            let errors = wrong.map_or_else(Errors::new, |kind| Errors::one("old", kind));
            Ok(html(&page.clone(), ChangePage { page, errors }))
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ChangeForm {
    old: String,
    pin: String,
    pin_again: String,
}

async fn change_it(holder: Holder, Form(form): Form<ChangeForm>) -> Result<Response, Problem> {
    let page = &holder.visit.page;
    let again = |errors: Errors| Ok(html_again(page, ChangePage { page: page.clone(), errors }));
    // What cannot be the password is not counted as a try.
    let Some(old) = Pin::parse(&form.old) else { return again(Errors::one("old", "pay-format")) };
    let Some(pin) = Pin::parse(&form.pin) else { return again(Errors::one("pin", "pay-format")) };
    if Pin::parse(&form.pin_again).as_ref() != Some(&pin) {
        return again(Errors::one("pin_again", "pay-again"));
    }
    match change(holder.ctx(), &holder.person, &old, &pin).await? {
        Change::Done => Ok(see_other_with(HOME, "flash-pay-changed")),
        Change::Weak(kind) => again(Errors::one("pin", kind)),
        Change::Refused(Checked::Wrong { .. }) => Ok(see_other(&came_back(Tried::Wrong))),
        Change::Refused(Checked::UnderWay) => Ok(see_other(&came_back(Tried::UnderWay))),
        Change::Refused(Checked::Locked { .. }) => Ok(see_other(HOME)),
        Change::Refused(Checked::NotSet | Checked::Right) => Ok(see_other("/pay-password/new")),
    }
}

fn came_back(told: Tried) -> String {
    format!("/pay-password/change?told={}", told.word())
}

#[derive(Template)]
#[template(path = "pay_password/forgot.html")]
struct ForgotPage {
    page: Page,
    /// The ways' words in addresses, and the ends of their keys.
    ways: [&'static str; 3],
}

/// All ways to show who one is, on one page and alike (RNA-11). Open without the gate: each way is one.
async fn forgot(citizen: Citizen) -> Result<Response, Problem> {
    let page = citizen.visit.page;
    Ok(html(&page.clone(), ForgotPage { page, ways: ["face", "card", "counter"] }))
}

async fn find(holder: &Holder) -> Result<(Option<Kept>, Stands), Problem> {
    let (ctx, person) = (holder.ctx(), holder.person.clone());
    let now = ctx.now();
    let policy = ctx.policy.at::<PayPasswordPolicy>(now.date()).map_err(Problem::fault)?;
    let read = ctx.db.read("pay_password.find", move |tx| {
        Ok::<_, DbFault>((store::find(tx, &person)?, stands(tx, &person, now, &policy)?))
    });
    Ok(read.await?)
}

async fn left(holder: &Holder) -> Result<Option<i64>, Problem> {
    let (ctx, person) = (holder.ctx(), holder.person.clone());
    let now = ctx.now();
    let policy = ctx.policy.at::<PayPasswordPolicy>(now.date()).map_err(Problem::fault)?;
    Ok(ctx.db.read("pay_password.left", move |tx| tries_left(tx, &person, now, &policy)).await?)
}
