//! Who waits until it is known what other hashes of the same owner said, counted by owner in each process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Hasher;

/// How many wait, by owner.
#[derive(Default)]
pub(super) struct Waiters(Mutex<BTreeMap<String, i64>>);

impl Waiters {
    /// Counts are whole however their holder ended.
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits; the place is free again when this is dropped.
pub struct Waiter {
    hasher: Hasher,
    owner: String,
}

impl Hasher {
    /// A place among those who wait for hashes of this owner; `None` where so many have one already.
    pub fn wait_for(&self, owner: &str, most: i64) -> Option<Waiter> {
        let mut all = self.inner.waiters.all();
        let many = all.get(owner).copied().unwrap_or(0);
        (many < most).then(|| {
            all.insert(owner.to_owned(), many + 1);
            Waiter { hasher: self.clone(), owner: owner.to_owned() }
        })
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut all = self.hasher.inner.waiters.all();
        if let Some(many) = all.get_mut(&self.owner) {
            *many -= 1;
            if *many <= 0 {
                all.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::SeededRng;

    use super::*;

    #[test]
    fn places_are_counted_by_owner_and_by_service_and_come_back() {
        let service = Hasher::for_tests(Arc::new(SeededRng::new(1)));
        let other = Hasher::for_tests(Arc::new(SeededRng::new(1)));
        let first = service.wait_for("per_1", 1);
        assert!(first.is_some() && service.clone().wait_for("per_1", 1).is_none(), "clones share them");
        assert!(service.wait_for("per_2", 1).is_some() && other.wait_for("per_1", 1).is_some());
        drop(first);
        assert!(service.wait_for("per_1", 1).is_some());
    }
}
