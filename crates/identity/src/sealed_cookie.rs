//! What a browser itself keeps for a while, sealed: nothing of it is kept here.

use std::marker::PhantomData;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::Ctx;
use platform::vault::Aad;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ui::Page;

use crate::failure::Failure;

/// A cookie of a struct `T`, which stands in it as JSON.
pub(crate) struct SealedCookie<T> {
    name: &'static str,
    row: &'static str,
    secs: i64,
    of: PhantomData<fn() -> T>,
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    #[serde(flatten)]
    what: T,
    until_ms: i64,
}

impl<T: Serialize + DeserializeOwned> SealedCookie<T> {
    /// The cookie of this bare name, kept for so many seconds; `row` says what it is about, and binds it to that.
    pub(crate) const fn new(name: &'static str, row: &'static str, secs: i64) -> SealedCookie<T> {
        SealedCookie { name, row, secs, of: PhantomData }
    }

    /// What the browser says; `None` if it has no such cookie of ours, or an old one.
    pub(crate) fn read(&self, ctx: &Ctx, page: &Page) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(page.cookie(self.name)?).ok()?;
        let kept: Kept<T> = serde_json::from_slice(&ctx.vault.system_key().open(self.aad(), &sealed).ok()?).ok()?;
        (ctx.now().ms() < kept.until_ms).then_some(kept.what)
    }

    /// Lets the browser keep it.
    ///
    /// # Errors
    /// Sealing failed.
    pub(crate) fn note(&self, ctx: &Ctx, page: &Page, response: &mut Response, what: T) -> Result<(), Failure> {
        let kept = Kept { what, until_ms: ctx.now().plus_secs(self.secs).ms() };
        let plain = serde_json::json!(kept).to_string();
        let sealed = ctx.vault.system_key().seal(self.aad(), plain.as_bytes(), &*ctx.rng)?;
        page.set_cookie(response, self.name, &URL_SAFE_NO_PAD.encode(sealed), Some(self.secs));
        Ok(())
    }

    /// Whether the browser has one, also one that says nothing any more.
    pub(crate) fn is_there(&self, page: &Page) -> bool {
        page.cookie(self.name).is_some()
    }

    /// Forgets it.
    pub(crate) fn forget(&self, page: &Page, response: &mut Response) {
        page.clear_cookie(response, self.name);
    }

    const fn aad(&self) -> Aad<'static> {
        Aad { table: "cookie", column: self.name, row: self.row }
    }
}
