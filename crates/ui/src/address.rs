//! Whose address a request comes from, and by which name and scheme. What a header says of that is believed only when
//! the peer itself is a proxy named in the configuration; otherwise anybody could choose the address that limits
//! count.

use std::net::{IpAddr, Ipv4Addr};

use http::HeaderMap;
use platform::config::ForwardedBy;
use platform::networks::Networks;

use crate::headers;

/// The proxies that are believed, and the headers they write. Put it into the router as an axum `Extension`.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Networks,
    by: ForwardedBy,
}

/// How a request came, according to the connection and trusted proxies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// The visitor's address: the peer's, or, behind named proxies, the last forwarded one that is no proxy itself.
    pub address: IpAddr,
    /// Whether a named proxy brought it.
    pub by_proxy: bool,
    /// Whether that proxy said for whom.
    pub named: bool,
    /// The host the visitor asked for, if the proxy says it apart from `Host`.
    pub host: Option<String>,
    /// The scheme the visitor asked by, if the proxy says it.
    pub scheme: Option<String>,
}

/// The address for requests about which nothing is known: in tests they have no connection.
pub(crate) const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl TrustedProxies {
    /// Proxies in these networks, which write these headers.
    pub fn new(networks: Networks, by: ForwardedBy) -> TrustedProxies {
        TrustedProxies { networks, by }
    }

    /// How a request of this peer came.
    pub fn came(&self, peer: IpAddr, headers: &HeaderMap) -> Came {
        let address = peer.to_canonical();
        if !self.networks.contain(peer) {
            return Came { address, by_proxy: false, named: false, host: None, scheme: None };
        }
        let came = match self.by {
            ForwardedBy::XForwarded => self.x_forwarded(address, headers),
            ForwardedBy::Forwarded => self.forwarded(address, headers),
        };
        Came { address: came.address.to_canonical(), ..came }
    }

    /// `X-Forwarded-For`: each proxy adds its peer at the end. The other two headers hold what the outermost proxy saw.
    fn x_forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> Came {
        let way = headers::list(headers, "x-forwarded-for");
        let (address, named) = self.last_stranger(peer, way.split(','));
        let first = |name: &str| {
            let list = headers::list(headers, name);
            let first = list.split(',').map(str::trim).find(|part| !part.is_empty())?;
            Some(first.to_ascii_lowercase())
        };
        Came { address, named, by_proxy: true, host: first("x-forwarded-host"), scheme: first("x-forwarded-proto") }
    }

    /// `Forwarded` (RFC 7239): each proxy adds an element with all it knows.
    fn forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> Came {
        let way = headers::list(headers, "forwarded");
        let mut elements: Vec<Element> = rsplit_outside_quotes(&way, ',').map(Element::read).collect();
        elements.reverse();
        let nodes = elements.iter().map(|element| element.node.as_deref().unwrap_or_default());
        let (address, named) = self.last_stranger(peer, nodes);
        // The outermost element that says it: what the visitor typed.
        let first = |of: fn(&Element) -> &Option<String>| elements.iter().find_map(|element| of(element).clone());
        Came { address, named, by_proxy: true, host: first(|e| &e.host), scheme: first(|e| &e.scheme) }
    }

    /// From the nearest hop outwards, the first address that is no proxy of ours. An entry that hides its address
    /// (`unknown`) ends the way: what stands before it was said by nobody we know.
    fn last_stranger<'a>(&self, peer: IpAddr, way: impl DoubleEndedIterator<Item = &'a str>) -> (IpAddr, bool) {
        let mut found = (peer, false);
        for part in way.rev().map(str::trim).filter(|part| !part.is_empty()) {
            let Some(address) = node(part) else { break };
            found = (address, true);
            if !self.networks.contain(address) {
                break;
            }
        }
        found
    }
}

/// One element of `Forwarded`.
struct Element {
    node: Option<String>,
    host: Option<String>,
    scheme: Option<String>,
}

impl Element {
    fn read(text: &str) -> Element {
        let mut element = Element { node: None, host: None, scheme: None };
        for pair in rsplit_outside_quotes(text, ';') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = value.trim().trim_matches('"').to_ascii_lowercase();
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => element.node = Some(value),
                "host" => element.host = Some(value),
                "proto" => element.scheme = Some(value),
                _ => {}
            }
        }
        element
    }
}

/// From the end: a quote that a visitor left open must not swallow what our proxy wrote behind it.
fn rsplit_outside_quotes(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.rsplit(move |c| {
        quoted ^= c == '"';
        c == at && !quoted
    })
}

