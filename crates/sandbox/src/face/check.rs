//! One check: what was asked, how far it is, and what comes of the frames.

use kernel::Moment;
use wire::aliyun_cloudauth::{SESSION_SECS, SubCode};

use crate::people::{Face, Person};

/// A check the provider has begun.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) certify_id: String,
    pub(crate) order_no: String,
    pub(crate) scene_id: String,
    pub(crate) name: String,
    pub(crate) id_number: String,
    /// In the order drawn.
    pub(crate) actions: Vec<String>,
    pub(crate) fate: Fate,
    pub(crate) frames: i64,
    /// The result of the frames; `None` until they have come.
    pub(crate) ending: Option<Ending>,
    pub(crate) started_at: Moment,
    pub(crate) taken_at: Option<Moment>,
}

kernel::words! {
    /// What is to become of the verdict; the words are those of the database.
    pub(crate) enum Fate: "what becomes of a face check" {
        /// The verdict is told when it is asked for.
        Plain = "plain",
        /// The next question is still told to wait.
        Behind = "behind",
        /// It never comes.
        Lost = "lost",
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) sub_code: SubCode,
    /// Whether it was an attack on the camera, not only a picture.
    pub(crate) attacked: bool,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Frames may come.
    Waiting,
    /// Frames have come; the verdict has not.
    Looking,
    /// Ended.
    Ended(Ending),
}

impl Check {
    /// Whether frames would come too late.
    pub(crate) fn expired(&self, now: Moment) -> bool {
        self.started_at.secs_until(now) > SESSION_SECS
    }

    /// Where it stands at a moment.
    pub(crate) fn state(&self, now: Moment) -> State {
        let too_late = Ending { sub_code: SubCode::TimedOut, attacked: false };
        match (self.fate, self.ending) {
            (Fate::Plain, Some(ending)) => State::Ended(ending),
            (Fate::Behind | Fate::Lost, Some(_)) => State::Looking,
            (_, None) if !self.expired(now) => State::Waiting,
            (Fate::Lost, None) => State::Looking,
            (Fate::Plain | Fate::Behind, None) => State::Ended(too_late),
        }
    }

    /// Whether the movements are those asked for, in the order asked for. Several frames may show
    /// one movement.
    pub(super) fn in_order(&self, movements: &[String]) -> bool {
        let (mut shown, mut asked) = (movements.to_vec(), self.actions.clone());
        shown.dedup();
        asked.dedup();
        shown == asked
    }
}

/// What the provider finds: who stands before the camera is known, since everybody here is
/// simulated.
pub(super) fn judge(person: Option<&Person>, check: &Check, movements: &[String]) -> Ending {
    let magic = Magic::of(&check.id_number);
    let ending = |sub_code| Ending { sub_code, attacked: false };
    if magic == Some(Magic::SourceDown) {
        return ending(SubCode::SourceDown);
    }
    match person {
        None if magic.is_none() => return ending(SubCode::NoRecord),
        Some(person) if !person.is_called(&check.name) => return ending(SubCode::NameMismatch),
        _ => {}
    }
    let no_photo = person.is_some_and(|person| !person.has_photo) || magic == Some(Magic::NoPhoto);
    // A choice made on the page overrides what the number says.
    let chosen = person.map(|person| person.face).filter(|face| *face != Face::Own);
    let face = chosen.or_else(|| magic.and_then(Magic::face)).unwrap_or(Face::Own);
    match face {
        _ if no_photo => ending(SubCode::NoPhoto),
        Face::Attack => Ending { sub_code: SubCode::Liveness, attacked: true },
        Face::Still => ending(SubCode::Liveness),
        _ if !check.in_order(movements) => ending(SubCode::Liveness),
        Face::Other => ending(SubCode::FaceMismatch),
        Face::Own => ending(SubCode::Passed),
    }
}

/// What digits 15 to 17 of a number bring about, also where nobody has that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Magic {
    /// 901
    NoPhoto,
    /// 902
    Other,
    /// 903
    Still,
    /// 904
    Attack,
    /// 905
    SourceDown,
}

impl Magic {
    fn of(id_number: &str) -> Option<Magic> {
        Some(match id_number.get(14..17)? {
            "901" => Magic::NoPhoto,
            "902" => Magic::Other,
            "903" => Magic::Still,
            "904" => Magic::Attack,
            "905" => Magic::SourceDown,
            _ => return None,
        })
    }

    fn face(self) -> Option<Face> {
        match self {
            Magic::Other => Some(Face::Other),
            Magic::Still => Some(Face::Still),
            Magic::Attack => Some(Face::Attack),
            Magic::NoPhoto | Magic::SourceDown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fate: Fate, ending: Option<Ending>) -> Check {
        Check {
            certify_id: "c".into(),
            order_no: "o".into(),
            scene_id: "1".into(),
            name: "周明远".into(),
            id_number: "320402198001010012".into(),
            actions: vec!["blink".into(), "nod".into()],
            fate,
            frames: 0,
            ending,
            started_at: Moment::from_ms(0),
            taken_at: None,
        }
    }

    #[test]
    fn a_check_ends_with_its_frames_or_with_its_time() {
        let passed = Ending { sub_code: SubCode::Passed, attacked: false };
        let late = Ending { sub_code: SubCode::TimedOut, attacked: false };
        let (early, after) = (Moment::from_ms(300_000), Moment::from_ms(301_000));
        for (fate, ending, at, state) in [
            (Fate::Plain, None, early, State::Waiting),
            (Fate::Plain, None, after, State::Ended(late)),
            (Fate::Plain, Some(passed), after, State::Ended(passed)),
            (Fate::Behind, None, after, State::Ended(late)),
            (Fate::Behind, Some(passed), early, State::Looking),
            (Fate::Lost, None, early, State::Waiting),
            (Fate::Lost, None, after, State::Looking),
            (Fate::Lost, Some(passed), after, State::Looking),
        ] {
            assert_eq!(check(fate, ending).state(at), state, "{fate:?} {ending:?} {at:?}");
        }
    }

    #[test]
    fn several_frames_may_show_one_movement_but_only_in_order() {
        let check = check(Fate::Plain, None);
        let shown = |words: &[&str]| check.in_order(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(shown(&["blink", "nod"]) && shown(&["blink", "blink", "nod"]));
        for wrong in [&["nod", "blink"][..], &["blink"], &["blink", "nod", "blink"], &["blink", "mouth", "nod"], &[]] {
            assert!(!shown(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn magic_numbers_do_what_the_papers_say() {
        let right = ["blink".to_owned(), "nod".to_owned()];
        for (id_number, sub_code, attacked) in [
            ("320402199001019011", SubCode::NoPhoto, false),
            ("32040219900101902X", SubCode::FaceMismatch, false),
            ("320402199001019038", SubCode::Liveness, false),
            ("320402199001019046", SubCode::Liveness, true),
            ("320402199001019054", SubCode::SourceDown, false),
            ("320402198001010012", SubCode::NoRecord, false),
        ] {
            let asked = Check { id_number: id_number.into(), ..check(Fate::Plain, None) };
            assert_eq!(judge(None, &asked, &right), Ending { sub_code, attacked }, "{id_number}");
        }
    }
}
