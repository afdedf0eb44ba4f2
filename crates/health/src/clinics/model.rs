//! Clinics, half-days, slots, and the slot as a person reads it.

use std::fmt;
use std::str::FromStr;

use kernel::{Date, Fen, Moment, Time};

use crate::hospitals::model::{Department, Doctor, DoctorId, Hospital, HospitalId};

kernel::typed_id!(
    /// One doctor in one half-day (出诊).
    pub ClinicId,
    "cli"
);
kernel::typed_id!(
    /// A time in a clinic, with places (时段).
    pub SlotId,
    "slt"
);

/// Length of a slot.
pub const SLOT_SECS: i64 = 1_800;

/// The half of a day a clinic fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// 上午, 08:00–11:30
    Am,
    /// 下午, 13:30–17:00
    Pm,
}

impl Half {
    /// Both, in the day's order.
    pub const ALL: [Self; 2] = [Self::Am, Self::Pm];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Am => "am",
            Self::Pm => "pm",
        }
    }

    /// The locale key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Am => "health-half-am",
            Self::Pm => "health-half-pm",
        }
    }

    /// When clinics of this half-day begin and end.
    pub const fn hours(self) -> (Time, Time) {
        match self {
            Self::Am => (Time::constant(8, 0, 0, 0), Time::constant(11, 30, 0, 0)),
            Self::Pm => (Time::constant(13, 30, 0, 0), Time::constant(17, 0, 0, 0)),
        }
    }

    /// The starts of its slots on a date.
    pub fn slots(self, date: Date) -> Vec<Moment> {
        let (from, to) = self.hours();
        let (mut start, end) = (Moment::at(date, from), Moment::at(date, to));
        let mut starts = Vec::new();
        while start.plus_secs(SLOT_SECS) <= end {
            starts.push(start);
            start = start.plus_secs(SLOT_SECS);
        }
        starts
    }
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stored word that names no half-day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a half-day: {0}")]
pub struct UnknownHalf(String);

impl FromStr for Half {
    type Err = UnknownHalf;

    fn from_str(text: &str) -> Result<Self, UnknownHalf> {
        Self::ALL.into_iter().find(|half| half.as_str() == text).ok_or_else(|| UnknownHalf(text.to_owned()))
    }
}

/// A clinic.
#[derive(Debug, Clone)]
pub struct Clinic {
    pub id: ClinicId,
    pub date: Date,
    pub half: Half,
    pub fee: Fen,
    /// False once it was called off (停诊).
    pub open: bool,
    pub starts_at: Moment,
    pub ends_at: Moment,
}

/// A clinic with the places left in slots that can still be booked.
#[derive(Debug, Clone)]
pub struct ListedClinic {
    pub clinic: Clinic,
    pub left: i64,
}

/// A slot.
#[derive(Debug, Clone)]
pub struct Slot {
    pub id: SlotId,
    pub starts_at: Moment,
    pub ends_at: Moment,
    pub capacity: i64,
    pub held: i64,
    pub booked: i64,
}

impl Slot {
    /// Places that can still be had.
    pub const fn left(&self) -> i64 {
        self.capacity - self.held - self.booked
    }
}

/// A slot with everything a person reads about it: where, with whom, when.
#[derive(Debug, Clone)]
pub struct SlotCard {
    pub slot: Slot,
    pub clinic: Clinic,
    pub doctor: Doctor,
    pub department: Department,
    pub hospital: Hospital,
}

/// A slot as booking judges and writes it: without the words people read.
#[derive(Debug, Clone)]
pub struct Place {
    pub slot: Slot,
    pub clinic: Clinic,
    pub doctor: DoctorId,
    pub hospital: HospitalId,
}

/// A clinic to be opened: one row and its slots.
#[derive(Debug, Clone)]
pub struct NewClinic {
    pub id: ClinicId,
    pub doctor: DoctorId,
    pub date: Date,
    pub half: Half,
    pub fee: Fen,
    /// Places in each slot.
    pub capacity: i64,
    pub slots: Vec<(SlotId, Moment)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_fill_the_half_day() {
        let date = Date::constant(2026, 11, 23);
        let starts = |half: Half| half.slots(date).iter().map(|m| m.datetime().time().to_string()).collect::<Vec<_>>();
        assert_eq!(
            starts(Half::Am),
            ["08:00:00", "08:30:00", "09:00:00", "09:30:00", "10:00:00", "10:30:00", "11:00:00"]
        );
        assert_eq!(starts(Half::Pm).len(), 7);
        assert!(Half::Pm.slots(date).iter().all(|start| start.date() == date));
        assert_eq!("pm".parse(), Ok(Half::Pm));
        assert!("night".parse::<Half>().is_err());
    }
}
