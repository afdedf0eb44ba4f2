//! What the hospital's desk asks of appointments. It writes nothing here: a visit changes by its own use cases.

use identity::PersonId;
use kernel::{Date, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use crate::appointments::model::{AppointmentId, Event, State};
use crate::appointments::store::{Appointment, appointment_columns, appointment_joins, appointments, to_appointment};
use crate::hospitals::model::HospitalId;

/// What a hospital's desk did: one event of a visit.
#[derive(Debug, Clone)]
pub(super) struct DeskEvent {
    /// Which event of the visit it was, from 1.
    pub n: i64,
    pub event: Event,
    pub actor: String,
    pub at: Moment,
    /// The visit as it is now.
    pub visit: Appointment,
}

macro_rules! desk_events {
    () => {
        concat!(
            "SELECT ",
            appointment_columns!(),
            ", e.n AS e_n, e.event AS e_event, e.actor AS e_actor, e.at AS e_at FROM appointment_event e \
             JOIN appointment a ON a.id = e.appointment_id",
            appointment_joins!()
        )
    };
}

/// How a hospital's day stands: visits still booked, visits checked in.
pub(in crate::appointments) fn day_counts(
    tx: &mut Tx<'_>,
    hospital: &HospitalId,
    date: Date,
) -> Result<(i64, i64), DbFault> {
    let sql = sql!(
        "SELECT COALESCE(CAST(SUM(CASE WHEN state = 'booked' THEN 1 ELSE 0 END) AS BIGINT), 0), \
         COALESCE(CAST(SUM(CASE WHEN state = 'attended' THEN 1 ELSE 0 END) AS BIGINT), 0) \
         FROM appointment WHERE hospital_id = $1 AND date = $2"
    );
    tx.one(sql, vals![hospital.as_str(), date.to_string()], |row| Ok((row.int(0)?, row.int(1)?)))
}

/// What a hospital's desk did since a moment, the latest first.
pub(super) fn desk_events(
    tx: &mut Tx<'_>,
    hospital: &HospitalId,
    since: Moment,
    limit: i64,
) -> Result<Vec<DeskEvent>, DbFault> {
    let sql = sql!(concat!(desk_events!(), "WHERE e.desk = $1 AND e.at >= $2 ORDER BY e.at DESC, e.n DESC LIMIT $3"));
    tx.query(sql, vals![hospital.as_str(), since, limit], desk_event)
}

/// The check-ins of one clerk at a hospital since a moment on which nothing has come, the latest first.
pub(super) fn standing_check_ins(
    tx: &mut Tx<'_>,
    hospital: &HospitalId,
    clerk: &str,
    since: Moment,
) -> Result<Vec<DeskEvent>, DbFault> {
    let sql = sql!(concat!(
        desk_events!(),
        "WHERE e.desk = $1 AND e.at > $2 AND e.actor = $3 AND e.event = $4 AND a.state = $5 AND a.version = e.n \
         ORDER BY e.at DESC, e.n DESC"
    ));
    let values = vals![hospital.as_str(), since, clerk, Event::CheckIn.as_str(), State::Attended.as_str()];
    tx.query(sql, values, desk_event)
}

/// One event of a visit, whoever made it.
pub(super) fn event(tx: &mut Tx<'_>, visit: &AppointmentId, n: i64) -> Result<Option<DeskEvent>, DbFault> {
    let sql = sql!(concat!(desk_events!(), "WHERE e.appointment_id = $1 AND e.n = $2"));
    tx.opt(sql, vals![visit.as_str(), n], desk_event)
}

fn desk_event(row: &Row) -> Result<DeskEvent, DbFault> {
    let visit = to_appointment(row)?;
    Ok(DeskEvent {
        visit,
        n: row.int("e_n")?,
        event: row.parse("e_event")?,
        actor: row.text("e_actor")?,
        at: row.moment("e_at")?,
    })
}

/// A person's visits at a hospital on a day, in the order of their times.
pub(in crate::appointments) fn here_on(
    tx: &mut Tx<'_>,
    person: &PersonId,
    hospital: &HospitalId,
    (from, until): (Moment, Moment),
) -> Result<Vec<Appointment>, DbFault> {
    let sql = appointments!(
        "WHERE a.person_id = $1 AND a.starts_at >= $2 AND a.starts_at < $3 AND a.hospital_id = $4 ORDER BY a.starts_at, a.id"
    );
    tx.query(sql, vals![person.as_str(), from, until, hospital.as_str()], to_appointment)
}
