//! The small hospital of a seed: one doctor, one or two clinics, one or two places a slot.

use health::clinics::model::Half;
use health::{ClinicId, DepartmentId, DoctorId, HospitalId, SlotId};
use kernel::{Date, Fen, Moment, Rng};
use platform::Ctx;

use crate::model::Slot;

/// What a visit costs where it costs something.
const FEE: Fen = Fen::new(2_500);

#[derive(Debug, Clone)]
pub struct Hospital {
    pub id: HospitalId,
    pub department: DepartmentId,
    pub doctor: DoctorId,
    /// In the order of their ids.
    pub clinics: Vec<NewClinic>,
}

#[derive(Debug, Clone)]
pub struct NewClinic {
    pub id: ClinicId,
    pub date: Date,
    pub half: Half,
    pub fee: Fen,
    pub slots: Vec<NewSlot>,
}

#[derive(Debug, Clone)]
pub struct NewSlot {
    pub id: SlotId,
    pub starts_at: Moment,
    pub capacity: i64,
}

impl Hospital {
    /// This afternoon's clinic, tomorrow morning's, or two of them, at times on one day.
    pub fn draw(ctx: &Ctx, choose: &dyn Rng) -> Hospital {
        let today = ctx.now().date();
        let tomorrow = today.tomorrow().expect("a date");
        let days = match choose.below(4) {
            0 => vec![(today, Half::Pm)],
            1 => vec![(tomorrow, Half::Am)],
            2 => vec![(tomorrow, Half::Am), (tomorrow, Half::Pm)],
            _ => vec![(today, Half::Pm), (tomorrow, Half::Am)],
        };
        let mut clinics: Vec<NewClinic> =
            days.into_iter().map(|(date, half)| clinic(ctx, choose, date, half)).collect();
        clinics.sort_by(|a, b| a.id.cmp(&b.id));
        Hospital { id: ctx.id(), department: ctx.id(), doctor: ctx.id(), clinics }
    }

    /// Its slots as the model keeps them.
    pub fn slots(&self) -> Vec<Slot> {
        let of_clinic = |(number, clinic): (usize, &NewClinic)| {
            let slot = |slot: &NewSlot| Slot {
                id: slot.id.to_string(),
                clinic: number,
                capacity: usize::try_from(slot.capacity).expect("one or two"),
                free: clinic.fee == Fen::ZERO,
                starts_at: slot.starts_at,
            };
            clinic.slots.iter().map(slot).collect::<Vec<_>>()
        };
        self.clinics.iter().enumerate().flat_map(of_clinic).collect()
    }
}

fn clinic(ctx: &Ctx, choose: &dyn Rng, date: Date, half: Half) -> NewClinic {
    let count = 1 + usize::try_from(choose.below(2)).expect("small");
    let slot = |starts_at| NewSlot { id: ctx.id(), starts_at, capacity: 1 + choose.below(2) as i64 };
    NewClinic {
        id: ctx.id(),
        date,
        half,
        fee: if choose.below(3) == 0 { FEE } else { Fen::ZERO },
        slots: half.slots(date).into_iter().take(count).map(slot).collect(),
    }
}
