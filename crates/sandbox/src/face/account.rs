//! The account that the partner keeps for us. Its `Debug` shows no secret.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The account at the face-check provider.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FaceAccount {
    /// The public half of the key.
    pub(crate) access_key_id: String,
    /// The secret half; never printed.
    pub(crate) access_key_secret: String,
    /// In which scene we ask for checks; told to whoever is to ask, and not looked at here.
    pub(crate) scene_id: String,
}

impl Default for FaceAccount {
    /// The demo's account.
    fn default() -> FaceAccount {
        FaceAccount {
            access_key_id: "sandbox".to_owned(),
            access_key_secret: "sandbox-secret".to_owned(),
            scene_id: "1000000001".to_owned(),
        }
    }
}

impl fmt::Debug for FaceAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FaceAccount({})", self.access_key_id)
    }
}
