//! The worker, the manifest and what is told to those who index, as a browser gets them.

use super::pages::{app_of, ask, ctx, see};
use super::preview::nav;
use crate::offline::PARTS;
use crate::{Lang, Nav, Site, assets, locale};
use axum::Extension;
use http::header;
use platform::Mode;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

fn site() -> Site {
    Site::new("http://localhost", true, false)
}

#[tokio::test]
async fn the_worker_knows_this_release_and_is_asked_for_each_time() {
    let app = app_of(ctx(Mode::Demo)).layer(Extension(site()));
    let (response, text) = ask(&app, see("/sw.js")).await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    let first = text.lines().next().unwrap();
    for name in ["app.css", "app.js", "read.js"] {
        assert!(first.contains(assets::url(name)), "{first}");
    }
    assert!(first.ends_with("off: false };"), "{first}");
    let (_, page) = ask(&app, see("/offline")).await;
    assert!(page.contains("data-worker=\"/sw.js\"") && page.contains("现在没有网络"), "{page}");
    assert!(!page.contains("name=\"csrf\""));
}

#[tokio::test]
async fn an_operator_ends_it_everywhere() {
    let app = app_of(ctx(Mode::Demo)).layer(Extension(site().offline(false)));
    let (_, text) = ask(&app, see("/sw.js")).await;
    assert!(text.lines().next().unwrap().ends_with("off: true };"), "{text}");
    let (_, page) = ask(&app, see("/offline")).await;
    assert!(!page.contains("data-worker"), "and no page asks for it again");
}

/// The pages without a network lead to the kept page, where the program has one, and show its tabs: with other pages it is
/// another release.
#[tokio::test]
async fn the_worker_knows_the_kept_page_and_is_another_with_other_tabs() {
    let first = async |nav: Nav| {
        let app = app_of(ctx(Mode::Demo)).layer(Extension(site())).layer(Extension(Arc::new(nav)));
        let (_, page) = ask(&app, see("/offline")).await;
        let (_, text) = ask(&app, see("/sw.js")).await;
        (text.lines().next().unwrap().to_owned(), page.contains("class=\"holds\""), page.contains("href=\"/token\""))
    };
    let (with, none) = (first(nav()).await, first(Nav::default()).await);
    assert!(with.0.contains("kept: '/token'") && with.1 && with.2, "{with:?}");
    assert!(none.0.contains("kept: ''") && !none.1 && !none.2, "{none:?}");
    let fewer = first(Nav { tabs: Vec::new(), ..nav() }).await;
    assert_ne!(with.0, fewer.0);
}

#[tokio::test]
async fn the_icon_offers_what_the_program_has() {
    let app = app_of(ctx(Mode::Demo)).layer(Extension(site())).layer(Extension(Arc::new(nav())));
    let (_, text) = ask(&app, see("/manifest.webmanifest")).await;
    let word = locale::text(Lang::Zh, "tab-code");
    assert!(text.contains(&format!("\"shortcuts\":[{{\"name\":\"{word}\",\"url\":\"/token\"}}]")), "{text}");
}

/// Whatever the pages without a network are put together from makes another release.
#[test]
fn a_release_is_known_by_every_template_of_its_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut waiting = vec!["offline.html".to_owned(), "offline_card.html".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(PARTS.contains(&text.as_str()), "{name} is left out");
        for word in ["include \"", "extends \"", "import \""] {
            let named = text.split(word).skip(1).filter_map(|rest| rest.split('"').next());
            waiting.extend(named.map(str::to_owned).filter(|name| seen.insert(name.clone())));
        }
    }
    assert!(seen.contains("shell.html") && seen.contains("read.html"), "{seen:?}");
}

#[tokio::test]
async fn the_manifest_is_in_the_pages_language() {
    let app = app_of(ctx(Mode::Demo)).layer(Extension(site()));
    for (query, lang) in [("?lang=zh-CN", Lang::Zh), ("?lang=en", Lang::En), ("", Lang::Zh)] {
        let (response, text) = ask(&app, see(&format!("/manifest.webmanifest{query}"))).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/manifest+json");
        let name = locale::text(lang, "ui-name");
        assert!(text.contains(&format!("\"name\":\"{name}\"")), "{text}");
        assert!(text.contains(assets::url("icon-512.png")) && text.contains("\"maskable\""), "{text}");
    }
}

#[tokio::test]
async fn what_is_quiet_is_left_out_and_all_else_is_for_everybody_to_find() {
    let app = app_of(ctx(Mode::Demo)).layer(Extension(site())).layer(Extension(Arc::new(nav())));
    let (_, text) = ask(&app, see("/robots.txt")).await;
    assert_eq!(
        text,
        "User-agent: *\nDisallow: /look\nDisallow: /find\nDisallow: /dev/\nDisallow: /offline\nAllow: /\n"
    );
    let (_, page) = ask(&app, see("/offline")).await;
    assert!(page.contains("<meta name=\"description\" content=\""), "{page}");
}
