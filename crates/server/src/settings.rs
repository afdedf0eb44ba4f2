//! The configuration as this program reads it: the platform's settings, and the sections of its partners.

use std::path::Path;

use platform::config::{Config, ConfigError, Sections};

/// The texts that go to phones: production needs the provider's template for each.
const TEXTS: [&str; 17] = [
    "verify",
    "booked",
    "cancelled",
    "sign_up_tried",
    "number_taken_back",
    "account_ended",
    "account_moved",
    "account_opened",
    "password_changed",
    "device_bound",
    "device_ended",
    "pay_password_set",
    "pay_password_changed",
    "pay_password_locked",
    "refund_begun",
    "pay_timed_out",
    "pay_reconfirm",
];

/// Reads a file (none: all defaults, a demo) and the environment.
///
/// # Errors
/// All mistakes at once, each with its line and what is allowed there.
pub fn load(path: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    Config::load(path, env, &Sections { known: &partners::known(), texts: &TEXTS })
}

/// Reads a text; `name` stands in messages where the file's name would.
///
/// # Errors
/// As [`load`].
pub fn from_text(
    name: &str,
    text: &str,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    Config::from_text(name, text, env, &Sections { known: &partners::known(), texts: &TEXTS })
}

#[cfg(test)]
mod tests {
    use platform::config::EXAMPLE;

    use super::*;

    #[test]
    fn the_example_says_the_defaults_and_names_every_setting() {
        let example = from_text("renshe.toml.example", EXAMPLE, []).expect("the example");
        let default = from_text("renshe.toml", "", []).expect("the defaults");
        assert_eq!(format!("{example:?}"), format!("{default:?}"));
        // With every comment taken off the settings themselves, nothing may be unknown.
        let bare = |line: &str| format!("{}\n", line.strip_prefix("#: ").unwrap_or(line));
        let whole: String = EXAMPLE.lines().map(bare).collect();
        let all = from_text("renshe.toml.example", &whole, []);
        let told = all.map_or_else(|error| error.to_string(), |_| String::new());
        assert!(!told.contains("unknown") && !told.contains("TOML"), "{told}");
    }

    #[test]
    fn each_text_that_goes_to_phones_is_named_in_the_example() {
        let named = |name: &&str| EXAMPLE.contains(&format!(" {name}"));
        let missing: Vec<&str> = TEXTS.into_iter().filter(|name| !named(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
