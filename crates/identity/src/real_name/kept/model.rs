//! Which fields are kept, and whose they are. Pure.

use kernel::Moment;
use platform::vault::Aad;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ui::csrf;
use ui::form::is_secret;

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
    /// Whether nothing was missing but the device's answer, which it gives by itself; and whether all is here again.
    #[serde(default)]
    goes_on: bool,
}

/// How long after it was kept a form may go on by itself, in seconds: as long as a device takes to answer. Whoever took longer
/// was asked for something, and taps.
const AT_ONCE_SECS: i64 = 30;

impl KeptForm {
    /// The form as it may be kept; `None` if nothing but secrets was typed.
    /// `by_device`: whether it was refused only until the device has answered.
    pub(super) fn new(
        path: &str,
        page: &str,
        by_device: bool,
        fields: impl Iterator<Item = (String, String)>,
    ) -> Option<KeptForm> {
        let (left_out, fields): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| is_secret(name));
        let whole = left_out.iter().all(|(name, _)| name == csrf::FIELD);
        // A form that asks for nothing is worth keeping as well: what was tapped is all there is of it.
        (whole || !fields.is_empty()).then(|| KeptForm {
            path: path.to_owned(),
            page: page.to_owned(),
            fields,
            goes_on: by_device && whole,
        })
    }

    /// Whether it goes on by itself: its person tapped a moment ago, and nobody was asked for anything since.
    pub(super) fn goes_on(&self, kept_at: Moment, now: Moment) -> bool {
        self.goes_on && now < kept_at.plus_secs(AT_ONCE_SECS)
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
        let kept = KeptForm::new("/a", "/b", true, fields(&typed)).unwrap();
        let names: Vec<&str> = kept.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["note", "note"]);
        assert_eq!(KeptForm::new("/a", "/b", true, fields(&["csrf", "pin"])), None, "nothing worth keeping");
    }

    #[test]
    fn only_what_is_whole_and_waited_for_the_device_alone_goes_on_by_itself_and_at_once() {
        let at = Moment::from_ms(0);
        for (typed, by_device, secs, expected) in [
            (&["csrf", "fen"][..], true, 2, true),
            (&["csrf"], true, 2, true),
            (&["csrf", "fen"], true, 31, false),
            (&["csrf", "fen"], false, 2, false),
            (&["csrf", "hash", "pin"], true, 2, false),
        ] {
            let kept = KeptForm::new("/a", "/b", by_device, fields(typed)).unwrap();
            assert_eq!(kept.goes_on(at, at.plus_secs(secs)), expected, "{typed:?} {by_device} {secs}");
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
