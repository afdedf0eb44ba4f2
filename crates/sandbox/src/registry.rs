//! Every partner of the house. To add one, add its line to [`ALL`].

use wire::partner::Partner as Place;

use crate::entry::Entry;
use crate::{cards, face, insurer, sms, wechat_pay};

/// Every partner, in the order the front page shows them.
pub(crate) static ALL: &[Entry] = &[sms::ENTRY, face::ENTRY, insurer::ENTRY, cards::ENTRY, wechat_pay::ENTRY];

/// Every partner that is played, by name and port.
pub fn partners() -> impl Iterator<Item = Place> {
    ALL.iter().map(|entry| entry.about.place)
}

/// The names there are, for whoever said another.
pub(crate) fn names() -> String {
    ALL.iter().map(Entry::name).collect::<Vec<_>>().join(", ")
}

/// How many ports after the control port the last partner's is.
pub(crate) fn last_port() -> u16 {
    partners().map(|place| place.port).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_name_and_a_port_of_its_own() {
        let names: BTreeSet<&str> = ALL.iter().map(Entry::name).collect();
        let ports: BTreeSet<u16> = partners().map(|place| place.port).collect();
        assert_eq!((names.len(), ports.len()), (ALL.len(), ALL.len()));
        // The control port is the first, and the third is the metrics'.
        assert!(!ports.contains(&0) && !ports.contains(&2), "{ports:?}");
    }

    #[test]
    fn what_a_partner_sends_by_itself_is_an_operation_of_its() {
        for about in ALL.iter().map(|entry| entry.about) {
            assert!(about.notices.iter().all(|notice| about.operations.contains(notice)), "{}", about.place.name);
            assert_eq!(about.notices.is_empty(), about.forgeries.is_empty(), "{}", about.place.name);
        }
    }
}
