//! What the tests of the adapters' sections share: a text read with one section only.

use platform::config::{Config, ConfigError, Known, Section, Sections};

/// What a text says of one partner.
pub(crate) fn read<T: Section>(text: &str) -> Result<T, ConfigError> {
    let sections = Sections { known: &[Known::of::<T>()], texts: &[] };
    Config::from_text("renshe.toml", text, [], &sections)?.section::<T>().cloned()
}

/// What is told about the section; the rest of a production's file is wanting, and that is told too.
pub(crate) fn told<T: Section>(text: &str) -> Vec<String> {
    let all = read::<T>(text).map_or_else(|error| error.to_string(), |_| String::new());
    let own = format!(": {}.", T::NAME);
    all.lines().filter(|line| line.contains(&own)).map(str::to_owned).collect()
}
