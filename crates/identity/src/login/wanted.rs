//! What somebody wanted who has to log in first, in words: the login page says why one is there, and what follows. Pure.

use ui::Nav;

/// A form that was typed before, of which more is said.
pub(super) const KEPT: &str = "login-kept";

/// The key of the words for a path; `None` where nothing in particular was wanted.
pub(super) fn wanted(nav: &Nav, path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // Ours, longer beginnings first; what others have they say themselves.
    let table = [
        ("/me/password", "wanted-password"),
        ("/pay-password", "wanted-pay-password"),
        ("/card", "wanted-card"),
        ("/messages", "wanted-messages"),
        ("/real-name/continue/", KEPT),
        ("/real-name", "wanted-real-name"),
        ("/prove/", "wanted-real-name"),
        ("/devices", "wanted-devices"),
    ];
    let own = table.into_iter().find(|(start, _)| is_under(path, start)).map(|(_, key)| key);
    own.or_else(|| nav.place(path)?.wanted)
}

/// Whether a path is that page or one below it.
fn is_under(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| start.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Nav, wanted};
    use ui::nav::Place;

    #[test]
    fn what_was_wanted_is_named() {
        let places = vec![Place::new("things", "", "about-things").wanted("wanted-thing")];
        let nav = Nav { places, ..Nav::default() };
        for (path, key) in [
            ("/things", Some("wanted-thing")),
            ("/things/thg_1?x=1", Some("wanted-thing")),
            ("/pay-password/new", Some("wanted-pay-password")),
            ("/card?show=1", Some("wanted-card")),
            ("/messages/msg_1", Some("wanted-messages")),
            ("/me/password", Some("wanted-password")),
            ("/real-name/continue/kpt_1", Some(KEPT)),
            ("/real-name", Some("wanted-real-name")),
            ("/me", None),
            ("/", None),
            ("/cards", None),
            ("/thingsx", None),
        ] {
            assert_eq!(wanted(&nav, path), key, "{path}");
        }
    }
}
