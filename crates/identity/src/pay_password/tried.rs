//! A wrong try, told by the form's own page after a redirect. A form that were answered by its POST would be sent once more
//! by every reload of the answer, and that would be another try.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use serde::Deserialize;

use super::policy::PayPasswordPolicy;
use super::store;
use crate::people::PersonId;

/// What became of the try that led back to the form, as the form's address says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tried {
    /// It was wrong.
    Wrong,
    /// Others were under way.
    UnderWay,
    /// Nothing was tried.
    #[default]
    #[serde(other)]
    Nothing,
}

impl Tried {
    /// As it stands in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Tried::Wrong => "wrong",
            Tried::UnderWay => "under-way",
            Tried::Nothing => "",
        }
    }

    /// What is said at the field: a kind. That one was wrong, and how many tries are left, is said as it is kept, whatever
    /// an address says.
    pub fn error(self, left: Option<i64>) -> Option<String> {
        match self {
            Tried::Wrong => left.map(|left| format!("pay-wrong:{left}")),
            Tried::UnderWay => Some("pay-under-way".to_owned()),
            Tried::Nothing => None,
        }
    }
}

/// How many wrong tries are left before it locks, where some of those that count were wrong; those under way count too.
///
/// # Errors
/// What broke beneath.
pub fn tries_left(
    tx: &mut Tx<'_>,
    person: &PersonId,
    now: Moment,
    policy: &PayPasswordPolicy,
) -> Result<Option<i64>, DbFault> {
    let counted = store::counted(tx, person, now.minus_secs(policy.window_secs))?;
    let left = policy.tries - counted.wrong - counted.reserved;
    Ok((counted.wrong > 0 && left > 0).then_some(left))
}
