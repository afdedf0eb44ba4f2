//! A device, how it proves that it is this device, and for how long that holds. Pure.

use kernel::Moment;

kernel::typed_id!(
    /// A browser on which its owner was authenticated.
    pub DeviceId, "dev"
);
kernel::typed_id!(
    /// That a session showed on which device it is.
    pub DeviceProofId, "dpr"
);

kernel::words! {
    /// Where a device stands.
    pub(crate) enum DeviceState: "a state of a device" {
        /// Stands for its owner once it has shown itself.
        Live = "live",
        /// Signed out; authentication there begins anew, as another device.
        Ended = "ended",
    }
}

kernel::words! {
    /// How a session showed on which device it is.
    pub(crate) enum How: "a way of showing a device" {
        /// The device's key signed a challenge.
        Key = "key",
        /// A code sent to its owner's phone.
        Sms = "sms",
        /// Its owner was authenticated on it just then.
        Fresh = "fresh",
    }
}

/// Something that a session showed of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) how: How,
    pub(crate) at: Moment,
    /// On whatever network, and not only on the one it was shown from.
    pub(crate) roams: bool,
}

/// Whether something shown still holds, where an answer of the key does for `key_secs`, and what roams for
/// `roaming_secs` at most. A device with a key answers every few minutes, which costs its owner nothing; a code from
/// the phone is asked for once a session, unless the session roams.
pub(crate) fn holds(shown: Shown, has_key: bool, now: Moment, key_secs: i64, roaming_secs: i64) -> bool {
    let key = match (shown.how, has_key) {
        (How::Sms, _) | (How::Fresh, false) => None,
        (How::Key, _) | (How::Fresh, true) => Some(key_secs),
    };
    let secs = match (key, shown.roams) {
        (key, false) => key,
        (None, true) => Some(roaming_secs),
        (Some(key_secs), true) => Some(key_secs.min(roaming_secs)),
    };
    secs.is_none_or(|secs| now < shown.at.plus_secs(secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_answers_again_and_a_code_lasts_the_session() {
        let at = Moment::from_ms(1_760_000_000_000);
        let cases = [
            (How::Key, true, false, 119, true),
            (How::Key, true, false, 120, false),
            (How::Fresh, true, false, 120, false),
            (How::Fresh, false, false, 7200, true),
            (How::Sms, false, false, 7200, true),
            (How::Sms, true, false, 7200, true),
            (How::Key, true, true, 119, true),
            (How::Key, true, true, 120, false),
            (How::Sms, false, true, 599, true),
            (How::Sms, false, true, 600, false),
            (How::Fresh, false, true, 600, false),
        ];
        for (how, has_key, roams, secs, expected) in cases {
            let still = holds(Shown { how, at, roams }, has_key, at.plus_secs(secs), 120, 600);
            assert_eq!(still, expected, "{how:?} {has_key} {roams} {secs}");
        }
    }
}
