//! What is known of partners before any of them is there: how pages and rules name them, which pages they have, and where
//! they listen.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What the pages say of a partner.
pub(crate) struct About {
    /// Its name in rules, and its port.
    pub(crate) place: wire::partner::Partner,
    pub(crate) title_zh: &'static str,
    pub(crate) title_en: &'static str,
    /// The protocol it speaks.
    pub(crate) protocol: &'static str,
    /// Its operations by the partner's own names.
    pub(crate) operations: &'static [&'static str],
    /// Those of them that it sends by itself.
    pub(crate) notices: &'static [&'static str],
    /// Codes that are useful for refusing.
    pub(crate) codes: &'static [&'static str],
    /// Ways to forge what the partner sends by itself, beside its signature.
    pub(crate) forgeries: &'static [&'static str],
    /// Ways in which a true answer can arrive changed.
    pub(crate) twists: &'static [&'static str],
}

/// A page of the control port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// `/sms`.
    pub(crate) path: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
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
