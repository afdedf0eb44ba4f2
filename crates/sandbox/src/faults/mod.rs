//! Faults on demand: rules that say what goes wrong with which calls, and how often. They are
//! kept in the sandbox's database and apply to every partner alike.

pub(crate) mod add;
pub(crate) mod api;
pub(crate) mod clear;
pub(crate) mod store;
pub(crate) mod take;

use serde::{Deserialize, Serialize};

kernel::typed_id!(
    /// A fault rule.
    pub FaultId,
    "flt"
);

/// The operation that stands for every operation of a partner.
pub(crate) const ANY: &str = "*";

/// One rule. The oldest rule that matches a call is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its number.
    pub id: FaultId,
    /// `sms`.
    pub partner: String,
    /// The partner's own name of the operation, or `*`.
    pub operation: String,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: Kind,
    /// How many more calls it applies to; `None`: until it is cleared.
    pub times: Option<i64>,
    /// Only calls that contain this text (a number, our own id).
    #[serde(rename = "match")]
    pub subject: Option<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// It is done, `ms` milliseconds late, whether or not the caller still listens.
    Slow {
        /// Milliseconds, at most [`SLOW_MS_MAX`].
        ms: u64,
    },
    /// It is not done; the answer carries the partner's `code`.
    Refuse {
        /// A code of the partner's.
        code: String,
    },
    /// It is not done, and nothing is answered.
    TimeOutBefore,
    /// It is done, and nothing is answered.
    TimeOutAfter,
    /// It is done twice.
    Duplicate,
    /// It is accepted, and takes effect after the next one.
    Reorder,
    /// It is accepted, and never takes effect.
    Lose,
    /// It is not done; the answer claims it was, but is not a true answer of the partner's.
    Forge {
        /// In which way, where the partner knows more than one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// The connection is closed without a word.
    Down,
}

/// The longest a slow call may take, milliseconds.
pub(crate) const SLOW_MS_MAX: u64 = 120_000;

impl Kind {
    /// The names of all kinds, in the order pages show them.
    pub(crate) const NAMES: [&'static str; 9] =
        ["slow", "refuse", "time_out_before", "time_out_after", "duplicate", "reorder", "lose", "forge", "down"];

    /// The name in the API and in the database.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Slow { .. } => "slow",
            Kind::Refuse { .. } => "refuse",
            Kind::TimeOutBefore => "time_out_before",
            Kind::TimeOutAfter => "time_out_after",
            Kind::Duplicate => "duplicate",
            Kind::Reorder => "reorder",
            Kind::Lose => "lose",
            Kind::Forge { .. } => "forge",
            Kind::Down => "down",
        }
    }

    /// Puts a kind together from its name and what it needs.
    pub(crate) fn from_parts(name: &str, ms: Option<u64>, code: Option<String>) -> Option<Kind> {
        Some(match name {
            "slow" => Kind::Slow { ms: ms? },
            "refuse" => Kind::Refuse { code: code? },
            "time_out_before" => Kind::TimeOutBefore,
            "time_out_after" => Kind::TimeOutAfter,
            "duplicate" => Kind::Duplicate,
            "reorder" => Kind::Reorder,
            "lose" => Kind::Lose,
            "forge" => Kind::Forge { code },
            "down" => Kind::Down,
            _ => return None,
        })
    }

    /// Milliseconds of a slow call.
    pub(crate) fn ms(&self) -> Option<u64> {
        match self {
            Kind::Slow { ms } => Some(*ms),
            _ => None,
        }
    }

    /// Code of a refusal, or of a forgery.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Kind::Refuse { code } => Some(code),
            Kind::Forge { code } => code.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_that_leads_back_to_it() {
        for name in Kind::NAMES {
            let kind = Kind::from_parts(name, Some(5), Some("isv.X".into())).unwrap();
            assert_eq!(kind.name(), name);
            let json = serde_json::to_value(&kind).unwrap();
            assert_eq!(json["kind"], name);
            assert_eq!(serde_json::from_value::<Kind>(json).unwrap(), kind);
        }
        assert_eq!(Kind::from_parts("slow", None, None), None);
        assert_eq!(Kind::from_parts("explode", None, None), None);
    }
}
