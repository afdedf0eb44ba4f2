//! Reads within one section: settings by their short names, and what all partners' sections have in common.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use super::super::key_files::{self, KeyFile};
use super::super::reader::Reader;
use super::super::rules::{base, is_loopback};
use super::super::{Config, Secret};
use crate::ctx::Mode;

/// What stands for an account in the demo, and never in production.
const SANDBOX_ID: &str = "sandbox";
const SANDBOX_SECRETS: [&str; 2] = ["sandbox-secret", "sandbox-token"];

/// A reading that stays in one section. Methods that return a default have noted a mistake where one was made.
pub struct Part<'r, 't> {
    reader: &'r mut Reader<'t>,
    name: &'static str,
    mode: Mode,
    /// Whether the sandbox runs inside this process.
    sandbox: bool,
    texts: &'r [&'static str],
}

impl<'r, 't> Part<'r, 't> {
    pub(super) fn of(
        name: &'static str,
        config: &Config,
        texts: &'r [&'static str],
        reader: &'r mut Reader<'t>,
    ) -> Part<'r, 't> {
        Part { reader, name, mode: config.mode, sandbox: config.sandbox.enabled, texts }
    }

    fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// What kind of start the settings are for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Names of the texts that go to phones, as the program handed them in.
    pub fn texts(&self) -> &'r [&'static str] {
        self.texts
    }

    /// Notes a mistake about a setting, where it was written or, if it was not, about the whole.
    pub fn wrong(&mut self, key: &str, says: impl Display) {
        let path = self.path(key);
        self.reader.wrong(&path, says);
    }

    /// Whether somebody wrote this setting, even if it is empty.
    pub fn is_given(&self, key: &str) -> bool {
        self.reader.is_given(&self.path(key))
    }

    /// A text, or `None` where it was not given, is blank, or has another type.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let path = self.path(key);
        self.reader.text(&path)
    }

    /// A text, or the default.
    pub fn text_or(&mut self, key: &str, default: &str) -> String {
        self.text(key).unwrap_or_else(|| default.to_owned())
    }

    /// A text that must make sense; `wanted` completes "is not …".
    pub fn parse<T>(&mut self, key: &str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let path = self.path(key);
        self.reader.parse(&path, wanted, read)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let path = self.path(key);
        self.reader.choice(&path, choices)
    }

    /// A whole number within a range, or the default.
    pub fn number(&mut self, key: &str, range: RangeInclusive<i64>, default: i64) -> i64 {
        let path = self.path(key);
        self.reader.number(&path, range, default)
    }

    /// `true` or `false`, or the default.
    pub fn flag(&mut self, key: &str, default: bool) -> bool {
        let path = self.path(key);
        self.reader.flag(&path, default)
    }

    /// A list of texts, none of them empty; the list is empty where it was not given.
    pub fn list(&mut self, key: &str) -> Vec<String> {
        let path = self.path(key);
        self.reader.list(&path)
    }

    /// A list of texts, or the default where it is empty.
    pub fn list_or(&mut self, key: &str, default: &[&str]) -> Vec<String> {
        let path = self.path(key);
        self.reader.list_or(&path, default)
    }

    /// All texts of a table below the section whose keys are free.
    pub fn map(&mut self, key: &str) -> BTreeMap<String, String> {
        let path = self.path(key);
        self.reader.map(&path)
    }

    /// A text of another section, by its whole path: where what concerns the partner has its place there.
    pub fn elsewhere(&mut self, path: &str) -> Option<String> {
        self.reader.text(path)
    }

    /// Keys under their names: `list` holds `NAME=FILE` or `NAME=FILE from TIME`; one key may stand in two settings of
    /// its own instead, its name and its file.
    pub fn key_files(&mut self, list: &str, [name, file]: [&str; 2]) -> Vec<KeyFile> {
        let (list, one) = (self.path(list), [self.path(name), self.path(file)]);
        key_files::read(self.reader, &list, [&one[0], &one[1]])
    }

    /// The partner's address (`endpoint`): scheme, host, perhaps a port. `None`: the sandbox, wherever it listens; else
    /// it must be given, and production speaks plain HTTP with this machine only.
    pub fn endpoint(&mut self) -> Option<String> {
        let key = "endpoint";
        let given = self.base(key);
        match given.as_deref().map(base) {
            None if self.mode == Mode::Production => {
                self.wrong(key, "must be given in production, for example \"https://gateway.example.cn\"");
            }
            None if !self.sandbox => self.wrong(key, "must be given where sandbox.enabled is false"),
            Some(Some(url)) if self.mode == Mode::Production && url.scheme() != "https" && !is_loopback(&url) => {
                self.wrong(key, "must begin with https:// in production");
            }
            _ => {}
        }
        given
    }

    /// A base address: scheme, host, perhaps a port, nothing else.
    pub fn base(&mut self, key: &str) -> Option<String> {
        let text = self.text(key);
        if text.as_deref().is_some_and(|text| base(text).is_none()) {
            self.wrong(key, "must be http://host[:port] or https://host[:port], without a path");
        }
        text
    }

    /// A text that production must give and not leave empty, though it may give the default; the demo has the default.
    pub fn needed(&mut self, key: &str, default: &str) -> String {
        self.demand(key);
        self.text_or(key, default)
    }

    /// The name of our account at the partner: production needs one of its own, the demo has the sandbox's.
    pub fn own(&mut self, key: &str) -> String {
        let id = self.needed(key, SANDBOX_ID);
        if self.mode == Mode::Production && id == SANDBOX_ID && !self.is_wanting(key) {
            self.wrong(key, "is the sandbox's account; production needs one of its own");
        }
        id
    }

    /// A secret shared with the partner: production needs one of its own, the demo has `sandbox`, which everybody knows.
    pub fn secret(&mut self, key: &str, sandbox: &str) -> Secret<String> {
        let secret = self.needed(key, sandbox);
        let known = secret == sandbox || SANDBOX_SECRETS.contains(&secret.as_str());
        if self.mode == Mode::Production && known && !self.is_wanting(key) {
            self.wrong(key, "is the sandbox's secret, which everybody knows");
        }
        Secret::new(secret)
    }

    fn demand(&mut self, key: &str) {
        if self.mode == Mode::Production && self.is_wanting(key) {
            self.wrong(key, "must be given in production");
        }
    }

    fn is_wanting(&self, key: &str) -> bool {
        self.reader.is_wanting(&self.path(key))
    }

    /// One call's deadline, milliseconds (`timeout_ms`). It stays below the 30 s for which an attempt is leased, so that
    /// a call has ended before its lease does.
    pub fn timeout_ms(&mut self) -> u64 {
        self.number("timeout_ms", 100..=25_000, 5_000).unsigned_abs()
    }

    /// Calls at once (`max_in_flight`).
    pub fn max_in_flight(&mut self) -> usize {
        usize::try_from(self.number("max_in_flight", 1..=1_000, 16)).unwrap_or(1)
    }
}
