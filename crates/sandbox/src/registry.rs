//! Every partner of the house. To add one, add its line to [`ALL`]; and to [`Rooms`], if it keeps anything while it runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::any;
use kernel::Moment;
use platform::db::{Db, DbFault, Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::task::JoinHandle;
use wire::partner::Partner as Place;

use crate::accounts::{CardsAccount, FaceAccount};
use crate::house::House;
use crate::partner::{About, Partner, serve};
use crate::sms::SmsAccount;
use crate::start::{SandboxSettings, StartError};
use crate::{cards, face, insurer, sms, wechat_pay};

/// Every partner, in the order the front page shows them.
pub(crate) static ALL: [Entry; 5] = [sms::ENTRY, face::ENTRY, insurer::ENTRY, cards::ENTRY, wechat_pay::ENTRY];

/// What partners keep while they run.
pub(crate) struct Rooms {
    pub(crate) sms: SmsAccount,
    pub(crate) face: FaceAccount,
    pub(crate) insurer: insurer::Room,
    pub(crate) cards: CardsAccount,
    pub(crate) wechat_pay: wechat_pay::Room,
}

impl Rooms {
    /// Makes every room ready, before any port is answered.
    pub(crate) async fn open(opening: &Opening<'_>) -> Result<Rooms, StartError> {
        Ok(Rooms {
            sms: sms::open(opening).await?,
            face: opening.account(face::ABOUT.place)?,
            insurer: insurer::open(opening).await?,
            cards: opening.account(cards::ABOUT.place)?,
            wechat_pay: wechat_pay::open(opening).await?,
        })
    }
}

/// All that the house knows of a partner before it runs.
pub(crate) struct Entry {
    pub(crate) about: &'static About,
    /// What its own port answers.
    pub(crate) routes: fn(&House) -> Router,
    /// What the control port answers in its name.
    pub(crate) control: fn() -> Router<House>,
    /// Its page for people, at the control port.
    pub(crate) page: Option<Page>,
    /// All that somebody who is to use it must know of it beside its address, as `renshe sandbox --json` tells it.
    pub(crate) account: fn(&House) -> Value,
    /// What it does by itself, begun; each works until it is aborted.
    pub(crate) tasks: fn(&House) -> Vec<JoinHandle<()>>,
    /// Deletes rows of a time that nobody asks about any more.
    pub(crate) forget: fn(&mut Tx<'_>, before: Moment) -> Result<(), DbFault>,
}

impl Entry {
    /// A partner that servers ask at any path, and that has nothing at the control port and does nothing by itself.
    pub(crate) const fn of<P: Partner>(account: fn(&House) -> Value) -> Entry {
        Entry {
            about: P::ABOUT,
            routes: routes::<P>,
            control: Router::new,
            page: None,
            account,
            tasks: |_| Vec::new(),
            forget: |_, _| Ok(()),
        }
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.about.place.name
    }
}

/// A page of the control port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// `/sms`.
    pub(crate) path: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// The partner of a name, if there is one.
pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name() == name)
}

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
    ALL.iter().map(|entry| entry.about.place.port).max().unwrap_or(0)
}

fn routes<P: Partner>(house: &House) -> Router {
    Router::new().fallback(any(serve::<P>)).with_state(house.clone())
}

/// Where each partner listens.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) control: SocketAddr,
    pub(crate) partners: BTreeMap<&'static str, SocketAddr>,
}

impl Addresses {
    /// The address of a partner by its name in rules; nothing: there is no such partner.
    pub(crate) fn of(&self, name: &str) -> Option<SocketAddr> {
        self.partners.get(name).copied()
    }
}

/// What a room is made from.
pub(crate) struct Opening<'a> {
    pub(crate) db: &'a Db,
    pub(crate) settings: &'a SandboxSettings,
    pub(crate) addresses: &'a Addresses,
}

impl Opening<'_> {
    /// The account that the partner keeps for us: as it was given, and the demo's where nothing was.
    pub(crate) fn account<T: DeserializeOwned + Default>(&self, partner: Place) -> Result<T, StartError> {
        let Some(given) = self.settings.accounts.get(partner.name) else { return Ok(T::default()) };
        T::deserialize(given).map_err(|error| StartError::Account { name: partner.name, why: error.to_string() })
    }

    /// Where a partner listens.
    pub(crate) fn address(&self, partner: Place) -> Result<SocketAddr, StartError> {
        self.addresses.of(partner.name).ok_or_else(|| StartError::NoPartner(partner.name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_name_and_a_port_of_its_own() {
        let names: BTreeSet<&str> = ALL.iter().map(Entry::name).collect();
        let ports: BTreeSet<u16> = ALL.iter().map(|entry| entry.about.place.port).collect();
        assert_eq!((names.len(), ports.len()), (ALL.len(), ALL.len()));
        // The control port is the first, and the third is the metrics'.
        assert!(!ports.contains(&0) && !ports.contains(&2), "{ports:?}");
        assert!(names.iter().all(|name| named(name).is_some_and(|entry| entry.name() == *name)));
        assert!(named("post").is_none());
    }

    #[test]
    fn what_a_partner_sends_by_itself_is_an_operation_of_its() {
        for about in ALL.iter().map(|entry| entry.about) {
            assert!(about.notices.iter().all(|notice| about.operations.contains(notice)), "{}", about.place.name);
            assert_eq!(about.notices.is_empty(), about.forgeries.is_empty(), "{}", about.place.name);
        }
    }
}
