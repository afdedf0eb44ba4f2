//! `/healthz` says that the process lives. `/readyz` says that it can serve: the database takes a write, and there is
//! room for more.
//!
//! Anybody may ask, so the answer is one of two words, and asking often costs nothing: what was found is good for a
//! few seconds, and one look is made at a time. What was found and why goes to the log and to metrics.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use platform::{Ctx, disk, outbox, ready};
use tokio::sync::Mutex;

/// How long a result is valid.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// A database that takes longer than this counts as not answering.
const WAIT: Duration = Duration::from_secs(3);
/// How often this process looks by itself, so that the log says it although nobody asks.
const EVERY: Duration = Duration::from_secs(15);
/// Less room than this counts as none; it is what a checkpoint of SQLite or a day's log needs.
pub const LEAST_FREE_BYTES: u64 = 64 * 1024 * 1024;

/// What is looked at, and what was found last.
pub struct Ready {
    /// Where this process writes.
    folder: PathBuf,
    least_free_bytes: u64,
    found: Mutex<Option<(Instant, bool)>>,
}

impl Ready {
    /// Looks at the database and at the room in a folder.
    pub fn new(folder: PathBuf, least_free_bytes: u64) -> Ready {
        Ready { folder, least_free_bytes, found: Mutex::default() }
    }

    /// Whether this process can serve, found at most a few seconds ago.
    async fn look(&self, ctx: &Ctx) -> bool {
        let mut found = self.found.lock().await;
        if let Some((at, good)) = *found
            && at.elapsed() < GOOD_FOR
        {
            return good;
        }
        let trouble = self.trouble(ctx).await;
        let (good, before) = (trouble.is_none(), found.is_none_or(|(_, good)| good));
        if let Some(why) = trouble {
            tracing::error!(why, "server.not_ready");
        } else if !before {
            tracing::info!("server.ready_again");
        }
        metrics::gauge!("renshe_ready").set(f64::from(u8::from(good)));
        *found = Some((Instant::now(), good));
        good
    }

    /// Why this process cannot serve, if it cannot.
    async fn trouble(&self, ctx: &Ctx) -> Option<String> {
        let folder = self.folder.clone();
        let free = tokio::task::spawn_blocking(move || disk::free_bytes(&folder)).await.ok().flatten();
        if let Some(free) = free {
            metrics::gauge!("renshe_data_free_bytes").set(free as f64);
            if free < self.least_free_bytes {
                return Some(format!("{} has {free} bytes left", self.folder.display()));
            }
        }
        let asked = async {
            ready::write(&ctx.db, ctx.now()).await?;
            ctx.db.read("server.backlog", outbox::backlog).await
        };
        match tokio::time::timeout(WAIT, asked).await {
            Ok(Ok(backlog)) => {
                for (state, parcels) in [("waiting", backlog.waiting), ("stuck", backlog.stuck)] {
                    metrics::gauge!("renshe_outbox", "state" => state).set(parcels as f64);
                }
                None
            }
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("the database does not answer".to_owned()),
        }
    }
}

/// Answers while the process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Answers 200 when the process can serve, 503 when not, and no more than that.
pub async fn ready(State(ctx): State<Ctx>, Extension(ready): Extension<Arc<Ready>>) -> Response {
    match ready.look(&ctx).await {
        true => "ready\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// Looks every few seconds, for the log and for metrics.
pub async fn watch(ctx: Ctx, ready: Arc<Ready>) {
    loop {
        ready.look(&ctx).await;
        tokio::time::sleep(EVERY).await;
    }
}
