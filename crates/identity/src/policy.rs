//! The dated figures of `policy/identity.toml`: each feature keeps its section, and here they are counted up.

use kernel::Date;
use platform::policy::{Known, Policy, PolicyError};

/// Every section that this crate reads, for the start to check: a mistake stops it, not the person who first meets it.
pub fn sections() -> Vec<Known> {
    vec![
        Known::of::<crate::sms_codes::SmsCodePolicy>(),
        Known::of::<crate::login::LoginPolicy>(),
        Known::of::<crate::sessions::SessionPolicy>(),
        Known::of::<crate::password::PasswordPolicy>(),
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

/// Questions that jobs have under way at once, each with the figure that says so and the partner that is asked: a start
/// compares them with the partners' own places, which people need as well.
///
/// # Errors
/// No policy for the day.
pub fn background_calls(policy: &Policy, on: Date) -> Result<[(&'static str, &'static str, usize); 2], PolicyError> {
    let refreshing = policy.at::<crate::real_name::policy::RealNamePolicy>(on)?.refresh_at_once;
    let looking = policy.at::<crate::cards::policy::CardPolicy>(on)?.look_at_once;
    Ok([("real_name.refresh_at_once", "insurer", refreshing), ("cards.look_at_once", "cards", looking)])
}
