//! Waiting in the simulated world: for a partner's answer, or for a pause to be over.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kernel::Moment;

use super::messages::{Call, Reply};
use super::world::{Shared, held};

/// Waits for an answer; given up when it is dropped.
pub(super) struct Waiting {
    world: Shared,
    id: u64,
}

impl Future for Waiting {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Reply> {
        held(&self.world).take(self.id).map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        held(&self.world).forget(self.id);
    }
}

/// Calls a partner; the driver says until when it has the lease.
pub(super) fn call(world: &Shared, call: Call, leased_until: Option<Moment>) -> Waiting {
    let id = held(world).dial(call, leased_until);
    Waiting { world: Arc::clone(world), id }
}

/// A pause in true time.
pub(super) fn rest(world: &Shared, ms: i64) -> Waiting {
    let id = held(world).pause(ms);
    Waiting { world: Arc::clone(world), id }
}
