//! Pages where there is no network: the service worker (`assets/worker.js`), what is shown in place of a page that cannot
//! be loaded, and the server's word on which page may be kept, for whom and for how long.
//!
//! Every page says whose session it was made for by a mark from which nothing can be told; what is kept goes as soon as a
//! page comes for another session or for nobody. Only a page that [`keep_offline`] was called for is kept at all.

use crate::assets;
use crate::encoding::Encoding;
use crate::locale;
use crate::look::Lang;
use crate::nav::Nav;
use crate::page::Page;
use crate::reply::html;
use crate::visit::Visit;
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use kernel::Moment;
use platform::Ctx;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// For whose session a page was made.
const FOR: HeaderName = HeaderName::from_static("x-keep-for");
/// For how many seconds a page may be shown without a network.
const SECS: HeaderName = HeaderName::from_static("x-keep-offline");

/// For whom a page was made, as what is kept in the browser must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// It was not asked: what is kept stays as it is.
    #[default]
    Unasked,
    /// For nobody who is signed in.
    Nobody,
    /// For a session, by the mark that [`Holder::session`] gives it.
    Session(String),
}

impl Holder {
    /// A session's mark: always the same one, and the session cannot be told from it.
    pub fn session(ctx: &Ctx, session: &str) -> Holder {
        let mark = ctx.vault.mac("offline", session.as_bytes());
        Holder::Session(mark.iter().take(12).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Says it in the answer's head.
    pub(crate) fn say(&self, response: &mut Response) {
        let word = match self {
            Holder::Unasked => return,
            Holder::Nobody => "nobody",
            Holder::Session(mark) => mark.as_str(),
        };
        if let Ok(word) = HeaderValue::from_str(word) {
            response.headers_mut().insert(FOR, word);
        }
    }
}

/// Lets the browser of who is signed in keep this page until `until` and show it where there is no network. Its days must
/// be written as dates ([`Page::full_moment`]): it may be read on another day. A page that brings a message of the moment
/// is not kept. Seconds from now are said, not an hour: a phone's clock may be wrong.
pub fn keep_offline(page: &Page, response: &mut Response, now: Moment, until: Moment) {
    let secs = (until.ms() - now.ms()) / 1000;
    if secs > 0 && page.flash.is_none() && matches!(page.holder, Holder::Session(_)) {
        response.headers_mut().insert(SECS, HeaderValue::from(secs));
    }
}

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/sw.js", get(worker)).route("/offline", get(no_network)).route("/offline/card", get(no_card))
}

/// The worker, with its first line: this release's name and what belongs to it. Where the operator has switched it off it
/// is told to take away what it kept, and to end.
async fn worker(visit: Visit) -> Response {
    let off = !visit.page.seed.offline;
    let nav = visit.page.nav();
    let kept = nav.kept.map_or("", |link| link.path);
    let (name, assets) = (RELEASE.name(nav), &RELEASE.assets);
    let first = format!("const RELEASE = {{ name: '{name}', assets: [{assets}], kept: '{kept}', off: {off} }};\n");
    let text = first + assets::source("worker.js").unwrap_or("");
    let (encoding, body) = visit.page.seed.encoding.compress(text.into_bytes());
    let mut response = Body::from(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    // Asked for at each visit: a release takes effect with the next page.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = Encoding::header(encoding) {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    response
}

struct Release {
    digest: Sha256,
    assets: String,
}

impl Release {
    /// The bar at the thumb and the way to the kept page stand on the pages without a network, so that other tabs are
    /// another release.
    fn name(&self, nav: &Nav) -> String {
        let digest = self.digest.clone().chain_update(format!("{nav:?}"));
        digest.finalize().iter().take(5).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Everything that the pages without a network are made of: when any of it changes, the worker is another one, and loads
/// all of it anew.
static RELEASE: LazyLock<Release> = LazyLock::new(|| {
    let urls = ["app.css", "app.js", "read.js", "favicon.svg"].map(assets::url);
    let mut digest = Sha256::new();
    let drawn = ["worker.js", "icons.svg"].map(|name| assets::source(name).unwrap_or(""));
    for text in drawn.into_iter().chain(PARTS.iter().copied()).chain(urls) {
        digest.update(text);
    }
    for lang in [Lang::Zh, Lang::En] {
        locale::sources(lang).for_each(|text| digest.update(text));
    }
    Release { assets: urls.map(|url| format!("'{url}'")).join(", "), digest }
});

/// The templates of both pages, with all that they are put together from.
pub(crate) const PARTS: [&str; 6] = [
    include_str!("../templates/offline.html"),
    include_str!("../templates/offline_card.html"),
    include_str!("../templates/shell.html"),
    include_str!("../templates/tabs.html"),
    include_str!("../templates/read.html"),
    include_str!("../templates/components.html"),
];

#[derive(Template)]
#[template(path = "offline.html")]
struct NoNetwork {
    page: Page,
}

#[derive(Template)]
#[template(path = "offline_card.html")]
struct NoCard {
    page: Page,
}

#[derive(Template)]
#[template(path = "online.html")]
struct Online {
    page: Page,
    /// Where it leads on to, and the key of what the button says.
    to: &'static str,
    label: &'static str,
}

/// In place of a page that cannot be loaded. It is the same for everybody who has this look.
async fn no_network(visit: Visit, headers: HeaderMap) -> Response {
    let page = without_forms(visit);
    if is_visited(&headers) {
        return html(&page.clone(), Online { page, to: "/", label: "online-home" });
    }
    html(&page.clone(), NoNetwork { page })
}

/// In place of the electronic card, whose code is made anew each minute and cannot be kept.
async fn no_card(visit: Visit, headers: HeaderMap) -> Response {
    let page = without_forms(visit);
    if is_visited(&headers) {
        return html(&page.clone(), Online { page, to: "/card", label: "online-card" });
    }
    html(&page.clone(), NoCard { page })
}

/// Whether somebody opened the page, and not the worker to keep it: then there is a network. Browsers that do not say what
/// they ask for (Safari before 16.4) get the page that the worker gets.
fn is_visited(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}

/// The worker asks for these pages by itself: no visit begins with them.
fn without_forms(visit: Visit) -> Page {
    Page { csrf: String::new(), flash: None, ..visit.page }
}
