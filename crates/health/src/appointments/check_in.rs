//! Arriving (REG-10): the desk scans the visit barcode, sees a verdict, and checks the patient in.
//!
//! A code is valid only at its own hospital: about a code of another hospital, the desk learns that and nothing else.

use identity::PersonId;
use identity::people::{PatientCard, patient_card};
use kernel::typing::CodeKind;
use kernel::{Date, Moment, ShortNo};
use payments::Order;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::advance::{Advanced, advance};
use super::code::VisitCode;
use super::model::{AppointmentId, Decision, Event, Refusal, State, decide};
use super::paid::SUBJECT;
use super::store::{self, Appointment};
use crate::clinics;
use crate::hospitals::model::HospitalId;
use crate::rules::BookingRules;

/// What a desk is told about a scanned code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 可以签到
    Ready,
    /// 已签到
    Attended { at: Moment },
    /// 不是今天
    OtherDay { date: Date },
    /// 已取消
    Cancelled { at: Moment },
    /// The hold ran out unpaid.
    Expired,
    /// Held, not paid yet.
    Unpaid,
    /// 不是本院: nothing of the patient is shown.
    OtherHospital,
    /// 查不到
    Unknown,
    /// It is no visit barcode, but something else: 数字不对, 输入法不对, 窗口认证码 …
    Unread(CodeKind),
}

impl Verdict {
    /// The word in audit rows and the end of its locale keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Attended { .. } => "attended",
            Self::OtherDay { .. } => "other-day",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired => "expired",
            Self::Unpaid => "unpaid",
            Self::OtherHospital => "other-hospital",
            Self::Unknown => "unknown",
            Self::Unread(kind) => kind.as_str(),
        }
    }
}

/// A verdict with the visit it is about, when this desk may see it.
pub struct Scanned {
    pub verdict: Verdict,
    pub visit: Option<(Appointment, PatientCard)>,
    /// How its fee stands, where it costs something.
    pub pay: Option<Order>,
}

impl Scanned {
    /// A scan that no code was read from: nothing is looked up.
    pub fn unread(kind: CodeKind) -> Scanned {
        Scanned { verdict: Verdict::Unread(kind), visit: None, pay: None }
    }
}

/// The patient came: the visit counts as attended from now on.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// The hospital of the clerk, from the `Desk` extractor.
    pub hospital: HospitalId,
    pub code: VisitCode,
}

/// When the patient was checked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedIn {
    pub appointment: AppointmentId,
    pub at: Moment,
    /// Which of the visit's events it was, from 1.
    pub n: i64,
    /// True when it was done before: a second scan is harmless.
    pub already: bool,
}

/// Why nobody was checked in.
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// This hospital has no such code.
    #[error("no such code at this hospital")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// What stands in the desk's one box: a visit's barcode, or the short number that its person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The barcode.
    Code(VisitCode),
    /// The short number.
    No(ShortNo),
}

impl Wanted {
    /// Reads what was scanned or typed; nothing where it is neither.
    pub fn read(typed: &str) -> Option<Wanted> {
        let code = VisitCode::parse(typed).map(Wanted::Code);
        code.ok().or_else(|| ShortNo::parse(typed).map(Wanted::No).ok())
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        match self {
            Wanted::Code(code) => code.as_str(),
            Wanted::No(no) => no.as_str(),
        }
    }

    fn find(&self, tx: &mut Tx<'_>) -> Result<Option<Appointment>, DbFault> {
        match self {
            Wanted::Code(code) => store::by_code(tx, code),
            Wanted::No(no) => store::by_no(tx, no),
        }
    }
}

