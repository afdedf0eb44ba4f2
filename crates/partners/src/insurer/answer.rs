//! Reads answers, and believes them only about the person and the visit asked for.

use identity::ports::PortError;
use payments::ports::Visit;
use serde::de::DeserializeOwned;
use wire::insurer::{Node, SettlementReply};

/// The longest number of the insurer's, characters.
const NUMBER_MAX: usize = 30;

/// An `output`, or a node of one. Why it cannot be read is not told: it would quote what is about a person.
pub(super) fn read<T: DeserializeOwned>(node: &Node) -> Result<T, PortError> {
    node.one().map_err(|_| PortError::Unknown("the answer cannot be read".to_owned()))
}

/// A settlement of this visit; of any other one nothing is known.
pub(super) fn settlement(output: &Node, visit: &Visit) -> Result<SettlementReply, PortError> {
    let reply: SettlementReply = read(output)?;
    let (info, person) = (&reply.setlinfo, &visit.person);
    if info.psn_no != *person.psn_no.expose() || info.mdtrt_id != visit.registered.mdtrt_id {
        return Err(somebody_else());
    }
    Ok(reply)
}

/// The record of an undoing (2208). It need not say whose it is: the specification's has no `psn_no`.
pub(super) fn undoing(output: &Node, visit: &Visit) -> Result<SettlementReply, PortError> {
    let reply: SettlementReply = read(output)?;
    let (info, person) = (&reply.setlinfo, &visit.person);
    let is = |told: &str, ours: &str| told.is_empty() || told == ours;
    if !is(&info.psn_no, person.psn_no.expose()) || !is(&info.mdtrt_id, &visit.registered.mdtrt_id) {
        return Err(somebody_else());
    }
    Ok(reply)
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
