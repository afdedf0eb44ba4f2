//! `/forgot/account` (mobile number) and `/forgot/account/details` (code and password): for a visitor who has been
//! proven and has no account yet.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::PersonName;
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, Query, Visit, html, html_again, see_other, see_other_with};

use super::change::{Owner, owner};
use super::model::password_errors;
use super::open_account::{OpenAccount, Opened, open_account};
use crate::agreements::Shown;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::login::JustOpened;
use crate::password::PasswordPolicy;
use crate::proofs::{Visitor, clear_visitor};
use crate::sessions;
use crate::sms_codes::{
    Asking, Challenge, CodeForm, CodeId, CodePart, MobileForm, MobilePart, Notice, Own, Purpose, Refusal, Step,
    code_errors, find,
};
use crate::texts::newer;

pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/forgot/account", get(ask_mobile).post(send_code))
        .route("/forgot/account/details", get(details).post(submit))
}

/// The proven visitor without an account, or where to go instead.
async fn newcomer(ctx: &Ctx, page: &Page) -> Result<Result<(Visitor, PersonName), Response>, Problem> {
    let Some(visitor) = Visitor::read(ctx, page) else { return Ok(Err(see_other("/forgot"))) };
    Ok(match owner(ctx, &visitor).await? {
        Owner::Unproven => Err(see_other_with("/forgot/ways", "flash-forgot-prove-first")),
        Owner::Account { .. } => Err(see_other("/forgot/new-password")),
        Owner::NoAccount { name } => Ok((visitor, name)),
    })
}

#[derive(Template)]
#[template(path = "recovery/mobile.html")]
struct MobilePage {
    page: Page,
    ask: MobilePart,
}

async fn ask_mobile(Visit { ctx, page }: Visit) -> Result<Response, Problem> {
    if let Err(instead) = newcomer(&ctx, &page).await? {
        return Ok(instead);
    }
    let ask = MobilePart::new(&ctx, String::new());
    Ok(html(&page.clone(), MobilePage { page, ask }))
}

async fn send_code(
    Visit { ctx, page }: Visit,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<MobileForm>,
) -> Result<Response, Problem> {
    if let Err(instead) = newcomer(&ctx, &page).await? {
        return Ok(instead);
    }
    match asking(&ctx, &page, &gates).send(form).await? {
        Ok(challenge) => Ok(see_other(&details_path(&challenge))),
        Err(ask) => Ok(html_again(&page.clone(), MobilePage { page, ask })),
    }
}

fn asking<'a>(ctx: &'a Ctx, page: &'a Page, gates: &'a Gates) -> Asking<'a> {
    Asking { ctx, page, gates, purpose: Purpose::SignUp, own: Own::No, only_to: None }
}

fn details_path(challenge: &CodeId) -> String {
    format!("/forgot/account/details?c={}", challenge.as_str())
}

#[derive(Template)]
#[template(path = "recovery/account.html")]
struct AccountPage {
    page: Page,
    enter: CodePart,
    shown: Shown,
    /// The passwords were typed and are not given back.
    retype: bool,
}

impl AccountPage {
    fn new(ctx: &Ctx, page: &Page, enter: CodePart, retype: bool) -> Result<AccountPage, Failure> {
        Ok(AccountPage { page: page.clone(), enter, shown: Shown::in_force(ctx)?, retype })
    }

