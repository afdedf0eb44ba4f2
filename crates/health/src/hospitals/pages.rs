//! Pages of hospitals and departments: `/hospitals`, `/hospitals/{id}`, `/departments/{id}`.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use platform::Ctx;
use platform::db::DbFault;
use ui::{Page, Problem};

use super::model::{DepartmentId, Hospital, HospitalId, ListedDoctor};
use super::show;
use super::store;
use crate::public::Public;
use crate::rules::BookingRules;

/// A row of a list.
struct Line {
    href: String,
    title: String,
    detail: String,
    left: String,
    /// False when nothing can be had: the row is quiet, and still leads on.
    open: bool,
}

#[derive(Template)]
#[template(path = "hospitals/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
}

/// All hospitals, with the search box.
pub(crate) async fn list(public: Public) -> Result<Response, Problem> {
    public
        .answer(|ctx, page| async move {
            let from = bookable_after(&ctx)?;
            let found = ctx.db.read("hospital.list", move |tx| store::hospitals(tx, from)).await?;
            let lines = found.iter().map(|row| Line {
                href: format!("/hospitals/{}", row.item.id),
                title: show::hospital(&page, &row.item).to_owned(),
                detail: level(&page, &row.item),
                left: show::left(&page, row.left),
                open: row.left > 0,
            });
            Ok(ListPage { lines: lines.collect(), page })
        })
        .await
}

#[derive(Template)]
#[template(path = "hospitals/hospital.html")]
struct HospitalPage {
    page: Page,
    name: String,
    level: String,
    address: String,
    phone: String,
    tips: Vec<String>,
    demo: bool,
    taken: bool,
    lines: Vec<Line>,
}

/// One hospital and its departments.
pub(crate) async fn hospital(public: Public, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: HospitalId = id.parse().map_err(|_| Problem::not_found())?;
    public
        .answer(|ctx, page| async move {
            let from = bookable_after(&ctx)?;
            let read = move |tx: &mut platform::db::Tx<'_>| {
                let Some(hospital) = store::hospital(tx, &id)? else { return Ok(None) };
                let taken = store::is_taken(tx, &id)?;
                Ok::<_, DbFault>(Some((hospital, taken, store::departments(tx, &id, from)?)))
            };
            let (hospital, taken, departments) =
                ctx.db.read("hospital.show", read).await?.ok_or_else(Problem::not_found)?;
            let lines = departments.iter().map(|row| Line {
                href: format!("/departments/{}", row.item.id),
                title: show::department(&page, &row.item).to_owned(),
                detail: page.pick(&row.item.place, &row.item.place_en).to_owned(),
                left: left(&page, row.left, taken),
                open: taken && row.left > 0,
            });
            Ok(HospitalPage {
                lines: lines.collect(),
                name: show::hospital(&page, &hospital).to_owned(),
                level: level(&page, &hospital),
                tips: show::paragraphs(page.pick(&hospital.tips, &hospital.tips_en)),
                address: hospital.address,
                phone: hospital.phone,
                demo: hospital.demo,
                taken,
                page,
            })
        })
        .await
}

/// A doctor in the list.
struct DoctorLine {
    href: String,
    title: String,
    detail: String,
    /// The next clinic with a place left.
    next: String,
    left: String,
    fee: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "hospitals/department.html")]
struct DepartmentPage {
    page: Page,
    back: String,
    hospital: String,
    name: String,
    place: String,
    taken: bool,
    lines: Vec<DoctorLine>,
}

/// One department and its doctors.
pub(crate) async fn department(public: Public, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: DepartmentId = id.parse().map_err(|_| Problem::not_found())?;
    public
        .answer(|ctx, page| async move {
            let from = bookable_after(&ctx)?;
            let read = move |tx: &mut platform::db::Tx<'_>| {
                let Some((department, hospital)) = store::department(tx, &id)? else { return Ok(None) };
                let taken = store::is_taken(tx, &hospital.id)?;
                Ok::<_, DbFault>(Some((department, hospital, taken, store::doctors(tx, &id, from)?)))
            };
            let (department, hospital, taken, doctors) =
                ctx.db.read("department.show", read).await?.ok_or_else(Problem::not_found)?;
            Ok(DepartmentPage {
                back: format!("/hospitals/{}", hospital.id),
                hospital: show::hospital(&page, &hospital).to_owned(),
                name: show::department(&page, &department).to_owned(),
                place: page.pick(&department.place, &department.place_en).to_owned(),
                lines: doctors.iter().map(|listed| doctor_line(&page, listed, taken)).collect(),
                taken,
                page,
            })
        })
        .await
}

/// How many places are left, where bookings are taken at all.
fn left(page: &Page, left: i64, taken: bool) -> String {
    if taken { show::left(page, left) } else { page.t("health-not-taken") }
}

fn doctor_line(page: &Page, listed: &ListedDoctor, taken: bool) -> DoctorLine {
    let doctor = &listed.doctor;
    let next = listed.next.as_ref().filter(|_| taken);
    DoctorLine {
        href: format!("/doctors/{}", doctor.id),
        title: show::doctor_line(page, doctor),
        detail: page.pick(&doctor.good_at, &doctor.good_at_en).to_owned(),
        next: next.map_or_else(
            || page.t(if taken { "health-no-places" } else { "health-not-taken" }),
            |next| page.t1("health-next", "when", show::half_day(page, next.date, next.half)),
        ),
        left: left(page, listed.left, taken),
        fee: next.map_or_else(String::new, |next| show::fee(page, next.fee)),
        open: taken && listed.left > 0,
    }
}

fn level(page: &Page, hospital: &Hospital) -> String {
    page.t(&format!("health-level-{}", hospital.level))
}

/// Slots that start after this are still on sale.
fn bookable_after(ctx: &Ctx) -> Result<kernel::Moment, Problem> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date()).map_err(Problem::fault)?;
    Ok(rules.bookable_after(now))
}
