//! The hospital desk (REG-10): scan → verdict → check in → next scan, without leaving the keyboard.

mod pages;
pub(super) mod store;
mod words;

use identity::{Capability, Role};
use ui::DeskLink;

pub(crate) use pages::{check_in, scan, show, undo};

/// The desk's place in the desks' navigation.
pub(crate) const LINK: DeskLink = DeskLink {
    href: "/desk/visits",
    icon: "scan",
    words: "desk-check-in",
    roles: &[Role::Clerk.as_str()],
    rank: 100,
    needs: Some(Capability::CheckIn.as_str()),
};
