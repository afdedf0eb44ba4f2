//! Adds a rule.

use kernel::typing;
use platform::db::DbFault;
use serde::Deserialize;

use super::{ANY, Fault, FaultId, Kind, SLOW_MS_MAX, store};
use crate::house::House;

/// What is asked for; the JSON body of `POST /control/faults`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AddFault {
    pub(crate) partner: String,
    #[serde(default)]
    pub(crate) operation: Option<String>,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) ms: Option<u64>,
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) times: Option<i64>,
    #[serde(default, rename = "match")]
    pub(crate) subject: Option<String>,
}

/// Why a rule was not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddFaultError {
    #[error("no such partner; known: {0}")]
    Partner(String),
    #[error("the partner has no such operation")]
    Operation,
    #[error("kind is one of slow, refuse, time_out_before, time_out_after, duplicate, reorder, lose, forge, down")]
    Kind,
    #[error("slow needs ms, 1 to 120000")]
    Ms,
    #[error("refuse needs the partner's code")]
    Code,
    #[error(
        "a code of forge is one of the partner's ways to forge an answer or, for what it sends by itself, a notice"
    )]
    Forgery,
    #[error("times is 1 or more, or absent for until cleared")]
    Times,
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Adds a rule; it applies from the next call on.
pub(crate) async fn add(house: &House, command: AddFault) -> Result<Fault, AddFaultError> {
    let fault = check(house, command)?;
    let row = fault.clone();
    house
        .db
        .write(store::lane(), "sandbox.fault.add", move |tx| store::insert(tx, &row).map_err(AddFaultError::Fault))
        .await?;
    tracing::info!(fault = %fault.id, kind = fault.kind.name(), "sandbox.fault.added");
    Ok(fault)
}

fn check(house: &House, command: AddFault) -> Result<Fault, AddFaultError> {
    let operation = filled(command.operation).unwrap_or_else(|| ANY.to_owned());
    let about = house.partners.iter().find(|about| about.place.name == command.partner);
    let about = about.ok_or_else(|| AddFaultError::Partner(house.names()))?;
    if operation != ANY && !about.operations.contains(&operation.as_str()) {
        return Err(AddFaultError::Operation);
    }
    if !Kind::NAMES.contains(&command.kind.as_str()) {
        return Err(AddFaultError::Kind);
    }
    if command.kind == "slow" && !command.ms.is_some_and(|ms| (1..=SLOW_MS_MAX).contains(&ms)) {
        return Err(AddFaultError::Ms);
    }
    let kind = Kind::from_parts(&command.kind, command.ms, filled(command.code)).ok_or(AddFaultError::Code)?;
    if let Kind::Forge { code: Some(code) } = &kind {
        // Messages that a partner sends by itself can be forged in other ways than its answers.
        let ways = if about.notices.contains(&operation.as_str()) { about.forgeries } else { about.twists };
        if !ways.contains(&code.as_str()) {
            return Err(AddFaultError::Forgery);
        }
    }
    if command.times.is_some_and(|times| times < 1) {
        return Err(AddFaultError::Times);
    }
    Ok(Fault {
        id: FaultId::make(house.now(), &*house.rng),
        partner: command.partner,
        operation,
        kind,
        times: command.times,
        subject: filled(command.subject),
    })
}

/// Characters of a field that are looked at.
const TEXT_MAX: usize = 200;

/// An empty form field is an absent one.
fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| typing::line(&text, TEXT_MAX)).filter(|text| !text.is_empty())
}
