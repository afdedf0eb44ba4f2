//! What is sealed: columns, and how a sealed value becomes a domain type again; cookies that only we can read.

use std::marker::PhantomData;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::Ctx;
use platform::db::DbFault;
use platform::vault::{Aad, DataKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ui::Page;

use crate::failure::Failure;

/// A sealed column; with the row's id it is the associated data that binds a value to its place.
pub(crate) struct Column {
    table: &'static str,
    column: &'static str,
}

impl Column {
    pub(crate) const fn new(table: &'static str, column: &'static str) -> Column {
        Column { table, column }
    }

    pub(crate) fn of<'a>(&self, row: &'a str) -> Aad<'a> {
        Aad { table: self.table, column: self.column, row }
    }

    /// The text that was sealed. A value that does not open is damage, not a refusal.
    pub(crate) fn open(&self, key: &DataKey, row: &str, sealed: &[u8]) -> Result<String, DbFault> {
        let plain = key.open(self.of(row), sealed).map_err(|error| self.corrupt(row, &error.to_string()))?;
        String::from_utf8(plain).map_err(|_| self.corrupt(row, "it is not UTF-8"))
    }

    /// The domain value that was sealed, read by the type's own parser.
    pub(crate) fn read<T, E>(
        &self,
        key: &DataKey,
        row: &str,
        sealed: &[u8],
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DbFault> {
        parse(&self.open(key, row, sealed)?).map_err(|_| self.corrupt(row, "it is not of its type any more"))
    }

    fn corrupt(&self, row: &str, why: &str) -> DbFault {
        DbFault::Corrupt(format!("{}.{} of {row} cannot be opened: {why}", self.table, self.column))
    }
}

/// What a browser keeps for us for a while, sealed: it can neither read nor change it, and nothing of it is kept here.
pub(crate) struct SealedCookie<T> {
    name: &'static str,
    row: &'static str,
    secs: i64,
    kept: PhantomData<T>,
}

/// As sealed. The browser's own clock decides nothing.
#[derive(Serialize, Deserialize)]
struct Until<T> {
    #[serde(flatten)]
    kept: T,
    until_ms: i64,
}

impl<T: Serialize + DeserializeOwned> SealedCookie<T> {
    /// A cookie by its bare name; `row` says what is in it and binds the seal to that. It is good for `secs` seconds.
    pub(crate) const fn new(name: &'static str, row: &'static str, secs: i64) -> SealedCookie<T> {
        SealedCookie { name, row, secs, kept: PhantomData }
    }

    const fn aad(&self) -> Aad<'static> {
        Aad { table: "cookie", column: self.name, row: self.row }
    }

    /// What the browser has; `None` if it is nothing of ours, or too old.
    pub(crate) fn read(&self, ctx: &Ctx, page: &Page) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(page.cookie(self.name)?).ok()?;
        let plain = ctx.vault.system_key().open(self.aad(), &sealed).ok()?;
        let Until { kept, until_ms } = serde_json::from_slice(&plain).ok()?;
        (ctx.now().ms() < until_ms).then_some(kept)
    }

    /// Lets the browser keep it from now on.
    ///
    /// # Errors
    /// Sealing failed.
    pub(crate) fn note(&self, ctx: &Ctx, page: &Page, response: &mut Response, kept: T) -> Result<(), Failure> {
        let kept = Until { kept, until_ms: ctx.now().plus_secs(self.secs).ms() };
        let plain = serde_json::json!(kept).to_string();
        let sealed = ctx.vault.system_key().seal(self.aad(), plain.as_bytes(), &*ctx.rng)?;
        page.set_cookie(response, self.name, &URL_SAFE_NO_PAD.encode(sealed), Some(self.secs));
        Ok(())
    }

    /// Takes it from the browser, if it has it.
    pub(crate) fn forget(&self, page: &Page, response: &mut Response) {
        if page.cookie(self.name).is_some() {
            page.clear_cookie(response, self.name);
        }
    }
}
