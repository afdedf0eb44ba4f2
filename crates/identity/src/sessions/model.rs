//! A session's life, and how a device and an address are named on the list. Pure.

use kernel::Moment;

use super::policy::SessionPolicy;
use crate::people::{AccountId, PersonId};

kernel::typed_id!(
    /// One login on one device.
    pub SessionId, "ses"
);

/// Who was proven: a citizen in a session of theirs.
#[derive(Clone)]
pub(crate) struct Prover {
    pub(crate) person: PersonId,
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
}

kernel::words! {
    /// Where a session stands in its row; age and disuse are judged by [`alive`].
    pub(crate) enum SessionState: "a state of a session" {
        /// Usable, if young and used.
        Live = "live",
        /// Signed out, here or from another device.
        Ended = "ended",
    }
}

/// Whether a live row may still be used.
pub(crate) fn alive(seen_at: Moment, expires_at: Moment, now: Moment, policy: &SessionPolicy) -> bool {
    now < expires_at && now < seen_at.plus_secs(policy.idle_secs)
}

/// Whether "last seen" is due to be written again.
pub(crate) fn seen_is_stale(seen_at: Moment, now: Moment, policy: &SessionPolicy) -> bool {
    now >= seen_at.plus_secs(policy.seen_secs)
}

/// A device as its owner would recognise it: `iPhone · WeChat`. Product names, so one text for all languages.
pub(crate) fn device_label(user_agent: &str) -> String {
    let first = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // Order matters: phones also claim to be what their system descends from.
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ]);
    let browser = first(&[
        ("MicroMessenger", "WeChat"),
        ("AlipayClient", "Alipay"),
        ("HuaweiBrowser", "Huawei Browser"),
        ("MQQBrowser", "QQ Browser"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    match (system, browser) {
        (Some(system), Some(browser)) => format!("{system} · {browser}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

/// An address by its first half: enough to tell home from abroad, too little to find somebody.
pub(crate) fn masked_address(address: &str) -> String {
    if address.contains(':') {
        let head: Vec<&str> = address.split(':').take(2).collect();
        return format!("{}:*", head.join(":"));
    }
    match address.split('.').collect::<Vec<_>>().as_slice() {
        [a, b, _, _] => format!("{a}.{b}.*.*"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> SessionPolicy {
        SessionPolicy {
            idle_secs: 1800,
            absolute_secs: 43_200,
            seen_secs: 60,
            staff_absolute_secs: 28_800,
            staff_idle_secs: 900,
        }
    }

    #[test]
    fn a_session_ends_by_disuse_and_by_age() {
        let start = Moment::from_ms(1_760_000_000_000);
        let end = start.plus_secs(43_200);
        assert!(alive(start, end, start.plus_secs(1799), &policy()));
        assert!(!alive(start, end, start.plus_secs(1800), &policy()));
        assert!(!alive(end.minus_secs(1), end, end, &policy()));
        assert!(!seen_is_stale(start, start.plus_secs(59), &policy()));
        assert!(seen_is_stale(start, start.plus_secs(60), &policy()));
    }

    #[test]
    fn devices_are_named_as_people_know_them() {
        let cases = [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1 MicroMessenger/8.0",
                "iPhone · WeChat",
            ),
            ("Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/130 Mobile Safari/537.36", "Android · Chrome"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Windows · Edge"),
            ("curl/8", ""),
        ];
        for (agent, label) in cases {
            assert_eq!(device_label(agent), label);
        }
    }

    #[test]
    fn addresses_lose_their_second_half() {
        assert_eq!(masked_address("203.0.113.7"), "203.0.*.*");
        assert_eq!(masked_address("2001:db8::1"), "2001:db8:*");
        assert_eq!(masked_address("unix"), "");
    }
}
