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

/// A request that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nothing {
    /// There is no such path.
    Path,
    /// The path is asked with another method.
    Method,
}

/// What a request's path names.
pub(super) fn named(raw: &Raw) -> Result<Named, Nothing> {
    let path = raw.path.strip_prefix('/').ok_or(Nothing::Path)?;
    let parts: Vec<String> = path.split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (method, operation, number, by_id) = match parts.as_slice() {
        ["v3", "pay", "transactions", "native"] => (Method::POST, "native", "", false),
        ["v3", "pay", "transactions", "h5"] => (Method::POST, "h5", "", false),
        ["v3", "pay", "transactions", "out-trade-no", no] => (Method::GET, "query", *no, false),
        ["v3", "pay", "transactions", "id", id] => (Method::GET, "query", *id, true),
        ["v3", "pay", "transactions", "out-trade-no", no, "close"] => (Method::POST, "close", *no, false),
        ["v3", "refund", "domestic", "refunds"] => (Method::POST, "refund", "", false),
        ["v3", "refund", "domestic", "refunds", no] => (Method::GET, "query_refund", *no, false),
        ["v3", "refund", "domestic", "refunds", id, "apply-abnormal-refund"] => {
            (Method::POST, "abnormal_refund", *id, true)
        }
        ["v3", "certificates"] => (Method::GET, "certificates", "", false),
        _ => return Err(Nothing::Path),
    };
    if raw.method != method {
        return Err(Nothing::Method);
    }
    Ok(Named { operation, number: number.to_owned(), by_id })
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
        assert_eq!(close, Ok(("close", "a|b*1_x".to_owned())));
        assert_eq!(found(Method::GET, "/v3/certificates"), Ok(("certificates", String::new())));
        assert_eq!(found(Method::GET, "/v3/pay/transactions/native"), Err(Nothing::Method));
        assert_eq!(found(Method::PUT, "/v3/pay/transactions/native"), Err(Nothing::Method));
        assert_eq!(found(Method::POST, "/v3/pay/transactions/out-trade-no/a%2Fclose"), Err(Nothing::Method));
        assert_eq!(found(Method::GET, "/v3/pay/transactions/jsapi"), Err(Nothing::Path));
    }
}
