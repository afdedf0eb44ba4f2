//! Whether a form was sent by a page of ours to this very browser, and if not, the true reason: a visitor can do
//! something about each of them, and something else.
//!
//! What was typed is kept in the page that says so, to be sent again with one tap, if the browser itself vouches that
//! it came from a page of ours: another site must not have its wish offered under our name.

use crate::csrf::{self, Fit};
use crate::form::is_secret;
use crate::headers::text;
use crate::problem::{Problem, Typed};
use crate::reply::VISIT_SECS;
use crate::seed::Seed;
use crate::site::{Elsewhere, Origin, Why as WhyElsewhere};
use http::request::Parts;
use http::{HeaderMap, header};
use platform::Ctx;

/// A visit's cookie lives at least so long from the moment a page was made: it is renewed a week into its month.
const SURELY_KEPT_SECS: i64 = VISIT_SECS - 7 * 24 * 3600;

/// Why a form is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The browser says that another site sent it, or there is no token of ours in it.
    NotOurs,
    /// The page was open for so long that its cookie has ended.
    Stale,
    /// The browser brings no cookie at all: it keeps none, or not from here.
    Blocked,
    /// The browser has other cookies of ours, but not the one of this page: some were deleted.
    Cleared,
    /// The page was made for another browser, or the cookies were deleted and others given since.
    OtherBrowser,
    /// The page was opened by another address than the service's own, where its cookies do not come back.
    Elsewhere(Elsewhere),
}

/// Whether a urlencoded body was sent by a page of ours to this very browser.
pub fn is_ours(ctx: &Ctx, parts: &Parts, body: &[u8]) -> bool {
    judge(ctx, parts, body).is_ok()
}

pub(crate) fn judge(ctx: &Ctx, parts: &Parts, body: &[u8]) -> Result<(), Unfit> {
    let seed = Seed::of(ctx, &parts.headers, &parts.uri, &parts.extensions);
    from_our_page(&parts.headers, &seed.origin)?;
    let token = form_urlencoded::parse(body).find(|(name, _)| name == csrf::FIELD).map(|(_, value)| value.into_owned());
    let secs = match csrf::fit(&ctx.vault, seed.visits(), token.as_deref().unwrap_or_default(), ctx.now()) {
        Fit::Fits => return Ok(()),
        Fit::NotOurs => return Err(Unfit::NotOurs),
        Fit::Other { secs } => secs,
    };
    if let Some(elsewhere) = by_referer(&parts.headers, &seed.origin) {
        return Err(Unfit::Elsewhere(elsewhere));
    }
    let knows_a_visit = seed.visits().next().is_some();
    Err(match (knows_a_visit, seed.cookies.is_empty()) {
        _ if secs >= SURELY_KEPT_SECS => Unfit::Stale,
        (true, _) => Unfit::OtherBrowser,
        (false, true) => Unfit::Blocked,
        (false, false) => Unfit::Cleared,
    })
}

/// What the browser itself says about where the request started. Absent in old browsers: the token decides.
fn from_our_page(headers: &HeaderMap, own: &Origin) -> Result<(), Unfit> {
    match text(headers, "sec-fetch-site").as_ref() {
        "same-origin" | "none" => return Ok(()),
        "" => {}
        _ => return Err(Unfit::NotOurs),
    }
    let origin = text(headers, header::ORIGIN);
    if origin.is_empty() || Origin::parse(&origin) == *own {
        return Ok(());
    }
    Err(elsewhere(Origin::parse(&origin), own, headers).map_or(Unfit::NotOurs, Unfit::Elsewhere))
}

/// Our own page, opened by http where it should be https, or by the name in `Host` that is not ours.
fn elsewhere(by: Origin, own: &Origin, headers: &HeaderMap) -> Option<Elsewhere> {
    if by == *own {
        return None;
    }
    if by.host() == own.host() {
        return Some(Elsewhere { by, why: WhyElsewhere::Scheme });
    }
    let asked = text(headers, header::HOST);
    (by.host() == Origin::new(by.is_https(), &asked).host()).then_some(Elsewhere { by, why: WhyElsewhere::Name })
}

/// The page before this one, as the browser names it: our policy lets it do so among our own pages.
fn by_referer(headers: &HeaderMap, own: &Origin) -> Option<Elsewhere> {
    let referer = text(headers, header::REFERER);
    let (scheme, rest) = referer.split_once("://")?;
    let by = Origin::new(scheme.eq_ignore_ascii_case("https"), rest.split('/').next()?);
    elsewhere(by, own, headers)
}

/// The refusal, with what was typed where the browser vouches for it.
pub(crate) fn problem(ctx: &Ctx, parts: &Parts, body: &[u8], why: Unfit) -> Problem {
    let seed = Seed::of(ctx, &parts.headers, &parts.uri, &parts.extensions);
    let typed = match why {
        Unfit::NotOurs | Unfit::Elsewhere(_) => Typed::default(),
        _ if is_vouched_for(&parts.headers, &seed.origin) => Typed::of(
            form_urlencoded::parse(body)
                .filter(|(name, _)| !is_secret(name))
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
            form_urlencoded::parse(body).any(|(name, _)| name != csrf::FIELD && is_secret(&name)),
        ),
        _ => Typed::default(),
    };
    Problem::unfit(why, typed)
}

fn is_vouched_for(headers: &HeaderMap, own: &Origin) -> bool {
    text(headers, "sec-fetch-site") == "same-origin" || Origin::parse(&text(headers, header::ORIGIN)) == *own
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn other_sites_are_refused_by_what_the_browser_says() {
        let own = Origin::parse("https://city.cn");
        for (pairs, want) in [
            (&[("host", "city.cn"), ("sec-fetch-site", "same-origin")][..], true),
            (&[("host", "city.cn"), ("sec-fetch-site", "none")], true),
            (&[("host", "city.cn"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "city.cn"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "city.cn"), ("origin", "https://city.cn")], true),
            (&[("host", "city.cn"), ("origin", "https://city.cn:443")], true),
            (&[("host", "city.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "city.cn"), ("origin", "https://city.cn.evil.cn")], false),
            (&[("host", "city.cn"), ("origin", "null")], false),
            // A visitor who chooses the Host header cannot choose our own address with it.
            (&[("host", "evil.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "city.cn")], true),
        ] {
            assert_eq!(from_our_page(&headers(pairs), &own).is_ok(), want, "{pairs:?}");
        }
    }

    #[test]
    fn our_own_page_by_another_way_is_no_other_site() {
        let own = Origin::parse("https://city.cn");
        let why = |pairs: &[(&'static str, &'static str)]| match from_our_page(&headers(pairs), &own) {
            Err(Unfit::Elsewhere(elsewhere)) => Some(elsewhere.why),
            _ => None,
        };
        assert_eq!(why(&[("host", "city.cn"), ("origin", "http://city.cn")]), Some(WhyElsewhere::Scheme));
        assert_eq!(why(&[("host", "10.0.0.7"), ("origin", "http://10.0.0.7")]), Some(WhyElsewhere::Name));
        assert_eq!(why(&[("host", "city.cn"), ("origin", "https://evil.cn")]), None);
        let referer = headers(&[("host", "city.cn"), ("referer", "http://city.cn/login?to=/")]);
        assert_eq!(by_referer(&referer, &own).map(|elsewhere| elsewhere.why), Some(WhyElsewhere::Scheme));
        assert_eq!(by_referer(&headers(&[("referer", "https://city.cn/login")]), &own), None);
    }
}
