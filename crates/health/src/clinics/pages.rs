//! Pages of one doctor's clinics and of a clinic's slots: `/doctors/{id}`, `/clinics/{id}`.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use platform::db::DbFault;
use ui::{Page, Problem};

use super::model::{ClinicId, ClinicState, ListedClinic, Slot};
use super::show;
use super::store;
use crate::hospitals;
use crate::hospitals::model::DoctorId;
use crate::public::Public;
use crate::rules::BookingRules;

/// A clinic of the fortnight.
struct Line {
    href: String,
    when: String,
    left: String,
    fee: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "clinics/doctor.html")]
struct DoctorPage {
    page: Page,
    back: String,
    name: String,
    place: String,
    good_at: String,
    lines: Vec<Line>,
}

/// One doctor, and every clinic of the days open for booking.
pub(crate) async fn doctor(public: Public, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: DoctorId = id.parse().map_err(|_| Problem::not_found())?;
    public
        .answer(|ctx, page| async move {
            let now = ctx.now();
            let rules = ctx.policy.at::<BookingRules>(now.date()).map_err(Problem::fault)?;
            let from = rules.bookable_after(now);
            let read = move |tx: &mut platform::db::Tx<'_>| {
                let Some(found) = hospitals::store::doctor(tx, &id)? else { return Ok(None) };
                Ok::<_, DbFault>(Some((found, store::clinics_of(tx, &id, now.date(), from)?)))
            };
            let ((doctor, department, hospital), clinics) =
                ctx.db.read("doctor.show", read).await?.ok_or_else(Problem::not_found)?;
            // Clinics that have ended today are not shown any more; those that are full or called off are worth
            // knowing.
            let lines = clinics.iter().filter(|listed| listed.clinic.ends_at > from).map(|listed| line(&page, listed));
            Ok(DoctorPage {
                lines: lines.collect(),
                back: format!("/departments/{}", department.id),
                name: show::doctor_line(&page, &doctor),
                place: format!("{} · {}", show::hospital(&page, &hospital), show::department(&page, &department)),
                good_at: page.pick(&doctor.good_at, &doctor.good_at_en).to_owned(),
                page,
            })
        })
        .await
}

fn line(page: &Page, listed: &ListedClinic) -> Line {
    let clinic = &listed.clinic;
    Line {
        href: format!("/clinics/{}", clinic.id),
        when: show::half_day(page, clinic.date, clinic.half),
        left: match clinic.state {
            ClinicState::Open => show::left(page, listed.left),
            ClinicState::CalledOff => page.t("health-called-off"),
            ClinicState::NotTaken => page.t("health-not-taken"),
        },
        fee: show::fee(page, clinic.fee),
        open: clinic.state == ClinicState::Open && listed.left > 0,
    }
}

/// A time of the clinic.
struct Tile {
    href: String,
    time: String,
    left: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "clinics/clinic.html")]
struct ClinicPage {
    page: Page,
    back: String,
    doctor: String,
    place: String,
    when: String,
    fee: String,
    /// Why none of its times can be booked, whatever is left.
    off: Option<String>,
    any: bool,
    tiles: Vec<Tile>,
}

/// One clinic and its slots.
pub(crate) async fn clinic(public: Public, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: ClinicId = id.parse().map_err(|_| Problem::not_found())?;
    public
        .answer(|ctx, page| async move {
            let now = ctx.now();
            let rules = ctx.policy.at::<BookingRules>(now.date()).map_err(Problem::fault)?;
            let from = rules.bookable_after(now);
            let read = move |tx: &mut platform::db::Tx<'_>| {
                let Some(found) = store::clinic(tx, &id)? else { return Ok(None) };
                Ok::<_, DbFault>(Some((found, store::slots_of(tx, &id)?)))
            };
            let ((clinic, doctor, department, hospital), slots) =
                ctx.db.read("clinic.show", read).await?.ok_or_else(Problem::not_found)?;
            let on_sale = clinic.state == ClinicState::Open;
            let tiles: Vec<Tile> =
                slots.iter().map(|slot| tile(&page, slot, on_sale && slot.starts_at > from)).collect();
            Ok(ClinicPage {
                back: format!("/doctors/{}", doctor.id),
                doctor: show::doctor_line(&page, &doctor),
                place: format!("{} · {}", show::hospital(&page, &hospital), show::department(&page, &department)),
                when: show::half_day(&page, clinic.date, clinic.half),
                fee: show::fee(&page, clinic.fee),
                off: match clinic.state {
                    ClinicState::Open => None,
                    ClinicState::CalledOff => Some(page.t("health-called-off-text")),
                    ClinicState::NotTaken => Some(page.t("health-not-taken-text")),
                },
                any: tiles.iter().any(|tile| tile.open),
                tiles,
                page,
            })
        })
        .await
}

fn tile(page: &Page, slot: &Slot, on_sale: bool) -> Tile {
    let left = if on_sale { show::left(page, slot.left()) } else { page.t("health-over") };
    Tile {
        href: format!("/slots/{}/book", slot.id),
        time: show::time(page, slot.starts_at),
        left,
        open: on_sale && slot.left() > 0,
    }
}
