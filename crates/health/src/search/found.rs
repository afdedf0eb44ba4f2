//! How hospitals, departments and doctors that were found are said.

use hall::search::{Found, Patterns};
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::search::Line;

use super::store;
use crate::hospitals::model::{Department, Doctor, Hospital};
use crate::hospitals::show;

/// Looks for hospitals, departments and doctors.
///
/// # Errors
/// What broke beneath.
pub(crate) fn finds(tx: &mut Tx<'_>, asked: &Patterns) -> Result<Vec<Found>, DbFault> {
    let store::Found { hospitals, departments, doctors } = store::find(tx, asked)?;
    let kinds = [
        Found::of("health-hospitals-found", hospitals, hospital),
        Found::of("health-departments", departments, department),
        Found::of("health-doctors", doctors, doctor),
    ];
    Ok(kinds.into_iter().flatten().collect())
}

fn hospital(page: &Page, hospital: &Hospital) -> Line {
    Line {
        href: format!("/hospitals/{}", hospital.id),
        title: show::hospital(page, hospital).to_owned(),
        detail: page.t(&format!("health-level-{}", hospital.level)),
    }
}

fn department(page: &Page, (department, hospital): &(Department, Hospital)) -> Line {
    Line {
        href: format!("/departments/{}", department.id),
        title: show::department(page, department).to_owned(),
        detail: show::hospital(page, hospital).to_owned(),
    }
}

fn doctor(page: &Page, (doctor, department, hospital): &(Doctor, Department, Hospital)) -> Line {
    Line {
        href: format!("/doctors/{}", doctor.id),
        title: show::doctor_line(page, doctor),
        detail: format!("{} · {}", show::hospital(page, hospital), show::department(page, department)),
    }
}
