//! The program's routes, composed from the contexts', and what stands around them.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use identity::Ports;
use payments::{Listeners, Payments};
use platform::Ctx;
use platform::check::Check;
use platform::db::{DbFault, Tx};
use platform::jobs::Job;
use platform::outbox::OutboxPolicy;
use platform::policy::Known;
use ui::{Nav, PublicCache, Site, TrustedProxies};

use crate::probes::{self, Ready};
use crate::start::StartError;
use crate::{front, upkeep};

/// Every route of the platform, without state: the table of contents.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .route("/", get(front::front))
        .route("/todos", get(front::all_todos))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .merge(ui::routes())
        .merge(identity::routes())
        .merge(identity::desk_routes())
        .merge(health::routes())
        .merge(health::desk_routes())
        .merge(payments::routes())
}

/// What the program knows about the place where it is served.
#[derive(Clone)]
pub struct Place {
    /// The address at which it is reached.
    pub site: Site,
    /// The proxies that are believed about who asks.
    pub proxies: TrustedProxies,
    /// Whether it can serve.
    pub ready: Arc<Ready>,
}

impl Place {
    /// A demo on this machine, reached at `own` without a proxy, which writes into the folder for temporary files.
    pub fn demo(own: &str) -> Place {
        let ready = Ready::new(std::env::temp_dir(), 0);
        Place { site: Site::new(own, true, false), proxies: TrustedProxies::default(), ready: Arc::new(ready) }
    }
}

/// The routes with error pages, headers and limits around them, ready to be served.
pub fn service(ctx: Ctx, ports: Arc<Ports>, pay: Arc<Payments>, nav: Arc<Nav>, place: Place) -> Router {
    let routes = routes().layer(from_fn_with_state(ctx.clone(), identity::keep_forms));
    ui::layer(routes, ctx)
        .layer(Extension(Arc::new(PublicCache::new())))
        .layer(Extension(ports))
        .layer(Extension(pay))
        .layer(Extension(nav))
        .layer(Extension(place.ready))
        .layer(Extension(place.site))
        .layer(Extension(place.proxies))
}

/// Who follows the orders of each kind of thing that is paid for: made once by each command that changes orders.
///
/// # Errors
/// Two follow the same kind: a mistake in this program.
pub fn listeners() -> Result<Arc<Listeners>, StartError> {
    Listeners::of(health::subjects()).map(Arc::new).map_err(StartError)
}

/// Every periodic job of the program.
pub fn jobs(ports: &Arc<Ports>, pay: &Arc<Payments>) -> Vec<Job> {
    [
        upkeep::jobs(),
        identity::jobs(Arc::clone(ports)),
        health::jobs(&pay.listeners),
        payments::jobs(pay),
        ledger::jobs(),
    ]
    .concat()
}

/// Every section of policy that something reads: what a start checks.
pub fn sections() -> Vec<Known> {
    let others = [
        Known::of::<health::clinics::policy::BookingRules>(),
        Known::of::<health::clinics::forget::ClinicKeeping>(),
        Known::of::<payments::PaymentRules>(),
        Known::of::<OutboxPolicy>(),
    ];
    identity::policy::sections().into_iter().chain(others).collect()
}

/// Every invariant that has tables, in the order `renshe check` says them.
pub fn checks() -> Vec<Check> {
    [health::checks(), identity::checks(), payments::checks(), ledger::checks(), upkeep::checks()]
        .into_iter()
        .flatten()
        .collect()
}

/// Counts what a city is made of, so that a command can say what it has opened. Rows are counted only up to `most`,
/// because a count that is only printed must not keep anybody from what they came to do.
///
/// # Errors
/// What broke beneath.
pub fn census(tx: &mut Tx<'_>, most: i64) -> Result<Vec<(&'static str, u64)>, DbFault> {
    Ok(vec![
        ("people", identity::people::count(tx, most)?.unsigned_abs()),
        ("appointments", health::count(tx, most)?),
        ("orders", payments::count(tx, most)?),
        ("audit rows", platform::audit::count(tx, most)?),
    ])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The kinds that the sources below a folder make.
    fn made(folder: &Path) -> Vec<String> {
        let mut kinds = Vec::new();
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                kinds.extend(made(&path));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let named = text.split("Subject::new(\"").skip(1).filter_map(|rest| rest.split('"').next());
                kinds.extend(named.map(str::to_owned));
            }
        }
        kinds
    }

    #[test]
    fn every_kind_that_is_ordered_is_followed() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // This crate makes none, and those of payments are its tests'.
        let owners = |name: &str| !["payments", "server"].contains(&name);
        let mut kinds = Vec::new();
        for entry in std::fs::read_dir(&crates).expect("the crates").flatten() {
            let source = entry.path().join("src");
            if entry.file_name().to_str().is_some_and(owners) && source.is_dir() {
                kinds.extend(made(&source));
            }
        }
        let mut followed: Vec<_> = health::subjects().into_iter().map(|(subject, _)| subject.to_string()).collect();
        kinds.sort_unstable();
        followed.sort_unstable();
        assert_eq!(kinds, followed, "a kind that is made and not handed up is missed only by its first order");
        assert!(listeners().is_ok());
    }
}
