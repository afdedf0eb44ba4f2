//! The page handed to every template: whose look it has, its words and icons, its form token. How it says days and times
//! is in [`spoken`](crate::spoken).

use crate::assets;
use crate::barcode;
use crate::cookies;
use crate::csrf;
use crate::desk::DeskTop;
use crate::icons::{self, Markup};
use crate::in_app::InApp;
use crate::locale;
use crate::look::{Lang, Look};
use crate::nav::Nav;
use crate::offline::Holder;
use crate::qr;
use crate::reply::in_query;
use crate::seed::Seed;
use axum::response::Response;
use http::{HeaderValue, header};
use kernel::{Date, Moment};
use platform::Ctx;
use std::sync::Arc;

/// What a template needs besides its own content. Field `page` of every template struct.
#[derive(Clone, Debug)]
pub struct Page {
    /// Language and 长辈版.
    pub look: Look,
    /// The form token, masked anew for each page; see [`csrf`].
    pub csrf: String,
    /// The path asked for, without the query.
    pub path: String,
    /// The shown name of who is signed in; filled by the identity crate.
    pub who: Option<String>,
    /// The name of the lit tab, the path's unless the handler says otherwise; empty for none.
    pub tab: &'static str,
    /// The reference number of this request, as the log knows it.
    pub request: String,
    /// The key of a message brought over a redirect, shown once.
    pub flash: Option<String>,
    /// How many messages wait unread; filled by the identity crate.
    pub unread: i64,
    /// Whether this is the demo city, which every page says.
    pub demo: bool,
    /// For whom it is made, as what the browser keeps must know; filled by the identity crate.
    pub holder: Holder,
    pub(crate) seed: Arc<Seed>,
}

impl Page {
    pub(crate) fn new(ctx: &Ctx, seed: Arc<Seed>) -> Page {
        let csrf = csrf::token(&ctx.vault, ctx.rng.as_ref(), &seed.visit, ctx.now());
        Page { csrf, ..Page::bare(seed) }
    }

    /// A page without a form token: error pages have no forms.
    pub(crate) fn bare(seed: Arc<Seed>) -> Page {
        Page {
            look: seed.look,
            csrf: String::new(),
            path: seed.path.clone(),
            who: None,
            tab: seed.nav.tab(&seed.path),
            request: seed.request.clone(),
            flash: seed.flash.clone().filter(|key| locale::has(seed.look.lang, key)),
            unread: 0,
            demo: seed.demo,
            holder: Holder::Unasked,
            seed,
        }
    }

    /// The word of this browser's visit, if it brought one: who has no cookie is given a new one at each request.
    pub fn browser(&self) -> Option<&str> {
        self.seed.visits().next().map(csrf::word)
    }

    /// The text of a key in the page's language.
    pub fn t(&self, key: &str) -> String {
        locale::text(self.look.lang, key).into_owned()
    }

