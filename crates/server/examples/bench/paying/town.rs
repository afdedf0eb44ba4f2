//! Platform and sandbox as processes of their own, with people whom both know.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use identity::PersonId;
use kernel::SystemClock;
use platform::Ctx;
use platform::db::LaneKey;
use renshe::halls::Halls;
use renshe::settings;
use renshe::start::{self, Access};
use sandbox::WechatPayAccount;
use serde_json::{Value, json};

use crate::booking_rules;
use crate::free_ports::Ports;
use crate::store;

const PEOPLE: usize = 256;
/// Clinics that cost 25 yuan, one slot each, wide enough for everybody, no two at the same time.
const PRICED: usize = 8;
const FREE: usize = 32;
/// What one person here has more of than a patient may.
const LIMITS: [&str; 4] = ["visits_most", "visits_a_day", "department_a_day", "bookings_a_day"];
/// Ports in a row for both programs.
const PORTS: u16 = 8;
/// Everybody's payment password.
pub const PIN: &str = "258036";
/// What their browsers call themselves: the channel is reached by a link, as on a phone.
pub const AGENT: &str = "Mozilla/5.0 (Linux; Android 15) Mobile";
/// A tick of `/proc/PID/stat`.
const TICK_MS: f64 = 10.0;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Somebody who pays.
pub struct Payer {
    pub cookie: String,
    pub csrf: String,
}

/// A running city of two processes.
pub struct Town {
    pub url: String,
    pub cashier: String,
    pub payers: Vec<Payer>,
    pub free: Vec<String>,
    pub priced: Vec<String>,
    /// Pages that people looked at.
    pub looks: Arc<AtomicUsize>,
    control: String,
    folder: PathBuf,
    platform: Child,
    sandbox: Child,
    /// Held while both live.
    _ports: Ports,
}

