//! Staff: accounts made by the operator, login at the desks, the extractors of roles. In production
//! the desks stay shut until a second factor exists.

mod add;
mod extract;
mod login;
mod model;
mod pages;
pub(crate) mod store;

pub use add::{AddStaff, AddStaffError, add};
pub use extract::{Clerk, Desk, RoleMark, Staff, Window, WindowDesk, frame_refusals};
pub use model::{Role, StaffId};
pub(crate) use pages::desk_routes;
