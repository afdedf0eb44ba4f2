//! Forgotten login password: prove who you are, then choose a new one (ACC-4). Never by SMS alone, and
//! nobody learns who has an account before having proven who they are (T04).

mod account_pages;
mod change;
mod model;
mod open_account;
mod pages;

pub(crate) use pages::routes;
