//! Who may use the control port: pages of other sites in the same browser may not.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::house::House;

/// Refuses host names that are not this machine (a foreign name that resolves to loopback) unless
/// remote use is allowed, and changes asked for by another site. Adds the pages' policy.
pub(super) async fn guard(State(house): State<House>, request: Request, next: Next) -> Response {
    if let Err(why) = admit(&house, &request) {
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn admit(house: &House, request: &Request) -> Result<(), &'static str> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !house.allow_remote && !is_this_machine(text("host").unwrap_or_default()) {
        return Err("the sandbox answers to this machine only");
    }
    let own = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    if request.method() != Method::GET && !own {
        return Err("asked for by another site");
    }
    Ok(())
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_names_of_this_machine_pass() {
        for (host, passes) in [
            ("localhost:8090", true),
            ("127.0.0.1:8090", true),
            ("127.0.0.1", true),
            ("[::1]:8090", true),
            ("example.test:8090", false),
            ("192.0.2.1", false),
            ("", false),
            ("127.0.0.1.example.test", false),
        ] {
            assert_eq!(is_this_machine(host), passes, "{host}");
        }
    }
}
