//! Which fields are kept, and whose they are. Pure.

use platform::vault::Aad;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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
}

impl KeptForm {
    /// The form as it may be kept; `None` if nothing of what was typed may be.
    pub(super) fn new(path: &str, page: &str, fields: impl Iterator<Item = (String, String)>) -> Option<KeptForm> {
        let fields: Vec<(String, String)> = fields.filter(|(name, _)| !is_secret(name)).collect();
        (!fields.is_empty()).then(|| KeptForm { path: path.to_owned(), page: page.to_owned(), fields })
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
        let kept = KeptForm::new("/a", "/b", fields(&typed)).unwrap();
        let names: Vec<&str> = kept.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["note", "note"]);
        assert_eq!(KeptForm::new("/a", "/b", fields(&["csrf", "pin"])), None, "nothing worth keeping");
    }

    #[test]
    fn a_form_is_its_persons_in_its_browser() {
        let (one, other): (PersonId, PersonId) =
            ("per_00000000000000000000000001".parse().unwrap(), "per_00000000000000000000000002".parse().unwrap());
        assert_ne!(holder(&one, "a"), holder(&other, "a"));
        assert_ne!(holder(&one, "a"), holder(&one, "b"));
    }
}
