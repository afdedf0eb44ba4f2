//! Renders the component page and the front page in every look. With `UI_PREVIEW_DIR` set they are
//! written there as single files, to be looked at without a server.

use crate::desk::{DeskLink, DeskTop};
use crate::form::Errors;
use crate::front::{FrontCard, FrontPage, Service, Todo};
use crate::gallery::{self, DeskGallery, Gallery};
use crate::look::{Lang, Look};
use crate::nav::{How, Link, Nav, Place, TabItem};
use crate::page::Page;
use crate::seed::Seed;
use crate::{Encoding, PublicCache, assets};
use askama::Template;
use kernel::{Date, Moment, Time};
use std::fs;
use std::sync::{Arc, OnceLock};

/// Pages as a program might have them: two tabs of its own, one of them raised.
pub(crate) fn nav() -> Nav {
    let link = |path, words, icon| Link { path, words, icon };
    let tab = |name, link, at| TabItem { name, link, at, raised: false, elder: true };
    let token = link("/token", "tab-code", "barcode");
    Nav {
        tabs: vec![
            tab("home", link("/", "tab-home", "home"), 0),
            TabItem { elder: false, ..tab("things", link("/things", "tab-health", "health"), 10) },
            TabItem { raised: true, ..tab("token", token, 40) },
            TabItem { elder: false, ..tab("messages", link("/messages", "tab-messages", "message"), 60) },
            tab("me", link("/me", "tab-me", "person"), 90),
        ],
        places: vec![Place::new("", "home", "about-home"), Place::new("things", "things", "about-booking")],
        start: Some(link("/things", "front-services", "booking")),
        kept: Some(token),
        quiet: vec!["/find"],
        shortcuts: vec![token],
        how: Some(How { words: "ui-brand", steps: &["find-orders", "find-todos"] }),
    }
}

pub(crate) fn page(lang: Lang, elder: bool, path: &str) -> Page {
    let seed = Seed {
        look: Look { lang, elder },
        encoding: Encoding::Identity,
        origin: crate::site::Origin::parse("http://localhost"),
        elsewhere: None,
        secure: false,
        in_app: None,
        cookies: Vec::new(),
        path: path.to_owned(),
        query: None,
        request: "R7K2-9QXM".to_owned(),
        ip: String::new(),
        visit: "visit".to_owned(),
        renew: false,
        flash: None,
        today: Date::constant(2026, 11, 22),
        now: Moment::at(Date::constant(2026, 11, 22), Time::midnight()),
        demo: true,
        offline: true,
        nav: Arc::new(nav()),
        desk: OnceLock::new(),
    };
    Page::bare(Arc::new(seed))
}

fn front(mut page: Page, signed_in: bool) -> FrontPage {
    let services = ["booking", "hospital", "list", "message", "phone"];
    let names = ["线上挂号", "找医院", "我的预约", "消息", "12333"];
    if signed_in {
        page.who = Some("王小明".to_owned());
        page.unread = 2;
    }
    let todo = Todo {
        title: "周一 9:30 就诊".to_owned(),
        detail: "市第二人民医院 · 眼科 · 12 号".to_owned(),
        href: "/things/thg_1".to_owned(),
        button: "就诊码".to_owned(),
        bar: "blue",
    };
    FrontPage {
        shut: None,
        card: FrontCard::Live { masked: "C******78".to_owned() },
        todos_all: usize::from(signed_in),
        todos: if signed_in { vec![todo] } else { Vec::new() },
        services: services
            .iter()
            .zip(names)
            .map(|(icon, title)| Service { title: title.to_owned(), icon, href: "/things".to_owned() })
            .collect(),
        news: Vec::new(),
        page,
    }
}

