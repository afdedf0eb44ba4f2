//! Which pages this crate has, as far as every page must know them.

use identity::opens::Service;
use ui::Nav;
use ui::nav::{How, Link, Place, TabItem};

/// The name of the tab that pages about booking light.
const TAB: &str = "health";

/// Booking a visit, and showing its barcode.
pub fn nav() -> Nav {
    let hospitals = |words, icon| Link { path: "/hospitals", words, icon };
    let code = |words| Link { path: "/code", words, icon: "barcode" };
    let booking = |first| Place::new(first, TAB, "about-booking");
    Nav {
        tabs: vec![
            TabItem { name: TAB, link: hospitals("tab-health", "health"), at: 10, raised: false, elder: false },
            TabItem { name: "code", link: code("tab-code"), at: 40, raised: true, elder: true },
        ],
        places: vec![
            booking("hospitals").opens(Service::Booking.word()),
            booking("departments"),
            booking("doctors"),
            booking("clinics"),
            booking("slots").wanted("wanted-booking"),
            booking("appointments").wanted("wanted-appointment"),
            Place::new("code", "code", "about-code").wanted("wanted-code"),
        ],
        start: Some(hospitals("health-go-book", "booking")),
        kept: Some(code("offline-show")),
        quiet: Vec::new(),
        shortcuts: vec![code("tab-code")],
        how: Some(How {
            words: "health-how",
            steps: &["health-how-choose", "health-how-confirm", "health-how-arrive"],
        }),
    }
}
