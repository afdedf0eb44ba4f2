//! Search over hospitals, departments and doctors, in Chinese, in English, by pinyin and by its initials (REG-1).

pub mod pages;
mod readings;
pub(crate) mod refresh;
mod store;
#[cfg(test)]
pub(crate) use store::{Found, find};
pub mod words;