impl Town {
    pub fn start(database: &str) -> Fallible<Town> {
        let ports = Ports::take(PORTS).ok_or("no free ports")?;
        let port = ports.first();
        let folder = std::env::temp_dir().join(format!("renshe-bench-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let settings = settings(database, &folder, port)?;
        let control = format!("http://127.0.0.1:{}", port + 1);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let sandbox = process(&settings, "sandbox", &folder)?;
        runtime.block_on(ready(&format!("{control}/control/clock")))?;
        let config = settings::from_text("bench", "", settings.clone())?;
        let halls = Halls::new()?;
        let ctx = start::open(&config, &halls, Arc::new(SystemClock), Access::Make)?;
        let (payers, free, priced) = runtime.block_on(prepare(&ctx, &control))?;
        ctx.db.close();
        let platform = process(&settings, "serve", &folder)?;
        let url = format!("http://127.0.0.1:{port}");
        runtime.block_on(ready(&format!("{url}/readyz")))?;
        let cashier = format!("http://127.0.0.1:{}", port + 7);
        let looks = Arc::default();
        Ok(Town { url, cashier, payers, free, priced, looks, control, folder, platform, sandbox, _ports: ports })
    }

    /// Processor time of the platform so far.
    pub fn cpu_ms(&self) -> Fallible<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.platform.id()))?;
        let after = stat.rsplit_once(')').ok_or("no stat")?.1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).ok_or("no ticks");
        Ok((ticks(11)? + ticks(12)?) * TICK_MS)
    }

    /// The channel's keys, as the sandbox keeps them.
    pub fn account(&self) -> Fallible<WechatPayAccount> {
        Ok(sandbox::wechat_pay_account(&self.folder)?)
    }

    /// Our numbers of the payments that wait at the channel.
    pub async fn open_payments(&self) -> Fallible<Vec<String>> {
        let list: Vec<Value> =
            reqwest::get(format!("{}/control/wechat_pay/orders", self.control)).await?.json().await?;
        let open = list.iter().filter(|one| one["state"] == "NOTPAY");
        Ok(open.filter_map(|one| one["out_trade_no"].as_str().map(str::to_owned)).collect())
    }

    pub fn end(mut self) {
        for child in [&mut self.platform, &mut self.sandbox] {
            // Best effort: the figures are already taken.
            drop(child.kill());
            drop(child.wait());
        }
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

type Prepared = (Vec<Payer>, Vec<String>, Vec<String>);

async fn prepare(ctx: &Ctx, control: &str) -> Fallible<Prepared> {
    start::verify_vault(ctx).await?;
    health::seed(ctx).await?;
    let crowd = identity::demo::crowd(ctx, PEOPLE).await?;
    let people: Vec<PersonId> = crowd.iter().map(|(person, _)| person.clone()).collect();
    identity::demo::give_pay_password(ctx, &people, PIN).await?;
    let client = reqwest::Client::new();
    let mut payers = Vec::new();
    for (at, (person, cookies)) in crowd.into_iter().enumerate() {
        let (session, device) = cookies.split_once("; ").ok_or("two cookies")?;
        let value = |cookie: &str| cookie.split_once('=').map_or(String::new(), |(_, value)| value.to_owned());
        identity::demo::vouch(ctx, &value(session), &value(device), AGENT).await?;
        let number = identity::demo::number_of(ctx, &person).await?.ok_or("nobody")?;
        let known = json!({ "id_number": number.expose(), "name": "市民", "balance_fen": 500_000 });
        client.post(format!("{control}/control/people")).json(&known).send().await?.error_for_status()?;
        let visit = ui::csrf::visit(&format!("bench{at}"), ctx.now());
        let csrf = ui::csrf::token(&ctx.vault, ctx.rng.as_ref(), &visit, ctx.now());
        payers.push(Payer { cookie: format!("{cookies}; {}={visit}", ui::csrf::cookie_name(&visit)), csrf });
    }
    let after = ctx.now().plus_secs(2 * 86_400);
    let key = LaneKey::of("bench", "widen");
    let slots = ctx.db.write(key, "bench.widen", move |tx| {
        let mut taken = BTreeSet::new();
        Ok::<_, platform::db::DbFault>((
            store::one_slot_a_clinic(tx, after, 0, FREE, &mut taken)?,
            store::one_slot_a_clinic(tx, after, 2_500, PRICED, &mut taken)?,
        ))
    });
    let (free, priced) = slots.await?;
    if (free.len(), priced.len()) != (FREE, PRICED) {
        return Err(format!("the demo has {} free clinics and {} that cost something", free.len(), priced.len()).into());
    }
    Ok((payers, free, priced))
}

fn settings(database: &str, folder: &Path, port: u16) -> Fallible<Vec<(String, String)>> {
    let mut settings = vec![
        ("MODE", "demo".to_owned()),
        ("DATA_DIR", folder.display().to_string()),
        ("POLICY_DIR", booking_rules::generous(folder, &LIMITS)?.display().to_string()),
        ("LISTEN", format!("127.0.0.1:{port}")),
        ("METRICS_LISTEN", String::new()),
        ("LOG__FILTER", "error".to_owned()),
        ("SANDBOX__LISTEN", format!("127.0.0.1:{}", port + 1)),
        ("SANDBOX__PEOPLE", "0".to_owned()),
    ];
    if !database.is_empty() {
        settings.push(("DATABASE__URL", database.to_owned()));
    }
    Ok(settings.into_iter().map(|(name, value)| (format!("RENSHE__{name}"), value)).collect())
}

fn process(settings: &[(String, String)], command: &str, folder: &Path) -> Fallible<Child> {
    let binary = std::env::current_exe()?;
    let binary = binary.parent().and_then(Path::parent).ok_or("no target folder")?.join("renshe");
    let mut child = Command::new(binary);
    child.arg(command).envs(settings.iter().cloned()).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(child.spawn()?)
}

async fn ready(url: &str) -> Fallible<()> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        if reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("{url} does not answer").into())
}
