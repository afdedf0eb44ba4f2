//! `renshe config`: a configuration with every setting explained.

use super::Outcome;
use crate::start::StartError;

/// Prints the commented example.
pub fn print() -> Result<Outcome, StartError> {
    say!("{}", platform::config::EXAMPLE.trim_end());
    Ok(Outcome::Good)
}
