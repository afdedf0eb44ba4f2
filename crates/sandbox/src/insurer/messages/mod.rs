//! The sender's numbers (`msgid`): an act is carried out once under its number, and the number always gets the same
//! answer afterwards. A refusal has done nothing and is not kept, so its number may be used again.

pub(super) mod store;

use kernel::Moment;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::{Refusal, says};

kernel::words! {
    /// What became of a number.
    pub(super) enum State: "an end of a message" {
        /// Carried out.
        Done = "done",
        /// Carried out, and undone by 2601.
        Reversed = "reversed",
        /// 2601 came before it; it is never carried out.
        Barred = "barred",
    }
}

/// A message that is kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) msgid: String,
    pub(super) infno: String,
    /// [`digest`] of what was asked.
    pub(super) digest: String,
    pub(super) psn_no: String,
    pub(super) state: State,
    /// `output` in JSON.
    pub(super) output: String,
    /// The settlement that it was about; empty when about none.
    pub(super) setl_id: String,
    pub(super) kept_at: Moment,
}

impl Kept {
    /// What the same number is answered with.
    pub(super) fn again(&self, digest: &str) -> Result<Value, Refusal> {
        if self.state != State::Done {
            return says("该交易已冲正");
        }
        if self.digest != digest {
            return says("msgid重复");
        }
        Ok(serde_json::from_str(&self.output).unwrap_or_default())
    }
}

/// An act that was accepted and waits for the person's next call.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) msgid: String,
    /// The call in JSON.
    pub(super) envelope: String,
    /// The number that its answer gave.
    pub(super) number: String,
    pub(super) accepted_at: Moment,
}

/// What tells two messages of one number apart.
pub(super) fn digest(infno: &str, input: &Value) -> String {
    let hash = Sha256::digest(format!("{infno}\n{input}"));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
