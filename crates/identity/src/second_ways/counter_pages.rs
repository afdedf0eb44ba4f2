//! `/prove/{purpose}/counter`: entering the code that a counter gave.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use kernel::typing;
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Form, Page, Problem, html, html_again, see_other};

use super::card_pages::path;
use super::model::COUNTER_DIGITS;
use super::policy::SecondWayPolicy;
use super::redeem_counter::redeem_counter;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::proofs::Claimant;
use crate::sessions;
use crate::sms_codes::{Notice, Refusal, wait_text};

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/prove/{purpose}/counter", get(show).post(redeem))
}

#[derive(Template)]
#[template(path = "second_ways/counter.html")]
struct CounterPage {
    page: Page,
    action: String,
    back: &'static str,
    errors: Errors,
    notice: Option<Notice>,
}

impl CounterPage {
    fn new(claimant: &Claimant) -> CounterPage {
        CounterPage {
            page: claimant.visit.page.clone(),
            action: path(claimant, "counter"),
            back: claimant.proving.purpose.ways(),
            errors: Errors::new(),
            notice: None,
        }
    }
}

async fn show(claimant: Claimant) -> Result<Response, Problem> {
    Ok(html(&claimant.visit.page, CounterPage::new(&claimant)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CounterForm {
    code: String,
}

/// One text for every refusal: whether a counter has given somebody a code is nobody else's business.
async fn redeem(
    claimant: Claimant,
    Extension(gates): Extension<Arc<Gates>>,
    Form(form): Form<CounterForm>,
) -> Result<Response, Problem> {
    let (ctx, page) = (&claimant.visit.ctx, &claimant.visit.page);
    let view = CounterPage::new(&claimant);
    let Some(code) = typing::digits(&form.code, COUNTER_DIGITS) else {
        return Ok(html_again(page, CounterPage { errors: Errors::one("code", "counter-code-format"), ..view }));
    };
    let policy = ctx.policy.at::<SecondWayPolicy>(ctx.now().date()).map_err(Failure::from)?;
    // Whoever owns the number has tries of their own; strangers behind one address share these.
    if !claimant.proving.budget.is_own()
        && let Err(secs) = gates.second_way(ctx, policy.cap())
    {
        let text = page.t1("card-proof-too-many", "time", wait_text(page, secs));
        return Ok(html_again(page, CounterPage { notice: Some(Notice { tone: "due", text }), ..view }));
    }
    match redeem_counter(ctx, &claimant.proving, &code).await? {
        Ok(token) => {
            let mut response = see_other(claimant.proving.purpose.next());
            if let Some(token) = token {
                sessions::give_token(ctx, page, &mut response, &token)?;
            }
            Ok(response)
        }
        // The first of two taps has proven it; the next page asks for the proof itself.
        Err(Refusal::Repeated) => Ok(see_other(claimant.proving.purpose.next())),
        Err(_) => {
            let errors = Errors::one("code", "counter-code-refused");
            Ok(html_again(page, CounterPage { errors, ..view }))
        }
    }
}
