//! Verifies the `x-tif` gateway's headers from what came in, apart from the signing in `partners`
//! and the text in `wire` (architecture, rule 17). Nonces are used once.

mod store;

use axum::http::StatusCode;
use kernel::{Clock, Moment};
use platform::db::{DbFault, LaneKey};
use serde_json::json;
use sha2::{Digest, Sha256};
use wire::tif::{CLOCK_SKEW_SECS, code};

use crate::house::House;
use crate::partner::{Raw, Reply};

/// Codes worth refusing with.
pub(crate) const CODES: [&str; 2] = [code::BUSY, code::WRONG_SIGNATURE];

/// Lets a request in whose headers are those of the account; `Err` is the gateway's refusal.
pub(crate) async fn admit(house: &House, raw: &Raw, paasid: &str, token: &str) -> Result<Result<(), Reply>, DbFault> {
    let now = house.now();
    if let Err(code) = verify(raw, paasid, token, &*house.clock) {
        return Ok(Err(refusal(code)));
    }
    // Whether the nonce is new is asked last, so that nobody without the token uses one up.
    let nonce = format!("{} {} {}", raw.header("host"), paasid, raw.header("x-tif-nonce"));
    let fresh = house
        .db
        .write(LaneKey::of("sandbox_tif_nonce", ""), "sandbox.tif.nonce", move |tx| {
            store::forget(tx, now)?;
            store::keep(tx, &nonce, now.plus_secs(2 * CLOCK_SKEW_SECS))
        })
        .await?;
    Ok(if fresh { Ok(()) } else { Err(refusal(code::NONCE_USED)) })
}

/// The gateway's refusal; it speaks before the partner behind it does.
pub(crate) fn refusal(code: &str) -> Reply {
    let status = if code == code::BUSY { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
    Reply { status, body: json!({ "code": code, "message": format!("refused by the sandbox: {code}") }) }
}

fn verify(raw: &Raw, paasid: &str, token: &str, clock: &dyn Clock) -> Result<(), &'static str> {
    let [claimed, timestamp, nonce, signature] =
        ["x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature"].map(|name| raw.header(name));
    if [claimed, timestamp, nonce, signature].contains(&"") {
        return Err(code::INCOMPLETE);
    }
    if claimed != paasid {
        return Err(code::UNKNOWN_PAASID);
    }
    let secs: i64 = timestamp.parse().map_err(|_| code::INCOMPLETE)?;
    if !clock.is_near(Moment::from_ms(0).plus_secs(secs), CLOCK_SKEW_SECS) {
        return Err(code::EXPIRED);
    }
    let mut hash = Sha256::new();
    for part in [timestamp, token, nonce, timestamp] {
        hash.update(part.as_bytes());
    }
    let wanted: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    // Regions write it in either case.
    if signature.eq_ignore_ascii_case(&wanted) { Ok(()) } else { Err(code::WRONG_SIGNATURE) }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    use kernel::ManualClock;

    use super::*;

    /// `printf '1772415000sandbox-token0123456789abcdef1772415000' | openssl dgst -sha256`.
    const SIGNATURE: &str = "bfb2c67eacc0106418b1d498d78dc3f4d8cc819204c3e2ea8244d5491c397d68";

    fn raw(change: &[(&'static str, &str)]) -> Raw {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-tif-paasid", "sandbox"),
            ("x-tif-timestamp", "1772415000"),
            ("x-tif-nonce", "0123456789abcdef"),
            ("x-tif-signature", SIGNATURE),
        ]
        .iter()
        .chain(change)
        {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        Raw { method: Method::POST, path: "/".into(), query: String::new(), headers, body: Bytes::new() }
    }

    #[test]
    fn only_the_account_with_its_token_at_the_right_time_passes() {
        let now = Moment::from_ms(1_772_415_000_000);
        let check = |change: &[(&'static str, &str)], now| {
            verify(&raw(change), "sandbox", "sandbox-token", &ManualClock::new(now))
        };
        assert_eq!(check(&[], now), Ok(()));
        assert_eq!(check(&[("x-tif-signature", &SIGNATURE.to_uppercase())], now), Ok(()));
        assert_eq!(check(&[("x-tif-nonce", "0123456789abcdee")], now), Err(code::WRONG_SIGNATURE));
        assert_eq!(check(&[("x-tif-paasid", "nobody")], now), Err(code::UNKNOWN_PAASID));
        assert_eq!(check(&[("x-tif-nonce", "")], now), Err(code::INCOMPLETE));
        assert_eq!(check(&[], now.plus_secs(301)), Err(code::EXPIRED));
        assert_eq!(check(&[], now.minus_secs(301)), Err(code::EXPIRED));
    }
}
