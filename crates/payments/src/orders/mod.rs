//! Orders (订单): what is to be paid, from which purses, and how it ends.

pub(crate) mod act;
pub mod apply;
mod asking;
pub mod begin;
mod books;
pub mod drive;
pub mod find;
pub mod listen;
pub mod model;
mod open;
pub(crate) mod pages;
pub mod paths;
pub mod pen;
pub mod quote;
pub mod refunds;
mod release;
mod renew_link;
pub mod stop;
pub(crate) mod store;
pub mod sweep;
mod tell;
pub mod trail;
mod whose;
pub(crate) mod withdraw;
pub mod words;

pub use crate::quotes::store::Quote;
pub use model::OrderId;
pub use open::{NewOrder, open};
pub use release::release_due;
pub use store::Order;
