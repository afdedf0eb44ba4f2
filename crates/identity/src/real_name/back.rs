//! The way back: a path of this service, kept in a cookie while its person is being authenticated.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ui::Page;

/// The cookie's bare name.
const COOKIE: &str = "back";
/// Longer paths are not of this service's making.
const MAX_CHARS: usize = 1024;

/// A path one may be led back to: of this service, and neither a page of authentication nor one that signs out.
pub(crate) fn allowed(to: &str) -> Option<&str> {
    let leads_on = |path: &&str| {
        let (place, _) = path.split_once('?').unwrap_or((path, ""));
        let own = place.starts_with("/real-name") && !place.starts_with("/real-name/continue/");
        path.len() <= MAX_CHARS && !own && !place.starts_with("/log") && !place.starts_with("/prove/")
    };
    ui::local_path(to).filter(leads_on)
}

/// Remembers where somebody came from.
pub(crate) fn remember(page: &Page, response: &mut Response, to: &str, secs: i64) {
    if let Some(path) = allowed(to) {
        page.set_cookie(response, COOKIE, &URL_SAFE_NO_PAD.encode(path), Some(secs));
    }
}

/// Where somebody came from.
pub(crate) fn remembered(page: &Page) -> Option<String> {
    let plain = URL_SAFE_NO_PAD.decode(page.cookie(COOKIE)?).ok()?;
    let path = String::from_utf8(plain).ok()?;
    allowed(&path).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn the_way_back_leads_home_and_not_in_circles() {
        for (to, expected) in [
            ("/things/thg_1/book", true),
            ("/things?q=眼科", true),
            ("/real-name/continue/kpt_1", true),
            ("/real-name", false),
            ("/real-name/level?for=booking", false),
            ("/prove/real-name/face", false),
            ("/logout", false),
            ("/login?to=/me", false),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("", false),
        ] {
            assert_eq!(allowed(to).is_some(), expected, "{to}");
        }
    }
}
