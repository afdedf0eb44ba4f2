//! Blind indexes: the keyed fingerprints by which a sealed number is found again, and the lanes that
//! follow from them.

use kernel::{IdNumber, Mobile};
use platform::db::LaneKey;
use platform::vault::Vault;

/// A keyed fingerprint; equal for equal values, and worth nothing without the vault's key.
#[derive(Clone, PartialEq, Eq)]
pub struct Blind(Vec<u8>);

impl Blind {
    /// The fingerprint of a mobile number.
    pub fn mobile(vault: &Vault, mobile: &Mobile) -> Blind {
        Blind(vault.blind("mobile", mobile.expose()).to_vec())
    }

    /// The fingerprint of an ID number.
    pub fn id_number(vault: &Vault, number: &IdNumber) -> Blind {
        Blind(vault.blind("id_number", number.expose()).to_vec())
    }

    /// The fingerprint of a login name at a door, with what has a budget of its own. The name's length
    /// stands before it, so that no name can be typed that reads as another with its budget.
    pub(crate) fn guard(vault: &Vault, door: &'static str, name: &str, budget: &str) -> Blind {
        let text = format!("{door}\n{}\n{name}\n{budget}", name.len());
        Blind(vault.blind("login_guard", &text).to_vec())
    }

    /// The fingerprint of a physical card's number.
    pub(crate) fn card(vault: &Vault, card_no: &str) -> Blind {
        Blind(vault.blind("card_no", card_no).to_vec())
    }

    /// The fingerprint of a browser, by the cookie of its visit.
    pub(crate) fn browser(vault: &Vault, word: &str) -> Blind {
        Blind(vault.blind("asker_browser", word).to_vec())
    }

    /// The fingerprint of an account that asks.
    pub(crate) fn account(vault: &Vault, account: &str) -> Blind {
        Blind(vault.blind("asker_account", account).to_vec())
    }

    /// The fingerprint of a network neighbourhood.
    pub(crate) fn place(vault: &Vault, neighbourhood: &str) -> Blind {
        Blind(vault.blind("asker_place", neighbourhood).to_vec())
    }

    pub(crate) fn stored(bytes: Vec<u8>) -> Blind {
        Blind(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A short form for audit subjects where there is no id to name.
    pub(crate) fn short(&self) -> String {
        hex(self.0.get(..8).unwrap_or(&self.0))
    }

    /// The lane of rows that belong to nobody known yet: codes of this number, guards of this name.
    pub(crate) fn lane(&self) -> LaneKey {
        LaneKey::of("person", &hex(&self.0))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A random word for a form, by which a second tap is known from a second wish.
pub(crate) fn ticket(ctx: &platform::Ctx) -> String {
    let bytes = kernel::bytes32(&*ctx.rng);
    hex(bytes.get(..16).unwrap_or(&bytes))
}
