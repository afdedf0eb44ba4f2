//! The desk's words: a verdict that reads from two metres, the lines beside it, what was done last.

use identity::people::PatientCard;
use kernel::{Date, Moment, Sex, ShortNo};
use ui::Page;

use super::store::DeskEvent;
use crate::appointments::by_card::ByCard;
use crate::appointments::check_in::{Scanned, Verdict};
use crate::appointments::fee_state;
use crate::appointments::model::{Event, State};
use crate::appointments::show;
use crate::appointments::store::Appointment;
use crate::rules::BookingRules;

/// What was just done to the visit that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// Checked in.
    CheckedIn,
    /// Its check-in was taken back. It is not offered at once: the next Enter is meant for the next patient.
    TakenBack,
    /// Its check-in was to be taken back, too late.
    TooLate,
    /// Its check-in was to be taken back, and is not the last thing that happened to it.
    Stands,
}

impl Done {
    /// What is stored of an event that this desk's page is led to: what was just done says so for as long as it can be taken
    /// back, and is then a check-in like any other. `me`: the clerk who looks.
    pub(super) fn was(event: &DeskEvent, me: &str, (rules, now): (&BookingRules, Moment)) -> Option<Self> {
        let visit = &event.visit;
        let last = visit.version == event.n && now < event.at.plus_secs(rules.undo_check_in_secs);
        match (event.event, visit.state) {
            (Event::CheckIn, State::Attended) if last && event.actor == me => Some(Self::CheckedIn),
            (Event::UndoCheckIn, State::Booked) if last => Some(Self::TakenBack),
            _ => None,
        }
    }

    /// Why a check-in that was to be taken back stands, by what is stored of it.
    pub(super) fn refused(event: &DeskEvent, (rules, now): (&BookingRules, Moment)) -> Option<Self> {
        let visit = &event.visit;
        match (event.event, visit.state) {
            (Event::CheckIn, State::Attended) if visit.version > event.n => Some(Self::Stands),
            (Event::CheckIn, State::Attended) if visit.undo_until(rules).is_none_or(|until| now >= until) => {
                Some(Self::TooLate)
            }
            _ => None,
        }
    }
}

/// The verdict as the page says it.
pub(super) struct Told {
    pub(super) tone: &'static str,
    pub(super) word: String,
    pub(super) text: String,
    pub(super) patient: Option<Patient>,
    /// The code to check in with Enter.
    pub(super) ready: Option<String>,
}

/// What a desk sees of a patient: enough to call them and to know them by.
pub(super) struct Patient {
    /// `周*远`
    pub(super) name: String,
    /// `男 · 46 岁`
    pub(super) about: String,
    pub(super) id_masked: String,
    pub(super) visit: String,
    pub(super) doctor: String,
    /// How the fee stands, where there is one.
    pub(super) fee: Option<String>,
    /// The place in the slot (序号), large; of a visit that takes one up.
    pub(super) seat_no: Option<i64>,
    /// The short number, as it is read aloud.
    pub(super) no: Option<String>,
}

/// One of several visits of a card's holder.
pub(super) struct Choice {
    /// One of [`choice_keys`].
    pub(super) key: char,
    pub(super) href: String,
    pub(super) slot: String,
    pub(super) doctor: String,
    pub(super) seat_no: i64,
    pub(super) word: String,
    pub(super) tone: &'static str,
}

/// A check-in that can be taken back.
#[derive(Clone)]
pub(super) struct Undo {
    pub(super) code: String,
    pub(super) n: i64,
    pub(super) name: String,
    pub(super) left_secs: i64,
}

/// A row of what the desk did today.
pub(super) struct Row {
    pub(super) time: String,
    pub(super) name: String,
    pub(super) doctor: String,
    pub(super) slot: String,
    pub(super) seat_no: i64,
    /// 签到, 撤销签到
    pub(super) act: String,
    /// It was taken back later.
    pub(super) is_undone: bool,
    pub(super) undo: Option<Undo>,
}

/// The verdict on a visit, or on what is none.
pub(super) fn tell(page: &Page, scanned: &Scanned, done: Option<Done>, today: Date) -> Told {
    let verdict = scanned.verdict;
    let (tone, word) = match (verdict, done) {
        (Verdict::Attended { .. }, Some(Done::CheckedIn)) => ("done", "success"),
        (Verdict::Attended { .. }, Some(Done::TooLate)) => ("due", "late"),
        (Verdict::Attended { .. }, Some(Done::Stands)) => ("due", "stands"),
        (Verdict::Ready, Some(Done::TakenBack)) => ("due", "undone"),
        (Verdict::Unpaid, _) => ("due", fee_state::unpaid_word(scanned.pay.as_ref())),
        (Verdict::Ready, _) => ("blue", verdict.word()),
        (Verdict::Attended { .. } | Verdict::OtherDay { .. } | Verdict::Unread(_), _) => ("due", verdict.word()),
        (Verdict::Cancelled { .. } | Verdict::Expired | Verdict::OtherHospital | Verdict::Unknown, _) => {
            ("danger", verdict.word())
        }
    };
    let key = format!("desk-verdict-{word}-text");
    let text = match verdict {
        Verdict::Attended { at } | Verdict::Cancelled { at } => page.t1(&key, "at", page.moment(at)),
        Verdict::OtherDay { date } => page.t1(&key, "date", page.date(date)),
        _ => page.t(&key),
    };
    let visit = scanned.visit.as_ref();
    let ready = visit.filter(|_| verdict == Verdict::Ready && done != Some(Done::TakenBack));
    Told {
        tone,
        word: page.t(&format!("desk-verdict-{word}")),
        text,
        ready: ready.map(|(visit, _)| visit.code.to_string()),
        patient: visit.map(|(visit, card)| patient(page, visit, card, (scanned, today))),
    }
}

