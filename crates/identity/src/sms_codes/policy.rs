//! The figures of codes by SMS (policy/identity.toml, section `sms_codes`).

use platform::policy::Section;
use serde::Deserialize;

use crate::gates::Cap;

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

impl SmsCodePolicy {
    /// How often may be asked from one network neighbourhood.
    pub(crate) fn cap(&self) -> Cap {
        Cap { limit: self.address_limit, window_secs: self.address_window_secs }
    }
}

fn positive(name: &str, value: i64) -> Result<(), String> {
    if value > 0 { Ok(()) } else { Err(format!("{name} must be above 0")) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

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
}
