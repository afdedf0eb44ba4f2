//! The names of hospitals, departments and doctors, with the words by which a search finds them.

pub(crate) mod store;
