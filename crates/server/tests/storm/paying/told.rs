//! What people were told of their orders, written down the moment they were told it.

use std::collections::{HashMap, HashSet};

/// One order that somebody was told of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub person: String,
    pub slot: String,
    /// The visit it pays for, once a page has named it.
    pub visit: Option<String>,
    /// A page said that everything is paid.
    pub settled: bool,
    /// Its end was asked for: it may have ended, whatever came back.
    pub asked_to_end: bool,
    /// Its end was acknowledged, or a page said that it has ended.
    pub ended: bool,
}

/// Everything acknowledged, and every wish that was not answered.
#[derive(Debug, Default)]
pub struct Told {
    pub orders: HashMap<String, Entry>,
    /// Person and slot of bookings without an answer: they may be there or not.
    pub unanswered: HashSet<(String, String)>,
    /// What should never be told.
    pub odd: Vec<String>,
    pub refused: u64,
    pub silent: u64,
}

impl Told {
    /// Somebody has an order for a place.
    pub fn opened(&mut self, order: &str, person: &str, slot: &str) {
        let new = Entry { person: person.into(), slot: slot.into(), ..Entry::default() };
        let entry = self.orders.entry(order.to_owned()).or_insert(new);
        if entry.person != person || entry.slot != slot {
            self.odd.push(format!("{order} was given to {person} for {slot}, and is {entry:?}"));
        }
    }

    fn entry(&mut self, order: &str) -> &mut Entry {
        self.orders.entry(order.to_owned()).or_default()
    }

    pub fn visit(&mut self, order: &str, visit: String) {
        self.entry(order).visit = Some(visit);
    }

    pub fn settled(&mut self, order: &str) {
        self.entry(order).settled = true;
    }

    pub fn asked_to_end(&mut self, order: &str) {
        self.entry(order).asked_to_end = true;
    }

    pub fn ended(&mut self, order: &str) {
        self.entry(order).ended = true;
    }

    /// An order of this person's that goes on, with its visit.
    pub fn live_of(&self, person: &str, pick: impl Fn(usize) -> usize) -> Option<(String, String)> {
        let mine = self.orders.iter().filter(|(_, entry)| entry.person == person && !entry.ended);
        let mine: Vec<(&String, &String)> = mine.filter_map(|(id, entry)| Some((id, entry.visit.as_ref()?))).collect();
        if mine.is_empty() {
            return None;
        }
        let (order, visit) = mine[pick(mine.len())];
        Some((order.clone(), visit.clone()))
    }

    fn count(&self, which: fn(&Entry) -> bool) -> u64 {
        self.orders.values().filter(|entry| which(entry)).count() as u64
    }

    pub fn acknowledged(&self) -> u64 {
        self.orders.len() as u64 + self.count(|entry| entry.settled) + self.count(|entry| entry.ended)
    }

    pub fn summary(&self) -> String {
        let Told { orders, refused, silent, .. } = self;
        let (settled, ended) = (self.count(|entry| entry.settled), self.count(|entry| entry.ended));
        format!(
            "{} acknowledged ({} opened, {settled} paid, {ended} ended), {refused} refused, {silent} unanswered",
            self.acknowledged(),
            orders.len()
        )
    }
}
