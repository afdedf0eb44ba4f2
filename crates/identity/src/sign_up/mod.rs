//! Sign-up 注册 (ACC-1): mobile number and code first, then who one is and a password. One account a
//! person; whoever signs up learns nothing about who else has one.

mod model;
mod open_account;
mod pages;

pub use open_account::{SignUp, SignUpOutcome, sign_up};
pub(crate) use pages::routes;
