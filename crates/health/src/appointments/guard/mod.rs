//! What a patient has beside a wish for a place (T43), and the row that makes the patient's bookings wait for each other.

mod store;

pub(super) use store::{Existing, Having, card_for, place_for};
