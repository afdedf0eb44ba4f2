//! Clinics, the slots of their half-days, and the slot as a person reads it.

use kernel::{Date, Fen, Moment};
use platform::db::LaneKey;

pub use crate::hospitals::model::Half;
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

/// The lane that owns a clinic's slots and appointments.
pub(crate) fn lane(clinic: &ClinicId) -> LaneKey {
    LaneKey::of("clinic", clinic.as_str())
}

/// Length of a slot.
pub const SLOT_SECS: i64 = 1_800;

impl Half {
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

kernel::words! {
    /// Whether a clinic's places are on sale.
    pub enum ClinicState: "a state of a clinic" {
        Open = "open",
        /// 停诊: it does not take place.
        CalledOff = "called_off",
        /// It takes place, and its hospital takes no bookings now. It is not written down: the hospital's capability says so.
        NotTaken = "not_taken",
    }
}

/// A clinic.
#[derive(Debug, Clone)]
pub struct Clinic {
    pub id: ClinicId,
    pub date: Date,
    pub half: Half,
    pub fee: Fen,
    /// Whether its places are on sale.
    pub state: ClinicState,
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

/// A change of a slot's counters, or one appointment's share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// Places kept for an unpaid appointment.
    pub held: i64,
    /// Places booked or attended.
    pub booked: i64,
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
