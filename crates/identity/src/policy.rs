//! The dated figures of `policy/identity.toml`, one section a feature.

use kernel::Date;
use platform::policy::{Known, Policy, PolicyError, Section};
use serde::Deserialize;

/// Every section that this crate reads, for the start to check: a mistake stops it, not the person who first meets it.
pub fn sections() -> Vec<Known> {
    vec![
        Known::of::<SmsCodePolicy>(),
        Known::of::<LoginPolicy>(),
        Known::of::<SessionPolicy>(),
        Known::of::<PasswordPolicy>(),
        Known::of::<crate::owners::AccountPolicy>(),
        Known::of::<crate::agreements::AgreementPolicy>(),
        Known::of::<crate::real_name::policy::RealNamePolicy>(),
        Known::of::<crate::faces::policy::FacePolicy>(),
        Known::of::<crate::second_ways::policy::SecondWayPolicy>(),
        Known::of::<crate::devices::policy::DevicePolicy>(),
        Known::of::<crate::cards::policy::CardPolicy>(),
        Known::of::<crate::pay_password::policy::PayPasswordPolicy>(),
        Known::of::<crate::messages::policy::MessagePolicy>(),
        Known::of::<crate::keeping::TracePolicy>(),
    ]
}

/// Questions that jobs have under way at once, at the insurer and at the card system: a start compares them with the
/// partners' own places, which people need as well.
///
/// # Errors
/// No policy for the day.
pub fn background_calls(policy: &Policy, on: Date) -> Result<(usize, usize), PolicyError> {
    let insurer = policy.at::<crate::real_name::policy::RealNamePolicy>(on)?.refresh_at_once;
    Ok((insurer, policy.at::<crate::cards::policy::CardPolicy>(on)?.look_at_once))
}

/// No policy may let a code live longer than this (T02), in seconds.
pub(crate) const MAX_CODE_SECS: i64 = 600;
/// No policy may allow more wrong tries at a code than this (ACC-6).
pub(crate) const MAX_CODE_TRIES: i64 = 5;

/// Codes by SMS (ACC-6).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCodePolicy {
    /// A code's life in seconds.
    pub valid_secs: i64,
    /// The number of wrong tries after which a code is void.
    pub tries: i64,
    /// The seconds in which a number gets at most one code.
    pub every_secs: i64,
    /// Codes to a number in any 60 minutes, whoever asks.
    pub per_hour: usize,
    /// Codes to a number in any 24 hours, whoever asks.
    pub per_day: usize,
    /// Of `per_hour`, those that strangers may ask for; the rest is for the number's owner.
    pub strangers_per_hour: usize,
    /// Of `per_day`, likewise.
    pub strangers_per_day: usize,
    /// Of `strangers_per_day`, those for one purpose.
    pub purpose_per_day: usize,
    /// Of these, those that one browser or one network neighbourhood may ask for.
    pub asker_per_day: usize,
    /// Codes that one browser may ask for in any 24 hours, to all numbers together.
    pub browser_per_day: usize,
    /// Codes asked for from one address within the window.
    pub address_limit: usize,
    /// That window, in seconds.
    pub address_window_secs: i64,
}

impl Section for SmsCodePolicy {
    const NAME: &'static str = "sms_codes";

    fn check(&self) -> Result<(), String> {
        positive("valid_secs", self.valid_secs)?;
        positive("tries", self.tries)?;
        positive("every_secs", self.every_secs)?;
        positive("address_window_secs", self.address_window_secs)?;
        if self.valid_secs > MAX_CODE_SECS || self.tries > MAX_CODE_TRIES {
            return Err("a code lives ten minutes (600) and bears five wrong tries at most".into());
        }
        if self.per_hour == 0 || self.per_day < self.per_hour || self.address_limit == 0 {
            return Err("per_hour must be at least 1, per_day at least per_hour, address_limit at least 1".into());
        }
        let day = [self.asker_per_day, self.purpose_per_day, self.strangers_per_day, self.per_day];
        let falls = day.windows(2).any(|pair| pair[0] > pair[1]);
        if falls || self.asker_per_day == 0 || self.browser_per_day == 0 {
            return Err(
                "asker_per_day, purpose_per_day, strangers_per_day and per_day must grow in this order, from at least 1"
                    .into(),
            );
        }
        if self.strangers_per_day == self.per_day
            || self.strangers_per_hour == 0
            || self.strangers_per_hour >= self.per_hour
        {
            return Err("strangers must leave the number's owner at least one code an hour and a day".into());
        }
        Ok(())
    }
}

/// Login and its growing lock-out (ACC-3).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginPolicy {
    /// Wrong passwords before each lock, on a known device or from one network neighbourhood.
    pub tries: i64,
    /// The same of all strangers to a name together.
    pub strangers_tries: i64,
    /// Length of the first lock, the second, …; the last holds for all that follow. Seconds.
    pub lock_secs: Vec<i64>,
    /// After so many seconds without a wrong try the ladder starts anew.
    pub forget_secs: i64,
    /// How long a device that logged in keeps its own budget, in days.
    pub device_days: i64,
    /// Attempts from one address within the window.
    pub address_limit: usize,
    /// That window, in seconds.
    pub address_window_secs: i64,
}

