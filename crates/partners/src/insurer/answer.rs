//! Reads answers, and believes them only about the person and the visit asked for.

use identity::ports::PortError;
use payments::ports::Visit;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::insurer::SettlementReply;

/// The longest number of the insurer's, characters.
const NUMBER_MAX: usize = 30;

/// An `output`. Why it cannot be read is not told: it would quote what is about a person.
pub(super) fn read<T: DeserializeOwned>(output: Value) -> Result<T, PortError> {
    serde_json::from_value(output).map_err(|_| PortError::Unknown("the answer cannot be read".to_owned()))
}

/// A settlement of this visit; of any other one nothing is known.
pub(super) fn settlement(output: Value, visit: &Visit) -> Result<SettlementReply, PortError> {
    let reply: SettlementReply = read(output)?;
    let (info, person) = (&reply.setlinfo, &visit.person);
    if info.psn_no != *person.psn_no.expose() || info.mdtrt_id != visit.registered.mdtrt_id {
        return Err(PortError::Unknown("the answer is about somebody else".to_owned()));
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