/// The verdict on a card: its holder's visit, if there is one here today; else what the card's own desk would say, or that
/// there is no visit.
pub(super) fn tell_card(page: &Page, found: &ByCard, today: Date) -> (Option<Told>, Vec<Choice>) {
    let stands = |one: &&Scanned| one.visit.as_ref().is_some_and(|(visit, _)| visit.state.is_active());
    let standing: Vec<&Scanned> = found.visits.iter().filter(stands).collect();
    let (tone, key) = match (&found.card.holder, standing.as_slice(), found.visits.last()) {
        (None, ..) => (found.card.tone(), found.card.key()),
        // The one that stands, or else how the last one ended.
        (Some(_), [only], _) => return (Some(tell(page, only, None, today)), Vec::new()),
        (Some(_), [], Some(last)) => return (Some(tell(page, last, None, today)), Vec::new()),
        (Some(_), [], None) => ("due", "desk-card-none".to_owned()),
        (Some(_), ..) => ("blue", "desk-card-several".to_owned()),
    };
    let patient = found.card.holder.as_ref().map(|(_, card)| Patient {
        name: card.name.called(),
        about: about(page, card, today),
        id_masked: card.id_masked.clone(),
        visit: String::new(),
        doctor: String::new(),
        fee: None,
        seat_no: None,
        no: None,
    });
    let told = Told { tone, word: page.t(&key), text: page.t(&format!("{key}-text")), patient, ready: None };
    let choices = choice_keys().zip(standing).filter_map(|(key, one)| choice(page, key, one, today)).collect();
    (Some(told), choices)
}

/// The letters that choose among visits. C begins the code of an electronic card (CZRS…) and H a web address, and a scan
/// is to choose nobody by its first letter; Z takes the last check-in back.
fn choice_keys() -> impl Iterator<Item = char> {
    ('A'..='Y').filter(|key| !matches!(key, 'C' | 'H'))
}

fn choice(page: &Page, key: char, scanned: &Scanned, today: Date) -> Option<Choice> {
    let (visit, _) = scanned.visit.as_ref()?;
    let Told { tone, word, .. } = tell(page, scanned, None, today);
    Some(Choice {
        key,
        href: format!("/desk/visits?code={}", visit.code),
        slot: show::clock(page, visit.card.slot.starts_at),
        doctor: doctor(page, visit),
        seat_no: visit.seat_no,
        word,
        tone,
    })
}

fn patient(page: &Page, visit: &Appointment, card: &PatientCard, (scanned, today): (&Scanned, Date)) -> Patient {
    Patient {
        name: card.name.called(),
        about: about(page, card, today),
        id_masked: card.id_masked.clone(),
        visit: show::when(page, &visit.card),
        doctor: doctor(page, visit),
        fee: scanned.pay.as_ref().map(|order| fee_state::at_desk(page, order)),
        seat_no: visit.state.is_active().then_some(visit.seat_no),
        no: visit.no.as_ref().map(ShortNo::grouped),
    }
}

/// Sex and age; nothing where the ID number cannot be read.
fn about(page: &Page, card: &PatientCard, today: Date) -> String {
    let sex = match card.sex() {
        Some(Sex::Male) => "desk-male",
        Some(Sex::Female) => "desk-female",
        None => return String::new(),
    };
    page.t2("desk-about", "sex", page.t(sex), "age", card.age_on(today).unwrap_or_default())
}

fn doctor(page: &Page, visit: &Appointment) -> String {
    let (department, doctor) = (&visit.card.department, &visit.card.doctor);
    format!("{} · {}", show::department(page, department), show::doctor_line(page, doctor))
}

/// A row of what the desk did, and the way to take it back while there is one.
pub(super) fn row(
    page: &Page,
    event: &DeskEvent,
    card: Option<&PatientCard>,
    (rules, now): (&BookingRules, Moment),
) -> Row {
    let visit = &event.visit;
    let name = card.map_or_else(String::new, |card| card.name.called());
    let stands = event.event == Event::CheckIn && visit.state == State::Attended && visit.version == event.n;
    let left =
        visit.undo_until(rules).filter(|until| stands && now < *until).map(|until| (until.ms() - now.ms()) / 1000);
    Row {
        time: show::clock(page, event.at),
        doctor: doctor(page, visit),
        slot: show::clock(page, visit.card.slot.starts_at),
        seat_no: visit.seat_no,
        act: page.t(if event.event == Event::CheckIn { "desk-act-check-in" } else { "desk-act-undo" }),
        is_undone: event.event == Event::CheckIn && !stands,
        undo: left.map(|left_secs| Undo { code: visit.code.to_string(), n: event.n, name: name.clone(), left_secs }),
        name,
    }
}

#[cfg(test)]
mod tests {
    use kernel::typing::CARD_CODE_START;

    use super::*;

    #[test]
    fn a_letter_that_chooses_begins_no_code_and_takes_nothing_back() {
        let keys: String = choice_keys().collect();
        assert!(keys.starts_with("ABDEFGIJ"), "{keys}");
        for taken in [CARD_CODE_START, "HTTP", "Z"] {
            assert!(!keys.contains(&taken[..1]), "{taken}: {keys}");
        }
    }
}
