//! The address at which this service is reached. It comes from the configuration (`public_url`) and never from a
//! request, because visitors choose the `Host` header. A request that came by another name or scheme is told so,
//! because there nothing works as it should: cookies are kept from it, and forms and keys belong to another origin.
//!
//! A demo may be opened by `localhost` and by the machine's IP address as well, from a phone on the same network: a
//! number cannot be made to point elsewhere by somebody else, as a name can.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::address::Came;

/// The address, and what has been told about others. Put it into the router as an axum `Extension`.
#[derive(Clone, Debug)]
pub struct Site(Arc<Inner>, Offline);

/// Whether browsers may keep what they show without a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offline {
    Allowed,
    Off,
}

#[derive(Debug)]
struct Inner {
    own: Origin,
    demo: bool,
    tls: bool,
    told: [AtomicBool; 4],
}

/// Scheme and host as browsers write an origin: small letters, no port where it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    https: bool,
    host: String,
}

/// Where a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// This service's origin, as the visitor's browser knows it, or should.
    pub(crate) origin: Origin,
    /// How the visitor came, if not by that.
    pub(crate) elsewhere: Option<Elsewhere>,
}

/// A request that came by another way than the service's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// The way it came.
    pub(crate) by: Origin,
    pub(crate) why: Why,
}

/// What is wrong with the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Another name; the visitor's browser said it.
    Name,
    /// Another name; a proxy passed it on, and may have made it.
    ProxysName,
    /// http where it is https.
    Scheme,
}

impl Site {
    /// A service that is reached at `own` (`https://host`, perhaps with a port), speaks TLS itself or not.
    pub fn new(own: &str, demo: bool, tls: bool) -> Site {
        let told = std::array::from_fn(|_| AtomicBool::new(false));
        Site(Arc::new(Inner { own: Origin::parse(own), demo, tls, told }), Offline::Allowed)
    }

    /// The same, whose pages are shown without a network or not. Switched off, browsers end the worker that they have.
    #[must_use]
    pub fn offline(self, allowed: bool) -> Site {
        Site(self.0, if allowed { Offline::Allowed } else { Offline::Off })
    }

    pub(crate) fn keeps_offline(&self) -> bool {
        self.1 == Offline::Allowed
    }

    pub(crate) fn own(&self) -> &Origin {
        &self.0.own
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.0.demo
    }

    /// Judges a request that came this way, with this `Host`.
    pub(crate) fn stand(&self, came: &Came, host: &str) -> Standing {
        let own = &self.0.own;
        let asked = came.host.as_deref().unwrap_or(host);
        let https = match came.scheme.as_deref() {
            Some(scheme) => scheme == "https",
            // A proxy that keeps silent is taken to have done what the address says.
            None if came.by_proxy => own.https,
            None => self.0.tls,
        };
        let by = Origin::new(https, asked);
        // An old probe names no host and does not need one.
        if by == *own || asked.is_empty() {
            return Standing { origin: own.clone(), elsewhere: None };
        }
        if self.0.demo && is_this_machines(&by.host) {
            return Standing { origin: by, elsewhere: None };
        }
        let why = match (by.host == own.host, came.by_proxy) {
            (true, _) => Why::Scheme,
            (false, true) => Why::ProxysName,
            (false, false) => Why::Name,
        };
        Standing { origin: own.clone(), elsewhere: Some(Elsewhere { by, why }) }
    }

    /// Says once in this process's life what an operator must know.
    pub(crate) fn tell_elsewhere(&self, elsewhere: &Elsewhere) {
        let (by, own) = (elsewhere.by.text(), self.0.own.text());
        let first = |kind: usize| !self.0.told[kind].swap(true, Ordering::Relaxed);
        match elsewhere.why {
            Why::Name if first(0) => tracing::warn!(by, own, "site.opened_by_another_name"),
            Why::ProxysName if first(1) => tracing::warn!(
                by,
                own,
                "site.proxy_passes_another_name: let it pass Host on unchanged, or send X-Forwarded-Host"
            ),
            Why::Scheme if first(2) => tracing::warn!(by, own, "site.opened_by_http"),
            _ => {}
        }
    }

