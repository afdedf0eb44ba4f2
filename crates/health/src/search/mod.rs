//! Search over hospitals, departments and doctors, in Chinese, in English and by pinyin initials (REG-1).

pub mod pages;
mod store;
#[cfg(test)]
pub(crate) use store::find;
pub mod words;
