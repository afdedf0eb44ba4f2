//! `renshe sandbox`: every partner as an HTTP server, alone or inside the demo.

use std::sync::Arc;

use kernel::{OsRng, ShiftedClock};
use platform::Mode;
use platform::config::Config;
use sandbox::{
    CardsAccount, FaceAccount, FirstPerson, Insured, InsurerAccount, Running, Sandbox, SandboxSettings, SmsAccount,
};

use super::{Outcome, block_on};
use crate::start::{StartError, Stop};

/// Runs the partners until a signal comes.
pub fn run(config: Config) -> Result<Outcome, StartError> {
    block_on(async {
        let stop = Stop::listen()?;
        let running = start(&config, Arc::new(ShiftedClock::new())).await?;
        println!("http://{}", running.control);
        println!("  text messages at /sms, people at /people, faults and the clock at /");
        println!("  SMS provider http://{}, face checks http://{}", running.sms, running.face);
        println!("  insurer http://{}, card system http://{}", running.insurer, running.cards);
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
        face: FaceAccount {
            access_key_id: config.face.access_key_id.clone(),
            access_key_secret: config.face.access_key_secret.expose().clone(),
        },
        insurer: InsurerAccount {
            paasid: config.insurer.paasid.clone(),
            token: config.insurer.token.expose().clone(),
            fixmedins_code: config.insurer.fixmedins_code.clone(),
        },
        cards: CardsAccount {
            paasid: config.cards.paasid.clone(),
            token: config.cards.token.expose().clone(),
            channel: config.cards.channel.clone(),
        },
        people: config.sandbox.people,
        first: named(),
        seed: config.sandbox.seed,
        allow_remote: false,
    };
    Sandbox::start(settings).await.map_err(|error| StartError(error.to_string()))
}

/// What partners know of the demo's sample people: one insured as an employee, one as a resident, one
/// whose card has no photo, one who is not insured.
pub fn named() -> Vec<FirstPerson> {
    let ways =
        [(Insured::Employee, 386_520, true), (Insured::Resident, 0, true), (Insured::Employee, 1_204_355, false)];
    let ways = ways.into_iter().chain(std::iter::repeat((Insured::Nowhere, 0, true)));
    let people = identity::demo::citizens();
    let named = people.into_iter().zip(ways).map(|(person, (insured, balance_fen, has_photo))| {
        let mut first = FirstPerson::new(person.name, person.number);
        first.mobile = Some(person.mobile.to_owned());
        first.insured = insured;
        first.balance_fen = balance_fen;
        first.has_photo = has_photo;
        first
    });
    named.collect()
}
