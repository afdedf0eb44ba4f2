//! What a closure that changes an order needs, drawn before it: the closure may be run again.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::Moment;
use ledger::TransferId;
use platform::Ctx;
use platform::db::DbFault;

use super::listen::Listeners;
use crate::policy::PaymentRules;

/// More transfers than one closure ever makes.
const TRANSFERS: usize = 16;

/// Writes changes of orders. Cheap to clone; each run of a closure begins with [`Pen::fresh`].
#[derive(Clone)]
pub struct Pen {
    pub(crate) ctx: Ctx,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) source: &'static str,
    pub(crate) now: Moment,
    pub(crate) rules: PaymentRules,
    ids: Vec<TransferId>,
    used: Arc<Mutex<usize>>,
}

impl Pen {
    /// Draws what one closure needs. `source` says what brought the change: `page`, `notice`, `driver`, …
    ///
    /// # Errors
    /// No rules for this day.
    pub fn new(
        ctx: &Ctx,
        listeners: Arc<Listeners>,
        source: &'static str,
    ) -> Result<Pen, platform::policy::PolicyError> {
        let now = ctx.now();
        let rules = (*ctx.policy.at::<PaymentRules>(now.date())?).clone();
        let ids = (0..TRANSFERS).map(|_| ctx.id()).collect();
        Ok(Pen { ctx: ctx.clone(), listeners, source, now, rules, ids, used: Arc::default() })
    }

    /// The closure begins, perhaps again.
    pub fn fresh(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    pub(crate) fn transfer_id(&self) -> Result<TransferId, DbFault> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let id = self.ids.get(*used).cloned();
        *used += 1;
        id.ok_or_else(|| DbFault::Corrupt("more transfers than a closure makes".to_owned()))
    }

    /// By whom and when, for what is written by those who know of no pen.
    pub(crate) fn at(&self) -> (&Ctx, Moment) {
        (&self.ctx, self.now)
    }

    pub(crate) fn actor(&self) -> String {
        self.ctx.trace.actor.label()
    }
}