    /// Given back after what was typed.
    fn again(ctx: &Ctx, page: &Page, enter: CodePart, form: &DetailsForm) -> Result<AccountPage, Failure> {
        AccountPage::new(ctx, page, enter, !form.password.is_empty() || !form.password_again.is_empty())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsQuery {
    c: String,
}

async fn details(Visit { ctx, page }: Visit, Query(query): Query<DetailsQuery>) -> Result<Response, Problem> {
    if let Err(instead) = newcomer(&ctx, &page).await? {
        return Ok(instead);
    }
    let Some(challenge) = find(&ctx, &query.c, Purpose::SignUp).await? else { return Ok(start_again()) };
    let enter = CodePart::new(&ctx, &challenge);
    Ok(html(&page, AccountPage::new(&ctx, &page, enter, false)?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DetailsForm {
    #[serde(flatten)]
    enter: CodeForm,
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
    let (visitor, name) = match newcomer(&ctx, &page).await? {
        Ok(found) => found,
        Err(instead) => return Ok(instead),
    };
    match asking(&ctx, &page, &gates).read(&form.enter).await? {
        Step::Gone => Ok(start_again()),
        // Shows the same page: a redirect could not say that the passwords are to be typed again.
        Step::Resent(challenge) => {
            let enter = CodePart::new(&ctx, &challenge).told(Notice::sent_again(&page));
            Ok(html(&page, AccountPage::again(&ctx, &page, enter, &form)?))
        }
        // The code that is on its way stays as it was typed.
        Step::Waits { challenge, notice } => {
            let enter = CodePart::kept(&ctx, &challenge, form.enter.code.clone(), Errors::new()).told(notice);
            Ok(html_again(&page, AccountPage::again(&ctx, &page, enter, &form)?))
        }
        Step::Typed { challenge, code } => open(&ctx, &page, (visitor, name), (challenge, code), form).await,
    }
}

async fn open(
    ctx: &Ctx,
    page: &Page,
    (visitor, name): (Visitor, PersonName),
    (challenge, code): (Challenge, Option<String>),
    form: DetailsForm,
) -> Result<Response, Problem> {
    let policy = ctx.policy.at::<PasswordPolicy>(ctx.now().date()).map_err(Failure::from)?;
    let (number, mut errors) = (&visitor.number, code_errors(code.as_deref()));
    let mobile = Some(&challenge.mobile);
    errors.append(password_errors(&form.password, &form.password_again, number, mobile, &policy));
    let Some(code) = code.filter(|_| errors.is_empty()) else {
        let enter = CodePart::kept(ctx, &challenge, form.enter.code.clone(), errors);
        return Ok(html_again(page, AccountPage::again(ctx, page, enter, &form)?));
    };
    if form.shown != Shown::in_force(ctx)? {
        let enter = CodePart::kept(ctx, &challenge, form.enter.code.clone(), Errors::new()).told(newer(page));
        return Ok(html_again(page, AccountPage::again(ctx, page, enter, &form)?));
    }
    let (password, shown) = (form.password.clone(), form.shown.clone());
    let command = OpenAccount { visitor, name, challenge: challenge.clone(), code, password, shown };
    let opened = open_account(ctx, command).await?;
    answered(ctx, page, (&challenge, &form), opened)
}

fn answered(
    ctx: &Ctx,
    page: &Page,
    (challenge, form): (&Challenge, &DetailsForm),
    opened: Opened,
) -> Result<Response, Problem> {
    let again = |enter| Ok::<_, Failure>(html_again(page, AccountPage::again(ctx, page, enter, form)?));
    Ok(match opened {
        // The second of two taps finds the proof used by the first.
        Opened::Done | Opened::Refused(Refusal::Repeated) => {
            let mut response = see_other_with("/login", "flash-forgot-account-done");
            page.clear_cookie(&mut response, sessions::COOKIE);
            JustOpened::note(ctx, page, &mut response, (&challenge.mobile, false))?;
            clear_visitor(page, &mut response);
            response
        }
        Opened::Refused(refusal) => again(CodePart::refused(ctx, challenge, refusal))?,
        Opened::MobileTaken => {
            let notice = Notice { tone: "danger", text: page.t("forgot-account-mobile-taken") };
            again(CodePart::new(ctx, challenge).told(notice))?
        }
        Opened::Unproven => see_other_with("/forgot/ways", "flash-forgot-prove-first"),
    })
}

fn start_again() -> Response {
    see_other_with("/forgot/account", "flash-code-gone")
}
