//! What somebody wanted who has to log in first, in words: the login page says why one is there, and what follows. Pure.

/// A form that was typed before, of which more is said.
pub(super) const KEPT: &str = "login-kept";

/// The key of the words for a path; `None` where nothing in particular was wanted.
pub(super) fn wanted(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // Longer beginnings first.
    let table = [
        ("/me/password", "wanted-password"),
        ("/slots/", "wanted-booking"),
        ("/appointments/", "wanted-appointment"),
        ("/orders", "wanted-orders"),
        ("/pay-password", "wanted-pay-password"),
        ("/pay/", "wanted-pay"),
        ("/card", "wanted-card"),
        ("/code", "wanted-code"),
        ("/messages", "wanted-messages"),
        ("/real-name/continue/", KEPT),
        ("/real-name", "wanted-real-name"),
        ("/prove/", "wanted-real-name"),
        ("/devices", "wanted-devices"),
    ];
    table.into_iter().find(|(start, _)| is_under(path, start)).map(|(_, key)| key)
}

/// Whether a path is that page or one below it.
fn is_under(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| start.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, wanted};

    #[test]
    fn what_was_wanted_is_named() {
        for (path, key) in [
            ("/slots/slt_1/book", Some("wanted-booking")),
            ("/appointments/apt_1?x=1", Some("wanted-appointment")),
            ("/orders", Some("wanted-orders")),
            ("/pay/ord_1", Some("wanted-pay")),
            ("/pay-password/new", Some("wanted-pay-password")),
            ("/card?show=1", Some("wanted-card")),
            ("/messages/msg_1", Some("wanted-messages")),
            ("/me/password", Some("wanted-password")),
            ("/real-name/continue/kpt_1", Some(KEPT)),
            ("/real-name", Some("wanted-real-name")),
            ("/me", None),
            ("/", None),
            ("/codex", None),
        ] {
            assert_eq!(wanted(path), key, "{path}");
        }
    }
}
