//! Which operation a request's path names. Segments are read without their percent signs; the signature is over the
//! path as it came.

use axum::http::Method;

use crate::partner::{Raw, decoded};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) operation: &'static str,
    /// The number in the path.
    pub(super) number: String,
    /// Whether the number is the channel's.
    pub(super) by_id: bool,
}

/// What a request's path names, if anything.
pub(super) fn named(raw: &Raw) -> Option<Named> {
    let parts: Vec<String> = raw.path.strip_prefix('/')?.split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let post = raw.method == Method::POST;
    if !post && raw.method != Method::GET {
        return None;
    }
    let (operation, number, by_id) = match (post, parts.as_slice()) {
        (true, ["v3", "pay", "transactions", "native"]) => ("native", "", false),
        (true, ["v3", "pay", "transactions", "h5"]) => ("h5", "", false),
        (false, ["v3", "pay", "transactions", "out-trade-no", no]) => ("query", *no, false),
        (false, ["v3", "pay", "transactions", "id", id]) => ("query", *id, true),
        (true, ["v3", "pay", "transactions", "out-trade-no", no, "close"]) => ("close", *no, false),
        (true, ["v3", "refund", "domestic", "refunds"]) => ("refund", "", false),
        (false, ["v3", "refund", "domestic", "refunds", no]) => ("query_refund", *no, false),
        (false, ["v3", "certificates"]) => ("certificates", "", false),
        _ => return None,
    };
    Some(Named { operation, number: number.to_owned(), by_id })
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn numbers_come_out_of_paths_as_the_merchant_wrote_them() {
        let found = |method: Method, path: &str| {
            let raw =
                Raw { method, path: path.into(), query: String::new(), headers: HeaderMap::new(), body: Bytes::new() };
            named(&raw).map(|named| (named.operation, named.number))
        };
        let close = found(Method::POST, "/v3/pay/transactions/out-trade-no/a%7Cb%2A1_x/close");
        assert_eq!(close, Some(("close", "a|b*1_x".to_owned())));
        assert_eq!(found(Method::GET, "/v3/certificates"), Some(("certificates", String::new())));
        assert_eq!(found(Method::GET, "/v3/pay/transactions/native"), None);
        assert_eq!(found(Method::PUT, "/v3/pay/transactions/native"), None);
        assert_eq!(found(Method::POST, "/v3/pay/transactions/out-trade-no/a%2Fclose"), None);
    }
}
