//! The two texts that a person agrees to, as pages: to read them, for anybody, and to agree to newer ones. They say how long
//! things are kept, in the figures of those who keep them, and so stand above them all.

mod pages;

pub(crate) use pages::{newer, routes};
