//! Until when a visit in a clinic may be cancelled, by the booking rules.

use kernel::{DAY_SECS, Moment};

use super::model::{Clinic, SlotCard};
pub use crate::rules::{BookingRules, CutOff, CutOffs};

impl BookingRules {
    /// The cut-off of a visit at a hospital.
    pub fn cancel_until(&self, hospital_code: &str, clinic: &Clinic, slot_starts_at: Moment) -> Moment {
        let rule = self.cancel_cutoff.hospitals.get(hospital_code).unwrap_or(&self.cancel_cutoff.default);
        match rule {
            CutOff::BeforeSlot { minutes } => slot_starts_at.minus_secs(minutes * 60),
            CutOff::BeforeClinic { minutes } => clinic.starts_at.minus_secs(minutes * 60),
            CutOff::DayBefore { at } => Moment::at(clinic.date, *at).minus_secs(DAY_SECS),
        }
    }

    /// The cut-off of the visit on a card.
    pub fn cancel_until_of(&self, card: &SlotCard) -> Moment {
        self.cancel_until(&card.hospital.code, &card.clinic, card.slot.starts_at)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Date, Fen, SeededRng, Time};

    use super::*;
    use crate::clinics::model::{ClinicId, ClinicState, Half};
    use crate::rules::tests::rules;

    #[test]
    fn each_hospital_has_its_cut_off() {
        let date = Date::constant(2026, 3, 1);
        let at = |date: Date, hour, minute| Moment::at(date, Time::constant(hour, minute, 0, 0));
        let clinic = Clinic {
            id: ClinicId::make(Moment::from_ms(0), &SeededRng::new(1)),
            date,
            half: Half::Am,
            fee: Fen::ZERO,
            state: ClinicState::Open,
            starts_at: at(date, 8, 0),
            ends_at: at(date, 11, 30),
        };
        for (code, expected) in
            [("any", at(date, 9, 0)), ("b", at(date, 7, 0)), ("c", at(Date::constant(2026, 2, 28), 15, 0))]
        {
            assert_eq!(rules().cancel_until(code, &clinic, at(date, 9, 30)), expected, "{code}");
        }
    }
}
