//! `/healthz`: the process lives. `/readyz`: it can serve, the database answers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use platform::Ctx;
use platform::db::DbFault;

/// Answers while the process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Answers 200 when a read comes back, 503 with the reason when not.
pub async fn ready(State(ctx): State<Ctx>) -> Response {
    match ctx.db.read("server.ready", platform::outbox::backlog).await {
        Ok(backlog) => format!("ready, {} parcels waiting, {} stuck\n", backlog.waiting, backlog.stuck).into_response(),
        Err(fault) => not_ready(&fault),
    }
}

fn not_ready(fault: &DbFault) -> Response {
    tracing::warn!(%fault, "server.not_ready");
    (StatusCode::SERVICE_UNAVAILABLE, "not ready: the database does not answer\n").into_response()
}
