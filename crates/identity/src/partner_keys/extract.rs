//! The extractor of partners (architecture, rule 12): a request is theirs if it is signed with their key,
//! young, and not a repetition.

use std::borrow::Cow;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::db::DbFault;
use platform::{Actor, Ctx};
use serde::de::DeserializeOwned;
use serde_json::json;
use ui::{BodyFault, Problem, Visit, read_body};

use super::model::{PartnerKeyId, SKEW_SECS, canonical, is_nonce, is_signed, timely};
use super::store;
use crate::failure::Failure;
use crate::institutions::{Capability, InstitutionId};

/// The largest request: a few words of JSON.
const BODY_BYTES: usize = 16 * 1024;

/// What a partner's system asks.
pub(crate) trait Asked: DeserializeOwned {
    /// What its institution must do with us to be answered.
    const NEEDS: Capability;
}

/// A partner's system, and what it asks.
pub(crate) struct Partner<T> {
    /// The context, acting as this partner.
    pub(crate) ctx: Ctx,
    /// The institution it belongs to.
    pub(crate) institution: InstitutionId,
    /// The body.
    pub(crate) asks: T,
}

/// Why a partner is not answered, in a word for machines and a sentence for who builds them.
#[derive(Debug)]
pub(crate) struct ApiProblem {
    status: StatusCode,
    error: &'static str,
    says: &'static str,
    retry_secs: Option<i64>,
}

impl ApiProblem {
    /// A refusal.
    pub(crate) const fn new(status: StatusCode, error: &'static str, says: &'static str) -> ApiProblem {
        ApiProblem { status, error, says, retry_secs: None }
    }

    /// Nothing was done; worth asking again.
    pub(crate) const fn later(error: &'static str, says: &'static str, secs: i64) -> ApiProblem {
        ApiProblem { status: StatusCode::SERVICE_UNAVAILABLE, error, says, retry_secs: Some(secs) }
    }
}

impl From<Failure> for ApiProblem {
    fn from(failure: Failure) -> ApiProblem {
        let problem = Problem::from(failure);
        if let Some(secs) = problem.retry_secs {
            return ApiProblem::later("busy", "too much to do right now; nothing was done", secs);
        }
        tracing::error!(cause = problem.cause.as_deref().unwrap_or(""), "an api request failed");
        ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "our mistake; the cause is in our log")
    }
}

impl From<BodyFault> for ApiProblem {
    fn from(fault: BodyFault) -> ApiProblem {
        let (status, error, says) = match fault {
            BodyFault::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than is read; nothing was done")
            }
            BodyFault::Late => (StatusCode::REQUEST_TIMEOUT, "late", "the body did not come in time; nothing was done"),
            BodyFault::Unreadable => {
                (StatusCode::BAD_REQUEST, "body", "the body could not be read to its end; nothing was done")
            }
        };
        ApiProblem::new(status, error, says)
    }
}

impl From<DbFault> for ApiProblem {
    fn from(fault: DbFault) -> ApiProblem {
        Failure::from(fault).into()
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.error, "message": self.says }))).into_response();
        if let Some(secs) = self.retry_secs {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

impl<T: Asked> FromRequest<Ctx> for Partner<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &Ctx) -> Result<Partner<T>, ApiProblem> {
        let (mut parts, body) = request.into_parts();
        let Ok(Visit { ctx, .. }) = Visit::from_request_parts(&mut parts, state).await;
        let signed = Signed::read(&parts.headers).ok_or(ApiProblem::new(
            UNAUTHORIZED,
            "unsigned",
            "the headers x-renshe-key, -time, -nonce and -signature are needed",
        ))?;
        let now = ctx.now();
        let made = timely(&signed.time, now).ok_or(ApiProblem::new(
            UNAUTHORIZED,
            "time",
            "x-renshe-time is in seconds and within five minutes of our clock",
        ))?;
        let bytes = read_body(body, BODY_BYTES).await?;
        let (vault, id) = (ctx.vault.clone(), signed.key.clone());
        let known = ctx.db.read("partner.by_id", move |tx| store::active(tx, &vault, &id)).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let text = canonical(parts.method.as_str(), path, &signed.time, &signed.nonce, &bytes);
        // One answer for an unknown key, an ended one and a wrong signature.
        let partner = known
            .filter(|partner| is_signed(partner.secret.as_bytes(), &text, &signed.signature))
            .ok_or(ApiProblem::new(UNAUTHORIZED, "signature", "no active key with this id made this signature"))?;
        if !partner.institution.can(T::NEEDS) {
            return Err(ApiProblem::new(
                StatusCode::FORBIDDEN,
                "capability",
                "the institution of this key does not do this with us: ask the operator",
            ));
        }
        let (id, nonce, until) = (signed.key.clone(), signed.nonce.clone().into_owned(), made.plus_secs(2 * SKEW_SECS));
        let lane = store::lane(&id);
        let first = ctx.db.write(lane, "partner.nonce", move |tx| store::take_nonce(tx, &id, &nonce, until)).await?;
        if !first {
            return Err(ApiProblem::new(
                StatusCode::CONFLICT,
                "nonce",
                "this nonce was used before; sign anew with another",
            ));
        }
        let asks = serde_json::from_slice(&bytes).map_err(|_| {
            ApiProblem::new(StatusCode::BAD_REQUEST, "body", "the body is not the JSON that is asked for")
        })?;
        tracing::debug!(partner = signed.key.as_str(), name = partner.name, "partner.recognised");
        let ctx = ctx.acting(Actor::Partner(signed.key.as_str().to_owned()));
        Ok(Partner { ctx, institution: partner.institution.id, asks })
    }
}

/// The headers of a signed request.
struct Signed<'a> {
    key: PartnerKeyId,
    time: Cow<'a, str>,
    nonce: Cow<'a, str>,
    signature: Cow<'a, str>,
}

impl<'a> Signed<'a> {
    fn read(headers: &'a HeaderMap) -> Option<Signed<'a>> {
        let text = |name: &str| headers.contains_key(name).then(|| ui::headers::text(headers, name));
        Some(Signed {
            key: text("x-renshe-key")?.parse().ok()?,
            time: text("x-renshe-time")?,
            nonce: text("x-renshe-nonce").filter(|nonce| is_nonce(nonce))?,
            signature: text("x-renshe-signature")?,
        })
    }
}
