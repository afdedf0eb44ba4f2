//! A witness of the audit: takes a city's anchors in order, forgets none, and signs what it says with a key of its own.

mod store;

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use axum::extract::{Path as Of, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Rng, bytes32};
use platform::private;
use serde_json::{Value, json};

use crate::house::Office;
use crate::page::refused;
use store::Kept;

/// The house as the witness sees it.
type House = Office<WitnessKey>;

/// What the control port answers in the witness's name.
pub(crate) fn routes(house: House) -> Router {
    Router::new()
        .route("/witness/anchors", post(take))
        .route("/witness/anchors/{city}/{which}", get(told))
        .with_state(house)
}

/// The witness's key.
pub(crate) struct WitnessKey(Ed25519KeyPair);

impl WitnessKey {
    /// The key in a folder; made there if there is none.
    pub(crate) fn in_folder(folder: &Path, rng: &dyn Rng) -> io::Result<WitnessKey> {
        let path = folder.join("witness.key");
        if !path.exists() {
            use std::io::Write as _;
            private::append(&path)?.write_all(STANDARD.encode(bytes32(rng)).as_bytes())?;
        }
        let seed = STANDARD.decode(fs::read_to_string(&path)?.trim()).map_err(io::Error::other)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map(WitnessKey).map_err(|_| io::Error::other("not a key"))
    }

    /// Its public half, in base64.
    pub(crate) fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    /// What it says of an anchor, in its own words: the text is written down here once more on purpose.
    fn receipt(&self, city: &str, kept: &Kept) -> Value {
        let text =
            ["renshe audit witness 1", city, &kept.n.to_string(), &kept.hash, &kept.seen_at.ms().to_string(), ""]
                .join("\n");
        let signature = STANDARD.encode(self.0.sign(text.as_bytes()).as_ref());
        json!({ "n": kept.n, "hash": kept.hash, "seen_at_ms": kept.seen_at.ms(), "signature": signature })
    }
}

/// `POST /witness/anchors`
async fn take(State(house): State<House>, Json(batch): Json<Value>) -> Response {
    let Some((city, anchors)) = read(&batch) else {
        return refused(StatusCode::BAD_REQUEST, &"not a batch of signed anchors");
    };
    let (of, now) = (city.clone(), house.now());
    let lines: Vec<Kept> = anchors.into_iter().map(|(n, hash, line)| Kept { n, hash, line, seen_at: now }).collect();
    let taken = house.db.write(store::lane(&city), "sandbox.witness", move |tx| store::take(tx, &of, &lines)).await;
    match taken {
        Ok((true, Some(newest))) => Json(house.room.receipt(&city, &newest)).into_response(),
        Ok((_, Some(newest))) => (StatusCode::CONFLICT, Json(house.room.receipt(&city, &newest))).into_response(),
        Ok((_, None)) => refused(StatusCode::BAD_REQUEST, &"an empty batch"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `GET /witness/anchors/{city}/{which}`: a number, or `newest`.
async fn told(State(house): State<House>, Of((city, which)): Of<(String, String)>) -> Response {
    let (of, n) = (city.clone(), which.parse::<i64>().ok());
    if n.is_none() && which != "newest" {
        return refused(StatusCode::NOT_FOUND, &"no such anchor");
    }
    match house.db.read("sandbox.witness", move |tx| store::find(tx, &of, n)).await {
        Ok(Some(kept)) => Json(house.room.receipt(&city, &kept)).into_response(),
        Ok(None) => refused(StatusCode::NOT_FOUND, &"no such anchor"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

type Read = (String, Vec<(i64, String, String)>);

/// The city and its anchors (number, hash, the whole line), if each is signed with the city's key and they are in order.
fn read(batch: &Value) -> Option<Read> {
    let city = batch["city"].as_str()?.to_owned();
    let key = unhex(&city)?;
    let mut anchors: Vec<(i64, String, String)> = Vec::new();
    for anchor in batch["anchors"].as_array()? {
        let (n, hash) = (anchor["n"].as_i64()?, anchor["hash"].as_str()?.to_owned());
        let signature = STANDARD.decode(anchor["signature"].as_str()?).ok()?;
        let signed = STANDARD.decode(&hash).ok()?;
        UnparsedPublicKey::new(&ED25519, &key).verify(&signed, &signature).ok()?;
        if anchors.last().is_some_and(|(before, _, _)| *before >= n) {
            return None;
        }
        anchors.push((n, hash, anchor.to_string()));
    }
    Some((city, anchors))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (text.len() == 64).then(|| (0..64).step_by(2).map(pair).collect()).flatten()
}
