//! The service as a person meets it: what the pages show and what their buttons do. Both simulators are one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use kernel::{Fen, Moment};

use super::judge::{Ledger, Snapshot};
use super::messages::News;
use super::world::{Shared, held};
use crate::ports::Split;
use crate::{OrderState, Way};

/// What the pages show of the order.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) state: OrderState,
    /// What is still to be paid of one's own.
    pub(super) to_pay: Fen,
    /// By what the insurer settled.
    pub(super) settled: Option<Split>,
    /// The number of the payment whose cashier can be opened.
    pub(super) cashier: Option<String>,
}

/// A quote as it was shown.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) way: Way,
    pub(super) split: Split,
}

/// The page did not load, the button did not answer, or it said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct No;

/// The service.
pub(super) trait House {
    async fn look(&self) -> Result<Seen, No>;
    async fn quote(&self, way: Way) -> Result<Shown, No>;
    async fn settle(&self, shown: &Shown) -> Result<(), No>;
    async fn pay_own_money(&self, shown: Fen) -> Result<(), No>;
    async fn agree(&self, shown: Fen) -> Result<(), No>;
    async fn withdraw(&self) -> Result<(), No>;
    async fn give_up(&self) -> Result<(), No>;
    async fn cancel(&self) -> Result<(), No>;
    /// Somebody at a desk looks after a refund that waits for a person; where the channel keeps it, they say where to.
    async fn look_after(&self, to_merchant: bool) -> Result<(), No>;
}

/// Somebody who is about something.
pub(super) type Doing = Pin<Box<dyn Future<Output = ()>>>;

/// The order and its books as they stand.
#[derive(Debug, Clone)]
pub(super) struct Stands {
    pub(super) order: Snapshot,
    pub(super) ledger: Ledger,
    /// The ledger has each movement once, and nothing set aside that is not there.
    pub(super) sound: bool,
    /// The first answer or change that no table has.
    pub(super) odd: Option<String>,
}

/// What stands behind the pages.
pub(super) trait Shop: House + Clone + 'static {
    /// One drive of the order.
    fn drive(&self) -> Doing;
    /// Hears a notice; false when the channel must send it again.
    fn receive(&self, news: &News) -> bool;
    fn stands(&self) -> Stands;
    /// When the driver looks again.
    fn next_at(&self) -> Option<Moment>;
    /// What an operator would see at rest and not before: calls for a person, balances.
    fn last_look(&self, stands: &Stands) -> Result<(), String>;
    /// The process has died: the next one opens the database.
    fn reborn(&self);
}

/// What a process was about; it ends with the process.
pub(super) struct InOneLife<F> {
    world: Shared,
    life: u32,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for InOneLife<F> {
    type Output = Result<F::Output, No>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let gone = |world: &Shared, life: u32| {
            let world = held(world);
            world.life != life || !world.is_up()
        };
        if gone(&self.world, self.life) {
            return Poll::Ready(Err(No));
        }
        let done = self.work.as_mut().poll(cx);
        if gone(&self.world, self.life) {
            return Poll::Ready(Err(No));
        }
        done.map(Ok)
    }
}

/// Runs in the process as it lives now: nothing of it goes on in the next one.
pub(super) fn in_one_life<F: Future>(world: &Shared, work: F) -> InOneLife<F> {
    let life = held(world).life;
    InOneLife { world: Shared::clone(world), life, work: Box::pin(work) }
}
