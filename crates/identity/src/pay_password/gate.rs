//! Who may have the payment password's pages.

use crate::real_name::{RealName, opens};

/// A citizen whom the gate let through to the payment password (RNA-1).
pub(super) type Holder = RealName<opens::PayPassword>;
