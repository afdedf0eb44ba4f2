//! `/sign-up` (mobile number) and `/sign-up/details` (code, who one is, password).

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, Visit, html, html_again, see_other, see_other_with};

use super::model::{Typed, read};
use super::open_account::{SignUp, SignUpOutcome, sign_up};
use crate::agreements::Shown;
use crate::askers::KnownDevice;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login::{JustOpened, LoginPolicy};
use crate::password::PasswordPolicy;
use crate::people::AccountId;
use crate::sessions::MaybeCitizen;
use crate::sms_codes::{
    Asking, Challenge, CodeForm, CodePart, MobileForm, MobilePart, Notice, Own, Purpose, Step, find,
};
use crate::texts::newer;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/sign-up", get(start).post(send_code)).route("/sign-up/details", get(details).post(submit))
}

#[derive(Template)]
#[template(path = "sign_up/mobile.html")]
struct MobilePage {
    page: Page,
    ask: MobilePart,
}

async fn start(visitor: MaybeCitizen) -> Result<Response, Problem> {
    if visitor.citizen.is_some() {
        return Ok(see_other("/me"));
    }
    let Visit { ctx, page } = visitor.visit;
    let ask = MobilePart::new(&ctx, String::new());
    Ok(html(&page.clone(), MobilePage { page, ask }))
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    match asking(&ctx, &page, &gates).send(form).await? {
        Ok(challenge) => Ok(see_other(&format!("/sign-up/details?c={}", challenge.as_str()))),
        Err(ask) => Ok(html_again(&page.clone(), MobilePage { page, ask })),
    }
}

fn asking<'a>(ctx: &'a Ctx, page: &'a Page, gates: &'a Gates) -> Asking<'a> {
    Asking { ctx, page, gates, purpose: Purpose::SignUp, own: Own::No, only_to: None }
}

#[derive(Template)]
#[template(path = "sign_up/details.html")]
struct DetailsPage {
    page: Page,
    enter: CodePart,
    shown: Shown,
    name: String,
    id_number: String,
    /// The passwords were typed and are not given back.
    retype: bool,
}

impl DetailsPage {
    /// With what was typed, except the passwords.
    fn new(ctx: &Ctx, page: &Page, enter: CodePart, form: DetailsForm) -> Result<DetailsPage, Failure> {
        let retype = !form.password.is_empty() || !form.password_again.is_empty();
        let (page, shown) = (page.clone(), Shown::in_force(ctx)?);
        Ok(DetailsPage { page, enter, shown, name: form.name, id_number: form.id_number, retype })
    }
}

#[derive(Deserialize)]
struct DetailsQuery {
    #[serde(default)]
    c: String,
}

async fn details(Visit { ctx, page }: Visit, Query(query): Query<DetailsQuery>) -> Result<Response, Problem> {
    let Some(challenge) = find(&ctx, &query.c, Purpose::SignUp).await? else { return Ok(start_again()) };
    Ok(html(&page, DetailsPage::new(&ctx, &page, CodePart::new(&ctx, &challenge), DetailsForm::default())?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsForm {
    #[serde(flatten)]
    enter: CodeForm,
    name: String,
    id_number: String,
    password: String,
    password_again: String,
    #[serde(flatten)]
    shown: Shown,
}

async fn submit(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<DetailsForm>,
) -> Result<Response, Problem> {
    match asking(&ctx, &page, &gates).read(&form.enter).await? {
        Step::Gone => Ok(start_again()),
        // Shows the same page with what was typed: a redirect would lose it.
        Step::Resent(challenge) => {
            let enter = CodePart::new(&ctx, &challenge).told(Notice::sent_again(&page));
            Ok(html(&page, DetailsPage::new(&ctx, &page, enter, form)?))
        }
        // The code that is on its way stays as it was typed.
        Step::Waits { challenge, notice } => {
            let enter = CodePart::kept(&ctx, &challenge, form.enter.code.clone(), Errors::new()).told(notice);
            Ok(html_again(&page, DetailsPage::new(&ctx, &page, enter, form)?))
        }
        Step::Typed { challenge, code } => open(&ctx, &page, &gates, (challenge, code), form).await,
    }
}

async fn open(
    ctx: &Ctx,
    page: &Page,
    gates: &Gates,
    (challenge, code): (Challenge, Option<String>),
    form: DetailsForm,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let login = ctx.policy.at::<LoginPolicy>(now.date()).map_err(Failure::from)?;
    // Tries at codes and tries at passwords share one budget an address.
    if let Err(secs) = gates.login(ctx, login.cap()) {
        let enter = CodePart::kept(ctx, &challenge, form.enter.code.clone(), Errors::new());
        let enter = enter.told(Notice::too_many_tries(page, secs));
        return Ok(html_again(page, DetailsPage::new(ctx, page, enter, form)?));
    }
    let policy = ctx.policy.at::<PasswordPolicy>(now.date()).map_err(Failure::from)?;
    let typed = Typed {
        name: &form.name,
        id_number: &form.id_number,
        code,
        password: &form.password,
        password_again: &form.password_again,
    };
    let read = match read(typed, &challenge.mobile, now.date(), &policy) {
        Ok(read) => read,
        Err(errors) => {
            let enter = CodePart::kept(ctx, &challenge, form.enter.code.clone(), errors);
            return Ok(html_again(page, DetailsPage::new(ctx, page, enter, form)?));
        }
    };
    if form.shown != Shown::in_force(ctx)? {
        let enter = CodePart::kept(ctx, &challenge, form.enter.code.clone(), Errors::new()).told(newer(page));
        return Ok(html_again(page, DetailsPage::new(ctx, page, enter, form)?));
    }
    let command = SignUp {
        challenge: challenge.clone(),
        code: read.code,
        name: read.name,
        id_number: read.id_number,
        password: form.password.clone(),
        shown: form.shown.clone(),
    };
    match sign_up(ctx, command).await? {
        SignUpOutcome::Landed { account } => Ok(landed(ctx, page, &login, &challenge, account)?),
        SignUpOutcome::Refused(refusal) => {
            let enter = CodePart::refused(ctx, &challenge, refusal);
            Ok(html_again(page, DetailsPage::new(ctx, page, enter, form)?))
        }
    }
}

/// The same for everybody, the cookies too. By the device's the ID number logs in here to the account that was
/// opened here, also where others say the same number.
fn landed(
    ctx: &Ctx,
    page: &Page,
    login: &LoginPolicy,
    challenge: &Challenge,
    account: Option<AccountId>,
) -> Result<Response, Failure> {
    let mut response = see_other("/login");
    JustOpened::note(ctx, page, &mut response, (&challenge.mobile, true))?;
    if let Some(account) = account {
        KnownDevice::give(ctx, page, &mut response, &account, login.device_days);
    }
    Ok(response)
}

fn start_again() -> Response {
    see_other_with("/sign-up", "flash-code-gone")
}