    /// The text of a key with one variable.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        locale::text_with(self.look.lang, key, &[(name, value.to_string())])
    }

    /// The text of a key with two variables.
    pub fn t2(&self, key: &str, a: &str, v: impl ToString, b: &str, w: impl ToString) -> String {
        locale::text_with(self.look.lang, key, &[(a, v.to_string()), (b, w.to_string())])
    }

    /// The text of a key with several variables.
    pub fn with(&self, key: &str, args: &[(&str, String)]) -> String {
        locale::text_with(self.look.lang, key, args)
    }

    /// The words of an error kind: `error-<kind>`, with the detail after its colon as `what`.
    pub fn error(&self, kind: &str) -> String {
        match kind.split_once(':') {
            Some((kind, what)) => self.t1(&format!("error-{kind}"), "what", what),
            None => self.t(&format!("error-{kind}")),
        }
    }

    /// `zh-CN` or `en`.
    pub fn lang_code(&self) -> &'static str {
        self.look.lang.code()
    }

    /// The Chinese or the English text, for data that holds both.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.look.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Today in the city, as the clock handed in says.
    pub fn today(&self) -> Date {
        self.seed.today
    }

    /// When the page was asked for, by the clock handed in.
    pub fn now(&self) -> Moment {
        self.seed.now
    }

    /// A line icon by name; all are shown on `/dev/components`.
    pub fn icon(&self, name: &str) -> Markup {
        icons::icon(name)
    }

    /// A visit barcode as SVG.
    pub fn barcode(&self, digits: &str) -> Markup<String> {
        barcode::markup(digits)
    }

    /// A text as a QR code, with the words a screen reader says for it.
    pub fn qr(&self, text: &str, label: &str) -> Markup<String> {
        qr::markup(text, label)
    }

    /// Digits in groups of four.
    pub fn grouped(&self, digits: &str) -> String {
        barcode::grouped(digits)
    }

    /// Whether the tab of that name is the lit one.
    pub fn lit(&self, tab: &str) -> bool {
        self.tab == tab
    }

    /// Which pages there are.
    pub fn nav(&self) -> &Nav {
        &self.seed.nav
    }

    /// The address of an asset, with its content hash.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// Where the service worker is, if this browser is to have one: it shows pages without a network.
    pub fn worker(&self) -> Option<&'static str> {
        self.seed.offline.then_some("/sw.js")
    }

    /// What the page is about, in one sentence for those who find it by a search.
    pub fn about(&self) -> String {
        self.t(self.nav().place(&self.path).map_or("about-home", |place| place.about))
    }

    /// Whether two words are the same; templates compare references of different depth with it.
    pub fn same(&self, a: &str, b: &str) -> bool {
        a == b
    }

    /// Where "home" is from here: the desk for a desk's page.
    pub fn home(&self) -> &'static str {
        if self.at_desk() { "/desk" } else { "/" }
    }

    /// Whether the path asked for belongs to a desk.
    pub fn at_desk(&self) -> bool {
        self.path == "/desk" || self.path.starts_with("/desk/")
    }

    /// What stands around a desk's page, if it is known who works there.
    pub fn desk(&self) -> Option<&DeskTop> {
        self.seed.desk.get()
    }

    /// What the head of a desk's page says: the place, and what is done on this page.
    pub fn desk_head(&self) -> String {
        let place = self.desk().map(|top| top.place.clone()).filter(|place| !place.is_empty());
        let words = self.desk().and_then(|top| top.current(&self.path)).map(|link| self.t(link.words));
        match (place, words) {
            (Some(place), Some(words)) => format!("{place} · {words}"),
            (one, other) => one.or(other).unwrap_or_else(|| self.t("ui-desk")),
        }
    }

    /// Says what stands around a desk's page, and around the refusal if the same request is refused. It stays as first said.
    pub fn work_at(&self, top: DeskTop) {
        self.seed.desk.get_or_init(|| top);
    }

    /// Path and query asked for.
    pub fn here(&self) -> String {
        match &self.seed.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The link that changes language or 长辈版 and comes back here.
    pub fn look_link(&self, change: &str) -> String {
        format!("/look?{change}&to={}", in_query(&self.here()))
    }

    /// The value of a cookie this service set, found under the name it has on this transport.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookies::find(&self.seed.cookies, &cookies::name_of(name, self.seed.secure))
    }

    /// Sets a cookie: HttpOnly, Lax, and `__Host-` with Secure where the site is. `None` ends with the browser session.
    pub fn set_cookie(&self, response: &mut Response, name: &str, value: &str, max_age_secs: Option<i64>) {
        let name = cookies::name_of(name, self.seed.secure);
        let secure = if self.seed.secure { "; Secure" } else { "" };
        let age = max_age_secs.map_or_else(String::new, |secs| format!("; Max-Age={secs}"));
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        if let Ok(line) = HeaderValue::from_str(&line) {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
    }

    /// Takes a cookie away.
    pub fn clear_cookie(&self, response: &mut Response, name: &str) {
        self.set_cookie(response, name, "", Some(0));
    }

    /// The app whose browser shows this page, if it is not the phone's own.
    pub fn in_app(&self) -> Option<InApp> {
        self.seed.in_app
    }

    /// What this service is called by the browser: `https://host`, as its scripts see it. It comes from the
    /// configuration, never from what the request says.
    pub fn origin(&self) -> String {
        self.seed.origin.text()
    }
}
