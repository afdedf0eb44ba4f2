//! Login by password or by SMS code, and the lock-out that grows (ACC-3, T03, T05).

mod by_code;
mod by_password;
mod device;
mod guard;
mod pages;
pub(crate) mod store;

pub(crate) use by_password::{Counted, count_wrong};
pub(crate) use device::KnownDevice;
pub(crate) use pages::{DEVICE_COOKIE, routes};
