//! From a configuration to a running platform: keys, database, context, workers, listeners.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use identity::{IssueCarrier, Ports};
use partners::sms::{SmsCarrier, SmsSettings};
use payments::Payments;
use platform::audit::Witness;
use platform::config::{Config, ConfigError};
use platform::instances::{self, Instance};
use platform::jobs::Runner;
use platform::listen::{self, Plain};
use platform::outbox::{Carrier, Worker};
use platform::{Ctx, Mode, Trace, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use ui::{Nav, Site, TrustedProxies};

use crate::probes::{self, LEAST_FREE_BYTES, Ready};
use crate::tls::Tls;
use crate::{app, upkeep};

pub use crate::open::{Access, instance, open, verify_listeners, verify_vault};

/// What stops a start, as a line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> StartError {
        StartError(error.to_string())
    }
}

impl StartError {
    /// Names what was being done.
    pub fn at(doing: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("{doing}: {why}"))
    }
}

/// Takes this process's place among those that serve the same city, and says from then on that it is there.
pub async fn take_place(ctx: &Ctx) -> Result<Kept, StartError> {
    let name = instance(ctx.rng.as_ref());
    let instance = instances::join(ctx, &name).await.map_err(|fault| StartError::at("instance", fault))?;
    let keeping = tokio::spawn(instances::keep(ctx.with_trace(Trace::system("instance")), instance.clone()));
    Ok(Kept { instance, keeping })
}

/// A place among the processes of a city, and the task that keeps it.
pub struct Kept {
    /// The place.
    pub instance: Instance,
    keeping: JoinHandle<()>,
}

impl Kept {
    /// Gives the place back, however the work in it ended; a start that failed must not keep one. This is best effort,
    /// because the others notice when a process dies.
    pub async fn give_back(self, ctx: &Ctx) {
        // A beat that came after this would take the place again.
        self.keeping.abort();
        if let Err(fault) = instances::leave(ctx, &self.instance).await {
            tracing::warn!(%fault, "instance.not_left");
        }
    }
}

/// Asks what witnesses of the audit know, then starts the outbox worker and the jobs of this process. Returns the
/// witnesses for the last anchor: new ones would not know that a call to one of them hangs.
pub async fn workers(
    ctx: &Ctx,
    config: &Config,
    sms_endpoint: &str,
    ports: &Arc<Ports>,
    pay: &Arc<Payments>,
) -> Result<Vec<Arc<dyn Witness>>, StartError> {
    let holder = instance(ctx.rng.as_ref());
    let carriers = carriers(config, sms_endpoint, ports)?;
    let witnesses = upkeep::witnesses(config, ctx)?;
    if let Some(says) = upkeep::no_witness_outside(config) {
        tracing::warn!(says, "audit.no_witness_outside");
    }
    upkeep::look_outside(ctx, &witnesses).await;
    let mut jobs = app::jobs(ports, pay);
    jobs.push(upkeep::carrying(witnesses.clone()));
    tokio::spawn(Worker::new(ctx.with_trace(Trace::system("outbox")), holder.clone(), carriers).run());
    tokio::spawn(payments::sweep(Arc::clone(pay), ctx.with_trace(Trace::system("payments"))));
    tokio::spawn(Runner::new(ctx.clone(), holder, jobs).run());
    Ok(witnesses)
}

/// The carriers of each kind of parcel.
pub fn carriers(config: &Config, sms_endpoint: &str, ports: &Arc<Ports>) -> Result<Vec<Arc<dyn Carrier>>, StartError> {
    let sms = SmsCarrier::new(sms_settings(config, sms_endpoint)?).map_err(|error| StartError::at("sms", error))?;
    Ok(vec![Arc::new(sms), Arc::new(IssueCarrier::new(Arc::clone(ports)))])
}

/// The SMS adapter's settings; `endpoint` is where the sandbox would be.
pub fn sms_settings(config: &Config, endpoint: &str) -> Result<SmsSettings, StartError> {
    let settings = config.section::<SmsSettings>()?.clone();
    Ok(with_templates(config, settings.at(endpoint)))
}

/// A demo without any templates takes those that the sandbox knows.
#[cfg(feature = "sandbox")]
fn with_templates(config: &Config, mut settings: SmsSettings) -> SmsSettings {
    if settings.templates.is_empty() && config.mode == Mode::Demo {
        let known = sandbox::demo_templates().into_iter();
        settings.templates = known.map(|(name, template)| (name.to_owned(), template.code)).collect();
    }
    settings
}

#[cfg(not(feature = "sandbox"))]
fn with_templates(_: &Config, settings: SmsSettings) -> SmsSettings {
    settings
}

/// Binds an address, or says what may be using it.
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
    (ports, pay, nav): (Arc<Ports>, Arc<Payments>, Arc<Nav>),
    stop: Stop,
) -> Result<(), StartError> {
    let rules = config.http.rules(listen::files::raise(), config.proxy.trusted.clone()).map_err(StartError)?;
    let own = config.public_url(listener.local_addr().map_err(|error| StartError::at("listen", error))?);
    let (connections, per_address) = (rules.connections, rules.per_neighbourhood);
    tracing::info!(own, connections, per_address, "server.listens");
    let place = app::Place {
        site: Site::new(&own, config.mode == Mode::Demo, config.tls.is_some()).offline(config.http.offline),
        proxies: TrustedProxies::new(config.proxy.trusted.clone(), config.proxy.by),
        ready: Arc::new(Ready::new(config.data_dir.clone(), LEAST_FREE_BYTES)),
    };
    tokio::spawn(probes::watch(ctx.clone(), Arc::clone(&place.ready)));
    let service = app::service(ctx.clone(), ports, pay, nav, place);
    let cut = match &config.tls {
        None => listen::serve(listener, Plain, service, rules, stop.wished()).await,
        Some(files) => listen::serve(listener, Tls::read(files)?, service, rules, stop.wished()).await,
    };
    if cut > 0 {
        tracing::warn!(cut, "server.stopped_with_requests_open");
    }
    Ok(())
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
    tokio::spawn(listen::serve(listener, Plain, pages, listen::Rules::inside("metrics"), std::future::pending()));
    Ok(())
}

/// A request by a person or a service manager that this process end.
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
