//! Sets of network addresses, as the configuration writes them.

use std::net::IpAddr;
use std::sync::Arc;

/// Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`). Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Arc<Vec<Network>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    base: IpAddr,
    bits: u8,
}

impl Networks {
    /// Reads a list.
    ///
    /// # Errors
    /// The entry that is neither an address nor a network.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Networks, String> {
        let networks: Result<Vec<Network>, String> =
            entries.iter().map(|entry| Network::parse(entry.as_ref())).collect();
        Ok(Networks(Arc::new(networks?)))
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn parse(text: &str) -> Result<Network, String> {
        let wrong = || format!("\"{text}\" is neither an address (10.0.0.7) nor a network (10.0.0.0/8)");
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
    fn an_address_is_found_in_its_networks() {
        let networks = Networks::parse(&["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]).unwrap();
        for (address, within) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("::ffff:10.1.1.1", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::1", true),
        ] {
            assert_eq!(networks.contain(address.parse().unwrap()), within, "{address}");
        }
        assert!(Networks::parse(&["0.0.0.0/0"]).unwrap().contain("203.0.113.9".parse().unwrap()));
        for wrong in ["10.0.0.0/40", "proxy", "", "10.0.0.0/", "::1/129"] {
            assert!(Networks::parse(&[wrong]).is_err(), "{wrong}");
        }
    }
}
