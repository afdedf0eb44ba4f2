//! `renshe keys`: the file with the master keys.

use kernel::OsRng;
use platform::config::Config;
use platform::vault::Vault;

use super::Outcome;
use crate::start::StartError;

/// Makes a key file where none is.
pub fn create(config: &Config) -> Result<Outcome, StartError> {
    Vault::create(&config.keys_file, config.crypto, &OsRng).map_err(|error| StartError::at("keys", error))?;
    println!("made {}; keep a copy where the database's copies are not", config.keys_file.display());
    Ok(Outcome::Good)
}

/// Adds a key-encryption key; instances take it up at their next start and wrap data keys anew.
pub fn rotate(config: &Config) -> Result<Outcome, StartError> {
    let id = Vault::rotate(&config.keys_file, config.crypto.cipher, &OsRng)
        .map_err(|error| StartError::at("keys", error))?;
    println!("{id} is the active key now; restart every instance, then data keys are wrapped anew in the background");
    Ok(Outcome::Good)
}
