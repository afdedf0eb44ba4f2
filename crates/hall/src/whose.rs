//! Whose things every hall is asked for, on one page.

use std::sync::Arc;

use identity::PersonId;
use kernel::Moment;
use payments::PaymentRules;

/// Whose things are asked for, and when.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The person.
    pub person: &'a PersonId,
    /// The moment of the page.
    pub now: Moment,
    /// The rules of payments in force.
    pub rules: &'a Arc<PaymentRules>,
}
