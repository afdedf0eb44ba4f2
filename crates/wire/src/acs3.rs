//! The text that Alibaba Cloud's third signature method (`ACS3-HMAC-SHA256`) signs.
//!
//! These are pure functions over text. Hashing and keying happen at the caller: the hash of the
//! body goes in, the canonical request comes out; its hash goes in, the string to sign comes out.

use kernel::Moment;

/// The name of the method, first word of the string to sign and of `Authorization`.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// How far the caller's clock may be from the partner's, in seconds.
pub const CLOCK_SKEW_SECS: i64 = 15 * 60;

/// Header names, in lower case as they are signed.
pub mod header {
    /// The operation called.
    pub const ACTION: &str = "x-acs-action";
    /// The version of the product's API.
    pub const VERSION: &str = "x-acs-version";
    /// When the request was signed, see [`super::date`].
    pub const DATE: &str = "x-acs-date";
    /// A value used once; a second use within the clock skew is refused.
    pub const NONCE: &str = "x-acs-signature-nonce";
    /// SHA-256 of the body in lower-case hexadecimal.
    pub const CONTENT_SHA256: &str = "x-acs-content-sha256";
}

/// Codes that the gateway answers before the product has seen the request.
pub mod code {
    /// The signature is not the one the gateway computed.
    pub const SIGNATURE_DOES_NOT_MATCH: &str = "SignatureDoesNotMatch";
    /// A header that signing needs is absent or unreadable.
    pub const INCOMPLETE_SIGNATURE: &str = "IncompleteSignature";
    /// No such access key.
    pub const ACCESS_KEY_NOT_FOUND: &str = "InvalidAccessKeyId.NotFound";
    /// `x-acs-date` is further from the gateway's clock than the skew allows.
    pub const TIMESTAMP_EXPIRED: &str = "InvalidTimeStamp.Expired";
    /// `x-acs-date` is not a date.
    pub const TIMESTAMP_FORMAT: &str = "InvalidTimeStamp.Format";
    /// The nonce was seen before.
    pub const NONCE_USED: &str = "SignatureNonceUsed";
    /// No such operation.
    pub const ACTION_NOT_FOUND: &str = "InvalidAction.NotFound";
    /// No such version of the API.
    pub const INVALID_VERSION: &str = "InvalidVersion";
    /// Too many calls; the suffix after a dot says by whom.
    pub const THROTTLING: &str = "Throttling";
    /// The gateway cannot serve now.
    pub const SERVICE_UNAVAILABLE: &str = "ServiceUnavailable";
}

/// What is signed of one request.
#[derive(Debug, Clone)]
pub struct Signable<'a> {
    /// `POST`, `GET`, in capitals.
    pub method: &'a str,
    /// The path, `/` for RPC products such as SMS.
    pub path: &'a str,
    /// The query's pairs, decoded.
    pub query: &'a [(String, String)],
    /// Headers to sign, names in lower case.
    pub headers: &'a [(String, String)],
    /// SHA-256 of the body in lower-case hexadecimal, the same as in `x-acs-content-sha256`.
    pub hashed_payload: &'a str,
}

/// Percent-encodes by RFC 3986: only letters, digits and `-_.~` stay as they are.
pub fn percent_encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// The query as it is signed and as it should be sent: encoded, sorted by name, joined by `&`.
pub fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut encoded: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (percent_encode(name), percent_encode(value))).collect();
    encoded.sort();
    let joined: Vec<String> = encoded.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    joined.join("&")
}

/// The names of the signed headers, sorted, joined by `;`.
pub fn signed_headers(headers: &[(String, String)]) -> String {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.join(";")
}

/// The canonical request, whose SHA-256 goes into [`string_to_sign`].
pub fn canonical_request(request: &Signable<'_>) -> String {
    let mut headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.trim())).collect();
    headers.sort_unstable();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!(
        "{}\n{}\n{}\n{}\n{}\n{}",
        request.method,
        request.path,
        canonical_query(request.query),
        lines,
        signed_headers(request.headers),
        request.hashed_payload
    )
}

/// The text whose HMAC-SHA256 under the access key's secret is the signature.
pub fn string_to_sign(hashed_canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{hashed_canonical_request}")
}

/// The value of `Authorization`.
pub fn authorization(access_key_id: &str, signed_headers: &str, signature: &str) -> String {
    format!("{ALGORITHM} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}")
}

/// A moment as `x-acs-date` wants it: UTC, whole seconds, `2026-03-02T01:30:00Z`.
pub fn date(at: Moment) -> String {
    // Moments show themselves in Shanghai's civil time, which is UTC+8 all year.
    let utc = at.minus_secs(8 * 3600).datetime();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        utc.year(),
        utc.month(),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn encoding_follows_rfc_3986() {
        for (plain, encoded) in [
            ("aZ09-_.~", "aZ09-_.~"),
            (" ", "%20"),
            ("*", "%2A"),
            ("+", "%2B"),
            ("{\"code\":\"1\"}", "%7B%22code%22%3A%221%22%7D"),
            ("常州人社", "%E5%B8%B8%E5%B7%9E%E4%BA%BA%E7%A4%BE"),
        ] {
            assert_eq!(percent_encode(plain), encoded);
        }
    }

    #[test]
    fn queries_and_headers_are_sorted() {
        assert_eq!(canonical_query(&pairs(&[("b", "2"), ("a", ""), ("B", "1")])), "B=1&a=&b=2");
        assert_eq!(signed_headers(&pairs(&[("x-acs-date", "d"), ("host", "h")])), "host;x-acs-date");
    }

    /// The provider's own documented example; its SHA-256 (by `openssl dgst -sha256`) is checked
    /// where hashing is at home, in `partners::acs3`.
    #[test]
    fn the_canonical_request_is_the_documented_one() {
        let query =
            pairs(&[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        let headers = pairs(&[
            (header::VERSION, "2014-05-26"),
            (header::ACTION, "RunInstances"),
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            (header::NONCE, "3156853299f313e23d1673dc12e1703d"),
            (header::DATE, "2023-10-26T10:22:32Z"),
            (header::CONTENT_SHA256, EMPTY),
        ]);
        let text = canonical_request(&Signable {
            method: "POST",
            path: "/",
            query: &query,
            headers: &headers,
            hashed_payload: EMPTY,
        });
        let expected = format!(
            "POST\n/\nImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai\n\
             host:ecs.cn-shanghai.aliyuncs.com\nx-acs-action:RunInstances\nx-acs-content-sha256:{EMPTY}\n\
             x-acs-date:2023-10-26T10:22:32Z\nx-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\n\
             x-acs-version:2014-05-26\n\n\
             host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n{EMPTY}"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn dates_are_utc_whole_seconds() {
        assert_eq!(date(Moment::from_ms(1_698_315_752_999)), "2023-10-26T10:22:32Z");
        assert_eq!(date(Moment::from_ms(0)), "1970-01-01T00:00:00Z");
    }
}
