//! The routes of all halls as one router. A path of two halls is refused when the halls are put together, by every command,
//! and not first when somebody serves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use hall::Hall;
use platform::Ctx;

use crate::failure::StartError;

/// Every route of these halls, without state.
///
/// # Errors
/// Two halls have the same route, or paths between which a router cannot choose.
pub(super) fn merged(all: &[Hall]) -> Result<Router<Ctx>, StartError> {
    let mut routes = Router::new();
    for (at, hall) in all.iter().enumerate() {
        let own = of(hall);
        routes = joined(&routes, &own).map_err(|route| {
            let clashes = |other: &&Hall| joined(&of(other), &own).is_err();
            let other = all.iter().take(at).find(clashes).map_or(hall.name, |other| other.name);
            StartError(format!("two halls have the route «{route}»: {other} and {}", hall.name))
        })?;
    }
    Ok(routes)
}

fn of(hall: &Hall) -> Router<Ctx> {
    let routes = hall.routes.clone();
    if hall.apis.has_routes() { routes.nest(&format!("/api/v1/{}", hall.name), hall.apis.clone()) } else { routes }
}

/// # Errors
/// Which route both have. A router shows its routes to nobody and has one way to refuse another's: it panics.
fn joined(one: &Router<Ctx>, other: &Router<Ctx>) -> Result<Router<Ctx>, String> {
    catch_unwind(AssertUnwindSafe(|| one.clone().merge(other.clone()))).map_err(|panic| {
        let says = panic.downcast_ref::<String>().map_or("", String::as_str);
        // "Handler for `GET /things` already exists", or another sentence without such marks.
        says.split('`').nth(1).unwrap_or(says).to_owned()
    })
}
