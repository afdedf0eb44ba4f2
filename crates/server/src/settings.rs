//! The configuration as this program reads it: the platform's settings, and the sections of its partners.

use std::path::Path;

use platform::config::{Config, ConfigError, Sections};

use crate::failure::StartError;
use crate::halls::Halls;

/// Reads a file (none: all defaults, a demo) and the environment.
///
/// # Errors
/// All mistakes at once, each with its line and what is allowed there.
pub fn load(path: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Config, StartError> {
    read(|sections| Config::load(path, env, sections))
}

/// Reads a text; `name` stands in messages where the file's name would.
///
/// # Errors
/// As [`load`].
pub fn from_text(
    name: &str,
    text: &str,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, StartError> {
    read(|sections| Config::from_text(name, text, env, sections))
}

/// Production needs the provider's template for each text that goes to phones.
fn read(with: impl FnOnce(&Sections<'_>) -> Result<Config, ConfigError>) -> Result<Config, StartError> {
    let halls = Halls::new()?;
    let texts: Vec<&str> = halls.texts().iter().map(|text| text.name).collect();
    Ok(with(&Sections { known: &partners::known(), texts: &texts })?)
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
        let texts = Halls::new().expect("no twins").texts();
        let named = |name: &&str| EXAMPLE.contains(&format!(" {name}"));
        let missing: Vec<&str> = texts.iter().map(|text| text.name).filter(|name| !named(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
