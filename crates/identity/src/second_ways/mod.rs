//! Ways without a face, equal to it (RNA-11): the card with a code to the number on record and its password,
//! in this order, and a code from a counter where a clerk saw the papers.

mod card_pages;
mod counter_pages;
mod issue_code;
pub(crate) mod misses;
mod model;
mod name_card;
pub(crate) mod policy;
mod redeem_counter;
mod show_phone;
pub(crate) mod store;
mod try_pin;
mod window;

#[cfg(test)]
mod stories;

use axum::Router;
use axum::routing::get;
use platform::Ctx;
use ui::DeskLink;

use crate::staff::Role;

pub(crate) use policy::{MAX_COUNTER_SECS, MAX_COUNTER_SUM};

/// The pages of this feature.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new().merge(card_pages::routes()).merge(counter_pages::routes())
}

/// Its place in the desks' navigation.
pub(crate) const DESK_LINK: DeskLink = DeskLink {
    href: "/desk/window",
    icon: "shield",
    words: "window-title",
    roles: &[Role::Window.as_str()],
    rank: 300,
    needs: None,
};

/// The counter's desk.
pub(crate) fn desk_routes() -> Router<Ctx> {
    Router::new().route("/desk/window", get(window::show).post(window::issue))
}
