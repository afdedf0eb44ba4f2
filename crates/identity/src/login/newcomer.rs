//! Whoever has just opened an account and comes to the login page: their number stands there already. It is in the browser's own
//! cookie, sealed, for a quarter of an hour; nothing of it depends on whether an account was opened.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Mobile;
use platform::Ctx;
use platform::vault::Aad;
use serde::{Deserialize, Serialize};
use ui::Page;

use crate::failure::Failure;

/// The cookie, by its bare name.
const COOKIE: &str = "new";
/// How long it tells, in seconds.
const SECS: i64 = 900;

const AAD: Aad<'static> = Aad { table: "cookie", column: "new", row: "mobile" };

/// What the browser keeps of it.
#[derive(Serialize, Deserialize)]
struct Kept {
    mobile: String,
    signed_up: bool,
    until_ms: i64,
}

/// Somebody who has just opened an account.
pub(crate) struct JustOpened {
    /// The number they typed.
    pub(crate) mobile: String,
    /// By signing up, and not by having been proven: the account goes unless they are.
    pub(crate) signed_up: bool,
}

impl JustOpened {
    /// What the browser says of it, if anything.
    pub(crate) fn read(ctx: &Ctx, page: &Page) -> Option<JustOpened> {
        let sealed = URL_SAFE_NO_PAD.decode(page.cookie(COOKIE)?).ok()?;
        let kept: Kept = serde_json::from_slice(&ctx.vault.system_key().open(AAD, &sealed).ok()?).ok()?;
        let Kept { mobile, signed_up, until_ms } = kept;
        (ctx.now().ms() < until_ms).then_some(JustOpened { mobile, signed_up })
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
        let mobile = mobile.expose().to_owned();
        let kept = Kept { mobile, signed_up, until_ms: ctx.now().plus_secs(SECS).ms() };
        let plain = serde_json::json!(kept).to_string();
        let sealed = ctx.vault.system_key().seal(AAD, plain.as_bytes(), &*ctx.rng)?;
        page.set_cookie(response, COOKIE, &URL_SAFE_NO_PAD.encode(sealed), Some(SECS));
        Ok(())
    }

    /// Forgets it: they have logged in.
    pub(crate) fn forget(page: &Page, response: &mut Response) {
        if page.cookie(COOKIE).is_some() {
            page.clear_cookie(response, COOKIE);
        }
    }
}
