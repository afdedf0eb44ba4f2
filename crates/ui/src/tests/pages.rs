//! Pages and forms as a browser gets them, through the layer.

use crate::{Form, Lang, Problem, Site, Visit, html, layer, routes};
use askama::Template;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Request, StatusCode, header};
use kernel::{ManualClock, Moment, OsRng, Rng, SeededRng};
use platform::db::{Db, DbSettings, Target};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::Vault;
use platform::{Actor, Ctx, Mode, Trace};
use serde::Deserialize;
use std::sync::Arc;
use tower::ServiceExt;

#[derive(Template)]
#[template(ext = "html", source = "<form>{{ page.csrf }}</form>")]
struct FormPage {
    page: crate::Page,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    word: String,
}

pub(super) fn ctx(mode: Mode) -> Ctx {
    let path =
        std::env::temp_dir().join(format!("ui-{}.sqlite3", OsRng.bytes::<8>().map(|b| format!("{b:02x}")).concat()));
    let target = Target::parse(&format!("sqlite:{}", path.display())).unwrap();
    let rng = Arc::new(SeededRng::new(1));
    Ctx {
        db: Db::open(DbSettings::new(target, "test")).unwrap(),
        clock: Arc::new(ManualClock::new(Moment::from_ms(1_795_000_000_000))),
        vault: Arc::new(Vault::for_tests()),
        policy: Arc::new(Policy::load(None).unwrap()),
        hasher: Hasher::for_tests(rng.clone()),
        rng,
        mode,
        nudge: Arc::default(),
        not_after: None,
        trace: Trace { request: String::new(), actor: Actor::Nobody, ip: String::new(), browser: None },
    }
}

fn app(mode: Mode) -> Router {
    app_of(ctx(mode))
}

pub(super) fn app_of(ctx: Ctx) -> Router {
    let router = Router::new()
        .route("/form", get(async |visit: Visit| html(&visit.page, FormPage { page: visit.page.clone() })))
        .route("/form", post(async |Form(typed): Form<Typed>| typed.word))
        .route("/panic", get(async || -> &'static str { panic!("a hole in the floor") }))
        .route("/mine", get(async || -> Result<&'static str, Problem> { Err(Problem::sign_in("/mine?a=1")) }))
        .merge(routes());
    layer(router, ctx)
}

pub(super) async fn ask(app: &Router, request: Request<Body>) -> (Response, String) {
    let mut response = app.clone().oneshot(request).await.unwrap();
    let body = std::mem::replace(response.body_mut(), Body::empty());
    let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    // A space that does not break is a space to whoever reads.
    let text = text.replace('\u{a0}', " ").replace('\u{2060}', "");
    (response, text)
}

pub(super) fn see(path: &str) -> Request<Body> {
    Request::get(path).header("host", "localhost").header("accept", "text/html").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_panic_becomes_a_page_with_its_number() {
    let (response, text) = ask(&app(Mode::Demo), see("/panic")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("系统出了点问题") && text.contains("code-small"), "{text}");
    assert!(!text.contains("a hole in the floor"));
}

#[tokio::test]
async fn every_answer_carries_the_guarding_headers() {
    let app = app(Mode::Demo);
    for path in ["/form", "/nowhere", "/look?to=/", "/panic"] {
        let (response, _) = ask(&app, see(path)).await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{path}: {policy}");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(!response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
    let app = app.layer(axum::Extension(Site::new("https://renshe.example.cn", false, true)));
    let mut request = see("/form");
    request.headers_mut().insert("host", "renshe.example.cn".parse().unwrap());
    let (response, _) = ask(&app, request).await;
    assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-visit-") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn unknown_paths_and_methods_get_pages() {
    let app = app(Mode::Demo);
    let (lost, text) = ask(&app, see("/nowhere")).await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
    assert!(text.contains("没有找到这个页面"));
    let mut request = see("/panic");
    *request.method_mut() = http::Method::DELETE;
    let (method, _) = ask(&app, request).await;
    assert_eq!(method.status(), StatusCode::METHOD_NOT_ALLOWED);
    let (sign_in, _) = ask(&app, see("/mine")).await;
    assert_eq!(sign_in.headers()[header::LOCATION], "/login?to=%2Fmine%3Fa%3D1");
}

#[tokio::test]
async fn the_look_is_kept_and_leads_nowhere_else() {
    let app = app(Mode::Demo);
    for (query, to) in [
        ("lang=en&to=/me", "/me"),
        ("elder=1&to=//evil.example", "/"),
        ("elder=1&to=https://evil.example", "/"),
        ("elder=1&to=/%5Cevil.example", "/"),
        ("elder=1&to=/%09/evil.example", "/"),
    ] {
        let (response, _) = ask(&app, see(&format!("/look?{query}"))).await;
        assert_eq!(response.headers()[header::LOCATION], to, "{query}");
    }
    let mut request = see("/nowhere");
    request.headers_mut().insert("cookie", "lang=en; elder=1".parse().unwrap());
    let (_, text) = ask(&app, request).await;
    assert!(text.contains("<html lang=\"en\" class=\"elder\">"), "{text}");
    assert_eq!(Lang::parse("en-GB"), Some(Lang::En));
}

#[tokio::test]
async fn the_component_page_is_not_for_a_city() {
    assert_eq!(ask(&app(Mode::Demo), see("/dev/components")).await.0.status(), StatusCode::OK);
    assert_eq!(ask(&app(Mode::Production), see("/dev/components")).await.0.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn assets_are_found_by_hash_and_kept() {
    let app = app(Mode::Demo);
    let mut request = see(crate::assets::url("app.css"));
    request.headers_mut().insert("accept-encoding", "identity".parse().unwrap());
    let (response, text) = ask(&app, request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert!(text.contains("--ink"));
    assert_eq!(ask(&app, see("/assets/app.0000000000.css")).await.0.status(), StatusCode::NOT_FOUND);
}
