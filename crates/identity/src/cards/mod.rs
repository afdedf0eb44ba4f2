//! The electronic social-security card: issued, shown as a code that renews itself, verified by scanners (RNA-10).

mod api;
mod code;
pub(crate) mod codes;
mod desk;
mod elsewhere;
mod front;
mod gate;
mod insurance_code;
mod issue;
pub(crate) mod jobs;
mod look;
mod model;
mod order;
mod pages;
pub(crate) mod policy;
mod show;
pub(crate) mod store;
mod verify;

pub use elsewhere::{CardTold, card_told, scan_card};
pub(crate) use front::word;
pub use front::{front_card, front_card_now};
pub use issue::IssueCarrier;

pub(crate) use order::{Order, order};

use axum::Router;
use kernel::Moment;
use platform::Ctx;
use platform::check::CheckResult;
use platform::db::{DbFault, Tx};
use ui::DeskLink;

use crate::institutions::Capability;
use crate::staff::Role;

/// The pages of this feature, and the scanners' API.
pub(crate) fn routes() -> Router<Ctx> {
    pages::routes().merge(api::routes())
}

/// Its place in the desks' navigation.
pub(crate) const DESK_LINK: DeskLink = DeskLink {
    href: "/desk/card",
    icon: "card",
    words: "card-desk-title",
    roles: &[Role::Clerk.as_str()],
    rank: 200,
    needs: Some(Capability::CardScan.as_str()),
};

/// The desk's page.
pub(crate) fn desk_routes() -> Router<Ctx> {
    desk::routes()
}

/// I-D07: a code is used at most once and in its time.
pub(crate) fn check_codes(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    let (rows, broken) = codes::broken(tx, policy::MAX_CODE_SECS * 1000, policy::MAX_SKEW_SECS * 1000)?;
    Ok(CheckResult { rows, broken })
}
