//! The booking rules a hospital may change (policy/health.toml, section `booking`). What they say of a clinic or of a visit
//! stands beside these.

use std::collections::BTreeMap;

use kernel::{Moment, Time};
use platform::policy::Section;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Section `booking`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookingRules {
    /// How long an unpaid place is held.
    pub hold_secs: i64,
    /// Days open for booking, today included.
    pub days_ahead: i64,
    /// How long before a slot's start booking ends.
    pub book_until_secs: i64,
    /// "Please come n minutes before."
    pub arrive_minutes: i64,
    /// Visits to come that a patient may have at once, held ones included (T43).
    pub visits_most: i64,
    /// Visits of a patient on one day.
    pub visits_a_day: i64,
    /// Visits of a patient in one department on one day.
    pub department_a_day: i64,
    /// Bookings made for a patient on one civil day, cancelled ones included.
    pub bookings_a_day: i64,
    /// How long a desk can take a check-in back, in seconds.
    pub undo_check_in_secs: i64,
    pub cancel_cutoff: CutOffs,
}

/// Cut-offs by hospital.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutOffs {
    pub default: CutOff,
    /// By the hospital's code.
    #[serde(default)]
    pub hospitals: BTreeMap<String, CutOff>,
}

/// Until when a booked visit may be cancelled (REG-5).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum CutOff {
    /// Minutes before the person's own time.
    BeforeSlot { minutes: i64 },
    /// Minutes before the half-day's clinic begins.
    BeforeClinic { minutes: i64 },
    /// On the day before, until this time (`15:00`).
    DayBefore {
        #[serde(deserialize_with = "time")]
        at: Time,
    },
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text:?} is not a time like 15:00")))
}

impl Section for BookingRules {
    const NAME: &'static str = "booking";

    fn check(&self) -> Result<(), String> {
        if !(60..=3_600).contains(&self.hold_secs) {
            return Err("hold_secs must be 60 to 3600".to_owned());
        }
        if !(1..=60).contains(&self.days_ahead) {
            return Err("days_ahead must be 1 to 60".to_owned());
        }
        let caps = [self.visits_most, self.visits_a_day, self.department_a_day, self.bookings_a_day];
        if !caps.iter().all(|cap| (1..=1_000).contains(cap)) {
            return Err("visits_most, visits_a_day, department_a_day and bookings_a_day must be 1 to 1000".to_owned());
        }
        // Long enough to see the slip, and over before the patient is called.
        if !(10..=600).contains(&self.undo_check_in_secs) {
            return Err("undo_check_in_secs must be 10 to 600".to_owned());
        }
        if self.book_until_secs < 0 || self.arrive_minutes < 0 {
            return Err("book_until_secs and arrive_minutes must not be negative".to_owned());
        }
        let negative = |cut: &CutOff| matches!(cut, CutOff::BeforeSlot { minutes } | CutOff::BeforeClinic { minutes } if *minutes < 0);
        if self.cancel_cutoff.hospitals.values().chain([&self.cancel_cutoff.default]).any(negative) {
            return Err("cancel_cutoff minutes must not be negative".to_owned());
        }
        Ok(())
    }
}

impl BookingRules {
    /// Slots that start after this can still be booked at `now`.
    pub fn bookable_after(&self, now: Moment) -> Moment {
        now.plus_secs(self.book_until_secs)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Rules under which hospitals have cut-offs of each kind.
    pub(crate) fn rules() -> BookingRules {
        let before_slot = CutOff::BeforeSlot { minutes: 30 };
        let hospitals = BTreeMap::from([
            ("b".to_owned(), CutOff::BeforeClinic { minutes: 60 }),
            ("c".to_owned(), CutOff::DayBefore { at: Time::constant(15, 0, 0, 0) }),
        ]);
        BookingRules {
            hold_secs: 900,
            days_ahead: 14,
            book_until_secs: 0,
            arrive_minutes: 15,
            visits_most: 8,
            visits_a_day: 3,
            department_a_day: 1,
            bookings_a_day: 10,
            undo_check_in_secs: 60,
            cancel_cutoff: CutOffs { default: before_slot, hospitals },
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(rules().check(), Ok(()));
        let cases = [
            BookingRules { hold_secs: 0, ..rules() },
            BookingRules { days_ahead: 0, ..rules() },
            BookingRules { book_until_secs: -1, ..rules() },
            BookingRules { visits_most: 0, ..rules() },
            BookingRules { bookings_a_day: 0, ..rules() },
            BookingRules { undo_check_in_secs: 9, ..rules() },
            BookingRules {
                cancel_cutoff: CutOffs { default: CutOff::BeforeSlot { minutes: -1 }, hospitals: BTreeMap::new() },
                ..rules()
            },
        ];
        assert!(cases.iter().all(|rules| rules.check().is_err()));
    }
}
