//! The things that all parts of the sandbox share: its database, the clock it moves, its randomness and what it knows of its
//! partners; and the house as one partner sees it, with what that one keeps.

use std::ops::Deref;
use std::sync::Arc;

use kernel::{Clock, Moment, Rng, ShiftedClock};
use platform::db::Db;

use crate::about::{About, Addresses, Page};

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct House(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) rng: Arc<dyn Rng>,
    /// The seed that decides everything about people for whom nothing was chosen.
    pub(crate) seed: u64,
    /// What is known of each partner, in the order of the front page.
    pub(crate) partners: Vec<&'static About>,
    /// The pages beside the front page.
    pub(crate) pages: Vec<Page>,
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

    /// The names of the partners there are, for whoever said another.
    pub(crate) fn names(&self) -> String {
        self.0.partners.iter().map(|about| about.place.name).collect::<Vec<_>>().join(", ")
    }
}

impl Deref for House {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The house as one partner sees it: with what it keeps while it runs. Cheap to clone.
pub(crate) struct Office<R> {
    house: House,
    /// What the partner keeps.
    pub(crate) room: Arc<R>,
}

impl<R> Office<R> {
    pub(crate) fn new(house: &House, room: R) -> Office<R> {
        Office { house: house.clone(), room: Arc::new(room) }
    }
}

impl<R> Clone for Office<R> {
    fn clone(&self) -> Office<R> {
        Office { house: self.house.clone(), room: Arc::clone(&self.room) }
    }
}

impl<R> Deref for Office<R> {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}
