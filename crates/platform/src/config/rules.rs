//! What no single setting can say: rules between settings, and what production refuses.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;

use super::Config;
use super::reader::Reader;
use crate::ctx::Mode;
use crate::db::Target;

pub(super) fn apply(config: &Config, reader: &mut Reader<'_>) {
    // The address may hold a password: the reason is said, the value is not.
    if let Err(why) = Target::parse(config.database.url.expose()) {
        reader.wrong("database.url", why);
    }
    if let Err(why) = tracing_subscriber::EnvFilter::try_new(&config.log.filter) {
        reader.wrong("log.filter", format!("{why}; for example \"info\" or \"warn,platform=debug\""));
    }
    if config.public_url.as_deref().is_some_and(|url| base(url).is_none()) {
        reader.wrong("public_url", "must be http://host[:port] or https://host[:port], without a path");
    }
    if let Some(witness) = &config.audit.witness
        && !Url::parse(&witness.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    {
        reader.wrong("audit.witness_url", "must be http://host[:port]/path or https://host[:port]/path");
    }
    ports(config, reader);
    own_address(config, reader);
    if config.mode == Mode::Production {
        production(config, reader);
    }
}

fn ports(config: &Config, reader: &mut Reader<'_>) {
    let mut taken = vec![("listen", config.listen)];
    taken.extend(config.metrics_listen.map(|address| ("metrics_listen", address)));
    if config.sandbox.enabled {
        let control = config.sandbox.listen;
        // Its own, and its partners'.
        let places = std::iter::once(0).chain(config.partners().map(|partner| partner.port));
        let ports = places.filter_map(|place| match control.port() {
            0 => (place == 0).then_some(0),
            port => port.checked_add(place),
        });
        taken.extend(ports.map(|port| ("sandbox.listen", SocketAddr::new(control.ip(), port))));
    }
    for (place, (path, address)) in taken.iter().enumerate() {
        let other = taken[..place].iter().find(|(_, other)| other == address && address.port() != 0);
        if let Some((other, _)) = other {
            reader.wrong(path, format!("{address} is already taken by `{other}`"));
        }
    }
}

fn production(config: &Config, reader: &mut Reader<'_>) {
    if config.sandbox.enabled {
        reader.wrong("sandbox.enabled", "the sandbox must not run in production; set it to false");
    }
    if config.proxy.trusted.is_empty() {
        if config.listen.ip().is_loopback() {
            reader.wrong(
                "listen",
                "on loopback only a proxy on this machine can ask, and without its name the whole city is one address to \
                 every limit; name it in proxy.trusted, for example [\"127.0.0.1\", \"::1\"]",
            );
        } else if config.tls.is_none() {
            reader.wrong(
                "listen",
                "production does not serve plain HTTP to the world; give tls.cert and tls.key, or name the proxy in \
                 proxy.trusted",
            );
        }
    }
    match config.public_url.as_deref().and_then(base) {
        None if config.public_url.is_none() => {
            reader.wrong("public_url", "must be given in production, for example \"https://app.example.cn\"")
        }
        Some(url) if url.scheme() != "https" && !is_loopback(&url) => {
            reader.wrong("public_url", "must begin with https:// in production")
        }
        _ => {}
    }
    if let Some(witness) = &config.audit.witness
        && Url::parse(&witness.url).is_ok_and(|url| url.scheme() != "https" && !is_loopback(&url))
    {
        reader.wrong("audit.witness_url", "must begin with https:// in production");
    }
}

/// The address people are told, and what really answers there.
fn own_address(config: &Config, reader: &mut Reader<'_>) {
    let Some(url) = config.public_url.as_deref().and_then(base) else { return };
    let ends_tls = config.tls.is_some() || !config.proxy.trusted.is_empty();
    if url.scheme() == "https" && !ends_tls {
        reader.wrong(
            "public_url",
            "says https, and nothing here speaks it; give tls.cert and tls.key, or name in proxy.trusted the proxy that \
             does, or write http://",
        );
    }
    if url.scheme() == "http" && config.tls.is_some() {
        reader.wrong("public_url", "says http, and with tls.cert and tls.key only https is spoken; write https://");
    }
}

/// A base address: scheme, host, perhaps a port, nothing else.
pub(super) fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    (bare && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Whether an address is this machine's.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
