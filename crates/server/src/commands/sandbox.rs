//! `renshe sandbox`: every partner as an HTTP server, alone or inside the demo.

use std::sync::Arc;

use kernel::{OsRng, ShiftedClock};
use partners::sms::SmsSettings;
use platform::Mode;
use platform::config::Config;
use sandbox::{
    CardsAccount, Dialect, FaceAccount, FirstPerson, Insured, InsurerAccount, Running, Sandbox, SandboxSettings,
    SmsAccount,
};

use serde_json::json;

use super::{Outcome, block_on};
use crate::start::{StartError, Stop};

/// Runs the partners until a signal comes.
pub fn run(config: Config, json: bool) -> Result<Outcome, StartError> {
    block_on(async {
        let stop = Stop::listen()?;
        let running = start(&config, Arc::new(ShiftedClock::new())).await?;
        if json {
            say!("{}", described(&config, &running)?);
            stop.wished().await;
            return Ok(());
        }
        say!("http://{}", running.control);
        say!("  text messages at /sms, people at /people, faults and the clock at /");
        say!("  SMS provider http://{}, face checks http://{}", running.sms, running.face);
        let dialect = running.insurer_dialect.name();
        say!("  insurer http://{} ({dialect}), card system http://{}", running.insurer, running.cards);
        say!("  WeChat Pay http://{}, its orders at /wechat", running.wechat_pay);
        stop.wished().await;
        Ok(())
    })?;
    Ok(Outcome::Good)
}

/// Addresses, numbers and paths of keys, as one JSON object: all that a program needs to talk to the partners.
fn described(config: &Config, running: &Running) -> Result<serde_json::Value, StartError> {
    let base = |address| format!("http://{address}");
    let (pay, sms) = (&running.wechat, config.section::<SmsSettings>()?);
    Ok(json!({
        "control": base(running.control),
        "wechat_pay": {
            "base": base(running.wechat_pay),
            "mchid": pay.mchid,
            "appid": pay.appid,
            "merchant_serial": pay.merchant_serial,
            "merchant_key": pay.merchant_key,
            "merchant_cert": pay.merchant_cert,
            "merchant_next_serial": pay.merchant_next_serial,
            "merchant_next_key": pay.merchant_next_key,
            "apiv3_key": pay.apiv3_key,
            "platform_cert": pay.platform_cert,
            "platform_serial": pay.platform_serial,
            "platform_next_cert": pay.platform_next_cert,
            "platform_next_serial": pay.platform_next_serial,
            "platform_public_key": pay.platform_public_key,
            "platform_public_key_id": pay.platform_public_key_id,
            "pay": format!("http://{}/control/wechat_pay/pay/{{out_trade_no}}", running.control),
        },
        "insurer": {
            "base": base(running.insurer),
            "path": config.insurer.path,
            "paasid": config.insurer.paasid,
            "token": config.insurer.token.expose(),
            "fixmedins_code": config.insurer.fixmedins_code,
            "dialect": running.insurer_dialect.name(),
        },
        "cards": {
            "base": base(running.cards),
            "paasid": config.cards.paasid,
            "token": config.cards.token.expose(),
            "channel": config.cards.channel,
        },
        "face": {
            "base": base(running.face),
            "access_key_id": config.face.access_key_id,
            "access_key_secret": config.face.access_key_secret.expose(),
            "scene_id": config.face.scene_id,
        },
        "witness": { "url": format!("http://{}/witness", running.control), "key": running.witness_key },
        "sms": {
            "base": base(running.sms),
            "access_key_id": sms.key.id,
            "access_key_secret": sms.key.secret,
            "sign_name": sms.sign_name,
        },
    }))
}

/// Starts the partners of a demo; refused in production.
pub async fn start(config: &Config, clock: Arc<ShiftedClock>) -> Result<Running, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "the sandbox is refused in production: it stands in for partners that move real things".to_owned(),
        ));
    }
    let sms = config.section::<SmsSettings>()?.clone();
    let templates = sandbox::demo_templates().into_iter().map(|(_, template)| template).collect();
    let settings = SandboxSettings {
        listen: config.sandbox.listen,
        data_dir: config.data_dir.clone(),
        clock,
        rng: Arc::new(OsRng),
        sms: SmsAccount {
            access_key_id: sms.key.id,
            access_key_secret: sms.key.secret,
            sign_name: sms.sign_name,
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
            dialect: dialect(config)?,
        },
        cards: CardsAccount {
            paasid: config.cards.paasid.clone(),
            token: config.cards.token.expose().clone(),
            channel: config.cards.channel.clone(),
        },
        wechat_pay_keys: None,
        people: config.sandbox.people,
        first: named(),
        seed: config.sandbox.seed,
        allow_remote: false,
    };
    Sandbox::start(settings).await.map_err(|error| StartError(error.to_string()))
}

/// How the insurer is to speak, if somebody says so.
fn dialect(config: &Config) -> Result<Option<Dialect>, StartError> {
    let Some(word) = &config.sandbox.insurer_dialect else { return Ok(None) };
    let Some(dialect) = Dialect::named(word) else {
        let all = Dialect::ALL.map(Dialect::name).join(", ");
        return Err(StartError(format!("sandbox.insurer_dialect: \"{word}\" is none of {all}")));
    };
    Ok(Some(dialect))
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
