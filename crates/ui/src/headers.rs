//! Headers as text. A header's value is bytes: a phone's name in a `User-Agent`, or a neighbour's cookie, may hold
//! anything. Bytes that are not UTF-8 are replaced by a mark and do not affect the rest.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::AsHeaderName;

/// The first value under a name; empty if there is none.
pub fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Cow<'_, str> {
    headers.get(name).map_or(Cow::Borrowed(""), |value| String::from_utf8_lossy(value.as_bytes()))
}

/// All values under a name, in order, as one list.
pub fn list(headers: &HeaderMap, name: impl AsHeaderName) -> String {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn odd_bytes_cost_only_themselves() {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_bytes("华为 Mobile".as_bytes()).unwrap());
        assert_eq!(text(&headers, "user-agent"), "华为 Mobile");
        headers.insert("user-agent", HeaderValue::from_bytes(b"a\xFFb").unwrap());
        assert_eq!(text(&headers, "user-agent"), "a\u{FFFD}b");
        assert_eq!(text(&headers, "referer"), "");
        headers.append("x", HeaderValue::from_static("1, 2"));
        headers.append("x", HeaderValue::from_static("3"));
        assert_eq!(list(&headers, "x"), "1, 2,3");
    }
}