/// An address as proxies write it: bare, with a port, in brackets, in quotes, with an IPv6 zone.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        // One colon parts a port from an IPv4 address; an IPv6 address has several.
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    bare.split('%').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn proxies(by: ForwardedBy) -> TrustedProxies {
        TrustedProxies::new(Networks::parse(&["10.0.0.0/8", "::1"]).unwrap(), by)
    }

    fn came(by: ForwardedBy, peer: &str, lines: &[(&'static str, &str)]) -> Came {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        proxies(by).came(peer.parse().unwrap(), &headers)
    }

    #[test]
    fn forwarded_addresses_are_believed_only_from_named_proxies() {
        for (peer, way, want) in [
            ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
            ("10.1.1.1", "1.2.3.4", "1.2.3.4"),
            ("10.1.1.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
            ("::ffff:10.1.1.1", "1.2.3.4", "1.2.3.4"),
            ("::1", "::ffff:1.2.3.4", "1.2.3.4"),
        ] {
            let found = came(ForwardedBy::XForwarded, peer, &[("x-forwarded-for", way)]);
            assert_eq!(found.address, want.parse::<IpAddr>().unwrap(), "{peer} {way:?}");
            assert_eq!(found.by_proxy, peer != "203.0.113.9");
        }
        let bare = came(ForwardedBy::XForwarded, "10.1.1.1", &[]);
        assert_eq!((bare.address.to_string().as_str(), bare.named), ("10.1.1.1", false));
    }

    #[test]
    fn an_address_is_read_however_a_proxy_writes_it() {
        for (way, want) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("\"203.0.113.9\"", "203.0.113.9"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("203.0.113.9,, ,", "203.0.113.9"),
            (", 203.0.113.9 , 10.0.0.1:80", "203.0.113.9"),
            // What a visitor made up stands before what our proxy adds.
            ("人社, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1, 203.0.113.9:1", "203.0.113.9"),
            // Nobody whom we trust vouches for the entries before a hidden address.
            ("1.2.3.4, unknown", "10.1.1.1"),
            ("1.2.3.4, _hidden, 10.0.0.2", "10.0.0.2"),
            ("203.0.113.9.evil, x", "10.1.1.1"),
        ] {
            let found = came(ForwardedBy::XForwarded, "10.1.1.1", &[("x-forwarded-for", way)]);
            assert_eq!(found.address, want.parse::<IpAddr>().unwrap(), "{way:?}");
        }
        let two = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")];
        assert_eq!(
            came(ForwardedBy::XForwarded, "10.1.1.1", &two).address.to_string(),
            "1.2.3.4",
            "two lines, one way"
        );
    }

    #[test]
    fn name_and_scheme_are_those_of_the_outermost_proxy() {
        let lines = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "HTTPS, http"),
            ("x-forwarded-host", "App.example.cn, inner"),
        ];
        let found = came(ForwardedBy::XForwarded, "10.1.1.1", &lines);
        assert_eq!((found.scheme.as_deref(), found.host.as_deref()), (Some("https"), Some("app.example.cn")));
        let found = came(ForwardedBy::XForwarded, "203.0.113.9", &lines);
        assert_eq!((found.scheme, found.host), (None, None), "nobody asked this visitor");
        let other = came(ForwardedBy::Forwarded, "10.1.1.1", &lines);
        assert_eq!((other.scheme, other.named), (None, false), "one header or the other, never both");
    }

    #[test]
    fn the_standard_header_is_read_where_the_configuration_says_so() {
        for (way, want) in [
            ("for=203.0.113.9;proto=https;host=app.example.cn;by=10.0.0.1", "203.0.113.9"),
            ("For=\"[2001:db8:cafe::17]:4711\";Proto=https", "2001:db8:cafe::17"),
            ("for=6.6.6.6, for=203.0.113.9;proto=https, for=10.0.0.2;proto=http", "203.0.113.9"),
            ("for=203.0.113.9;note=\"a, b; for=6.6.6.6\"", "203.0.113.9"),
            ("for=1.2.3.4, for=unknown", "10.1.1.1"),
            ("for=\"6.6.6.6, for=203.0.113.9", "203.0.113.9"),
            ("for=6.6.6.6;x=\", for=\"[2001:db8::9]\"", "2001:db8::9"),
            ("proto=https", "10.1.1.1"),
        ] {
            let found = came(ForwardedBy::Forwarded, "10.1.1.1", &[("forwarded", way)]);
            assert_eq!(found.address, want.parse::<IpAddr>().unwrap(), "{way:?}");
        }
        let whole =
            came(ForwardedBy::Forwarded, "10.1.1.1", &[("forwarded", "for=1.2.3.4;proto=HTTPS;host=\"a:8443\"")]);
        assert_eq!((whole.scheme.as_deref(), whole.host.as_deref()), (Some("https"), Some("a:8443")));
    }
}
