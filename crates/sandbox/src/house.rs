//! The things that all parts of the sandbox share: its database, the clock it moves, its randomness and what its
//! partners keep.

use std::sync::Arc;

use kernel::{Clock, Moment, Rng, ShiftedClock};
use platform::db::Db;

use crate::registry::{Addresses, Rooms};
use crate::witness::WitnessKey;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct House(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) rng: Arc<dyn Rng>,
    /// The seed that decides everything about people for whom nothing was chosen.
    pub(crate) seed: u64,
    /// What the partners keep while they run.
    pub(crate) rooms: Rooms,
    /// Signs what the audit's witness says.
    pub(crate) witness: WitnessKey,
    /// Where each partner listens.
    pub(crate) addresses: Addresses,
    /// Whether pages may be asked for under any host name.
    pub(crate) allow_remote: bool,
}

impl House {
    pub(crate) fn new(inner: Inner) -> House {
        House(Arc::new(inner))
    }

    pub(crate) fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// A request number in the shape most providers use.
    pub(crate) fn request_id(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.0.rng.fill(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl std::ops::Deref for House {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
