//! The account that the partner keeps for us. Its `Debug` shows no secret.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The account at the card system's gateway.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CardsAccount {
    /// `x-tif-paasid`.
    pub(crate) paasid: String,
    /// The token that the gateway's signature is made with; never printed.
    pub(crate) token: String,
    /// The channel that issues electronic cards with this account.
    pub(crate) channel: String,
}

impl Default for CardsAccount {
    /// The demo's account.
    fn default() -> CardsAccount {
        CardsAccount {
            paasid: "sandbox".to_owned(),
            token: "sandbox-token".to_owned(),
            channel: "3204000001".to_owned(),
        }
    }
}

impl fmt::Debug for CardsAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CardsAccount({})", self.paasid)
    }
}
