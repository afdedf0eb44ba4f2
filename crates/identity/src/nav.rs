//! Which pages this crate has, as far as every page must know them.

use ui::Nav;
use ui::nav::{Link, Place, TabItem};

use crate::real_name::opens::Service;

/// Messages, what is a person's own, and the ways to it.
pub fn nav() -> Nav {
    let link = |path, words, icon| Link { path, words, icon };
    let tab = |name, link, at| TabItem { name, link, at, raised: false, elder: false };
    Nav {
        tabs: vec![
            tab("messages", link("/messages", "tab-messages", "message"), 60),
            TabItem { elder: true, ..tab("me", link("/me", "tab-me", "person"), 90) },
        ],
        places: vec![
            Place::new("messages", "messages", "about-messages"),
            Place::new("me", "me", "about-me"),
            Place::new("login", "me", "about-account"),
            Place::new("sign-up", "me", "about-account"),
            Place::new("forgot", "", "about-account"),
            Place::new("real-name", "", "about-me"),
            Place::new("prove", "", "about-me"),
            Place::new("devices", "", "about-me"),
            Place::new("card", "me", "about-card").opens(Service::Card.word()),
            Place::new("pay-password", "me", "about-pay").opens(Service::PayPassword.word()),
        ],
        quiet: vec!["/login", "/forgot", "/desk"],
        shortcuts: vec![link("/card", "front-card", "card")],
        ..Nav::default()
    }
}
