//! `/search?q=`: services, hospitals, departments and doctors by Chinese, English or pinyin initials.

use askama::Template;
use axum::response::Response;
use hall::search;
use kernel::typing;
use serde::Deserialize;
use ui::{Page, Problem, Query};

use super::services::{self, Service};
use super::store::{self, Found};
use crate::hospitals::show;
use crate::public::Public;

/// What was asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// A thing found.
struct Line {
    href: String,
    title: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "search/search.html")]
struct SearchPage {
    page: Page,
    q: String,
    /// False while nothing has been asked for.
    asked: bool,
    /// What was found, kind by kind; kinds of which nothing was found are left out.
    parts: Vec<Part>,
}

/// What was found of a kind.
struct Part {
    title: &'static str,
    lines: Vec<Line>,
    /// There is more than is shown.
    more: bool,
}

impl Part {
    fn of(title: &'static str, mut lines: Vec<Line>) -> Part {
        let most = usize::try_from(store::LIMIT).unwrap_or(usize::MAX);
        let more = lines.len() > most;
        lines.truncate(most);
        Part { title, lines, more }
    }
}

/// Shows what was found, or how to search.
pub(crate) async fn search(public: Public, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    public
        .answer(|ctx, page| async move {
            let patterns = search::patterns(&asked.q);
            let known = patterns.is_some();
            let services = patterns.as_ref().map(services::find).unwrap_or_default();
            let found = match patterns {
                Some(patterns) => ctx.db.read("search", move |tx| store::find(tx, &patterns)).await?,
                None => Found::default(),
            };
            let q = typing::line(&asked.q, search::QUERY_CHARS);
            Ok(result(page, q, known, (&services, &found)))
        })
        .await
}

fn result(page: Page, q: String, asked: bool, (services, found): (&[&Service], &Found)) -> SearchPage {
    let services = services.iter().map(|service| Line {
        href: service.path.to_owned(),
        title: page.t(&service.key),
        detail: page.t(&format!("{}-detail", service.key)),
    });
    let hospitals = found.hospitals.iter().map(|hospital| Line {
        href: format!("/hospitals/{}", hospital.id),
        title: show::hospital(&page, hospital).to_owned(),
        detail: page.t(&format!("health-level-{}", hospital.level)),
    });
    let departments = found.departments.iter().map(|(department, hospital)| Line {
        href: format!("/departments/{}", department.id),
        title: show::department(&page, department).to_owned(),
        detail: show::hospital(&page, hospital).to_owned(),
    });
    let doctors = found.doctors.iter().map(|(doctor, department, hospital)| Line {
        href: format!("/doctors/{}", doctor.id),
        title: show::doctor_line(&page, doctor),
        detail: format!("{} · {}", show::hospital(&page, hospital), show::department(&page, department)),
    });
    let mut parts = vec![
        Part::of("health-services-found", services.collect()),
        Part::of("health-hospitals-found", hospitals.collect()),
        Part::of("health-departments", departments.collect()),
        Part::of("health-doctors", doctors.collect()),
    ];
    parts.retain(|part| !part.lines.is_empty());
    SearchPage { page, q, asked, parts }
}
