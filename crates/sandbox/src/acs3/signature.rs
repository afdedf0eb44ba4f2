//! Verifies `ACS3-HMAC-SHA256` as the provider's gateway does, from the bytes that came in.
//!
//! This is written separately from the signing in `partners` and the texts in `wire`, and must stay separate, because a
//! mistake that both sides shared would never be found (architecture, rule 17).

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Clock, Date, Moment, Time};
use sha2::{Digest, Sha256};
use wire::acs3::{CLOCK_SKEW_SECS, code};

use super::Key;
use crate::partner::Raw;

/// What a properly signed request says.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    pub(crate) action: String,
    pub(super) version: String,
    pub(super) nonce: String,
    /// Parameters of the query, and of a form body, decoded.
    pub(crate) params: BTreeMap<String, String>,
}

/// Headers that must be there and must be signed.
const MUST_SIGN: [&str; 6] =
    ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

/// Verifies a request; `Err` is the gateway's code. The nonce is checked afterwards, so that nobody without the key can
/// use one up.
pub(super) fn verify(key: Key<'_>, raw: &Raw, clock: &dyn Clock) -> Result<Verified, &'static str> {
    let claim = Claim::read(raw.header("authorization")).ok_or(code::INCOMPLETE_SIGNATURE)?;
    if claim.key_id != key.id {
        return Err(code::ACCESS_KEY_NOT_FOUND);
    }
    if MUST_SIGN.iter().any(|name| raw.header(name).is_empty()) {
        return Err(code::INCOMPLETE_SIGNATURE);
    }
    let date = utc(raw.header("x-acs-date")).ok_or(code::TIMESTAMP_FORMAT)?;
    if !clock.is_near(date, CLOCK_SKEW_SECS) {
        return Err(code::TIMESTAMP_EXPIRED);
    }
    let body_hash = lower_hex(&Sha256::digest(&raw.body));
    if body_hash != raw.header("x-acs-content-sha256") {
        return Err(code::SIGNATURE_DOES_NOT_MATCH);
    }
    let pairs = sorted_pairs(&raw.query).ok_or(code::INCOMPLETE_SIGNATURE)?;
    let request = rebuild(raw, &claim, &pairs, &body_hash)?;
    let digest = lower_hex(&Sha256::digest(request.as_bytes()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()).map_err(|_| code::SIGNATURE_DOES_NOT_MATCH)?;
    mac.update(b"ACS3-HMAC-SHA256\n");
    mac.update(digest.as_bytes());
    mac.verify_slice(&claim.signature).map_err(|_| code::SIGNATURE_DOES_NOT_MATCH)?;

    let mut params: BTreeMap<String, String> = pairs.into_iter().collect();
    if raw.header("content-type").starts_with("application/x-www-form-urlencoded") {
        params.extend(form_urlencoded::parse(&raw.body).into_owned());
    }
    Ok(Verified {
        action: raw.header("x-acs-action").to_owned(),
        version: raw.header("x-acs-version").to_owned(),
        nonce: raw.header("x-acs-signature-nonce").to_owned(),
        params,
    })
}

/// What `Authorization` claims.
struct Claim {
    key_id: String,
    headers: Vec<String>,
    signature: Vec<u8>,
}

impl Claim {
    fn read(text: &str) -> Option<Claim> {
        let fields: BTreeMap<&str, &str> = text
            .strip_prefix("ACS3-HMAC-SHA256 ")?
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .collect();
        Some(Claim {
            key_id: (*fields.get("Credential")?).to_owned(),
            headers: fields.get("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: from_hex(fields.get("Signature")?)?,
        })
    }
}

/// The text that should have been signed.
fn rebuild(raw: &Raw, claim: &Claim, pairs: &[(String, String)], body_hash: &str) -> Result<String, &'static str> {
    let signed = |name: &str| claim.headers.iter().any(|header| header == name);
    let mut sent = raw.headers.keys().map(|name| name.as_str());
    let all_signed =
        MUST_SIGN.iter().all(|name| signed(name)) && sent.all(|name| !name.starts_with("x-acs-") || signed(name));
    if !all_signed || !claim.headers.is_sorted() {
        return Err(code::INCOMPLETE_SIGNATURE);
    }
    let mut text = String::new();
    text.push_str(raw.method.as_str());
    text.push('\n');
    text.push_str(&raw.path);
    text.push('\n');
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text.push('\n');
    for name in &claim.headers {
        text.push_str(name);
        text.push(':');
        text.push_str(raw.header(name).trim());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&claim.headers.join(";"));
    text.push('\n');
    text.push_str(body_hash);
    Ok(text)
}

/// The query's pairs, decoded and in the order of their encoded names.
fn sorted_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        pairs.push((unescape(name)?, unescape(value)?));
    }
    pairs.sort_by_cached_key(|(name, value)| {
        let mut key = (String::new(), String::new());
        escape(name, &mut key.0);
        escape(value, &mut key.1);
        key
    });
    Some(pairs)
}

