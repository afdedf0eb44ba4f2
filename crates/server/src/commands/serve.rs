//! `renshe serve`: the platform alone, as a city runs it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hall::Wired;
use kernel::{Clock, Jump, Moment, ShiftedClock, SystemClock};
use partners::insurer::Numbers;
use platform::Mode;
use platform::config::Config;
use platform::http::{Client, Request};

use super::{Outcome, block_on};
use crate::halls::Halls;
use crate::ports::{self, SandboxAt};
use crate::start::{self, Access, StartError, Stop};
use crate::upkeep;

/// Serves until a signal comes.
pub fn run(config: Config) -> Result<Outcome, StartError> {
    let halls = Halls::new()?;
    let moved = (config.mode == Mode::Demo).then(|| Arc::new(ShiftedClock::new()));
    let clock: Arc<dyn Clock> = match &moved {
        Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
        None => Arc::new(SystemClock),
    };
    let ctx = start::open(&config, &halls, clock, Access::Serve)?;
    block_on(async {
        start::verify_vault(&ctx).await?;
        start::verify_listeners(&ctx, &halls).await?;
        let stop = Stop::listen()?;
        let listener = start::bind(config.listen).await?;
        start::serve_metrics(&config).await?;
        if let Some(clock) = moved {
            follow_clock(clock, config.sandbox.listen).await;
        }
        let sandbox = SandboxAt::beside(config.sandbox.listen);
        let bound = listener.local_addr().map_err(|error| StartError::at("listen", error))?;
        let own = if config.mode == Mode::Demo { config.local_url(bound) } else { config.public_url(bound) };
        let place = start::take_place(&ctx).await?;
        let served = async {
            let numbers = Arc::new(Numbers::of_place(place.instance.place()));
            let ports = ports::ports(&config, &sandbox, &numbers)?;
            let pay = ports::payments(&config, &sandbox, (&ports, halls.listeners()), (&own, &numbers))?;
            let wired = Wired { identity: ports, pay };
            let witnesses = start::workers(&ctx, &config, &sandbox.sms, (&halls, &wired)).await?;
            say!("{}", config.public_url(bound));
            start::serve(listener, &ctx, &config, (&halls, wired), stop).await?;
            upkeep::last_words(&ctx, &witnesses).await;
            Ok(())
        };
        let served = served.await;
        place.give_back(&ctx).await;
        served
    })?;
    ctx.db.close();
    Ok(Outcome::Good)
}

/// In a demo, a sandbox in its own process holds the clock of everything. It is asked before anybody is served, so
/// that nobody is served in an hour that is over, and then every second.
async fn follow_clock(clock: Arc<ShiftedClock>, sandbox: SocketAddr) {
    let Ok(client) = Client::new("sandbox", Duration::from_secs(1), 1) else { return };
    let url = format!("http://{sandbox}/control/clock");
    look_at_clock(&client, &url, &clock).await;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            look_at_clock(&client, &url, &clock).await;
        }
    });
}

/// How far the clock of a sandbox in its own process was moved, and how it came there; nothing where none answers.
#[cfg(feature = "sandbox")]
pub(super) async fn asked_clock(sandbox: SocketAddr) -> Option<(i64, Vec<Jump>)> {
    let client = Client::new("sandbox", Duration::from_secs(1), 1).ok()?;
    stand(&client, &format!("http://{sandbox}/control/clock")).await
}

/// A sandbox that does not answer changes nothing.
async fn look_at_clock(client: &Client, url: &str, clock: &ShiftedClock) {
    if let Some((shift_ms, jumps)) = stand(client, url).await {
        clock.resume(shift_ms, jumps);
    }
}

async fn stand(client: &Client, url: &str) -> Option<(i64, Vec<Jump>)> {
    /// What the sandbox says of its clock.
    #[derive(serde::Deserialize)]
    struct Stand {
        shift_ms: i64,
        #[serde(default)]
        jumps_ms: Vec<(i64, i64)>,
    }
    let reply = client.send(Request::new(http::Method::GET, url).ok()?).await.ok()?;
    let stand: Stand = reply.json().ok()?;
    let jump = |(from, to)| Jump { from: Moment::from_ms(from), to: Moment::from_ms(to) };
    Some((stand.shift_ms, stand.jumps_ms.into_iter().map(jump).collect()))
}
