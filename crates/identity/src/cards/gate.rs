//! Who may have a card's pages.

use crate::real_name::{RealName, opens};

/// A citizen whom the gate let through to the card (RNA-1).
pub(super) type Holder = RealName<opens::Card>;
