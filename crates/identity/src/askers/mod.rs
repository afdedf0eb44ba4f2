//! Who asks, as far as this can be known without proof: the account that somebody is signed in to, or else the browser
//! and the network neighbourhood. What a stranger spends of somebody's tries or codes is counted against the stranger,
//! so that nobody is locked out of what is theirs by others (T05). And on which device somebody asks, and from where.

mod budget;
mod device;
mod place;
mod window;

use platform::Ctx;
use platform::vault::Vault;
use ui::Page;

use crate::blind::Blind;
use crate::gates::neighbourhood;
use crate::ids::AccountId;

pub(crate) use budget::Budget;
pub(crate) use device::{DEVICE_COOKIE, Known, KnownDevice};
pub(crate) use place::{Place, gates_mark, phone_place, place};
pub(crate) use window::{Spent, wait_secs, window_wait};

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Asker {
    /// The account, or else the browser by the cookie of its visit; `None` where it brought none.
    pub(crate) who: Option<Blind>,
    /// The network neighbourhood.
    pub(crate) place: Blind,
    /// Whether neighbours spend what is this asker's. Without an account they do: a browser is its cookie, and whoever
    /// wants many has many.
    shares: bool,
}

impl Asker {
    /// Reads a request.
    pub(crate) fn of(ctx: &Ctx, page: &Page) -> Asker {
        let place = Blind::place(&ctx.vault, &neighbourhood(&ctx.trace.ip));
        Asker { who: page.browser().map(|word| Blind::browser(&ctx.vault, word)), place, shares: true }
    }

    /// Somebody who is signed in. An account costs a confirmed mobile number, so that it has a share of its own and its
    /// neighbours have theirs.
    pub(crate) fn signed_in(ctx: &Ctx, account: &AccountId) -> Asker {
        let place = Blind::place(&ctx.vault, &neighbourhood(&ctx.trace.ip));
        Asker { who: Some(Blind::account(&ctx.vault, account.as_str())), place, shares: false }
    }

    /// Nobody of whom anything is known: for the demo's people, who are vouched for.
    pub(crate) fn nowhere(vault: &Vault) -> Asker {
        Asker { who: None, place: Blind::place(vault, ""), shares: true }
    }

    /// Whether a try was made by the same account; without one, by the same browser or from the same neighbourhood.
    pub(crate) fn made(&self, who: Option<&[u8]>, place: Option<&[u8]>) -> bool {
        let same = self.who.as_ref().is_some_and(|own| Some(own.bytes()) == who);
        same || (self.shares && Some(self.place.bytes()) == place)
    }
}