/// What a desk sees of a scanned code. The look at a person is written down, or does not happen
/// (architecture, rule 10).
pub async fn look_up(ctx: &Ctx, hospital: &HospitalId, typed: &str) -> Result<Scanned, CheckInError> {
    let now = ctx.now();
    let Some(wanted) = Wanted::read(typed) else { return Ok(Scanned::unread(CodeKind::of(typed, now.date()))) };
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let (ctx2, hospital) = (ctx.clone(), hospital.clone());
    ctx.db
        .write(LaneKey::of("desk", hospital.as_str()), "appointment.look_up", move |tx| {
            let Some(appointment) = wanted.find(tx)? else {
                return Ok(Scanned { verdict: Verdict::Unknown, visit: None, pay: None });
            };
            let verdict = judge(&appointment, &hospital, &rules, now);
            let detail = json!({ "verdict": verdict.word(), "hospital": hospital.as_str(), "person": appointment.person.as_str() });
            tx.audit(ctx2.act("appointment.seen_by_desk", appointment.id.as_str(), detail));
            let card = match verdict {
                Verdict::OtherHospital => None,
                _ => patient_card(tx, &ctx2.vault, &appointment.person)?,
            };
            let pay = match verdict {
                Verdict::OtherHospital => None,
                _ => payments::order_of(tx, SUBJECT, appointment.id.as_str())?,
            };
            Ok(Scanned { verdict, visit: card.map(|card| (appointment, card)), pay })
        })
        .await
}

/// Checks a patient in. Twice is fine.
pub async fn check_in(ctx: &Ctx, command: CheckIn) -> Result<CheckedIn, CheckInError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let seen = {
        let command = command.clone();
        ctx.db.read("appointment.check_in.glance", move |tx| here(tx, &command)).await?
    };
    let clinic = seen.ok_or(CheckInError::NotFound)?.card.clinic.id;
    let ctx2 = ctx.clone();
    ctx.db
        .write(clinics::lane(&clinic), "appointment.check_in", move |tx| {
            let actor = ctx2.trace.actor.label();
            match advance(tx, |tx| here(tx, &command), &rules, Event::CheckIn, &actor, now)?
                .ok_or(CheckInError::NotFound)?
            {
                Advanced::Already(before) => {
                    let (at, n) = (before.changed_at, before.version);
                    Ok(CheckedIn { appointment: before.id, at, n, already: true })
                }
                Advanced::Changed(appointment, _) => {
                    let person: &PersonId = &appointment.person;
                    let detail = json!({ "hospital": command.hospital.as_str(), "person": person.as_str() });
                    tx.audit(ctx2.act("appointment.attended", appointment.id.as_str(), detail));
                    let n = appointment.version + 1;
                    Ok(CheckedIn { appointment: appointment.id, at: now, n, already: false })
                }
            }
        })
        .await
}

fn here(tx: &mut Tx<'_>, command: &CheckIn) -> Result<Option<Appointment>, CheckInError> {
    Ok(by_code_here(tx, &command.hospital, &command.code)?)
}

/// The appointment with this barcode, if it is this hospital's.
pub(super) fn by_code_here(
    tx: &mut Tx<'_>,
    hospital: &HospitalId,
    code: &VisitCode,
) -> Result<Option<Appointment>, DbFault> {
    let found = store::by_code(tx, code)?;
    Ok(found.filter(|appointment| appointment.card.hospital.id == *hospital))
}

/// What a desk of this hospital is told of a visit.
pub(super) fn judge(appointment: &Appointment, hospital: &HospitalId, rules: &BookingRules, now: Moment) -> Verdict {
    if appointment.card.hospital.id != *hospital {
        return Verdict::OtherHospital;
    }
    match decide(&appointment.view(rules), Event::CheckIn, now) {
        Ok(Decision::Change(_)) => Verdict::Ready,
        Ok(Decision::Already) if appointment.card.clinic.date != now.date() => {
            Verdict::OtherDay { date: appointment.card.clinic.date }
        }
        Ok(Decision::Already) => Verdict::Attended { at: appointment.changed_at },
        Err(Refusal::OtherDay { date }) => Verdict::OtherDay { date },
        Err(_) => match appointment.state {
            State::Held => Verdict::Unpaid,
            State::Expired => Verdict::Expired,
            _ => Verdict::Cancelled { at: appointment.changed_at },
        },
    }
}
