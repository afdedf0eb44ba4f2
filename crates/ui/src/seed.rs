//! What one request says about its visitor, read once: look, cookies, address, coding, reference number.

use crate::address::{Came, TrustedProxies, UNKNOWN};
use crate::cookies::{find, name_of, read as read_cookies};
use crate::csrf;
use crate::desk::DeskTop;
use crate::encoding::Encoding;
use crate::headers;
use crate::in_app::InApp;
use crate::look::{Lang, Look};
use crate::nav::Nav;
use crate::site::{Elsewhere, Origin, Site};
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Extensions, HeaderMap, Uri, header};
use kernel::{Date, Moment, Rng};
use platform::{Ctx, Mode};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

/// The name of the cookie that carries one message over a redirect; it holds only a message key.
pub(crate) const FLASH: &str = "flash";
/// The names of the cookies that keep how pages look.
pub(crate) const LANG: &str = "lang";
pub(crate) const ELDER: &str = "elder";
/// A visit's cookie is renewed when it is this old, so that it never ends under an open page.
const RENEW_DAYS: i64 = 7;

#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) look: Look,
    pub(crate) encoding: Encoding,
    pub(crate) origin: Origin,
    pub(crate) elsewhere: Option<Elsewhere>,
    pub(crate) secure: bool,
    pub(crate) in_app: Option<InApp>,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) request: String,
    pub(crate) ip: String,
    /// The visit that forms of this page belong to.
    pub(crate) visit: String,
    /// That visit's cookie is to be set: it is new, or old.
    pub(crate) renew: bool,
    pub(crate) flash: Option<String>,
    pub(crate) today: Date,
    pub(crate) now: Moment,
    pub(crate) demo: bool,
    /// Browsers may have the service worker.
    pub(crate) offline: bool,
    /// Which pages there are.
    pub(crate) nav: Arc<Nav>,
    /// What stands around a desk's page, once it is known who works there: also around a refusal of the same request.
    pub(crate) desk: OnceLock<DeskTop>,
}

impl Seed {
    /// The seed the layer left in the request, or one read now (a router without the layer, in tests).
    pub(crate) fn of(ctx: &Ctx, headers: &HeaderMap, uri: &Uri, extensions: &Extensions) -> Arc<Seed> {
        match extensions.get::<Arc<Seed>>() {
            Some(seed) => Arc::clone(seed),
            None => Arc::new(Seed::read(ctx, headers, uri, extensions)),
        }
    }

    pub(crate) fn read(ctx: &Ctx, headers: &HeaderMap, uri: &Uri, extensions: &Extensions) -> Seed {
        let came = came(headers, extensions);
        let site = site(ctx, extensions);
        let standing = site.stand(&came, &headers::text(headers, header::HOST));
        // A city is served over TLS, whatever a proxy makes of it.
        let secure = ctx.mode == Mode::Production || standing.origin.is_https();
        let cookies = read_cookies(headers);
        let now = ctx.now();
        let known = visits(&cookies, secure).next().map(str::to_owned);
        let renew = known.as_deref().is_none_or(|visit| csrf::is_old(visit, now, RENEW_DAYS));
        let word = known.as_deref().map_or_else(|| random_name(ctx.rng.as_ref()), |visit| csrf::word(visit).to_owned());
        Seed {
            look: look(&cookies, secure, headers),
            encoding: Encoding::for_page(&headers::text(headers, header::ACCEPT_ENCODING)),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            request: reference(ctx.rng.as_ref()),
            ip: came.address.to_string(),
            visit: csrf::visit(&word, now),
            in_app: InApp::of(headers),
            flash: find(&cookies, &name_of(FLASH, secure)).filter(|key| is_key(key)).map(str::to_owned),
            demo: matches!(ctx.mode, Mode::Demo),
            offline: site.keeps_offline(),
            nav: extensions.get::<Arc<Nav>>().map(Arc::clone).unwrap_or_default(),
            desk: OnceLock::new(),
            origin: standing.origin,
            elsewhere: standing.elsewhere,
            secure,
            cookies,
            renew,
            today: now.date(),
            now,
        }
    }

    /// The visits that this browser has sent back.
    pub(crate) fn visits(&self) -> impl Iterator<Item = &str> {
        visits(&self.cookies, self.secure)
    }
}

/// The site a router was given; without one (in tests) a demo on this machine.
pub(crate) fn site(ctx: &Ctx, extensions: &Extensions) -> Site {
    let given = extensions.get::<Site>().cloned();
    given.unwrap_or_else(|| Site::new("http://localhost", ctx.mode == Mode::Demo, false))
}

pub(crate) fn came(headers: &HeaderMap, extensions: &Extensions) -> Came {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(UNKNOWN, |ConnectInfo(peer)| peer.ip());
    extensions.get::<TrustedProxies>().cloned().unwrap_or_default().came(peer, headers)
}

fn visits(cookies: &[(String, String)], secure: bool) -> impl Iterator<Item = &str> {
    let start = name_of(csrf::COOKIE, secure);
    cookies.iter().filter(move |(name, _)| name.starts_with(&start)).map(|(_, visit)| visit.as_str())
}

fn look(cookies: &[(String, String)], secure: bool, headers: &HeaderMap) -> Look {
    let lang = find(cookies, &name_of(LANG, secure))
        .and_then(Lang::parse)
        .unwrap_or_else(|| Lang::accepted(&headers::text(headers, header::ACCEPT_LANGUAGE)));
    Look { lang, elder: find(cookies, &name_of(ELDER, secure)) == Some("1") }
}

/// A number a person can read over the telephone: eight letters without I, L, O and U, in two groups.
pub(crate) fn reference(rng: &dyn Rng) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = rng.u64();
    let mut out = String::with_capacity(9);
    for at in 0..8 {
        if at == 4 {
            out.push('-');
        }
        out.push(char::from(LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    out
}

fn random_name(rng: &dyn Rng) -> String {
    URL_SAFE_NO_PAD.encode(kernel::bytes32(rng))
}

fn is_key(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
