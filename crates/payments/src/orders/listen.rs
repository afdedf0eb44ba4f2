//! Who is told when an order changes: calls go down, events go up (architecture, rule 1). The context whose
//! thing is paid listens, in the same closure.

use async_trait::async_trait;
use identity::messages::PreparedMessage;
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::model::OrderState;
use super::store::Order;

/// A change of an order's state.
#[derive(Debug)]
pub struct News<'a> {
    /// The order as it is now.
    pub order: &'a Order,
    /// Where it came from.
    pub from: OrderState,
    /// Where it stands.
    pub to: OrderState,
    /// When.
    pub now: Moment,
}

/// Listens to orders of its own subjects, and passes over all others.
#[async_trait]
pub trait Listener: Send + Sync {
    /// In the closure that changes the order, which runs in the lane of the subject. It may be run again.
    ///
    /// # Errors
    /// What broke; the change then does not happen.
    fn changed(&self, tx: &mut Tx<'_>, ctx: &Ctx, news: &News<'_>) -> Result<(), DbFault>;

    /// The message to the person about the state that an order has come to; `None` where there is nothing to say.
    async fn message(&self, ctx: &Ctx, order: &Order) -> Result<Option<PreparedMessage>, identity::Failure>;
}
