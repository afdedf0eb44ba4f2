//! Which pages this crate has, as far as every page must know them.

use ui::Nav;
use ui::nav::Place;

/// Where a person pays.
pub fn nav() -> Nav {
    Nav { places: vec![Place::new("pay", "", "about-pay").wanted("wanted-pay")], ..Nav::default() }
}
