//! Whoever has just opened an account and comes to the login page: their number stands there already. It is in the browser's own
//! cookie, sealed, for a quarter of an hour; nothing of it depends on whether an account was opened.

use axum::response::Response;
use kernel::Mobile;
use platform::Ctx;
use serde::{Deserialize, Serialize};
use ui::Page;

use crate::failure::Failure;
use crate::sealed::SealedCookie;

/// It tells for a quarter of an hour.
const COOKIE: SealedCookie<JustOpened> = SealedCookie::new("new", "mobile", 900);

/// Somebody who has just opened an account, as the browser keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct JustOpened {
    /// The number they typed.
    pub(crate) mobile: String,
    /// By signing up, and not by having been proven: the account goes unless they are.
    pub(crate) signed_up: bool,
}

impl JustOpened {
    /// What the browser says of it, if anything.
    pub(crate) fn read(ctx: &Ctx, page: &Page) -> Option<JustOpened> {
        COOKIE.read(ctx, page)
    }

    /// Lets the browser say it.
    ///
    /// # Errors
    /// Sealing failed.
    pub(crate) fn note(
        ctx: &Ctx,
        page: &Page,
        response: &mut Response,
        (mobile, signed_up): (&Mobile, bool),
    ) -> Result<(), Failure> {
        COOKIE.note(ctx, page, response, JustOpened { mobile: mobile.expose().to_owned(), signed_up })
    }

    /// Forgets it: they have logged in.
    pub(crate) fn forget(page: &Page, response: &mut Response) {
        COOKIE.forget(page, response);
    }
}
