//! Search over services, hospitals, departments and doctors, in Chinese, in English, by pinyin and by its initials (REG-1).

pub mod pages;
pub(crate) mod refresh;
pub mod services;
mod store;
pub(crate) mod synonyms;

#[cfg(test)]
pub(crate) use store::{Found, find};
