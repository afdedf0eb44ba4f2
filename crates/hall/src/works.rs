//! What a hall does without being asked, made once the adapters are there.

use std::sync::Arc;

use identity::Ports;
use payments::Payments;
use platform::jobs::Job;
use platform::outbox::Carrier;

/// What the program has been wired to: the adapters, and what pays by them.
#[derive(Clone)]
pub struct Wired {
    /// The partners of identity.
    pub identity: Arc<Ports>,
    /// The partners of payments, and who follows orders.
    pub pay: Arc<Payments>,
}

/// Jobs, and carriers of what leaves by the outbox.
#[derive(Default)]
pub struct Works {
    /// Periodic work.
    pub jobs: Vec<Job>,
    /// One for each kind of parcel.
    pub carriers: Vec<Arc<dyn Carrier>>,
}
