//! The one clock: that of the sandbox and, where both run in one process, that of the platform.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::{Clock, Jump, Moment};
use platform::db::DbFault;
use serde::{Deserialize, Serialize};

use crate::house::House;
use crate::page::refused;
use crate::settings::store;

/// One step forward is at most ten years, seconds.
const STEP_SECS_MAX: i64 = 3660 * 86_400;

/// Where the clock stands; the answer of `/control/clock`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Stand {
    /// RFC 3339, China.
    now: String,
    /// Milliseconds since 1970.
    now_ms: i64,
    /// How far it is ahead of the machine's clock, milliseconds.
    shift_ms: i64,
    /// How it was put forward, the oldest first: from where and to where, milliseconds since 1970.
    jumps_ms: Vec<(i64, i64)>,
}

/// The body of `POST /control/clock`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Advance {
    /// Seconds to move forward.
    pub(crate) advance_secs: i64,
}

/// Why the clock was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AdvanceError {
    /// If time ran backwards, it would contradict what has happened already.
    #[error("advance_secs is 1 to 316224000: the clock only moves forward")]
    Step,
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Moves the clock forward. The new shift is kept before it is used, so that a restart never
/// finds the clock behind what was written under it.
pub(crate) async fn advance(house: &House, secs: i64) -> Result<Moment, AdvanceError> {
    if !(1..=STEP_SECS_MAX).contains(&secs) {
        return Err(AdvanceError::Step);
    }
    let from = house.now();
    let jump = Jump { from, to: from.plus_secs(secs) };
    house
        .db
        .write(store::lane(), "sandbox.clock.advance", move |tx| -> Result<(), AdvanceError> {
            store::add_clock_shift_ms(tx, secs * 1000)?;
            Ok(store::keep_clock_jump(tx, jump)?)
        })
        .await?;
    house.clock.jump(jump);
    tracing::info!(secs, shift_ms = house.clock.shift_ms(), "sandbox.clock.advanced");
    Ok(house.clock.now())
}

/// `GET /control/clock`.
pub(crate) async fn get(State(house): State<House>) -> Json<Stand> {
    Json(stand(&house))
}

/// `POST /control/clock`.
pub(crate) async fn post(State(house): State<House>, Json(command): Json<Advance>) -> Response {
    match advance(&house, command.advance_secs).await {
        Ok(_) => Json(stand(&house)).into_response(),
        Err(AdvanceError::Fault(fault)) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
        Err(error) => refused(StatusCode::BAD_REQUEST, &error),
    }
}

fn stand(house: &House) -> Stand {
    let now = house.now();
    let jumps_ms = house.clock.jumps().into_iter().map(|jump| (jump.from.ms(), jump.to.ms())).collect();
    Stand { now: now.to_string(), now_ms: now.ms(), shift_ms: house.clock.shift_ms(), jumps_ms }
}
