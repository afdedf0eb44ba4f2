//! `renshe config`: a configuration with every setting explained.

use super::Outcome;
use crate::start::StartError;

/// Prints the commented example.
pub fn print() -> Result<Outcome, StartError> {
    print!("{}", platform::config::EXAMPLE);
    Ok(Outcome::Good)
}
