//! `/search?q=`: hospitals, departments and doctors by Chinese, English or pinyin initials.

use askama::Template;
use axum::response::Response;
use kernel::typing;
use serde::Deserialize;
use ui::{Page, Problem, Query};

use super::store::{self, Found};
use super::words;
use crate::public::Public;
use crate::show;

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
    hospitals: Vec<Line>,
    departments: Vec<Line>,
    doctors: Vec<Line>,
}

/// Shows what was found, or how to search.
pub(crate) async fn search(public: Public, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    public
        .answer(|ctx, page| async move {
            let patterns = words::patterns(&asked.q);
            let known = patterns.is_some();
            let found = match patterns {
                Some(patterns) => ctx.db.read("search", move |tx| store::find(tx, &patterns)).await?,
                None => Found::default(),
            };
            let q = typing::line(&asked.q, words::QUERY_CHARS);
            Ok(result(page, q, known, &found))
        })
        .await
}

fn result(page: Page, q: String, asked: bool, found: &Found) -> SearchPage {
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
    let (hospitals, departments, doctors) = (hospitals.collect(), departments.collect(), doctors.collect());
    SearchPage { page, q, asked, hospitals, departments, doctors }
}

impl SearchPage {
    fn nothing(&self) -> bool {
        self.hospitals.is_empty() && self.departments.is_empty() && self.doctors.is_empty()
    }
}
