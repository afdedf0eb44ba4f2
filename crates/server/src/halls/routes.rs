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

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;

    fn hall(name: &'static str, path: &str) -> Hall {
        Hall { routes: Router::new().route(path, get(async || "")), ..Hall::named(name) }
    }

    fn told(boats: Hall) -> Result<(), String> {
        let first = [hall("kites", "/kites/{id}"), hall("trees", "/api/v1/boats/sail")];
        merged(&first.into_iter().chain([boats]).collect::<Vec<_>>()).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_route_of_two_halls_is_told_with_both_their_names() {
        assert_eq!(told(hall("boats", "/kites")), Ok(()));
        let says = "two halls have the route «GET /kites/{id}»: kites and boats";
        assert_eq!(told(hall("boats", "/kites/{id}")), Err(says.to_owned()));
        let renamed = told(hall("boats", "/kites/{kite}")).expect_err("a router cannot choose between them");
        assert!(renamed.contains("/kites/{kite}") && renamed.ends_with(": kites and boats"), "{renamed}");
        let apis = Router::new().route("/sail", get(async || ""));
        let says = "two halls have the route «GET /api/v1/boats/sail»: trees and boats";
        assert_eq!(told(Hall { apis, ..Hall::named("boats") }), Err(says.to_owned()));
    }
}
