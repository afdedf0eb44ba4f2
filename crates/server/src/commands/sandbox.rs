//! `renshe sandbox`: every partner as an HTTP server, alone or inside the demo.

use std::collections::BTreeMap;
use std::sync::Arc;

use hall::Text;
use kernel::{OsRng, ShiftedClock};
use partners::sms::SmsSettings;
use platform::Mode;
use platform::config::{Config, Section};
use sandbox::{At, FirstPerson, Insured, Running, Sandbox, SandboxSettings, SmsTemplate};
use serde_json::{Value, json};

use super::{Outcome, block_on};
use crate::halls::Halls;
use crate::start::{StartError, Stop};

/// Runs the partners until a signal comes.
pub fn run(config: Config, json: bool) -> Result<Outcome, StartError> {
    let halls = Halls::new()?;
    block_on(async {
        let stop = Stop::listen()?;
        let running = start(&config, &halls, Arc::new(ShiftedClock::new())).await?;
        if json {
            say!("{}", described(&running));
            stop.wished().await;
            return Ok(());
        }
        say!("http://{}", running.control);
        say!("  people at /people, faults and the clock at /");
        running.partners.iter().for_each(|partner| say!("  {}", line(partner)));
        stop.wished().await;
        Ok(())
    })?;
    Ok(Outcome::Good)
}

/// A partner for an operator: where it is, and where what it did is seen.
fn line(partner: &At) -> String {
    let page = partner.page.map(|path| format!(", its page at {path}")).unwrap_or_default();
    let dialect = partner.account["dialect"].as_str().map(|word| format!(" ({word})")).unwrap_or_default();
    format!("{} http://{}{dialect}{page}", partner.title, partner.address)
}

/// Addresses, numbers and paths of keys, as one JSON object: all that a program needs to talk to the partners.
fn described(running: &Running) -> Value {
    let base = |address| format!("http://{address}");
    let mut told = json!({
        "control": base(running.control),
        "witness": { "url": format!("http://{}/witness", running.control), "key": running.witness_key },
    });
    for partner in &running.partners {
        told[partner.name] = partner.account.clone();
        told[partner.name]["base"] = json!(base(partner.address));
    }
    told
}

/// Starts the partners of a demo; refused in production.
pub async fn start(config: &Config, halls: &Halls, clock: Arc<ShiftedClock>) -> Result<Running, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "the sandbox is refused in production: it stands in for partners that move real things".to_owned(),
        ));
    }
    let mut accounts = accounts(config);
    if let Some(sms) = accounts.get_mut(SmsSettings::NAME) {
        sms["templates"] = templates(halls);
    }
    let settings = SandboxSettings {
        listen: config.sandbox.listen,
        data_dir: config.data_dir.clone(),
        clock,
        rng: Arc::new(OsRng),
        accounts,
        wechat_pay_keys: None,
        people: config.sandbox.people,
        first: named(),
        seed: config.sandbox.seed,
        allow_remote: false,
    };
    Sandbox::start(settings).await.map_err(|error| StartError(error.to_string()))
}

/// The texts of the halls, as the SMS provider keeps approved templates.
pub fn templates(halls: &Halls) -> Value {
    let template = |text: Text| SmsTemplate {
        code: text.demo_code.to_owned(),
        text: text.says.to_owned(),
        verification: text.verification,
    };
    json!(halls.texts().into_iter().map(template).collect::<Vec<_>>())
}

/// The account at each partner, as its section has it.
fn accounts(config: &Config) -> BTreeMap<&'static str, Value> {
    config
        .partners()
        .map(|partner| (partner.name, partner.account()))
        .filter(|(_, account)| !account.is_null())
        .collect()
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
