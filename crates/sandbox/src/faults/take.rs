//! Finds the rule that applies to a call, and uses it.

use platform::db::DbFault;

use super::{ANY, Fault, Kind, store};
use crate::house::House;

/// The fault that applies to this call, if any; this counts down a rule with a limited number of times. `text` is what
/// rules are matched against: the call's parameters and body, decoded.
pub(crate) async fn take(
    house: &House,
    partner: &'static str,
    operation: &str,
    text: &str,
) -> Result<Option<Kind>, DbFault> {
    // There is nearly always no rule, and a read needs no commit.
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
        && rule.subject.as_deref().is_none_or(|subject| names(text, subject))
}

/// Whether a text contains another as a whole word: `ord_1` is not in `ord_12`.
fn names(text: &str, subject: &str) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-|*".contains(byte));
    let (bytes, inner) = (text.as_bytes(), subject.as_bytes());
    text.match_indices(subject).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + inner.len());
        // A word ends only where the subject itself begins or ends with a letter of one.
        let cut = part(inner.first()) && part(before) || part(inner.last()) && part(after);
        !cut
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_rule_befalls_whole_words_only() {
        let text =
            "/v3/pay/transactions/out-trade-no/ord_12\nmchid=1900000109\n{\"number\":\"ord_7-1\",\"name\":\"陈医生\"}";
        for (subject, wanted) in [
            ("ord_12", true),
            ("ord_1", false),
            ("rd_12", false),
            ("1900000109", true),
            ("190000010", false),
            ("ord_7-1", true),
            ("ord_7", false),
            ("医生", true),
            ("mchid=1900000109", true),
            ("\"number\":", true),
        ] {
            assert_eq!(names(text, subject), wanted, "{subject}");
        }
    }
}
