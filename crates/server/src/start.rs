//! From a configuration to a running platform: keys, database, context, workers, listeners.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use hall::{Wired, Works};
use partners::sms::{SmsCarrier, SmsSettings};
use platform::audit::Witness;
use platform::config::Config;
use platform::instances::{self, Instance};
use platform::jobs::Runner;
use platform::listen::{self, Plain};
use platform::outbox::{self, Carrier, Worker};
use platform::{Ctx, Mode, Trace, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use ui::{Site, TrustedProxies};

use crate::app::{Place, service};
use crate::halls::Halls;
use crate::probes::{self, LEAST_FREE_BYTES, Ready};
use crate::tls::Tls;
use crate::upkeep;

pub use crate::failure::StartError;
pub use crate::open::{Access, instance, open, verify_listeners, verify_vault};

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
    (halls, wired): (&Halls, &Wired),
) -> Result<Vec<Arc<dyn Witness>>, StartError> {
    let holder = instance(ctx.rng.as_ref());
    let witnesses = upkeep::witnesses(config, ctx)?;
    if let Some(says) = upkeep::no_witness_outside(config) {
        tracing::warn!(says, "audit.no_witness_outside");
    }
    upkeep::look_outside(ctx, &witnesses).await;
    let Works { mut jobs, carriers } = works(config, sms_endpoint, halls, wired)?;
    jobs.push(upkeep::carrying(witnesses.clone()));
    not_carried(ctx, &carriers).await;
    tokio::spawn(Worker::new(ctx.with_trace(Trace::system("outbox")), holder.clone(), carriers).run());
    tokio::spawn(payments::sweep(Arc::clone(&wired.pay), ctx.with_trace(Trace::system("payments"))));
    tokio::spawn(Runner::new(ctx.clone(), holder, jobs).run());
    Ok(witnesses)
}

/// The jobs of all halls and the carriers of each kind of parcel, that of texts among them.
pub fn works(config: &Config, sms_endpoint: &str, halls: &Halls, wired: &Wired) -> Result<Works, StartError> {
    let sms =
        SmsCarrier::new(sms_settings(config, sms_endpoint, halls)?).map_err(|error| StartError::at("sms", error))?;
    halls.works(wired, Works { carriers: vec![Arc::new(sms)], ..Works::default() })
}

/// Warns of parcels that wait and that nothing in this program carries: whoever went back to an older program must be able
/// to serve, and to see what stays behind.
async fn not_carried(ctx: &Ctx, carriers: &[Arc<dyn Carrier>]) {
    match ctx.db.read("outbox.kinds", outbox::kinds).await {
        Ok(kinds) => {
            let carried = |kind: &String| carriers.iter().any(|carrier| carrier.kind() == kind);
            for kind in kinds.iter().filter(|kind| !carried(kind)) {
                tracing::warn!(kind, "outbox.nobody_carries");
            }
        }
        Err(fault) => tracing::warn!(%fault, "outbox.not_looked_at"),
    }
}

/// The SMS adapter's settings; `endpoint` is where the sandbox would be. A demo without any templates takes those that the
/// sandbox knows.
pub fn sms_settings(config: &Config, endpoint: &str, halls: &Halls) -> Result<SmsSettings, StartError> {
    let mut settings = config.section::<SmsSettings>()?.clone().at(endpoint);
    if settings.templates.is_empty() && config.mode == Mode::Demo {
        let known = halls.texts().into_iter();
        settings.templates = known.map(|text| (text.name.to_owned(), text.demo_code.to_owned())).collect();
    }
    Ok(settings)
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
    (halls, wired): (&Arc<Halls>, Wired),
    stop: Stop,
) -> Result<(), StartError> {
    let rules = config.http.rules(listen::files::raise(), config.proxy.trusted.clone()).map_err(StartError)?;
    let own = config.public_url(listener.local_addr().map_err(|error| StartError::at("listen", error))?);
    let (connections, per_address) = (rules.connections, rules.per_neighbourhood);
    tracing::info!(own, connections, per_address, "server.listens");
    let place = Place {
        site: Site::new(&own, config.mode == Mode::Demo, config.tls.is_some()).offline(config.http.offline),
        proxies: TrustedProxies::new(config.proxy.trusted.clone(), config.proxy.by),
        ready: Arc::new(Ready::new(config.data_dir.clone(), LEAST_FREE_BYTES)),
    };
    tokio::spawn(probes::watch(ctx.clone(), Arc::clone(&place.ready)));
    let service = service(ctx.clone(), halls, wired, place);
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
