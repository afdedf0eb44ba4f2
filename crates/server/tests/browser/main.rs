//! Journeys in Chromium: a phone and a desk, 长辈版, English, script off, and what every page must
//! keep in every look (sizes, languages, accessibility, policy, width). SQLite only: the database is
//! not what is tried here.
//!
//! `cargo xtask test --only browser` brings the browser and axe-core; screenshots of full pages are
//! left in `target/screens/`.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod desk;
mod driver;
mod looks;
mod measure;
mod phone;
mod script;
mod world;
