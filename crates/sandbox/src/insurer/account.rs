//! The account that the partner keeps for us. Its `Debug` shows no secret.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::Dialect;

/// The account at the insurer's gateway, and the institution that it belongs to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InsurerAccount {
    /// `x-tif-paasid`.
    pub(crate) paasid: String,
    /// The token that the gateway's signature is made with; never printed.
    pub(crate) token: String,
    /// `fixmedins_code`: twelve characters.
    pub(crate) fixmedins_code: String,
    /// Where we ask; told to whoever is to ask, and not looked at here: the last part of any path is the transaction's.
    pub(crate) path: String,
    /// The dialect it speaks from this start on; `None`: the one it spoke last, and at first that of the specification.
    #[serde(deserialize_with = "dialect")]
    pub(crate) dialect: Option<Dialect>,
}

impl Default for InsurerAccount {
    /// The demo's account.
    fn default() -> InsurerAccount {
        InsurerAccount {
            paasid: "sandbox".to_owned(),
            token: "sandbox-token".to_owned(),
            fixmedins_code: "H32040000001".to_owned(),
            path: "/fsi/api/rsfComIfService/{infno}".to_owned(),
            dialect: None,
        }
    }
}

impl fmt::Debug for InsurerAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "InsurerAccount({})", self.paasid)
    }
}

/// A dialect by its word; another word is refused with those there are.
fn dialect<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Dialect>, D::Error> {
    let Some(word) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let all = || Dialect::ALL.map(Dialect::as_str).join(", ");
    let refused = || D::Error::custom(format!("sandbox.insurer_dialect: \"{word}\" is none of {}", all()));
    word.parse().map(Some).map_err(|_| refused())
}
