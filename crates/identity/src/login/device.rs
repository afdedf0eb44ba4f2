//! The device cookie: proof that an account has logged in on this device before, so that strangers'
//! wrong tries elsewhere do not lock its owner out here (T05).
//!
//! It is `<device>.<account>.<expiry>.<mac>` and opens nothing by itself.

use kernel::Moment;
use platform::Ctx;
use subtle::ConstantTimeEq;

use crate::blind::hex;
use crate::people::AccountId;

/// A device that has logged in to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    /// Random, 32 hexadecimal digits.
    pub(crate) device: String,
    /// The account that logged in last.
    pub(crate) account: AccountId,
    expires_at: Moment,
}

impl KnownDevice {
    /// A cookie for an account that just logged in; the device keeps its name if it had one.
    pub(crate) fn issue(ctx: &Ctx, before: Option<&KnownDevice>, account: &AccountId, days: i64) -> KnownDevice {
        let device = before.map_or_else(|| hex(&kernel::bytes32(&*ctx.rng)[..16]), |known| known.device.clone());
        KnownDevice { device, account: account.clone(), expires_at: ctx.now().plus_secs(days * 86_400) }
    }

    /// Reads a cookie; `None` if it is not ours or too old.
    pub(crate) fn read(ctx: &Ctx, cookie: &str) -> Option<KnownDevice> {
        let mut parts = cookie.split('.');
        let (device, account, expires_at, mac) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let known = KnownDevice {
            device: device.to_owned(),
            account: account.parse().ok()?,
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
        format!("{}.{}.{}", self.device, self.account.as_str(), self.expires_at.ms())
    }

    fn mac(&self, ctx: &Ctx) -> String {
        hex(&ctx.vault.mac("device", self.plain().as_bytes()))
    }
}
