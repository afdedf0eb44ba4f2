//! `renshe keys`: the file with the master keys.

use kernel::OsRng;
use platform::config::Config;
use platform::vault::Vault;

use super::Outcome;
use crate::start::StartError;

/// Makes a key file where there is none. One that is there is never written over, and is no fault either.
pub fn create(config: &Config) -> Result<Outcome, StartError> {
    if config.keys_file.exists() {
        Vault::open(&config.keys_file, config.crypto).map_err(|error| StartError::at("keys", error))?;
        return Err(StartError(format!(
            "there is a key file at {} already: it can be used as it is, or name another one in keys_file",
            config.keys_file.display()
        )));
    }
    Vault::create(&config.keys_file, config.crypto, &OsRng).map_err(|error| StartError::at("keys", error))?;
    say!("made {}; keep a copy where the database's copies are not", config.keys_file.display());
    Ok(Outcome::Good)
}

/// Adds a key-encryption key that nothing uses yet: the first step of a rotation.
pub fn add(config: &Config) -> Result<Outcome, StartError> {
    let id = Vault::add_key(&config.keys_file, config.crypto.cipher, &OsRng)
        .map_err(|error| StartError::at("keys", error))?;
    say!("added {id}; copy the file to every machine and restart every instance, then: renshe keys activate {id}");
    Ok(Outcome::Good)
}

/// Makes a key the active one: the second step, once every instance knows it.
pub fn activate(config: &Config, id: &str) -> Result<Outcome, StartError> {
    Vault::activate(&config.keys_file, id).map_err(|error| StartError::at("keys", error))?;
    say!("{id} is the active key from each instance's next start; data keys are wrapped anew in the background");
    Ok(Outcome::Good)
}
