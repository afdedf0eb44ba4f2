//! `/dev/components`: every component in every state, for whoever writes a page. Not in production.

use crate::assets;
use crate::desk::{DeskLink, DeskTop};
use crate::form::Errors;
use crate::icons;
use crate::page::Page;
use crate::problem::Problem;
use crate::query::Query;
use crate::reply::html;
use crate::visit::Visit;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use platform::{Ctx, Mode};
use serde::Deserialize;

/// Which colours to show, whatever the device prefers.
#[derive(Deserialize)]
pub(crate) struct Colours {
    mode: Option<String>,
}

impl Colours {
    fn mode(&self) -> &'static str {
        match self.mode.as_deref() {
            Some("dark") => "dark",
            Some("light") => "light",
            _ => "",
        }
    }
}

/// The component page.
#[derive(Template)]
#[template(path = "gallery.html")]
pub(crate) struct Gallery {
    page: Page,
    mode: &'static str,
    errors: Errors,
    icons: Vec<&'static str>,
}

impl Gallery {
    pub(crate) fn new(page: Page, mode: &'static str) -> Gallery {
        let mut errors = Errors::one("code", "required");
        errors.add("mobile", "required");
        Gallery { page, mode, errors, icons: icons::names() }
    }
}

/// The same for the desks: scan box, verdicts, table, acts.
#[derive(Template)]
#[template(path = "gallery_desk.html")]
pub(crate) struct DeskGallery {
    pub(crate) page: Page,
    pub(crate) mode: &'static str,
}

impl DeskGallery {
    /// The page in a desk's frame, with the two galleries in its navigation.
    pub(crate) fn new(page: Page, mode: &'static str) -> DeskGallery {
        let link = |href, icon, words, rank| DeskLink { href, icon, words, roles: &[], rank, needs: None };
        let links = vec![link("/dev/desk", "scan", "dev-desk", 1), link("/dev/components", "list", "dev-title", 2)];
        page.work_at(DeskTop { place: String::new(), clerk: page.t("dev-field-name"), links });
        DeskGallery { page, mode }
    }
}

pub(crate) async fn show(visit: Visit, Query(colours): Query<Colours>) -> Result<Response, Problem> {
    refuse_in_production(&visit.ctx)?;
    Ok(html(&visit.page, Gallery::new(visit.page.clone(), colours.mode())))
}

pub(crate) async fn desk(visit: Visit, Query(colours): Query<Colours>) -> Result<Response, Problem> {
    refuse_in_production(&visit.ctx)?;
    Ok(html(&visit.page, DeskGallery::new(visit.page.clone(), colours.mode())))
}

/// The style sheet with its dark part always or never on, so that both can be seen on one device.
pub(crate) async fn style(visit: Visit, Query(colours): Query<Colours>) -> Result<Response, Problem> {
    refuse_in_production(&visit.ctx)?;
    let dark = colours.mode.as_deref() == Some("dark");
    let mut response = forced(dark).into_response();
    let mime = HeaderValue::from_static("text/css; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    Ok(response)
}

pub(crate) fn forced(dark: bool) -> String {
    let (condition, scheme) = if dark { ("all", "dark") } else { ("not all", "light") };
    assets::source("app.css")
        .unwrap_or("")
        .replace("(prefers-color-scheme: dark)", condition)
        .replace("color-scheme: light dark", &format!("color-scheme: {scheme}"))
}

fn refuse_in_production(ctx: &Ctx) -> Result<(), Problem> {
    match ctx.mode {
        Mode::Demo => Ok(()),
        Mode::Production => Err(Problem::not_found()),
    }
}
