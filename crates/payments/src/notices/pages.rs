//! `POST /pay/notify/wechat-pay`: where the channel sends its notices. Signed by it; no cookie, no form token.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use platform::{Actor, Ctx, Trace};
use serde_json::json;

use super::receive::{ReceiveError, Received, receive};
use crate::orders::drive::{Payments, drive};
use crate::ports::NoticeRefusal;

/// The channel's door.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/pay/notify/wechat-pay", post(notify))
}

/// Takes a notice and answers within the five seconds that the channel waits; what follows from it is done after.
async fn notify(
    State(ctx): State<Ctx>,
    Extension(pay): Extension<Arc<Payments>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let trace = Trace { actor: Actor::Partner("wechat_pay".to_owned()), ..Trace::system("notice") };
    let ctx = ctx.with_trace(trace);
    match receive(&pay, &ctx, &headers, &body).await {
        Ok(received) => {
            if let Received::Heard(id) = received {
                tokio::spawn(async move {
                    if let Err(error) = drive(&pay, &ctx, &id).await {
                        tracing::warn!(order = id.as_str(), %error, "payment.drive_failed");
                    }
                });
            }
            StatusCode::NO_CONTENT.into_response()
        }
        // The channel tests whether signatures are verified here. They are, so nothing is wrong.
        Err(ReceiveError::Refused(NoticeRefusal::Probe)) => {
            metrics::counter!("renshe_payment_notice_probes").increment(1);
            tracing::debug!("payment.notice_probe");
            refuse(StatusCode::UNAUTHORIZED, "not verified")
        }
        Err(ReceiveError::Refused(why)) => {
            metrics::counter!("renshe_payment_notices_refused").increment(1);
            tracing::warn!(%why, "payment.notice_refused");
            refuse(StatusCode::UNAUTHORIZED, "not verified")
        }
        Err(error) => {
            tracing::error!(%error, "payment.notice_failed");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "try again")
        }
    }
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "code": "FAIL", "message": message }))).into_response()
}
