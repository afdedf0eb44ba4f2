//! Who asks, as far as it can be told without asking who it is: the browser and the network
//! neighbourhood. What a stranger spends of somebody's tries or codes is counted against the stranger,
//! so that nobody is locked out of what is theirs by others (T05).

mod budget;
mod window;

use platform::Ctx;
use platform::vault::Vault;
use ui::Page;

use crate::blind::Blind;
use crate::gates::neighbourhood;

pub(crate) use budget::Budget;
pub(crate) use window::{Spent, wait_secs, window_wait};

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Asker {
    /// The browser, by the cookie of its visit; `None` where it brought none.
    pub(crate) browser: Option<Blind>,
    /// The network neighbourhood.
    pub(crate) place: Blind,
}

impl Asker {
    /// Reads a request.
    pub(crate) fn of(ctx: &Ctx, page: &Page) -> Asker {
        let place = Blind::place(&ctx.vault, &neighbourhood(&ctx.trace.ip));
        Asker { browser: page.browser().map(|word| Blind::browser(&ctx.vault, word)), place }
    }

    /// Nobody of whom anything is known: for the demo's people, who are vouched for.
    pub(crate) fn nowhere(vault: &Vault) -> Asker {
        Asker { browser: None, place: Blind::place(vault, "") }
    }

    /// Whether a try was made by the same browser or from the same neighbourhood.
    pub(crate) fn made(&self, browser: Option<&[u8]>, place: Option<&[u8]>) -> bool {
        let same_browser = self.browser.as_ref().is_some_and(|own| Some(own.bytes()) == browser);
        same_browser || Some(self.place.bytes()) == place
    }
}
