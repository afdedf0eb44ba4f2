//! From a configuration to a running platform: keys, database, context, workers, listeners.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt;
use identity::{IssueCarrier, Ports};
use kernel::{Clock, OsRng, Rng};
use partners::acs3::AccessKey;
use partners::sms::{SmsCarrier, SmsSettings};
use payments::Payments;
use platform::config::Config;
use platform::db::{Db, DbFault, DbSettings, LaneKey, Migrations, OnFatal, Target};
use platform::instances::{self, Instance};
use platform::jobs::Runner;
use platform::outbox::{Carrier, Worker};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::{Vault, verify_keys};
use platform::{Ctx, Mode, Trace, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use ui::TrustedProxies;

use crate::tls::TlsListener;
use crate::{app, upkeep};

/// How long a stop waits for requests that are under way.
const STOP_WAIT: std::time::Duration = std::time::Duration::from_secs(20);

/// What stops a start, as a line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl StartError {
    /// Names what was being done.
    pub fn at(doing: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("{doing}: {why}"))
    }
}

/// Whether this start may change the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Bring it up to date (SQLite, and every start of the demo).
    Apply,
    /// Refuse to serve if it is not.
    Verify,
}

/// Opens keys and database and makes the context of this process. Blocks: call it on a plain thread.
pub fn open(config: &Config, clock: Arc<dyn Clock>, schema: Schema) -> Result<Ctx, StartError> {
    make_private_folder(&config.data_dir)?;
    let rng: Arc<dyn Rng> = Arc::new(OsRng);
    let vault = Vault::open_or_create(&config.keys_file, config.mode == Mode::Demo, config.crypto, rng.as_ref())
        .map_err(|error| StartError::at("keys", error))?;
    let vault = Arc::new(vault);
    let policy = Policy::load(config.policy_dir.as_deref()).map_err(|error| StartError::at("policy", error))?;
    identity::policy::verify(&policy)
        .and_then(|()| policy.verify::<health::clinics::policy::BookingRules>())
        .and_then(|()| policy.verify::<payments::PaymentRules>())
        .map_err(|error| StartError::at("policy", error))?;
    let target = Target::parse(config.database.url.expose()).map_err(|error| StartError::at("database", error))?;
    match schema {
        Schema::Apply => Migrations::embedded().apply(&target, clock.now()).map(drop),
        Schema::Verify => Migrations::embedded().verify(&target),
    }
    .map_err(|error| StartError::at("database", error))?;
    let pepper = vault.mac("password-pepper", b"");
    let hasher = Hasher::new(Arc::clone(&rng), pepper).map_err(|error| StartError::at("passwords", error))?;
    let db = Db::open(db_settings(config, target, rng.as_ref())).map_err(|error| StartError::at("database", error))?;
    let ctx = Ctx {
        db,
        clock,
        rng,
        vault,
        policy: Arc::new(policy),
        hasher,
        mode: config.mode,
        nudge: Arc::new(Notify::new()),
        not_after: None,
        trace: Trace::system("renshe"),
    };
    Ok(ctx)
}

/// Makes sure that the key file is this database's.
pub async fn verify_vault(ctx: &Ctx) -> Result<(), StartError> {
    let vault = Arc::clone(&ctx.vault);
    ctx.db
        .write(LaneKey::of("vault", "check"), "vault.check", move |tx| verify_keys(tx, &vault))
        .await
        .map_err(|fault: DbFault| StartError::at("keys", fault))
}

fn db_settings(config: &Config, target: Target, rng: &dyn Rng) -> DbSettings {
    let on_fatal: OnFatal = Arc::new(|why| {
        tracing::error!(why, "database.fatal");
        end_process(70);
    });
    DbSettings {
        lanes: config.database.lanes,
        readers: config.database.readers,
        queue: config.database.queue,
        bulk_queue: config.database.bulk_queue,
        on_fatal,
        ..DbSettings::new(target, instance(rng))
    }
}

