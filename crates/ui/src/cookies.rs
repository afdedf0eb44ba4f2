//! The cookies that a browser sends, read pair by pair, so that cookies of a neighbour under the same domain, whatever
//! bytes they hold, never hide our own.

use http::{HeaderMap, header};

/// The pairs that can be read, of all `Cookie` lines, in order.
pub(crate) fn read(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The value of a cookie. Where a name comes twice, one of them is a neighbour's, and the later is taken: browsers
/// send cookies of longer paths first and older ones before younger, so that a neighbour's comes first if it was
/// set for a longer path, or before ours. Over HTTPS the question does not arise: nobody but this very host can set
/// a name that begins with `__Host-`.
pub(crate) fn find<'a>(cookies: &'a [(String, String)], name: &str) -> Option<&'a str> {
    cookies.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The name of a cookie of ours on this transport. `__Host-` keeps a neighbour under the same domain from planting
/// it; browsers accept it over HTTPS only.
pub(crate) fn name_of(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn cookies(lines: &[&[u8]]) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        read(&headers)
    }

    #[test]
    fn a_pair_that_cannot_be_read_is_skipped_alone() {
        for line in [
            &b"visit=a; theme=\xFF\xFE; ses=b"[..],
            "visit=a; 主题=深色; ses=b".as_bytes(),
            b"visit=a; novalue; ses=b",
            b"visit=a;;; =x;ses=b",
            b"visit=a; t=\"x;y\"; ses=b",
        ] {
            let read = cookies(&[line]);
            assert_eq!((find(&read, "visit"), find(&read, "ses")), (Some("a"), Some("b")), "{line:?}");
        }
        let read = cookies(&[b"visit=a", b"\xFF=1; ses=b"]);
        assert_eq!((find(&read, "visit"), find(&read, "ses")), (Some("a"), Some("b")), "several lines");
    }

    #[test]
    fn of_two_with_one_name_the_later_is_ours() {
        assert_eq!(find(&cookies(&[b"ses=planted; ses=ours"]), "ses"), Some("ours"));
        assert_eq!(find(&cookies(&[b"ses=planted", b"ses=ours"]), "ses"), Some("ours"));
    }
}
