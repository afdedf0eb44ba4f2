//! Whose address a request comes from. `X-Forwarded-For` is believed only when the peer itself is a
//! proxy named in the configuration; otherwise anybody could choose the address that limits count.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The proxies whose `X-Forwarded-For` is believed. Put it into the router as an axum `Extension`.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<Vec<Network>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    base: IpAddr,
    bits: u8,
}

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// The entry that is neither.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<TrustedProxies, String> {
        let networks: Result<Vec<Network>, String> =
            entries.iter().map(|entry| Network::parse(entry.as_ref())).collect();
        Ok(TrustedProxies(Arc::new(networks?)))
    }

    /// Whether `address` is one of the named proxies.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// The visitor's address: the peer's, or, behind named proxies, the last forwarded one that is no proxy itself.
    pub fn visitor(&self, peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
        if !self.contain(peer) {
            return peer.to_canonical();
        }
        let mut visitor = peer;
        for part in forwarded.unwrap_or("").rsplit(',') {
            let Ok(address) = part.trim().parse::<IpAddr>() else {
                break;
            };
            visitor = address;
            if !self.contain(address) {
                break;
            }
        }
        visitor.to_canonical()
    }
}

impl Network {
    fn parse(text: &str) -> Result<Network, String> {
        let wrong = || format!("{text} is neither an address nor a network");
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text.trim(), None),
        };
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let widest = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(widest);
        if bits > widest {
            return Err(wrong());
        }
        Ok(Network { base, bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        if self.base.is_ipv4() != address.is_ipv4() {
            return false;
        }
        let width = if address.is_ipv4() { 32 } else { 128 };
        let shift = u32::from(width - self.bits);
        let cut = |value: u128| value.checked_shr(shift).unwrap_or(0);
        cut(number(self.base)) == cut(number(address))
    }
}

/// The address nothing is known about: requests in tests have no connection.
pub(crate) const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_only_from_named_proxies() {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8", "::1"]).unwrap();
        for (peer, forwarded, want) in [
            ("203.0.113.9", Some("1.2.3.4"), "203.0.113.9"),
            ("10.1.1.1", Some("1.2.3.4"), "1.2.3.4"),
            ("10.1.1.1", Some("6.6.6.6, 1.2.3.4, 10.9.9.9"), "1.2.3.4"),
            ("10.1.1.1", Some("not an address"), "10.1.1.1"),
            ("10.1.1.1", None, "10.1.1.1"),
            ("::ffff:10.1.1.1", Some("1.2.3.4"), "1.2.3.4"),
        ] {
            let found = proxies.visitor(peer.parse().unwrap(), forwarded);
            assert_eq!(found, want.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
        assert!(TrustedProxies::parse(&["10.0.0.0/40"]).is_err());
        assert!(TrustedProxies::parse(&["proxy"]).is_err());
    }
}
