//! Compressed bytes of public pages, kept while the data they show is the same.
//!
//! Only pages for nobody are kept: no name, no flash, no form token. The data version is this
//! instance's; another instance may have written, so an entry lives two seconds of real time at most.

use crate::encoding::Encoding;
use crate::look::Look;
use crate::offline::Holder;
use crate::page::Page;
use crate::reply::{html, page_response, render};
use askama::Template;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::RwLock;
use std::time::{Duration, Instant};

/// How long an entry may be served, whatever the version says.
const LIFE: Duration = Duration::from_secs(2);
/// How many entries are kept; a visitor making up queries only empties the cache.
const ENTRIES: usize = 512;

/// The cache; share it as an axum `Extension<Arc<PublicCache>>`.
#[derive(Default)]
pub struct PublicCache {
    entries: RwLock<HashMap<Key, Entry>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    here: String,
    look: Look,
    encoding: Encoding,
}

impl Key {
    fn of(page: &Page) -> Key {
        Key { here: page.here(), look: page.look, encoding: page.seed.encoding }
    }
}

#[derive(Clone)]
struct Entry {
    version: u64,
    made: Instant,
    encoding: Encoding,
    body: Bytes,
}

impl PublicCache {
    /// Empty.
    pub fn new() -> PublicCache {
        PublicCache::default()
    }

    /// The kept bytes for this page, if there are any: asked before anything is read for it.
    pub fn kept(&self, page: &Page, version: u64) -> Option<Response> {
        if page.who.is_some() || page.flash.is_some() {
            return None;
        }
        let entry = self.fresh(&Key::of(page), version)?;
        Some(answer(entry.encoding, entry.body))
    }

    /// The kept bytes for this page, or those of `make`, kept from now on. A page that greets somebody, or
    /// brings a message, is rendered and not kept.
    pub fn serve<T: Template>(&self, page: &Page, version: u64, make: impl FnOnce() -> T) -> Response {
        if page.who.is_some() || page.flash.is_some() {
            return html(page, make());
        }
        let key = Key::of(page);
        if let Some(entry) = self.fresh(&key, version) {
            return answer(entry.encoding, entry.body);
        }
        let template = make();
        let plain = match render(&template) {
            Ok(plain) => plain,
            Err(problem) => return problem.into_response(),
        };
        if holds_token(&plain, page) {
            return html(page, template);
        }
        let (encoding, body) = page.seed.encoding.compress(plain);
        let entry = Entry { version, made: Instant::now(), encoding, body: body.clone() };
        self.keep(key, entry);
        answer(encoding, body)
    }

    fn fresh(&self, key: &Key, version: u64) -> Option<Entry> {
        let entries = self.entries.read().ok()?;
        let entry = entries.get(key)?;
        (entry.version == version && entry.made.elapsed() < LIFE).then(|| entry.clone())
    }

    fn keep(&self, key: Key, entry: Entry) {
        let Ok(mut entries) = self.entries.write() else {
            return;
        };
        if entries.len() >= ENTRIES {
            entries.retain(|_, entry| entry.made.elapsed() < LIFE);
        }
        if entries.len() >= ENTRIES {
            entries.clear();
        }
        entries.insert(key, entry);
    }
}

fn answer(encoding: Encoding, body: Bytes) -> Response {
    let mut response = page_response(StatusCode::OK, encoding.header(), body, "private, no-cache");
    Holder::Nobody.say(&mut response);
    response
}

/// A form on a public page would hand one visitor's token to the next.
fn holds_token(plain: &[u8], page: &Page) -> bool {
    let token = page.csrf.as_bytes();
    !token.is_empty() && plain.windows(token.len()).any(|window| window == token)
}