    /// Says once that a trusted proxy does not say for whom it asks: then everybody is one address to every limit.
    pub(crate) fn tell_nameless(&self, came: &Came) {
        if came.by_proxy && !came.named && !self.0.told[3].swap(true, Ordering::Relaxed) {
            tracing::warn!(proxy = %came.address, "proxy.names_nobody: every visitor counts as this address to all limits");
        }
    }
}

impl Origin {
    pub(crate) fn new(https: bool, host: &str) -> Origin {
        let host = host.trim().to_ascii_lowercase();
        let port = if https { ":443" } else { ":80" };
        Origin { https, host: host.strip_suffix(port).map(str::to_owned).unwrap_or(host) }
    }

    /// An address without a path; what has no scheme is taken for http.
    pub(crate) fn parse(text: &str) -> Origin {
        let (scheme, host) = text.split_once("://").unwrap_or(("http", text));
        Origin::new(scheme.eq_ignore_ascii_case("https"), host.trim_end_matches('/'))
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// `https://host`.
    pub(crate) fn text(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.host)
    }
}

/// `localhost` or an IP address, with any port.
fn is_this_machines(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(by_proxy: bool, host: Option<&str>, scheme: Option<&str>) -> Came {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Came { address: [192, 0, 2, 1].into(), by_proxy, named: by_proxy, host: text(host), scheme: text(scheme) }
    }

    fn why(site: &Site, came: &Came, host: &str) -> Option<Why> {
        let standing = site.stand(came, host);
        assert!(standing.elsewhere.is_none() || standing.origin == *site.own(), "what is said is always our own");
        standing.elsewhere.map(|elsewhere| elsewhere.why)
    }

    #[test]
    fn a_city_is_reached_by_one_name() {
        let behind = Site::new("https://app.example.cn", false, false);
        let by_proxy = came(true, None, None);
        for (came, host, want) in [
            (by_proxy.clone(), "app.example.cn", None),
            (by_proxy.clone(), "APP.example.cn:443", None),
            (by_proxy.clone(), "", None),
            (by_proxy.clone(), "10.0.0.7:8080", Some(Why::ProxysName)),
            (by_proxy, "localhost", Some(Why::ProxysName)),
            (came(true, Some("app.example.cn"), Some("https")), "10.0.0.7:8080", None),
            (came(true, None, Some("http")), "app.example.cn", Some(Why::Scheme)),
            (came(true, None, Some("https")), "app.example.cn:8443", Some(Why::ProxysName)),
            (came(false, None, None), "app.example.cn", Some(Why::Scheme)),
            (came(false, None, None), "10.0.0.7:8080", Some(Why::Name)),
        ] {
            assert_eq!(why(&behind, &came, host), want, "{came:?} {host}");
        }
        let itself = Site::new("https://app.example.cn:8443/", false, true);
        assert_eq!(why(&itself, &came(false, None, None), "app.example.cn:8443"), None);
        assert_eq!(why(&itself, &came(false, None, None), "app.example.cn"), Some(Why::Name), "another port");
    }

    #[test]
    fn a_demo_is_reached_by_numbers_as_well() {
        let demo = Site::new("http://localhost:8080", true, false);
        let direct = came(false, None, None);
        for (host, origin) in [
            ("localhost:8080", "http://localhost:8080"),
            ("localhost:9000", "http://localhost:9000"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("192.168.1.5:8080", "http://192.168.1.5:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("192.168.1.5:80", "http://192.168.1.5"),
        ] {
            let standing = demo.stand(&direct, host);
            assert_eq!((standing.origin.text().as_str(), standing.elsewhere), (origin, None), "{host}");
        }
        for host in ["mypc:8080", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "2130706433"] {
            assert_eq!(why(&demo, &direct, host), Some(Why::Name), "{host}");
        }
    }
}
