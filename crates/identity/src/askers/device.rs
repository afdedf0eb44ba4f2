//! The device cookie: proof that an account, or somebody at a desk, has logged in on this device before, so
//! that strangers' wrong tries elsewhere do not lock its owner out here (T05).
//!
//! It is `<device>.<owner>.<expiry>.<mac>` and opens nothing by itself.

use axum::response::Response;
use kernel::{Moment, TypedId};
use platform::Ctx;
use subtle::ConstantTimeEq;
use ui::Page;

use crate::blind::hex;
use crate::ids::AccountId;

/// The cookie by which a citizen's device is known again, by its bare name.
pub(crate) const DEVICE_COOKIE: &str = "dev";

/// A citizen's device.
pub(crate) type KnownDevice = Known<AccountId>;

impl KnownDevice {
    /// The device that a browser names.
    pub(crate) fn here(ctx: &Ctx, page: &Page) -> Option<KnownDevice> {
        page.cookie(DEVICE_COOKIE).and_then(|cookie| KnownDevice::read(ctx, cookie))
    }

    /// Lets the browser name its device, as one on which an account was used.
    pub(crate) fn give(ctx: &Ctx, page: &Page, response: &mut Response, account: &AccountId, days: i64) {
        let word = Known::word(ctx, KnownDevice::here(ctx, page).as_ref());
        let known = KnownDevice::issue(ctx, word, account, days);
        page.set_cookie(response, DEVICE_COOKIE, &known.cookie(ctx), Some(days * 86_400));
    }
}

/// A device on which somebody has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known<I> {
    /// Random, 32 hexadecimal digits.
    pub(crate) device: String,
    /// Who logged in last.
    pub(crate) owner: I,
    expires_at: Moment,
}

impl<I: TypedId + Clone> Known<I> {
    /// The word for a device: its own if it had one, or else drawn.
    pub(crate) fn word(ctx: &Ctx, before: Option<&Known<I>>) -> String {
        before.map_or_else(|| hex(&kernel::bytes32(&*ctx.rng)[..16]), |known| known.device.clone())
    }

    /// A cookie for somebody who just logged in on the device of that word.
    pub(crate) fn issue(ctx: &Ctx, device: String, owner: &I, days: i64) -> Known<I> {
        Known { device, owner: owner.clone(), expires_at: ctx.now().plus_secs(days * 86_400) }
    }

    /// Reads a cookie; `None` if it is not ours, of another kind, or too old.
    pub(crate) fn read(ctx: &Ctx, cookie: &str) -> Option<Known<I>> {
        let mut parts = cookie.split('.');
        let (device, owner, expires_at, mac) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let known = Known {
            device: device.to_owned(),
            owner: owner.parse().ok()?,
            expires_at: Moment::from_ms(expires_at.parse().ok()?),
        };
        let right = bool::from(known.mac(ctx).as_bytes().ct_eq(mac.as_bytes()));
        (right && ctx.now() < known.expires_at).then_some(known)
    }

    /// The cookie's text.
    pub(crate) fn cookie(&self, ctx: &Ctx) -> String {
        format!("{}.{}", self.plain(), self.mac(ctx))
    }

    fn plain(&self) -> String {
        // The owner's id begins with its kind, so a clerk's cookie is no citizen's.
        format!("{}.{}.{}", self.device, self.owner.as_str(), self.expires_at.ms())
    }

    fn mac(&self, ctx: &Ctx) -> String {
        hex(&ctx.vault.mac("device", self.plain().as_bytes()))
    }
}