/// A name for this start of this process, unique among all instances.
pub fn instance(rng: &dyn Rng) -> String {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// After an I/O error at commit nothing is certain: the process must not answer anybody any more.
#[expect(clippy::disallowed_methods, reason = "the one place where the process ends itself (architecture, rule 5)")]
fn end_process(code: i32) {
    std::process::exit(code);
}

fn make_private_folder(folder: &Path) -> Result<(), StartError> {
    let told = |error| {
        StartError(format!(
            "the data folder {} cannot be used: {error}; choose another with data_dir",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(told)?;
    let probe = folder.join(".write-probe");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(told)
}

/// Takes this process's place among those that serve the same city, and says from then on that it is there.
pub async fn take_place(ctx: &Ctx) -> Result<Instance, StartError> {
    let name = instance(ctx.rng.as_ref());
    let place = instances::join(ctx, &name).await.map_err(|fault| StartError::at("instance", fault))?;
    tokio::spawn(instances::keep(ctx.with_trace(Trace::system("instance")), place.clone()));
    Ok(place)
}

/// Gives the place back at the end. Best effort: whoever dies is found out by the others.
pub async fn give_place_back(ctx: &Ctx, place: &Instance) {
    if let Err(fault) = instances::leave(ctx, place).await {
        tracing::warn!(%fault, "instance.not_left");
    }
}

/// Starts the outbox worker and the jobs of this process.
pub fn workers(
    ctx: &Ctx,
    config: &Config,
    sms_endpoint: &str,
    ports: &Arc<Ports>,
    pay: &Arc<Payments>,
) -> Result<(), StartError> {
    let holder = instance(ctx.rng.as_ref());
    let carriers = carriers(config, sms_endpoint, ports)?;
    upkeep::export_anchors_to(config.data_dir.join("anchors"));
    tokio::spawn(Worker::new(ctx.with_trace(Trace::system("outbox")), holder.clone(), carriers).run());
    tokio::spawn(payments::sweep(Arc::clone(pay), ctx.with_trace(Trace::system("payments"))));
    tokio::spawn(Runner::new(ctx.clone(), holder, app::jobs(ports, pay)).run());
    Ok(())
}

/// What carries each kind of parcel.
pub fn carriers(config: &Config, sms_endpoint: &str, ports: &Arc<Ports>) -> Result<Vec<Arc<dyn Carrier>>, StartError> {
    let sms = SmsCarrier::new(sms_settings(config, sms_endpoint)).map_err(|error| StartError::at("sms", error))?;
    Ok(vec![Arc::new(sms), Arc::new(IssueCarrier::new(Arc::clone(ports)))])
}

/// The adapter's settings out of the configuration.
pub fn sms_settings(config: &Config, endpoint: &str) -> SmsSettings {
    SmsSettings {
        endpoint: config.sms.endpoint.clone().unwrap_or_else(|| endpoint.to_owned()),
        key: AccessKey { id: config.sms.access_key_id.clone(), secret: config.sms.access_key_secret.expose().clone() },
        sign_name: config.sms.sign_name.clone(),
        templates: templates(config),
        timeout_ms: config.sms.timeout_ms,
        calls_max: config.sms.max_in_flight,
    }
}

/// The configured templates; a demo without any takes those that the sandbox knows.
fn templates(config: &Config) -> BTreeMap<String, String> {
    #[cfg(feature = "sandbox")]
    if config.sms.templates.is_empty() && config.mode == Mode::Demo {
        return sandbox::demo_templates()
            .into_iter()
            .map(|(name, template)| (name.to_owned(), template.code))
            .collect();
    }
    config.sms.templates.clone()
}

/// Binds an address, or says who could have it.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        StartError(format!("cannot listen on {address}: {error}. Another renshe may be running; stop it, or choose another address with `listen` or RENSHE__LISTEN"))
    })
}

/// Serves people until a signal comes, then finishes what is under way.
pub async fn serve(
    listener: TcpListener,
    ctx: &Ctx,
    config: &Config,
    (ports, pay): (Arc<Ports>, Arc<Payments>),
    stop: Stop,
) -> Result<(), StartError> {
    let proxies =
        TrustedProxies::parse(&config.proxy.trusted).map_err(|error| StartError::at("proxy.trusted", error))?;
    let service = app::service(ctx.clone(), ports, pay, proxies).into_make_service_with_connect_info::<SocketAddr>();
    let serving = async {
        match &config.tls {
            None => axum::serve(listener, service).with_graceful_shutdown(stop.clone().wished()).await,
            Some(files) => {
                // Tapped (to no effect) because only tapped listeners of our own hand over the address.
                let listener = TlsListener::start(listener, files).map_err(std::io::Error::other)?.tap_io(|_| {});
                axum::serve(listener, service).with_graceful_shutdown(stop.clone().wished()).await
            }
        }
    };
    tokio::select! {
        served = serving => served.map_err(|error| StartError::at("serving", error)),
        () = waited_long_enough(stop.clone()) => Ok(()),
    }
}

/// Somebody who stalls in the middle of a request must not keep the process from stopping.
async fn waited_long_enough(stop: Stop) {
    stop.wished().await;
    tokio::time::sleep(STOP_WAIT).await;
    tracing::warn!("server.stopped_with_requests_open");
}

/// Serves Prometheus on its own address, never on the people's.
pub async fn serve_metrics(config: &Config) -> Result<(), StartError> {
    let Some(address) = config.metrics_listen else { return Ok(()) };
    let metrics = telemetry::Metrics::install().map_err(|error| StartError::at("metrics", error))?;
    let listener = bind(address).await?;
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            upkeep.upkeep();
        }
    });
    let pages = Router::new().route("/metrics", axum::routing::get(move || async move { metrics.render() }));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, pages).await {
            tracing::error!(%error, "metrics.stopped");
        }
    });
    Ok(())
}

/// The wish of a person or a service manager that this process end.
#[derive(Debug, Clone)]
pub struct Stop(tokio::sync::watch::Receiver<bool>);

impl Stop {
    /// Listens from now on: made before an address is printed, because whoever reads the address may
    /// ask for the end at once, and an unheard signal kills.
    pub fn listen() -> Result<Stop, StartError> {
        let told = |error| StartError::at("signals", error);
        let mut interrupt = signal(SignalKind::interrupt()).map_err(told)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(told)?;
        let (tell, wished) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("server.stopping");
            tell.send_replace(true);
        });
        Ok(Stop(wished))
    }

    /// Returns when the process is to end.
    pub async fn wished(mut self) {
        // An error means that the listening task is gone, with the runtime: that is the end as well.
        drop(self.0.wait_for(|wished| *wished).await);
    }
}
