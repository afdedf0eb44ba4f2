//! What one request says about its visitor, read once: look, cookies, address, coding, reference number.

use crate::address::{TrustedProxies, UNKNOWN};
use crate::encoding::Encoding;
use crate::look::{Lang, Look};
use crate::page::Tab;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Extensions, HeaderMap, Uri, header};
use kernel::{Date, Rng};
use platform::{Ctx, Mode};
use std::net::SocketAddr;
use std::sync::Arc;

/// The name of the cookie the form token is bound to.
pub(crate) const VISIT: &str = "visit";
/// The name of the cookie that carries one message over a redirect; it holds only a message key.
pub(crate) const FLASH: &str = "flash";

#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) look: Look,
    pub(crate) encoding: Encoding,
    pub(crate) secure: bool,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) request: String,
    pub(crate) ip: String,
    pub(crate) visit: String,
    pub(crate) fresh: bool,
    pub(crate) flash: Option<String>,
    pub(crate) today: Date,
    pub(crate) demo: bool,
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
        // A city is served over TLS, whatever a proxy makes of the Host.
        let secure = ctx.mode == Mode::Production || !is_loopback(text(headers, &header::HOST));
        let cookies = cookies(headers);
        let visit = find(&cookies, &cookie_name(VISIT, secure)).map(str::to_owned);
        let fresh = visit.is_none();
        Seed {
            look: look(&cookies, headers),
            encoding: Encoding::for_page(text(headers, &header::ACCEPT_ENCODING)),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            request: reference(ctx.rng.as_ref()),
            ip: address(headers, extensions),
            visit: visit.unwrap_or_else(|| random_name(ctx.rng.as_ref())),
            flash: find(&cookies, FLASH).filter(|key| is_key(key)).map(str::to_owned),
            today: ctx.now().date(),
            demo: matches!(ctx.mode, Mode::Demo),
            secure,
            cookies,
            fresh,
        }
    }

    pub(crate) fn tab(&self) -> Tab {
        Tab::of_path(&self.path)
    }
}

/// `__Host-` keeps a neighbour under the same domain from planting the cookie; browsers accept it over
/// HTTPS only, so that loopback goes without.
pub(crate) fn cookie_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

pub(crate) fn find<'a>(cookies: &'a [(String, String)], name: &str) -> Option<&'a str> {
    cookies.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn look(cookies: &[(String, String)], headers: &HeaderMap) -> Look {
    let lang = find(cookies, "lang")
        .and_then(Lang::parse)
        .unwrap_or_else(|| Lang::accepted(text(headers, &header::ACCEPT_LANGUAGE)));
    Look { lang, elder: find(cookies, "elder") == Some("1") }
}

fn address(headers: &HeaderMap, extensions: &Extensions) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(UNKNOWN, |ConnectInfo(peer)| peer.ip());
    // A proxy may add a line of its own: all lines together are the way, the nearest hop last.
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let forwarded = (!lines.is_empty()).then(|| lines.join(","));
    match extensions.get::<TrustedProxies>() {
        Some(proxies) => proxies.visitor(peer, forwarded.as_deref()).to_string(),
        None => peer.to_canonical().to_string(),
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Whether a `Host` value names this machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost")
        || name == "[::1]"
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_goes_without_secure_cookies() {
        for (host, want) in [
            ("localhost:8080", true),
            ("127.0.0.1:3000", true),
            ("[::1]:3000", true),
            ("[::1]", true),
            ("renshe.example.cn", false),
            ("localhost.example.cn", false),
            ("127.0.0.1.example.cn", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), want, "{host}");
        }
    }
}