impl Section for LoginPolicy {
    const NAME: &'static str = "login";

    fn check(&self) -> Result<(), String> {
        positive("tries", self.tries)?;
        if self.strangers_tries < self.tries {
            return Err("strangers_tries may not be below tries: all strangers together have no less than one".into());
        }
        positive("forget_secs", self.forget_secs)?;
        positive("device_days", self.device_days)?;
        positive("address_window_secs", self.address_window_secs)?;
        if self.lock_secs.is_empty() || self.lock_secs.iter().any(|secs| *secs <= 0) {
            return Err("lock_secs needs at least one length, each above 0".into());
        }
        if self.lock_secs.windows(2).any(|pair| pair[1] < pair[0]) {
            return Err("lock_secs must not shrink".into());
        }
        if self.address_limit == 0 {
            return Err("address_limit must be at least 1".into());
        }
        Ok(())
    }
}

/// How long a session lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    /// A citizen's session ends when unused for so many seconds.
    pub idle_secs: i64,
    /// And so many seconds after login in any case.
    pub absolute_secs: i64,
    /// "Last seen" is written at most once in so many seconds.
    pub seen_secs: i64,
    /// A desk session ends so many seconds after login.
    pub staff_absolute_secs: i64,
    /// And when unused for so many seconds.
    pub staff_idle_secs: i64,
}

impl Section for SessionPolicy {
    const NAME: &'static str = "sessions";

    fn check(&self) -> Result<(), String> {
        positive("idle_secs", self.idle_secs)?;
        positive("absolute_secs", self.absolute_secs)?;
        positive("seen_secs", self.seen_secs)?;
        positive("staff_absolute_secs", self.staff_absolute_secs)?;
        positive("staff_idle_secs", self.staff_idle_secs)?;
        if self.seen_secs >= self.idle_secs.min(self.staff_idle_secs) {
            return Err(
                "seen_secs must be shorter than idle_secs and staff_idle_secs, or a used session would end".into()
            );
        }
        Ok(())
    }
}

/// What a login password must be like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Shortest password taken. Which characters it is made of is not asked.
    pub min_chars: usize,
    /// Longest password taken.
    pub max_chars: usize,
    /// How many guesses somebody must need who tries common passwords and variants of them first; a power of ten: 6
    /// means a million.
    pub min_guesses_log10: u32,
    /// Words that passwords here are made of, beside those of the English list: pinyin, numbers that are read as
    /// words, the city.
    pub common: Vec<String>,
}

impl Section for PasswordPolicy {
    const NAME: &'static str = "passwords";

    fn check(&self) -> Result<(), String> {
        if self.min_chars < 8 {
            return Err("min_chars may not be below 8".into());
        }
        if self.max_chars < 64 {
            return Err("max_chars may not be below 64: people may use whole sentences".into());
        }
        if !(5..=12).contains(&self.min_guesses_log10) {
            return Err("min_guesses_log10 must be from 5 to 12".into());
        }
        Ok(())
    }
}

fn positive(name: &str, value: i64) -> Result<(), String> {
    if value > 0 { Ok(()) } else { Err(format!("{name} must be above 0")) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn a_ladder_that_shrinks_is_refused() {
        let mut policy = login();
        assert_eq!(policy.check(), Ok(()));
        policy.lock_secs = vec![300, 60];
        assert!(policy.check().is_err());
        policy.lock_secs = vec![];
        assert!(policy.check().is_err());
    }

    #[test]
    fn a_code_lives_ten_minutes_at_most() {
        let policy = SmsCodePolicy { valid_secs: 601, ..sms_codes() };
        assert!(policy.check().is_err());
    }

    #[test]
    fn strangers_leave_the_owner_codes() {
        assert_eq!(sms_codes().check(), Ok(()));
        for policy in [
            SmsCodePolicy { strangers_per_day: 10, ..sms_codes() },
            SmsCodePolicy { strangers_per_hour: 5, ..sms_codes() },
            SmsCodePolicy { asker_per_day: 7, ..sms_codes() },
            SmsCodePolicy { purpose_per_day: 8, ..sms_codes() },
        ] {
            assert!(policy.check().is_err(), "{policy:?}");
        }
    }

    pub(crate) fn sms_codes() -> SmsCodePolicy {
        SmsCodePolicy {
            valid_secs: 300,
            tries: 5,
            every_secs: 60,
            per_hour: 5,
            per_day: 10,
            strangers_per_hour: 4,
            strangers_per_day: 7,
            purpose_per_day: 6,
            asker_per_day: 4,
            browser_per_day: 10,
            address_limit: 100,
            address_window_secs: 3600,
        }
    }

    fn login() -> LoginPolicy {
        LoginPolicy {
            tries: 5,
            strangers_tries: 50,
            lock_secs: vec![60, 300, 900, 3600],
            forget_secs: 86_400,
            device_days: 180,
            address_limit: 300,
            address_window_secs: 600,
        }
    }
}
