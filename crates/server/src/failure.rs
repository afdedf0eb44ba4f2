//! What stops a start or a command.

use platform::config::ConfigError;

/// What stops a start, as a line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> StartError {
        StartError(error.to_string())
    }
}

impl StartError {
    /// Names what was being done.
    pub fn at(doing: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("{doing}: {why}"))
    }
}
