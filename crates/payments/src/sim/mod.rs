//! The simulator of the payment (docs/reliability.md): one order, two partners, a person, the driver and its
//! crashes, under a clock of its own, from a seed. `pure` runs the decisions alone, `whole` the real use cases over
//! a real database. Tests only, but for the switches of [`planted`], which are constants in the product.

pub(crate) mod planted;

#[cfg(test)]
mod answers;
#[cfg(test)]
mod books;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod driver;
#[cfg(test)]
pub(crate) mod faults;
#[cfg(test)]
mod house;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod partners;
#[cfg(test)]
mod person;
#[cfg(test)]
mod ports;
#[cfg(test)]
mod room;
#[cfg(test)]
pub(crate) mod scripts;
#[cfg(test)]
mod stage;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod told;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod whole;
#[cfg(test)]
mod world;
