//! Where each request of a connection begins and ends, judged before anything is made of it. Pure.
//!
//! Two readers of one stream must not disagree about where a request ends: if a proxy in front of this service reads it
//! differently, what one takes for a body is the next request to the other. A request that leaves room for two readings
//! is refused, although the standard (RFC 9112) would allow us to guess.

use std::str;

use super::chunks::Chunks;

/// No browser sends more header lines than this.
const HEADERS: usize = 100;
/// A longer address was made up; the longest that browsers send are those of returns from partners.
const TARGET_BYTES: usize = 8 * 1024;
/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It cannot be read.
    Malformed,
    /// `Host` is missing, there twice, or no host.
    Host,
    /// Its body could be read as ending in two places.
    Framing,
    /// The head is larger than is read.
    HeadTooLarge,
    /// The address is longer than is read.
    TargetTooLong,
}

/// How a request's body is marked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// This many bytes are still to come.
    Length(u64),
    /// Chunks, each with its size before it.
    Chunked(Chunks),
}

impl Body {
    /// How many of `bytes` belong to the body, and whether it ends with them.
    ///
    /// # Errors
    /// How many bytes are good before what no chunk begins with.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(usize, bool), usize> {
        match self {
            Body::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= taken as u64;
                Ok((taken, *left == 0))
            }
            Body::Chunked(chunks) => chunks.take(bytes),
        }
    }

    /// Whether there is no body at all.
    pub(super) fn is_empty(&self) -> bool {
        *self == Body::Length(0)
    }
}

/// Where the first head in `bytes` ends, if it is all there. `searched` says how far an earlier look came: a head
/// that comes byte by byte must not be searched anew for each.
pub(super) fn head_end(bytes: &[u8], searched: &mut usize) -> Option<usize> {
    let from = searched.saturating_sub(END.len() - 1);
    let found = bytes.get(from..)?.windows(END.len()).position(|window| window == END);
    *searched = bytes.len();
    found.map(|at| from + at + END.len())
}

/// Judges a whole head, and says how its body is marked off.
pub(super) fn judge(head: &[u8]) -> Result<Body, Refusal> {
    if has_bare_line_end(head) {
        return Err(Refusal::Malformed);
    }
    let mut lines = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut lines);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::HeadTooLarge),
        Ok(httparse::Status::Partial) | Err(_) => return Err(Refusal::Malformed),
    }
    let (Some(target), Some(minor)) = (request.path, request.version) else { return Err(Refusal::Malformed) };
    if target.len() > TARGET_BYTES {
        return Err(Refusal::TargetTooLong);
    }
    let form = target.starts_with('/') || target == "*" || scheme_of(target).is_some();
    if !form || http::Uri::try_from(target).is_err() {
        return Err(Refusal::Malformed);
    }
    host(target, minor, request.headers)?;
    body(minor, request.headers)
}

/// A line feed without its carriage return is a line's end to some, and not to others.
fn has_bare_line_end(head: &[u8]) -> bool {
    let mut before = 0;
    head.iter().any(|byte| {
        let bare = *byte == b'\n' && before != b'\r';
        before = *byte;
        bare
    })
}

fn values<'a>(headers: &'a [httparse::Header<'a>], name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// One `Host`, well formed; HTTP/1.0, which health probes still speak, may leave it out. A target that names a host
/// itself must name the same.
fn host(target: &str, minor: u8, headers: &[httparse::Header<'_>]) -> Result<(), Refusal> {
    let mut hosts = values(headers, "host");
    let (host, second) = (hosts.next(), hosts.next());
    if second.is_some() || (host.is_none() && minor == 1) {
        return Err(Refusal::Host);
    }
    if host.is_some_and(|host| !is_host(host)) {
        return Err(Refusal::Host);
    }
    let Some(rest) = scheme_of(target) else { return Ok(()) };
    let named = rest.split(['/', '?']).next().unwrap_or_default();
    let same = is_host(named.as_bytes()) && host.is_none_or(|host| host.eq_ignore_ascii_case(named.as_bytes()));
    if same { Ok(()) } else { Err(Refusal::Host) }
}

/// What follows the scheme of a target that is a whole address.
fn scheme_of(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https").then_some(rest)
}

/// A name or an address, perhaps with a port: nothing that could be read as more than that.
fn is_host(host: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(host) else { return false };
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, after)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            if after.is_empty() {
                return true;
            }
            let Some(port) = after.strip_prefix(':') else { return false };
            ("v6", port)
        }
        Some(_) => return false,
        None => text.split_once(':').unwrap_or((text, "0")),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && name.bytes().all(is_name) && port.parse::<u16>().is_ok()
}

