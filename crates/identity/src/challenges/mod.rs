//! Challenges 设备验证: the page on which a session shows on which device it is, by the device's key or by a code from its
//! owner's phone. What holds of a device and for how long is in [`devices`](crate::devices); the phone's way is here, above
//! the codes that go by SMS.

mod pages;
mod show_phone;

pub(crate) use pages::routes;
