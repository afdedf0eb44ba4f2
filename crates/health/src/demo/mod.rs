//! Sample hospitals for the demo city: public names as labels (演示数据), invented doctors; visits cost nothing
//! but at one of them.

mod data;

use hall::search::{Words, romanised};
use identity::institutions::{self, ChangeError, Facts, NewInstitution};
use kernel::Fen;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::policy::PolicyError;

use crate::clinics::model::Half;
use crate::clinics::open_clinics::{OpenError, open_clinics};
use crate::hospitals::model::{Department, Doctor, Hospital, RosterLine, Title};
use crate::hospitals::store;
use crate::public::places_changed;
use crate::search::synonyms::of_department;
use data::{DEPARTMENTS, GIVEN_NAMES, HOSPITALS, SURNAMES, SampleDepartment, SampleHospital};

/// Doctors of a department in turn: two where the number is even, one where it is odd.
const TITLES: [Title; 4] = [Title::Chief, Title::Attending, Title::AssociateChief, Title::Resident];
/// Half-days a week of each doctor: (days after the first, half).
const WEEK: [(i64, Half); 6] =
    [(0, Half::Am), (1, Half::Pm), (2, Half::Am), (4, Half::Pm), (5, Half::Am), (6, Half::Am)];

/// Why the sample data could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Institution(#[from] ChangeError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

impl From<OpenError> for SeedError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Policy(error) => Self::Policy(error),
            OpenError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A hospital with all that belongs to it, drawn before the closure.
struct Rows {
    institution: NewInstitution,
    hospital: (Hospital, Words),
    departments: Vec<(Department, Words)>,
    doctors: Vec<(Doctor, Words)>,
    roster: Vec<RosterLine>,
}

/// Writes the sample hospitals that are not there yet and opens their clinics. Each hospital is one
/// transaction, so a second run after a broken first one completes it; a third changes nothing.
pub async fn seed(ctx: &Ctx) -> Result<(), SeedError> {
    let mut number = 0;
    for (rank, sample) in (0_i64..).zip(HOSPITALS) {
        let rows = rows_of(ctx, sample, &mut number);
        ctx.db.bulk(LaneKey::of("hospital", sample.code), "demo.seed", move |tx| write(tx, &rows, rank)).await?;
        complete(ctx, sample).await?;
    }
    open_clinics(ctx).await?;
    Ok(())
}

/// Gives a sample hospital from before the directory the facts that it had no place for.
async fn complete(ctx: &Ctx, sample: &'static SampleHospital) -> Result<(), SeedError> {
    for hospital in institutions::find(ctx, sample.code).await.map_err(ChangeError::from)? {
        if hospital.demo && hospital.facts.credit_code.is_none() {
            let fill = move |facts: &mut Facts| {
                let Facts { insurer_code, district, hours, credit_code, .. } = facts_of(sample);
                facts.credit_code = credit_code;
                facts.insurer_code = facts.insurer_code.take().or(insurer_code);
                facts.district = facts.district.take().or(district);
                if facts.hours.is_empty() {
                    facts.hours = hours;
                }
            };
            institutions::change(ctx, &hospital.id, fill).await?;
        }
    }
    Ok(())
}

/// What a hospital does not keep itself; nothing of it is left out (a test looks).
fn facts_of(sample: &SampleHospital) -> Facts {
    Facts {
        credit_code: sample.credit_code.parse().ok(),
        insurer_code: sample.insurer_code.parse().ok(),
        district: sample.district.parse().ok(),
        hours: sample.hours.parse().unwrap_or_default(),
        ..Facts::default()
    }
}

fn write(tx: &mut Tx<'_>, rows: &Rows, rank: i64) -> Result<(), DbFault> {
    let (hospital, words) = &rows.hospital;
    if !store::insert_hospital(tx, &rows.institution, (hospital, words), rank)? {
        return Ok(());
    }
    for (rank, (department, words)) in (0_i64..).zip(&rows.departments) {
        store::insert_department(tx, department, words, rank)?;
    }
    for (rank, (doctor, words)) in (0_i64..).zip(&rows.doctors) {
        store::insert_doctor(tx, doctor, words, rank)?;
    }
    for line in &rows.roster {
        store::insert_roster(tx, line)?;
    }
    tx.after_commit(places_changed);
    Ok(())
}

