//! What a device is, how it shows that it is the one, and for how long that holds. Pure.

use kernel::Moment;

kernel::typed_id!(
    /// A browser on which its owner was authenticated.
    pub DeviceId, "dev"
);
kernel::typed_id!(
    /// That a session showed on which device it is.
    pub DeviceProofId, "dpr"
);

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceState {
    /// Stands for its owner once it has shown itself.
    Live,
    /// Signed out; authentication there begins anew, as another device.
    Ended,
}

impl DeviceState {
    /// As stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            DeviceState::Live => "live",
            DeviceState::Ended => "ended",
        }
    }
}

/// How a session showed on which device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// The device's key signed a challenge.
    Key,
    /// A code sent to its owner's phone.
    Sms,
    /// Its owner was authenticated on it just then.
    Fresh,
}

impl How {
    pub(crate) const ALL: [How; 3] = [How::Key, How::Sms, How::Fresh];

    /// As stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            How::Key => "key",
            How::Sms => "sms",
            How::Fresh => "fresh",
        }
    }

    /// Reads what [`How::as_str`] wrote.
    pub(crate) fn parse(text: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.as_str() == text)
    }
}

/// Whether something shown at `at` still holds, where an answer of the key does for `key_secs`. A device with a
/// key answers every few minutes, which costs its owner nothing; a code from the phone is asked for once a session.
pub(crate) fn holds(how: How, has_key: bool, at: Moment, now: Moment, key_secs: i64) -> bool {
    match (how, has_key) {
        (How::Sms, _) | (How::Fresh, false) => true,
        (How::Key, _) | (How::Fresh, true) => now < at.plus_secs(key_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_answers_again_and_a_code_lasts_the_session() {
        let at = Moment::from_ms(1_760_000_000_000);
        let cases = [
            (How::Key, true, 119, true),
            (How::Key, true, 120, false),
            (How::Fresh, true, 120, false),
            (How::Fresh, false, 7200, true),
            (How::Sms, false, 7200, true),
            (How::Sms, true, 7200, true),
        ];
        for (how, has_key, secs, expected) in cases {
            assert_eq!(holds(how, has_key, at, at.plus_secs(secs), 120), expected, "{how:?} {has_key} {secs}");
            assert_eq!(How::parse(how.as_str()), Some(how));
        }
    }
}
