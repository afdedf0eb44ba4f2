//! Login by password or by SMS code, and the lock-out that grows (ACC-3, T03, T05).

mod budgets;
mod by_code;
mod by_password;
mod change_pages;
mod change_password;
mod guard;
mod newcomer;
mod pages;
mod policy;
pub(crate) mod store;
mod wanted;

pub(crate) use budgets::{Budgets, Counted, Door};
pub(crate) use newcomer::JustOpened;
pub(crate) use pages::routes;
pub(crate) use policy::LoginPolicy;
