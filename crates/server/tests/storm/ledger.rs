//! What people were told, written down the moment they were told it.

use std::collections::{HashMap, HashSet};

/// One acknowledged appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub person: String,
    pub slot: String,
    /// A cancellation was not answered: it may be cancelled or not.
    pub perhaps_cancelled: bool,
    /// A cancellation was acknowledged: it must be.
    pub cancelled: bool,
}

/// Everything acknowledged, and every wish that was not answered.
#[derive(Debug, Default)]
pub struct Ledger {
    pub booked: HashMap<String, Entry>,
    /// Person and slot of bookings without an answer: they may be there or not.
    pub unanswered: HashSet<(String, String)>,
    /// What should never be told.
    pub odd: Vec<String>,
    pub refused: u64,
    pub silent: u64,
    landed: u64,
    cancelled: u64,
}

impl Ledger {
    pub fn booked(&mut self, id: &str, person: &str, slot: &str) {
        match self.booked.get(id) {
            None => {
                let entry =
                    Entry { person: person.into(), slot: slot.into(), perhaps_cancelled: false, cancelled: false };
                self.booked.insert(id.to_owned(), entry);
            }
            Some(before) => {
                self.landed += 1;
                if before.cancelled || before.person != person || before.slot != slot {
                    self.odd.push(format!("{id} was given to {person} for {slot}, and is {before:?}"));
                }
            }
        }
    }

    pub fn cancel_unanswered(&mut self, id: &str) {
        self.silent += 1;
        if let Some(entry) = self.booked.get_mut(id) {
            entry.perhaps_cancelled = true;
        }
    }

    pub fn cancelled(&mut self, id: &str) {
        if let Some(entry) = self.booked.get_mut(id) {
            self.cancelled += u64::from(!entry.cancelled);
            entry.cancelled = true;
        }
    }

    pub fn acknowledged(&self) -> u64 {
        self.booked.len() as u64 + self.landed + self.cancelled
    }

    pub fn summary(&self) -> String {
        let Ledger { refused, silent, landed, cancelled, .. } = self;
        let booked = self.booked.len();
        format!(
            "{} acknowledged ({booked} booked, {landed} second taps, {cancelled} cancelled), {refused} refused, {silent} unanswered",
            self.acknowledged()
        )
    }
}