/// One length, or chunks and nothing beside them.
fn body(minor: u8, headers: &[httparse::Header<'_>]) -> Result<Body, Refusal> {
    let mut codings = values(headers, "transfer-encoding");
    let mut lengths = values(headers, "content-length");
    let (coding, length) = (codings.next(), lengths.next());
    if codings.next().is_some() || lengths.next().is_some() || (coding.is_some() && length.is_some()) {
        return Err(Refusal::Framing);
    }
    if let Some(coding) = coding {
        let chunked = coding.eq_ignore_ascii_case(b"chunked") && minor == 1;
        return if chunked { Ok(Body::Chunked(Chunks::default())) } else { Err(Refusal::Framing) };
    }
    let Some(length) = length else { return Ok(Body::Length(0)) };
    let digits = !length.is_empty() && length.iter().all(u8::is_ascii_digit);
    let number = str::from_utf8(length).ok().filter(|_| digits).and_then(|text| text.parse().ok());
    number.map(Body::Length).ok_or(Refusal::Framing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Body, Refusal> {
        judge(text.as_bytes())
    }

    fn with(lines: &str) -> Result<Body, Refusal> {
        head(&format!("POST /login HTTP/1.1\r\nHost: app.example.cn\r\n{lines}\r\n"))
    }

    #[test]
    fn a_head_ends_once_however_slowly_it_comes() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
        let mut searched = 0;
        let ends: Vec<Option<usize>> = (0..text.len()).map(|upto| head_end(&text[..upto], &mut searched)).collect();
        assert_eq!(ends.iter().flatten().copied().next(), Some(text.len() - 3));
        assert_eq!(ends.iter().position(Option::is_some), Some(text.len() - 3), "as soon as it is all there");
        assert_eq!(head_end(text, &mut 0), Some(text.len() - 3), "and in one go");
    }

    #[test]
    fn one_host_and_a_plain_one() {
        for host in ["app.example.cn", "app.example.cn:8443", "10.0.0.7", "[2001:db8::1]", "[::1]:80", "my_pc"] {
            assert_eq!(head(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), Ok(Body::Length(0)), "{host}");
        }
        for host in [
            "",
            "a b",
            "a@b",
            "a/b",
            "a,b",
            "人社.cn",
            "a:",
            "a:99999",
            "a:b",
            "[::1",
            "[x]",
            "[::1]x",
            "[::1]:",
            "a:1:2",
            "\"a\"",
        ] {
            assert_eq!(head(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), Err(Refusal::Host), "{host}");
        }
        assert_eq!(head("GET / HTTP/1.1\r\n\r\n"), Err(Refusal::Host));
        assert_eq!(head("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), Err(Refusal::Host), "twice the same is twice");
        assert_eq!(head("GET /healthz HTTP/1.0\r\n\r\n"), Ok(Body::Length(0)), "an old probe");
        assert_eq!(head("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), Err(Refusal::Host));
    }

    #[test]
    fn a_target_that_names_a_host_names_the_same() {
        for (target, right) in [
            ("http://app.example.cn/login", true),
            ("http://APP.example.cn?x=1", true),
            ("http://evil.cn/login", false),
            ("http://app.example.cn@evil.cn/", false),
            ("/login?to=http://evil.cn/", true),
            ("*", true),
            ("/a\\b", true),
        ] {
            let judged = head(&format!("OPTIONS {target} HTTP/1.1\r\nHost: app.example.cn\r\n\r\n"));
            assert_eq!(judged.is_ok(), right, "{target}: {judged:?}");
        }
        assert_eq!(head("GET login HTTP/1.1\r\nHost: a\r\n\r\n"), Err(Refusal::Malformed));
        assert_eq!(head("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), Err(Refusal::Malformed));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert_eq!(with("Content-Length: 12\r\n"), Ok(Body::Length(12)));
        assert_eq!(with("Transfer-Encoding: chunked\r\n"), Ok(Body::Chunked(Chunks::default())));
        for lines in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            "Content-Length: 3\r\nContent-Length: 4\r\n",
            "Content-Length: 3, 3\r\n",
            "Content-Length: +3\r\n",
            "Content-Length: 0x3\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: xchunked\r\n",
        ] {
            assert_eq!(with(lines), Err(Refusal::Framing), "{lines:?}");
        }
        for lines in [
            "X: 1\r\n folded\r\n",
            "Content-Length : 3\r\n",
            "Content-Length: 3\nX: 1\r\n",
            "X: \0\r\n",
            ": nameless\r\n",
            "Transfer-Encoding\r\n",
        ] {
            assert_eq!(with(lines), Err(Refusal::Malformed), "{lines:?}");
        }
        let old = head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(old, Err(Refusal::Framing), "HTTP/1.0 knows no chunks");
        assert!(
            with("Cookie: theme=深色\r\nUser-Agent: 浏览器\r\n").is_ok(),
            "bytes beyond ASCII are a neighbour's matter"
        );
    }

    #[test]
    fn too_much_is_said_to_be_too_much() {
        let many: String = (0..=HEADERS).map(|n| format!("X-{n}: 1\r\n")).collect();
        assert_eq!(with(&many), Err(Refusal::HeadTooLarge));
        let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(TARGET_BYTES));
        assert_eq!(head(&long), Err(Refusal::TargetTooLong));
    }
}
