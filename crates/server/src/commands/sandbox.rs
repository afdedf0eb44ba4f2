//! `renshe sandbox`: every partner as an HTTP server, alone or inside the demo.

use std::sync::Arc;

use kernel::{OsRng, ShiftedClock};
use platform::Mode;
use platform::config::Config;
use sandbox::{Running, Sandbox, SandboxSettings, SmsAccount};

use super::{Outcome, block_on};
use crate::start::{StartError, Stop};

/// Runs the partners until a signal comes.
pub fn run(config: Config) -> Result<Outcome, StartError> {
    block_on(async {
        let stop = Stop::listen()?;
        let running = start(&config, Arc::new(ShiftedClock::new())).await?;
        println!("http://{}", running.control);
        println!("  text messages at /sms, faults and the clock at /; the SMS provider is http://{}", running.sms);
        stop.wished().await;
        Ok(())
    })?;
    Ok(Outcome::Good)
}

/// Starts the partners of a demo; refused in production.
pub async fn start(config: &Config, clock: Arc<ShiftedClock>) -> Result<Running, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "the sandbox is refused in production: it stands in for partners that move real things".to_owned(),
        ));
    }
    let templates = sandbox::demo_templates().map(|(_, template)| template).to_vec();
    let settings = SandboxSettings {
        listen: config.sandbox.listen,
        data_dir: config.data_dir.clone(),
        clock,
        rng: Arc::new(OsRng),
        sms: SmsAccount {
            access_key_id: config.sms.access_key_id.clone(),
            access_key_secret: config.sms.access_key_secret.expose().clone(),
            sign_name: config.sms.sign_name.clone(),
            templates,
            limits: true,
        },
        allow_remote: false,
    };
    Sandbox::start(settings).await.map_err(|error| StartError(error.to_string()))
}
