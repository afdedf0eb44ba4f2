//! What kind of account the merchant has at the channel: with the channel's public key, with its certificates, or with both,
//! on the way from one to the other; and how certificates follow one another.

use std::sync::{PoisonError, RwLock};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Moment;
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{House, PUBLIC_KEY_ID, store};
use crate::page::refused;

/// How many of a thousand notices are signed with the public key on the first, second, … day of a switch.
const SHARE_BY_DAY: [u64; 7] = [1, 10, 50, 100, 200, 500, 1_000];
/// Milliseconds.
const DAY_MS: i64 = 86_400_000;

kernel::words! {
    /// Kinds of accounts.
    pub(crate) enum Mode: "a kind of account" {
        /// The public key alone, as every account opened since the autumn of 2024: there are no certificates.
        PublicKey = "public_key",
        /// Certificates, and the public key beside them.
        Both = "both",
        /// Certificates alone.
        Certificates = "certificates",
    }
}

kernel::words! {
    /// How one certificate follows another.
    pub(crate) enum Roll: "a state of the certificates" {
        /// Only the old one.
        Old = "old",
        /// Both are given out, and either signs.
        Rolling = "rolling",
        /// Only the new one.
        New = "new",
    }
}

/// The account as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) mode: Mode,
    /// Since when it is switched to the public key.
    pub(crate) switched_at: Option<Moment>,
    pub(crate) roll: Roll,
}

/// The account, for whoever signs.
#[derive(Debug)]
pub(crate) struct Kept(RwLock<Standing>);

impl Kept {
    pub(crate) fn new(standing: Standing) -> Kept {
        Kept(RwLock::new(standing))
    }

    fn now(&self) -> Standing {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, standing: Standing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}

/// Under which name an answer is signed. The public key signs for a merchant who names it, once the switch has begun.
pub(super) fn signs_answers(house: &House, wanted: &str) -> String {
    let Standing { mode, switched_at, roll } = house.room.standing.now();
    let public = match mode {
        Mode::PublicKey => true,
        Mode::Both => switched_at.is_some() && wanted.starts_with(PUBLIC_KEY_ID),
        Mode::Certificates => false,
    };
    if public { house.room.account.platform_public_key_id.clone() } else { certificate(house, roll) }
}

/// Under which name a notice is signed: during a switch more of them day by day with the public key.
pub(super) fn signs_notices(house: &House) -> String {
    let Standing { mode, switched_at, roll } = house.room.standing.now();
    let public = match (mode, switched_at) {
        (Mode::PublicKey, _) => true,
        (Mode::Both, Some(since)) => {
            let days = usize::try_from((house.now().ms() - since.ms()) / DAY_MS).unwrap_or(0);
            house.rng.below(1_000) < SHARE_BY_DAY[days.min(SHARE_BY_DAY.len() - 1)]
        }
        (Mode::Both | Mode::Certificates, _) => false,
    };
    if public { house.room.account.platform_public_key_id.clone() } else { certificate(house, roll) }
}

fn certificate(house: &House, roll: Roll) -> String {
    let account = &house.room.account;
    let new = match roll {
        Roll::Old => false,
        Roll::Rolling => house.rng.below(2) == 1,
        Roll::New => true,
    };
    if new { account.platform_next_serial.clone() } else { account.platform_serial.clone() }
}

/// The certificates that are given out; an account with the public key alone has none.
pub(super) fn certificates(house: &House) -> Vec<String> {
    let Standing { mode, roll, .. } = house.room.standing.now();
    let (old, new) = (house.room.account.platform_serial.clone(), house.room.account.platform_next_serial.clone());
    match (mode, roll) {
        (Mode::PublicKey, _) => Vec::new(),
        (_, Roll::Old) => vec![old],
        (_, Roll::Rolling) => vec![old, new],
        (_, Roll::New) => vec![new],
    }
}

/// How the account is to be; what is left out stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    mode: Option<String>,
    switching: Option<bool>,
    certificates: Option<String>,
}

fn told(standing: Standing) -> Json<Value> {
    Json(json!({
        "mode": standing.mode.as_str(),
        "switching": standing.switched_at.is_some(),
        "certificates": standing.roll.as_str(),
    }))
}

/// `GET /control/wechat_pay/account`.
pub(crate) async fn show(State(house): State<House>) -> Response {
    told(house.room.standing.now()).into_response()
}

/// `POST /control/wechat_pay/account`.
pub(crate) async fn change(State(house): State<House>, Json(wanted): Json<Wanted>) -> Response {
    let before = house.room.standing.now();
    let mode = wanted.mode.as_deref().map_or(Ok(before.mode), str::parse);
    let roll = wanted.certificates.as_deref().map_or(Ok(before.roll), str::parse);
    let (Ok(mode), Ok(roll)) = (mode, roll) else {
        let says = "mode is one of public_key, both, certificates; certificates one of old, rolling, new";
        return refused(StatusCode::BAD_REQUEST, &says);
    };
    let switched_at = match wanted.switching {
        None => before.switched_at,
        Some(true) => before.switched_at.or(Some(house.now())),
        Some(false) => None,
    };
    let standing = Standing { mode, switched_at, roll };
    let written =
        house.db.write(store::lane(), "sandbox.wechat.account", move |tx| store::set_account(tx, standing)).await;
    match written {
        Ok(()) => {
            house.room.standing.set(standing);
            told(standing).into_response()
        }
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// The account as it stood last.
pub(crate) async fn load(db: &platform::db::Db) -> Result<Kept, DbFault> {
    db.read("sandbox.wechat.account", store::account).await.map(Kept::new)
}
