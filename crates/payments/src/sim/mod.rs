//! The simulator of the payment (docs/reliability.md): one order, two partners, a person, the driver and its
//! crashes, under a clock of its own, from a seed. `pure` runs the decisions alone, `whole` the real use cases over
//! a real database. Tests only, but for the switches of [`planted`], which are constants in the product.

pub(crate) mod planted;

#[cfg(test)]
mod desk;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod house;
#[cfg(test)]
mod judge;
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
mod stage;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;
#[cfg(test)]
mod whole;
#[cfg(test)]
mod world;
