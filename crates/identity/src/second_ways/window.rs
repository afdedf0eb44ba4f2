//! `/desk/window`: a clerk of the service window, who has seen somebody's papers, gives a code.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{IdNumber, Mask, Moment, PersonName};
use platform::vault::Aad;
use serde::{Deserialize, Serialize};
use ui::{Errors, Form, Page, Problem, Query, html, html_again, see_other};

use super::issue_code::{IssueCode, Issued, issue_code};
use super::model::Paper;
use crate::failure::Failure;
use crate::ports::Ports;
use crate::proofs::ProofPurpose;
use crate::staff::WindowDesk;
use crate::typed::{id_number_kind, name_kind};

/// One answer of a choice.
struct Choice {
    value: &'static str,
    label: String,
    checked: bool,
    /// The digit that chooses it.
    key: String,
}

#[derive(Template)]
#[template(path = "second_ways/window.html")]
struct WindowPage {
    page: Page,
    typed_name: String,
    number: String,
    purposes: Vec<Choice>,
    papers: Vec<Choice>,
    errors: Errors,
    /// The code just given.
    given: Option<Given>,
}

/// A code as the clerk reads it out.
struct Given {
    code: String,
    name: String,
    number: String,
    purpose: String,
    until: String,
}

/// What a browser carries from the form to the page that shows the code, sealed: nothing here keeps it.
#[derive(Serialize, Deserialize)]
struct Carried {
    code: String,
    name: String,
    number: String,
    purpose: String,
    until_ms: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ShownQuery {
    given: String,
}

/// The form, and above it the code just given while it is good.
pub(super) async fn show(desk: WindowDesk, Query(query): Query<ShownQuery>) -> Result<Response, Problem> {
    let given = open(&desk, &query.given);
    let view = WindowPage { given, ..WindowPage::new(&desk, &WindowForm::default()) };
    Ok(html(&desk.visit.page, view))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WindowForm {
    name: String,
    id_number: String,
    purpose: String,
    paper: String,
}

/// Gives the code and shows it.
pub(super) async fn issue(
    desk: WindowDesk,
    Extension(ports): Extension<Arc<Ports>>,
    Form(form): Form<WindowForm>,
) -> Result<Response, Problem> {
    let ctx = desk.ctx();
    let mut errors = Errors::new();
    let name = PersonName::parse(&form.name).map_err(|error| errors.add("name", name_kind(&error))).ok();
    let number = IdNumber::parse(&form.id_number, ctx.now().date());
    let number = number.map_err(|error| errors.add("id_number", id_number_kind(&error))).ok();
    // In the order of the page, which is that of the summary.
    let paper = form.paper.parse::<Paper>().ok();
    if paper.is_none() {
        errors.add("paper", "window-paper");
    }
    let purpose = ProofPurpose::of_word(&form.purpose);
    if purpose.is_none() {
        errors.add("purpose", "window-purpose");
    }
    let again = |errors| Ok(html_again(&desk.visit.page, WindowPage { errors, ..WindowPage::new(&desk, &form) }));
    let (Some(name), Some(number), Some(purpose), Some(paper)) = (name, number, purpose, paper) else {
        return again(errors);
    };
    let (shown_name, shown_number) = (name.called(), number.masked());
    let command = IssueCode { name, number, purpose, paper, staff: desk.staff.clone() };
    let (code, expires_at) = match issue_code(ctx, ports.insurer.as_ref(), command).await? {
        Issued::Code { code, expires_at } => (code, expires_at),
        Issued::OtherName => return again(Errors::one("name", "window-other-name")),
        Issued::OtherPaper => return again(Errors::one("paper", "window-other-paper")),
    };
    let carried = Carried {
        code,
        name: shown_name,
        number: shown_number,
        purpose: purpose.word().to_owned(),
        until_ms: expires_at.ms(),
    };
    Ok(see_other(&format!("/desk/window?given={}", seal(&desk, &carried)?)))
}

fn aad(desk: &WindowDesk) -> Aad<'_> {
    Aad { table: "query", column: "given", row: desk.staff.as_str() }
}

fn seal(desk: &WindowDesk, carried: &Carried) -> Result<String, Failure> {
    let ctx = desk.ctx();
    let plain = serde_json::json!(carried).to_string();
    Ok(URL_SAFE_NO_PAD.encode(ctx.vault.system_key().seal(aad(desk), plain.as_bytes(), &*ctx.rng)?))
}

/// Opens what this clerk was given to carry; an old code is shown to nobody.
fn open(desk: &WindowDesk, text: &str) -> Option<Given> {
    let (ctx, page) = (desk.ctx(), &desk.visit.page);
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = ctx.vault.system_key().open(aad(desk), &sealed).ok()?;
    let carried: Carried = serde_json::from_slice(&plain).ok()?;
    let until = Moment::from_ms(carried.until_ms);
    (ctx.now() < until).then(|| Given {
        code: page.grouped(&carried.code),
        name: carried.name,
        number: carried.number,
        purpose: page.t(&format!("window-purpose-{}", carried.purpose)),
        until: page.moment(until),
    })
}

impl WindowPage {
    fn new(desk: &WindowDesk, form: &WindowForm) -> WindowPage {
        let page = &desk.visit.page;
        let purposes = ProofPurpose::ALL.map(|purpose| purpose.word());
        let papers = Paper::ALL.map(Paper::as_str);
        WindowPage {
            page: page.clone(),
            typed_name: form.name.clone(),
            number: form.id_number.clone(),
            purposes: choices(page, "window-purpose", &purposes, &form.purpose),
            papers: choices(page, "window-paper", &papers, &form.paper),
            errors: Errors::new(),
            given: None,
        }
    }

    /// Whether the cursor waits in this field: in the first that is wrong, or at the beginning.
    fn is_next(&self, field: &str) -> bool {
        self.errors.iter().next().map_or("name", |(first, _)| first) == field
    }
}

fn choices(page: &Page, key: &str, values: &[&'static str], chosen: &str) -> Vec<Choice> {
    let choice = |(at, value): (usize, &&'static str)| Choice {
        value,
        label: page.t(&format!("{key}-{value}")),
        checked: *value == chosen,
        key: (at + 1).to_string(),
    };
    values.iter().enumerate().map(choice).collect()
}
