//! Journeys in Chromium: a phone and a desk, 长辈版, English, script off, and what every page must
//! keep in every look (sizes, languages, accessibility, policy, width). SQLite only: the database is
//! not what is tried here.
//!
//! `cargo xtask test --only browser` brings the browser and axe-core; screenshots of full pages are
//! left in `target/screens/` (not where `CI=true`), twice as sharp with `RENSHE_SCREEN_SCALE=2` (the README's are made so).
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod desk;
mod driver;
mod face;
mod fallback;
mod in_app;
mod looks;
mod measure;
mod offline;
mod pay;
mod phone;
mod reading;
mod sandbox_pages;
mod script;
mod tree;
mod world;
