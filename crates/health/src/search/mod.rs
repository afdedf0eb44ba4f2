//! Search over hospitals, departments and doctors, in Chinese, in English and by pinyin initials (REG-1).

pub mod pages;
mod store;
pub mod words;
