//! Who shares an address: the one place where limits by address get their key and their measure.
//!
//! An address is not a person. A household has one IPv4 address, or a whole /64 of IPv6 from which it takes a new one
//! whenever it likes. Behind one IPv4 address of a mobile carrier stand hundreds of people at once (carrier-grade NAT;
//! in China nearly every phone on IPv4), and behind one of a hospital's or an office's Wi-Fi as many. So a limit by
//! neighbourhood is a wall against floods: it must leave room for [`PEOPLE`] people, and what is meant for one person
//! (wrong passwords, codes) is counted by person and device before it.

use std::fmt;
use std::net::IpAddr;

/// The number of people who may use the service at one time from one neighbourhood without counting as a flood.
pub const PEOPLE: usize = 500;

/// The addresses that one household, or one carrier's gateway, speaks from: an IPv4 address, or a /64 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Neighbourhood(IpAddr);

impl Neighbourhood {
    /// The neighbourhood of an address.
    pub fn of(address: IpAddr) -> Neighbourhood {
        match address.to_canonical() {
            IpAddr::V6(v6) => Neighbourhood(IpAddr::V6((v6.to_bits() >> 64 << 64).into())),
            v4 => Neighbourhood(v4),
        }
    }

    /// The neighbourhood of whoever a [`Trace`](crate::Trace) is about; jobs and commands have none.
    pub fn of_trace(ip: &str) -> Option<Neighbourhood> {
        ip.parse().ok().map(Neighbourhood::of)
    }
}

impl fmt::Display for Neighbourhood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}"),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> String {
        Neighbourhood::of(address.parse().unwrap()).to_string()
    }

    #[test]
    fn a_household_is_one_however_many_addresses_it_has() {
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7", "one address, written in two ways");
    }
}
