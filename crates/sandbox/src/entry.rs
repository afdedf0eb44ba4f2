//! What a partner hands to the house: an [`Entry`] that is known before it runs, and the [`Desk`] that it opens.

use std::any::Any;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use kernel::Moment;
use platform::db::{DbFault, Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::partner::Partner as Place;

use crate::about::{About, Page};
use crate::house::{House, Office};
use crate::page::Lang;
use crate::partner::{Partner, serve};
use crate::setup::{SandboxSettings, StartError};

/// Work that its caller waits for, or has done beside.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// All that the house knows of a partner before it runs.
pub(crate) struct Entry {
    pub(crate) about: &'static About,
    /// Its page for people, at the control port.
    pub(crate) page: Option<Page>,
    /// Makes it ready, before any port is answered.
    pub(crate) open: for<'a> fn(&'a Opening<'a>) -> Work<'a, Result<Desk, StartError>>,
    /// Deletes rows of a time that nobody asks about any more.
    pub(crate) forget: fn(&mut Tx<'_>, before: Moment) -> Result<(), DbFault>,
}

impl Entry {
    pub(crate) const fn name(&self) -> &'static str {
        self.about.place.name
    }
}

/// A partner that is ready.
pub(crate) struct Desk {
    /// What its own port answers.
    pub(crate) routes: Router,
    /// What the control port answers in its name.
    pub(crate) control: Router,
    /// All that somebody who is to use it must know of it beside its address, as `renshe sandbox --json` tells it.
    pub(crate) account: Value,
    /// The same for tests in the same process, as the partner's own type; nothing: `()`.
    pub(crate) kept: Arc<dyn Any + Send + Sync>,
    /// Its own part of the front page: what of it can be switched there.
    pub(crate) front: Option<Front>,
    /// What it does by itself; each works until it is aborted.
    pub(crate) tasks: Vec<Work<'static, ()>>,
}

impl Desk {
    /// A partner that servers ask at any path, and that has nothing at the control port and does nothing by itself.
    pub(crate) fn of<P: Partner>(office: &Office<P::Room>, account: Value) -> Desk {
        Desk {
            routes: Router::new().fallback(any(serve::<P>)).with_state(office.clone()),
            control: Router::new(),
            account,
            kept: Arc::new(()),
            front: None,
            tasks: Vec::new(),
        }
    }
}

/// Writes a partner's part of the front page, as HTML.
pub(crate) type Front = Arc<dyn Fn(Lang) -> Work<'static, Result<String, DbFault>> + Send + Sync>;

/// What a partner is made ready from.
pub(crate) struct Opening<'a> {
    pub(crate) house: &'a House,
    pub(crate) settings: &'a SandboxSettings,
}

impl Opening<'_> {
    /// The account that the partner keeps for us: as it was given, and the demo's where nothing was.
    pub(crate) fn account<T: DeserializeOwned + Default>(&self, partner: Place) -> Result<T, StartError> {
        let Some(given) = self.settings.accounts.get(partner.name) else { return Ok(T::default()) };
        T::deserialize(given).map_err(|error| StartError::Account { name: partner.name, why: error.to_string() })
    }

    /// Where a partner listens.
    pub(crate) fn address(&self, partner: Place) -> Result<SocketAddr, StartError> {
        let nobody = || StartError::NoPartner { name: partner.name.to_owned(), known: self.house.names() };
        self.house.addresses.of(partner.name).ok_or_else(nobody)
    }
}
