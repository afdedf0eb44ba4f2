//! `POST /api/v1/card-codes/verify`: for scanners of hospitals and pharmacies. Described in `docs/api/cards.md`.

use std::sync::Arc;

use axum::routing::post;
use axum::{Extension, Json, Router};
use kernel::Moment;
use platform::Ctx;
use serde::{Deserialize, Serialize};

use super::verify::{Verdict, verify};
use crate::institutions::Capability;
use crate::partner_keys::{ApiProblem, Asked, Partner};
use crate::ports::Ports;

pub(super) fn routes() -> Router<Ctx> {
    Router::new().route("/api/v1/card-codes/verify", post(verify_code))
}

/// What a scanner asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asks {
    /// What was scanned.
    code: String,
    /// When, by the scanner's clock, in ms since the Unix epoch. For its own log: our clock decides.
    #[serde(default)]
    scanned_at: Option<i64>,
}

impl Asked for Asks {
    const NEEDS: Capability = Capability::CardScan;
}

#[derive(Serialize)]
struct Answer {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<Holder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardNumber>,
    /// When the code was used before, in ms since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<i64>,
    /// The number of this look, for questions about it.
    r#ref: String,
    /// What the scanner said, back.
    #[serde(skip_serializing_if = "Option::is_none")]
    scanned_at: Option<i64>,
}

#[derive(Serialize)]
struct Holder {
    name: String,
    id_masked: String,
}

#[derive(Serialize)]
struct CardNumber {
    masked: String,
}

async fn verify_code(
    Extension(ports): Extension<Arc<Ports>>,
    Partner { ctx, institution, asks }: Partner<Asks>,
) -> Result<Json<Answer>, ApiProblem> {
    let checked = verify(&ctx, &ports, &asks.code, institution.as_str()).await?;
    if checked.verdict == Verdict::Unsure {
        let says =
            "the card system does not answer, so nobody can say whether the card is in use; the code was not used up";
        return Err(ApiProblem::later("card_system_silent", says, 10));
    }
    let (holder, card) = match checked.holder {
        Some((holder, masked)) => (
            Some(Holder { name: holder.name.expose().to_owned(), id_masked: holder.id_masked }),
            Some(CardNumber { masked }),
        ),
        None => (None, None),
    };
    Ok(Json(Answer {
        verdict: checked.verdict.as_str(),
        holder,
        card,
        used_at: checked.used_at.map(Moment::ms),
        r#ref: checked.id.as_str().to_owned(),
        scanned_at: asks.scanned_at,
    }))
}
