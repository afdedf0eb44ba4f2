//! The gateway before Alibaba Cloud's products, the same for all of them: a request is signed by
//! `ACS3-HMAC-SHA256`, fresh, and used once.

mod nonce;
mod signature;
mod store;

use axum::http::StatusCode;
use platform::db::DbFault;
use wire::acs3::code;

use crate::house::House;
use crate::partner::Raw;

pub(crate) use signature::Verified;

/// An access key as the provider keeps it.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    /// The public half.
    pub(crate) id: &'a str,
    /// The secret half; never printed.
    pub(crate) secret: &'a str,
}

/// Lets a request through, or answers with the gateway's code. Only a request with a valid signature uses up its nonce.
pub(crate) async fn admit(
    house: &House,
    key: Key<'_>,
    version: &str,
    raw: &Raw,
) -> Result<Result<Verified, &'static str>, DbFault> {
    let verified = match signature::verify(key, raw, &*house.clock) {
        Ok(verified) => verified,
        Err(code) => return Ok(Err(code)),
    };
    if !nonce::fresh(house, &verified.nonce).await? {
        return Ok(Err(code::NONCE_USED));
    }
    Ok(if verified.version == version { Ok(verified) } else { Err(code::INVALID_VERSION) })
}

/// The status with which the gateway refuses.
pub(crate) fn status(refusal: &str) -> StatusCode {
    match refusal {
        code::ACCESS_KEY_NOT_FOUND | code::ACTION_NOT_FOUND => StatusCode::NOT_FOUND,
        code::SERVICE_UNAVAILABLE => StatusCode::SERVICE_UNAVAILABLE,
        "InternalError" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
