//! Reads answers, and believes them only about the person and the visit asked for.

use identity::ports::PortError;
use payments::ports::RegisteredVisit;
use serde::de::DeserializeOwned;
use wire::insurer::{Node, SetlInfo, SettlementReply};

use super::amounts::{Sign, sign};

/// The longest number of the insurer's, characters.
const NUMBER_MAX: usize = 30;

/// An `output`, or a node of one. The reason why it cannot be read is not passed on, since it would quote data about a
/// person.
pub(super) fn read<T: DeserializeOwned>(node: &Node) -> Result<T, PortError> {
    node.one().map_err(|_| unreadable())
}

fn unreadable() -> PortError {
    PortError::Unknown("the answer cannot be read".to_owned())
}

/// A settlement of this visit; one of another visit counts as not known.
pub(super) fn settlement(output: &Node, visit: &RegisteredVisit) -> Result<SettlementReply, PortError> {
    let reply: SettlementReply = read(output)?;
    if is_ours(&reply.setlinfo, visit, false) { Ok(reply) } else { Err(somebody_else()) }
}

/// Everything that is told of this visit, settlements and the records of their undoing. A record need not say whose it
/// is: the specification's has no `psn_no`.
pub(super) fn settlements(output: &Node, visit: &RegisteredVisit) -> Result<Vec<SettlementReply>, PortError> {
    let told = SettlementReply::all(output).map_err(|_| unreadable())?;
    match told.iter().all(|one| is_ours(&one.setlinfo, visit, sign(&one.setlinfo) == Sign::Below)) {
        true => Ok(told),
        false => Err(somebody_else()),
    }
}

/// What is told of an undoing (2208): nothing, a record, or more than one thing, of which none is read.
pub(super) fn undoing(output: &Node, visit: &RegisteredVisit) -> Result<Option<SettlementReply>, PortError> {
    let mut told = SettlementReply::all(output).map_err(|_| unreadable())?;
    if !told.iter().all(|one| is_ours(&one.setlinfo, visit, true)) {
        return Err(somebody_else());
    }
    Ok(told.pop().filter(|_| told.is_empty()))
}

fn is_ours(info: &SetlInfo, visit: &RegisteredVisit, may_be_silent: bool) -> bool {
    let is = |told: &str, ours: &str| told == ours || (may_be_silent && told.is_empty());
    is(&info.psn_no, visit.person.psn_no.expose()) && is(&info.mdtrt_id, &visit.registered.mdtrt_id)
}

/// A number of the insurer's, by which it will be asked.
pub(super) fn number(name: &str, text: String) -> Result<String, PortError> {
    match text.chars().count() {
        1..=NUMBER_MAX => Ok(text),
        _ => Err(PortError::Unknown(format!("the answer has no {name}"))),
    }
}

pub(super) fn somebody_else() -> PortError {
    PortError::Unknown("the answer is about somebody else".to_owned())
}
