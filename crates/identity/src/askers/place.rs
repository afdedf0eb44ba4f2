//! From where a browser asks: its name and its network neighbourhood, as one fingerprint. What was
//! shown from one place does not hold at another, where the same cookies may be in a thief's hands.
//!
//! Some networks give each request another exit address. A browser there is known by its name alone, for a
//! while, once it has shown its key or its owner's phone from there (`docs/adr/0017`).

use std::net::IpAddr;

use platform::Ctx;

use crate::blind::hex;

/// The page that shows the device, up to the mark of the place that its visitor was sent from.
const GATES_PAGE: &str = "/devices/prove?at=";

/// The fingerprints of the place a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Of the browser's name and the network it asks from now.
    pub(crate) here: Vec<u8>,
    /// Of the browser's name on whatever network.
    pub(crate) roaming: Vec<u8>,
}

impl Place {
    /// Enough of where this is to tell it from another place, for an address.
    fn mark(&self) -> String {
        hex(&self.here.iter().take(8).copied().collect::<Vec<u8>>())
    }

    /// The page that shows the device, for whoever is sent there from this place.
    pub(crate) fn prove_page(&self) -> String {
        format!("{GATES_PAGE}{}", self.mark())
    }

    /// Whether that page was reached from here, by what [`gates_mark`] reads.
    pub(crate) fn is_marked(&self, mark: &str) -> bool {
        mark == self.mark()
    }

    /// A place for tests; no two of different numbers are the same.
    #[cfg(test)]
    pub(crate) fn marked(number: u8) -> Place {
        Place { here: vec![number; 32], roaming: Vec::new() }
    }

    /// Whether somebody was sent to that page from another place than this. `at`: what the page's address says; empty where
    /// nobody was sent.
    pub(crate) fn is_other_than(&self, at: &str) -> bool {
        !at.is_empty() && at != self.mark()
    }
}

/// From which place somebody was sent to the page that a gate leads to until the device has shown itself; `None` for any other
/// page.
pub(crate) fn gates_mark(page: &str) -> Option<&str> {
    page.strip_prefix(GATES_PAGE)
}

/// The place a request comes from.
pub(crate) fn place(ctx: &Ctx, user_agent: &str) -> Place {
    let mac = |network: &str| ctx.vault.mac("place", format!("{network}\n{user_agent}").as_bytes()).to_vec();
    Place { here: mac(&neighbourhood(&ctx.trace.ip)), roaming: mac("*") }
}

/// The fingerprint of a place that a shown phone is noted under: the browser's name on whatever network.
pub(crate) fn phone_place(place: &Place) -> &[u8] {
    &place.roaming
}

/// A phone keeps its neighbourhood while its operator gives it another number now and then.
fn neighbourhood(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}")
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::neighbourhood;

    #[test]
    fn a_neighbourhood_is_wider_than_an_address() {
        assert_eq!(neighbourhood("203.0.113.7"), neighbourhood("203.0.113.99"));
        assert_ne!(neighbourhood("203.0.113.7"), neighbourhood("203.0.114.7"));
        assert_eq!(neighbourhood("2001:db8:1:2::1"), neighbourhood("2001:db8:1:9::1"));
        assert_ne!(neighbourhood("2001:db8:1::1"), neighbourhood("2001:db8:2::1"));
    }
}
