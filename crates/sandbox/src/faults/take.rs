//! Finds the rule that befalls a call, and uses it.

use platform::db::DbFault;

use super::{ANY, Fault, Kind, store};
use crate::house::House;

/// The fault that befalls this call, if any; a rule with a number of times is used up by it.
/// `text` is what rules are matched against: the call's parameters and body, decoded.
pub(crate) async fn take(
    house: &House,
    partner: &'static str,
    operation: &str,
    text: &str,
) -> Result<Option<Kind>, DbFault> {
    // Nearly always there is no rule, and a read costs no commit.
    let rules: Vec<Fault> = house.db.read("sandbox.fault.list", store::all).await?;
    for rule in rules.into_iter().filter(|rule| befalls(rule, partner, operation, text)) {
        let Fault { id, kind, times, .. } = rule;
        let used = match times {
            None => true,
            Some(_) => house.db.write(store::lane(), "sandbox.fault.use", move |tx| store::use_once(tx, &id)).await?,
        };
        if used {
            tracing::info!(partner, operation, kind = kind.name(), "sandbox.fault.used");
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

fn befalls(rule: &Fault, partner: &str, operation: &str, text: &str) -> bool {
    rule.partner == partner
        && (rule.operation == ANY || rule.operation == operation)
        && rule.subject.as_deref().is_none_or(|subject| text.contains(subject))
}
