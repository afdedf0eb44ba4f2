//! Who listens to orders in the whole simulator: nobody whose thing is paid, but one who remembers what was said.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use identity::messages::PreparedMessage;
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::whole::SUBJECT;
use crate::orders::Order;
use crate::orders::paths::may_go;
use crate::{Listener, Listeners, News, Telling};

/// What was said; see the module.
#[derive(Debug, Default)]
pub(super) struct Ear(Mutex<Heard>);

#[derive(Debug, Clone, Default)]
struct Heard {
    /// Said in a closure that has not been committed.
    freeing: bool,
    freed: bool,
    odd: Option<String>,
}

impl Ear {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ear, and nobody else, listens to the simulator's orders.
    pub(super) fn alone(self: &Arc<Ear>) -> Arc<Listeners> {
        let ear: Arc<dyn Listener> = self.clone();
        Arc::new(Listeners::of([(SUBJECT, ear)]).unwrap())
    }

    /// A closure ends: what was said in it holds, or never was.
    pub(super) fn committed(&self, kept: bool) {
        let mut heard = self.heard();
        heard.freed |= heard.freeing && kept;
        heard.freeing = false;
    }

    /// Whether what was kept for the order is free.
    pub(super) fn freed(&self) -> bool {
        self.heard().freed
    }

    /// The first change along no path; the program only writes it into its log.
    pub(super) fn odd(&self) -> Option<String> {
        self.heard().odd.clone()
    }
}

#[async_trait]
impl Listener for Ear {
    fn changed(&self, _: &mut Tx<'_>, _: &Ctx, news: &News<'_>) -> Result<(), DbFault> {
        if !may_go(news.from, news.to) {
            self.heard().odd.get_or_insert(format!("I-M15: it went from {} to {}", news.from, news.to));
        }
        Ok(())
    }

    fn ended(&self, _: &mut Tx<'_>, _: &Ctx, _: &Order, _: Moment) -> Result<(), DbFault> {
        self.heard().freeing = true;
        Ok(())
    }

    async fn message(&self, _: &Ctx, _: &Order, _: Telling) -> Result<Option<PreparedMessage>, identity::Failure> {
        Ok(None)
    }
}