/// `number` counts the doctors of all hospitals, so that names and days spread.
fn rows_of(ctx: &Ctx, sample: &SampleHospital, number: &mut usize) -> Rows {
    let hospital = Hospital {
        id: ctx.id(),
        code: sample.code.to_owned(),
        name: sample.name.to_owned(),
        short: sample.short.to_owned(),
        name_en: sample.name_en.to_owned(),
        level: sample.level.to_owned(),
        address: sample.address.to_owned(),
        phone: sample.phone.to_owned(),
        tips: sample.tips.to_owned(),
        tips_en: sample.tips_en.to_owned(),
        demo: true,
    };
    let mut rows = Rows {
        institution: NewInstitution::of(ctx, hospital.institution(facts_of(sample))),
        hospital: (hospital.clone(), Words::of(&[sample.name, sample.short], sample.name_en)),
        departments: Vec::new(),
        doctors: Vec::new(),
        roster: Vec::new(),
    };
    for (at, key) in sample.departments.iter().enumerate() {
        let Some(kind) = DEPARTMENTS.iter().find(|kind| kind.name == *key) else { continue };
        let floor = at % 5 + 1;
        let department = Department {
            id: ctx.id(),
            hospital: hospital.id.clone(),
            name: kind.name.to_owned(),
            name_en: kind.name_en.to_owned(),
            // Lines break before the department, not within «1 层».
            place: format!("门诊楼\u{a0}{floor}\u{a0}层 {}", kind.name),
            place_en: format!("outpatient building, floor {floor}, {}", kind.name_en),
        };
        let doctors = if at % 2 == 0 { 2 } else { 1 };
        for _ in 0..doctors {
            add_doctor(ctx, &mut rows, &department, kind, (*number, sample.code == PRICED));
            *number += 1;
        }
        rows.departments.push((department, of_department(&[kind.name], kind.name_en)));
    }
    rows
}

/// The sample hospital whose visits cost something, so that both kinds can be tried.
const PRICED: &str = "dermyy";

fn add_doctor(
    ctx: &Ctx,
    rows: &mut Rows,
    department: &Department,
    kind: &SampleDepartment,
    (number, priced): (usize, bool),
) {
    let name = format!("{}{}", SURNAMES[number % SURNAMES.len()], GIVEN_NAMES[number * 7 % GIVEN_NAMES.len()]);
    let title = TITLES[number % TITLES.len()];
    let doctor = Doctor {
        id: ctx.id(),
        department: department.id.clone(),
        name_en: romanised(&name),
        title,
        good_at: kind.good_at.to_owned(),
        good_at_en: kind.good_at_en.to_owned(),
        name,
    };
    let capacity = match title {
        Title::Chief => 2,
        Title::AssociateChief => 3,
        Title::Attending | Title::Resident => 4,
    };
    let fee = match title {
        _ if !priced => Fen::ZERO,
        Title::Chief => Fen::new(2_500),
        Title::AssociateChief => Fen::new(1_500),
        Title::Attending | Title::Resident => Fen::new(1_000),
    };
    let first = i64::try_from(number).unwrap_or(0);
    for (days, half) in WEEK {
        let weekday = (first + days) % 7 + 1;
        rows.roster.push(RosterLine { doctor: doctor.id.clone(), weekday, half, capacity, fee });
    }
    let words = Words::of_person(&doctor.name, &doctor.name_en);
    rows.doctors.push((doctor, words));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_department_named_by_a_hospital_exists() {
        for hospital in HOSPITALS {
            for key in hospital.departments {
                assert!(DEPARTMENTS.iter().any(|kind| kind.name == *key), "{} {key}", hospital.code);
            }
            assert!((4..=8).contains(&hospital.departments.len()), "{}", hospital.code);
        }
        let mut numbers = HashSet::new();
        for hospital in HOSPITALS {
            let facts = facts_of(hospital);
            let code = facts.credit_code.expect("a credit code");
            assert!(code.is_organisation_code_sound() && numbers.insert(code.to_string()), "{}", hospital.code);
            let code = facts.insurer_code.expect("an insurer's code");
            assert!(numbers.insert(code.to_string()), "{}", hospital.code);
            assert!(facts.district.is_some() && !facts.hours.is_empty(), "{}", hospital.code);
        }
        let codes: HashSet<&str> = HOSPITALS.iter().map(|hospital| hospital.code).collect();
        assert_eq!(codes.len(), HOSPITALS.len());
    }

    #[test]
    fn a_week_holds_each_half_day_once() {
        for first in 0..7 {
            let days: HashSet<(i64, Half)> = WEEK.iter().map(|(days, half)| ((first + days) % 7 + 1, *half)).collect();
            assert_eq!(days.len(), WEEK.len());
        }
    }
}
