//! Which fields are kept, and whose they are. Pure.

use kernel::Moment;
use platform::vault::Aad;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ui::csrf;
use ui::form::is_secret;

use crate::askers::{self, Place};
use crate::people::PersonId;

kernel::typed_id!(
    /// A form kept for its person's return.
    pub KeptId, "kpt"
);

/// A form as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptForm {
    /// Where it was sent.
    pub(super) path: String,
    /// The page it was on.
    pub(super) page: String,
    /// What was typed, in order; a name may come twice.
    pub(super) fields: Vec<(String, String)>,
    /// The place it was sent from ([`askers::gates_mark`]), where nothing was missing but the device's answer and nothing was
    /// left out.
    #[serde(default)]
    goes_on_at: Option<String>,
    /// Whether a password or a code was left out.
    #[serde(default = "yes")]
    pub(super) asks_again: bool,
}

/// How long after it was kept a form may go on by itself, in seconds: a device answers sooner, and what was tapped longer ago may
/// not be wished any more.
const AT_ONCE_SECS: i64 = 30;

fn yes() -> bool {
    true
}

impl KeptForm {
    /// The form as it may be kept; `None` if nothing but passwords and codes was typed. `gate`: the page that the gate led to.
    pub(super) fn new(
        path: &str,
        page: &str,
        gate: &str,
        fields: impl Iterator<Item = (String, String)>,
    ) -> Option<KeptForm> {
        let (left_out, fields): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| is_secret(name));
        let asks_again = left_out.iter().any(|(name, _)| name != csrf::FIELD);
        let mark = askers::gates_mark(gate).filter(|_| !asks_again).map(str::to_owned);
        // A form that asks for nothing is worth keeping as well: what was tapped is all there is of it.
        (!asks_again || !fields.is_empty()).then(|| KeptForm {
            path: path.to_owned(),
            page: page.to_owned(),
            fields,
            goes_on_at: mark,
            asks_again,
        })
    }

    /// Whether it goes on by itself `here`: sent from this very place a moment ago. What was sent from elsewhere with copied
    /// cookies (T11) never does.
    pub(super) fn goes_on(&self, here: &Place, kept_at: Moment, now: Moment) -> bool {
        let from_here = self.goes_on_at.as_deref().is_some_and(|mark| here.is_marked(mark));
        from_here && now < kept_at.plus_secs(AT_ONCE_SECS)
    }

    /// Where the sealed form stands.
    pub(super) fn aad(id: &KeptId) -> Aad<'_> {
        Aad { table: "kept_form", column: "form", row: id.as_str() }
    }
}

/// Who may have a form back: this person, in the browser that holds this word.
pub(super) fn holder(person: &PersonId, word: &str) -> Vec<u8> {
    Sha256::digest(format!("kept:{}:{word}", person.as_str()).as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &[&str]) -> impl Iterator<Item = (String, String)> {
        names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn secrets_are_not_kept() {
        let typed = ["csrf", "note", "password", "password_again", "old_password", "code", "pin", "pin_again", "note"];
        let kept = KeptForm::new("/a", "/b", "/real-name", fields(&typed)).unwrap();
        let names: Vec<&str> = kept.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["note", "note"]);
        assert_eq!(KeptForm::new("/a", "/b", "/real-name", fields(&["csrf", "pin"])), None, "nothing worth keeping");
    }

    #[test]
    fn only_what_is_whole_and_was_sent_from_here_a_moment_ago_goes_on_by_itself() {
        let (at, here, there) = (Moment::from_ms(0), Place::marked(7), Place::marked(8));
        let gate = here.prove_page();
        for (typed, gate, place, secs, expected) in [
            (&["csrf", "fen"][..], gate.as_str(), &here, 2, true),
            (&["csrf"], &gate, &here, 2, true),
            (&["csrf", "fen"], &gate, &here, 31, false),
            (&["csrf", "fen"], &gate, &there, 2, false),
            (&["csrf", "fen"], "/real-name", &here, 2, false),
            (&["csrf", "fen"], "/devices/prove?for=ord_1", &here, 2, false),
            (&["csrf", "hash", "pin"], &gate, &here, 2, false),
        ] {
            let kept = KeptForm::new("/a", "/b", gate, fields(typed)).unwrap();
            assert_eq!(kept.goes_on(place, at, at.plus_secs(secs)), expected, "{typed:?} {gate} {secs}");
        }
    }

    #[test]
    fn a_form_is_its_persons_in_its_browser() {
        let (one, other): (PersonId, PersonId) =
            ("per_00000000000000000000000001".parse().unwrap(), "per_00000000000000000000000002".parse().unwrap());
        assert_ne!(holder(&one, "a"), holder(&other, "a"));
        assert_ne!(holder(&one, "a"), holder(&one, "b"));
    }
}
