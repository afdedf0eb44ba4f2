//! The code tab: the next visit's barcode, which the browser keeps for where there is no network.

use askama::Template;
use axum::response::Response;
use identity::{RealName, opens};
use kernel::Moment;
use ui::{Markup, Page, Problem, html, keep_offline};

use super::model::State;
use super::show;
use super::{store, todos};

#[derive(Template)]
#[template(path = "appointments/code.html")]
struct CodePage {
    page: Page,
    next: Option<NextCode>,
    /// When this page was made: what a kept one says of itself.
    made: String,
}

/// The next visit, for the code tab.
struct NextCode {
    href: String,
    when: String,
    today: bool,
    /// The patient was checked in, and waits to be called.
    attended: bool,
    place: String,
    check_in_at: String,
    doctor: String,
    bars: Markup<String>,
    digits: String,
    /// The end of its day, and of its barcode.
    until: Moment,
}

/// The raised tab: the next visit's barcode. The browser keeps it until the visit's day is over, so its days are dates.
pub(crate) async fn code(citizen: RealName<opens::Booked>) -> Result<Response, Problem> {
    let (person, now) = (citizen.person.clone(), citizen.ctx().now());
    let today = now.date();
    let since = todos::since(now);
    let found = citizen.ctx().db.read("appointment.code", move |tx| store::upcoming(tx, &person, since)).await?;
    let page = citizen.visit.page.clone();
    let next = todos::next(&found, now).map(|visit| NextCode {
        href: format!("/appointments/{}", visit.id),
        when: page.full_moment(visit.card.slot.starts_at),
        today: visit.card.clinic.date == today,
        attended: visit.state == State::Attended,
        place: show::place(&page, &visit.card),
        check_in_at: page.pick(&visit.card.department.place, &visit.card.department.place_en).to_owned(),
        doctor: show::doctor_line(&page, &visit.card.doctor),
        bars: ui::barcode::markup(visit.code.as_str()),
        digits: ui::barcode::grouped(visit.code.as_str()),
        until: Moment::end_of(visit.card.clinic.date),
    });
    let until = next.as_ref().map(|next| next.until);
    let made = page.full_moment(now);
    let mut response = html(&page, CodePage { page: page.clone(), next, made });
    if let Some(until) = until {
        keep_offline(&page, &mut response, now, until);
    }
    Ok(response)
}
