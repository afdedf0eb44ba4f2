//! `renshe` alone: the demo city, platform and sandbox in one process, sample data, SQLite.

use std::sync::Arc;

use hall::Wired;
use kernel::{Clock, ShiftedClock};
use partners::insurer::Numbers;
use platform::Mode;
use platform::config::Config;
use platform::db::Db;
use tokio::net::TcpListener;

use super::{Outcome, block_on, seed};
use crate::halls::Halls;
use crate::ports::{self, SandboxAt};
use crate::start::{self, Access, StartError, Stop};
use crate::upkeep;

/// Runs the city until a signal comes. Starting again keeps the data.
pub fn run(config: Config) -> Result<Outcome, StartError> {
    if config.mode == Mode::Production {
        return Err(StartError(
            "this configuration says mode = \"production\": start it with `renshe serve`".to_owned(),
        ));
    }
    // Closed once worker and jobs have ended with the runtime: they would find it gone.
    block_on(city(config))?.close();
    Ok(Outcome::Good)
}

async fn city(config: Config) -> Result<Db, StartError> {
    let halls = Halls::new()?;
    let stop = Stop::listen()?;
    // The port first: a second start says so before it touches any data.
    let listener = start::bind(config.listen).await?;
    let clock = Arc::new(ShiftedClock::new());
    #[cfg(feature = "sandbox")]
    let partners = match config.sandbox.enabled {
        true => Some(super::sandbox::start(&config, &halls, Arc::clone(&clock)).await?),
        false => None,
    };
    let served = serve(
        config,
        listener,
        (clock, halls),
        stop,
        #[cfg(feature = "sandbox")]
        partners.as_ref(),
    )
    .await;
    #[cfg(feature = "sandbox")]
    if let (Some(partners), Err(_)) = (partners, &served) {
        // A sandbox that is still drawing its people would find its database gone with the runtime.
        partners.stop().await;
    }
    served
}

/// Opens the city beside its partners and serves it until a signal comes.
async fn serve(
    config: Config,
    listener: TcpListener,
    (clock, halls): (Arc<ShiftedClock>, Arc<Halls>),
    stop: Stop,
    #[cfg(feature = "sandbox")] partners: Option<&sandbox::Running>,
) -> Result<Db, StartError> {
    let (opening, opens) = (config.clone(), Arc::clone(&halls));
    let shared = Arc::clone(&clock) as Arc<dyn Clock>;
    let ctx = tokio::task::spawn_blocking(move || start::open(&opening, &opens, shared, Access::Make))
        .await
        .map_err(|error| StartError::at("start", error))??;
    start::verify_vault(&ctx).await?;
    start::verify_listeners(&ctx, &halls).await?;
    start::serve_metrics(&config).await?;
    let samples = seed::seed(&ctx, &halls).await?;
    let bound = listener.local_addr().map_err(|error| StartError::at("listen", error))?;
    say!("{}", config.public_url(bound));
    say!("  市民应用 citizens' app: open it in a phone-sized window; the desk is at /desk");
    if !bound.ip().is_loopback() {
        say!(
            "  同一网络的手机 phones on the same network: http://<this machine's IP address>:{}; camera and device keys need https",
            bound.port()
        );
    }
    #[cfg(feature = "sandbox")]
    let own = partners.map(|partners| {
        say!("http://{}", partners.control);
        say!(
            "  沙箱 sandbox: texts at /sms, the city's people and their cards at /people, payments at /wechat, faults and the clock at /"
        );
        SandboxAt::from(partners)
    });
    #[cfg(not(feature = "sandbox"))]
    let own: Option<SandboxAt> = None;
    // Without a sandbox of its own, a demo asks where `renshe sandbox` would listen.
    let sandbox = own.unwrap_or_else(|| SandboxAt::beside(config.sandbox.listen));
    let place = start::take_place(&ctx).await?;
    let served = async {
        let numbers = Arc::new(Numbers::of_place(place.instance.place()));
        let ports = ports::ports(&config, &sandbox, &numbers)?;
        let own = config.local_url(bound);
        let pay = ports::payments(&config, &sandbox, (&ports, halls.listeners()), (&own, &numbers))?;
        let wired = Wired { identity: ports, pay };
        let witnesses = start::workers(&ctx, &config, &sandbox.sms, (&halls, &wired)).await?;
        seed::lines(&ctx, &halls, &samples).await?.iter().for_each(|line| say!("{line}"));
        say!("  data in {}; stop with Ctrl-C", config.data_dir.display());
        start::serve(listener, &ctx, &config, (&halls, wired), stop).await?;
        upkeep::last_words(&ctx, &witnesses).await;
        Ok::<_, StartError>(())
    };
    let served = served.await;
    place.give_back(&ctx).await;
    served.map(|()| ctx.db)
}