fn keep(name: &str, html: &str, dark: bool) {
    let Some(folder) = std::env::var_os("UI_PREVIEW_DIR") else {
        return;
    };
    let link = format!("<link rel=\"stylesheet\" href=\"{}\">", assets::url("app.css"));
    let html = html.replace(&link, &format!("<style>{}</style>", gallery::forced(dark)));
    let desk = format!("<link rel=\"stylesheet\" href=\"{}\">", assets::url("desk.css"));
    let html = html.replace(&desk, &format!("<style>{}</style>", assets::source("desk.css").unwrap()));
    fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), html).unwrap();
}

#[test]
fn every_look_renders() {
    for lang in [Lang::Zh, Lang::En] {
        for elder in [false, true] {
            let name = format!("{}{}", lang.code(), if elder { "-elder" } else { "" });
            for signed_in in [false, true] {
                let html = front(page(lang, elder, "/"), signed_in).render().unwrap();
                assert!(html.contains(&format!("<html lang=\"{}\"", lang.code())));
                assert_eq!(html.contains("class=\"elder\""), elder);
                let who = if signed_in { "in" } else { "out" };
                keep(&format!("front-{name}-{who}"), &html, false);
                keep(&format!("front-{name}-{who}-dark"), &html, true);
            }
            let html = Gallery::new(page(lang, elder, "/dev/components"), "").render().unwrap();
            assert!(!html.contains("style=\""), "the policy forbids style attributes");
            keep(&format!("components-{name}"), &html, false);
            keep(&format!("components-{name}-dark"), &html, true);
        }
    }
}

/// The bar, what a page is about and where nothing waits are as the program has its pages.
#[test]
fn a_page_shows_the_pages_that_there_are() {
    let html = |path, elder| front(page(Lang::En, elder, path), true).render().unwrap();
    let lit = "aria-current=\"page\"";
    let things = html("/things/thg_1", false);
    assert!(things.contains(&format!("<a href=\"/things\" {lit}>")) && things.contains("class=\"tab-raised\""));
    assert_eq!(things.matches(lit).count(), 1, "{things}");
    assert!(things.contains("data-keeps=\"/token\""), "{things}");
    let elder = html("/", true);
    assert!(!elder.contains("href=\"/things\" class") && !elder.contains("tab-raised"), "{elder}");
    assert!(elder.contains(&format!("<a href=\"/\" {lit}>")) && elder.contains("href=\"/token\""), "{elder}");
    let nowhere = html("/nowhere", false);
    assert!(!nowhere.contains(lit), "{nowhere}");
}

#[test]
fn a_desk_renders() {
    let html = DeskGallery::new(page(Lang::Zh, false, "/dev/desk"), "").render().unwrap();
    assert!(html.contains("desk-top") && html.contains("可以签到"));
    keep("desk", &html, false);
    keep("desk-dark", &html, true);
}

