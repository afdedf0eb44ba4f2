//! Pre-settlements as they were shown, and how often the insurer is asked for them.

pub(crate) mod asks;
pub(crate) mod store;

use identity::PersonId;
use platform::db::LaneKey;

use crate::order::{OrderId, Way};
use crate::ports::Refusal;
use store::Quote;

/// What can be shown of a way to pay.
#[derive(Debug, Clone)]
pub enum Quoted {
    /// By this quote.
    Shown(Quote),
    /// The insurer refuses, as this. Own money is still good.
    Refused(Refusal),
    /// The insurer is not answering now.
    Silent,
    /// It is being asked this very moment, by another device or by the same page that was opened again.
    BeingAsked,
    /// The insurer's amounts do not add up; nothing is settled until a person has looked.
    Odd,
    /// The person is not known to the insurer, so no settlement was asked for. That is an answer to the question who they are,
    /// and no reason to ask that again: a refusal ([`Quoted::Refused`]) is.
    NotInsured,
}

/// A question to the insurer: by which way an order would be paid.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Which order.
    pub(crate) order: OrderId,
    /// Whose it is.
    pub(crate) person: PersonId,
    /// The owner of its rows.
    pub(crate) lane: LaneKey,
    /// By which way.
    pub(crate) way: Way,
}