fn escape(text: &str, out: &mut String) {
    for byte in text.as_bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                out.push(*byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'%' => {
                let pair = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(pair, 16).ok()?);
                rest = &rest[2..];
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

/// `2026-03-02T01:30:00Z`.
fn utc(text: &str) -> Option<Moment> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let date: Date = date.parse().ok()?;
    let time: Time = time.parse().ok()?;
    // `Moment::at` reads civil time in Shanghai, eight hours ahead.
    Some(Moment::at(date, time).plus_secs(8 * 3600))
}

fn lower_hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..32).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue, Method};

    use kernel::ManualClock;

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const QUERY: &str = "OutId=obx_01&PhoneNumbers=13800138000&SignName=%E5%B8%B8%E5%B7%9E%E4%BA%BA%E7%A4%BE\
                         &TemplateCode=SMS_100001&TemplateParam=%7B%22code%22%3A%22012345%22%7D";
    /// By `openssl dgst -sha256` over the canonical request, then `openssl dgst -sha256 -hmac
    /// sandbox-secret` over `ACS3-HMAC-SHA256`, a line feed and that hash.
    const SIGNATURE: &str = "4eba8c9d39f1333de561f689739693bb76fed9c978cb0ab5cde016c3e16c08bd";
    const SIGNED: &str = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";

    const KEY: Key<'static> = Key { id: "sandbox", secret: "sandbox-secret" };

    fn request() -> Raw {
        let mut headers = HeaderMap::new();
        let authorization = format!("ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders={SIGNED},Signature={SIGNATURE}");
        for (name, value) in [
            ("host", "127.0.0.1:8091"),
            ("x-acs-action", "SendSms"),
            ("x-acs-content-sha256", EMPTY),
            ("x-acs-date", "2026-03-02T01:30:00Z"),
            ("x-acs-signature-nonce", "0123456789abcdef0123456789abcdef"),
            ("x-acs-version", "2017-05-25"),
            ("authorization", &authorization),
        ] {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        Raw { method: Method::POST, path: "/".into(), query: QUERY.into(), headers, body: Bytes::new() }
    }

    fn signed_at() -> Moment {
        Moment::from_ms(1_772_415_000_000)
    }

    fn set(raw: &mut Raw, name: &'static str, value: &str) {
        raw.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    #[test]
    fn a_request_signed_with_openssl_is_admitted() {
        let verified = verify(KEY, &request(), &ManualClock::new(signed_at())).unwrap();
        assert_eq!(verified.action, "SendSms");
        assert_eq!(verified.params["SignName"], "常州人社");
        assert_eq!(verified.params["TemplateParam"], r#"{"code":"012345"}"#);
    }

    #[test]
    fn the_order_of_the_query_does_not_matter() {
        let mut raw = request();
        raw.query = raw.query.split('&').rev().collect::<Vec<_>>().join("&");
        assert!(verify(KEY, &raw, &ManualClock::new(signed_at())).is_ok());
    }

    #[test]
    fn whatever_is_changed_after_signing_is_refused() {
        type Change = (&'static str, fn(&mut Raw), &'static str);
        let changes: [Change; 12] = [
            ("number", |r| r.query = r.query.replace("13800138000", "13800138001"), code::SIGNATURE_DOES_NOT_MATCH),
            ("parameter added", |r| r.query.push_str("&X=1"), code::SIGNATURE_DOES_NOT_MATCH),
            ("path", |r| r.path = "/x".into(), code::SIGNATURE_DOES_NOT_MATCH),
            ("method", |r| r.method = Method::GET, code::SIGNATURE_DOES_NOT_MATCH),
            ("body", |r| r.body = Bytes::from_static(b"x"), code::SIGNATURE_DOES_NOT_MATCH),
            ("host", |r| set(r, "host", "127.0.0.1:9"), code::SIGNATURE_DOES_NOT_MATCH),
            ("action", |r| set(r, "x-acs-action", "QuerySendDetails"), code::SIGNATURE_DOES_NOT_MATCH),
            ("nonce", |r| set(r, "x-acs-signature-nonce", "another"), code::SIGNATURE_DOES_NOT_MATCH),
            ("header unsigned", |r| set(r, "x-acs-extra", "1"), code::INCOMPLETE_SIGNATURE),
            ("date", |r| set(r, "x-acs-date", "2026-03-02 01:30"), code::TIMESTAMP_FORMAT),
            ("no signature", |r| drop(r.headers.remove("authorization")), code::INCOMPLETE_SIGNATURE),
            (
                "another key",
                |r| {
                    let text = r.header("authorization").replace("=sandbox,", "=other,");
                    set(r, "authorization", &text);
                },
                code::ACCESS_KEY_NOT_FOUND,
            ),
        ];
        for (what, change, expected) in changes {
            let mut raw = request();
            change(&mut raw);
            assert_eq!(verify(KEY, &raw, &ManualClock::new(signed_at())).err(), Some(expected), "{what}");
        }
        let other = Key { secret: "another", ..KEY };
        let refused = verify(other, &request(), &ManualClock::new(signed_at())).err();
        assert_eq!(refused, Some(code::SIGNATURE_DOES_NOT_MATCH));
    }

    #[test]
    fn clocks_may_differ_by_a_quarter_of_an_hour() {
        for (secs, admitted) in [(900, true), (-900, true), (901, false), (-901, false)] {
            let found = verify(KEY, &request(), &ManualClock::new(signed_at().plus_secs(secs)));
            assert_eq!(found.is_ok(), admitted, "{secs}");
            if !admitted {
                assert_eq!(found.err(), Some(code::TIMESTAMP_EXPIRED));
            }
        }
    }
}