/// The frame with one, two and eight entries; a preview shows whether they fit 1366×768 in either language.
#[test]
fn a_desks_frame_holds_its_entries() {
    const WORDS: [(&str, &str, &str); 8] = [
        ("/desk/visits", "scan", "desk-check-in"),
        ("/desk/card", "card", "card-desk-title"),
        ("/desk/window", "shield", "window-title"),
        ("/desk/a", "list", "dev-desk"),
        ("/desk/b", "alert", "dev-title"),
        ("/desk/c", "message", "dev-tags"),
        ("/desk/d", "hospital", "dev-danger"),
        ("/desk/e", "phone", "dev-field-name"),
    ];
    let link = |(at, (href, icon, words)): (usize, (&'static str, &'static str, &'static str))| DeskLink {
        href,
        icon,
        words,
        roles: &[],
        rank: u16::try_from(at).unwrap(),
        needs: None,
    };
    for lang in [Lang::Zh, Lang::En] {
        for most in [1, 2, 8] {
            let links: Vec<DeskLink> = WORDS.into_iter().enumerate().take(most).map(link).collect();
            let last = links[most - 1];
            let page = page(lang, false, &format!("{}/7", last.href));
            page.work_at(DeskTop {
                place: "常州市第二人民医院".to_owned(), clerk: "沈静".to_owned(), links
            });
            let words = page.t(last.words);
            let html = DeskGallery { page, mode: "" }.render().unwrap();
            assert_eq!(html.matches("<nav ").count(), 1);
            assert_eq!(html.matches("<li><a href=\"/desk/").count(), most);
            // The page of the gallery may say it of things of its own.
            let nav = html.split("</nav>").next().unwrap();
            assert_eq!(nav.matches("aria-current=\"page\"").count(), 1);
            assert!(nav.contains(&format!("href=\"{}\" aria-current=\"page\"", last.href)));
            assert!(nav.contains(&format!("常州市第二人民医院 · {words}</p>")), "the head says the page: {nav}");
            keep(&format!("desk-frame-{most}-{}", lang.code()), &html, false);
            keep(&format!("desk-frame-{most}-{}-dark", lang.code()), &html, true);
        }
        let html = DeskGallery { page: page(lang, false, "/desk/nowhere"), mode: "" }.render().unwrap();
        assert!(!html.contains("<ul>") && !html.contains("/desk/logout"), "nobody is known");
        keep(&format!("desk-frame-0-{}", lang.code()), &html, false);
    }
}

/// Another crate's template extends the shell and imports the components; only its own content is its own.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "shell.html" %}{% import "components.html" as c %}
{% block bar %}{{ c::bar(page, "/", page.t("tab-me")) }}{% endblock %}
{% block content %}<form method="post">{{ c::csrf(page) }}{{ c::field(page, "name", "dev-field-name", "text", typed, errors.of("name"), "", "name", "") }}</form>{% endblock %}"#
)]
struct OtherPage<'a> {
    page: &'a Page,
    typed: String,
    errors: Errors,
}

#[test]
fn what_is_typed_is_escaped_and_wired() {
    let page = page(Lang::Zh, false, "/me");
    let typed = "\"><script>alert(1)</script>".to_owned();
    let other = OtherPage { page: &page, typed, errors: Errors::one("name", "required") };
    let html = other.render().unwrap();
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("aria-describedby=\"e-name\"") && html.contains("id=\"e-name\""), "{html}");
}

/// Public bytes are kept for nobody in particular, and only while the data is the same.
#[test]
fn the_cache_knows_versions_and_names() {
    let cache = PublicCache::new();
    let public = page(Lang::Zh, false, "/things");
    let mut made = 0;
    let mut serve = |page: &Page, version: u64| {
        cache.serve(page, version, || {
            made += 1;
            DeskGallery::new(page.clone(), "")
        });
        made
    };
    assert_eq!(serve(&public, 1), 1);
    assert_eq!(serve(&public, 1), 1);
    assert_eq!(serve(&public, 2), 2);
    assert_eq!(serve(&page(Lang::En, false, "/things"), 2), 3);
    let named = Page { who: Some("王小明".to_owned()), ..public.clone() };
    assert_eq!(serve(&named, 2), 4);
    assert_eq!(serve(&named, 2), 5);
    // A page with a form token is answered, and not kept for the next visitor.
    let token = Page { csrf: "可以签到".to_owned(), ..page(Lang::Zh, true, "/form") };
    assert_eq!(serve(&token, 2), 6);
    assert_eq!(serve(&token, 2), 7);
}

/// The first visit of the front page with everything it loads.
#[test]
fn the_front_page_is_light() {
    let html = front(page(Lang::Zh, false, "/"), true).render().unwrap();
    let (_, body) = Encoding::Gzip.compress(html.into_bytes());
    let mut bytes = body.len();
    for name in ["app.css", "app.js", "favicon.svg"] {
        let plain = assets::source(name).unwrap();
        let packed = Encoding::Gzip.compress_best(plain.as_bytes());
        bytes += packed.map_or(plain.len(), |packed| packed.len());
    }
    assert!(bytes < 20_000, "{bytes} bytes by gzip");
}
