//! What no single setting can say: rules between settings, and what production refuses.

use std::net::IpAddr;

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
    for entry in &config.proxy.trusted {
        if !is_network(entry) {
            reader.wrong(
                "proxy.trusted",
                format!("\"{entry}\" is neither an address (10.0.0.7) nor a network (10.0.0.0/8)"),
            );
        }
    }
    for (path, url) in [("public_url", &config.public_url), ("sms.endpoint", &config.sms.endpoint)] {
        if url.as_deref().is_some_and(|url| base(url).is_none()) {
            reader.wrong(path, "must be http://host[:port] or https://host[:port], without a path");
        }
    }
    ports(config, reader);
    match config.mode {
        Mode::Demo if config.sms.endpoint.is_none() && !config.sandbox.enabled => {
            reader.wrong("sms.endpoint", "must be given where sandbox.enabled is false");
        }
        Mode::Demo => {}
        Mode::Production => production(config, reader),
    }
}

fn ports(config: &Config, reader: &mut Reader<'_>) {
    let mut taken = vec![("listen", config.listen)];
    taken.extend(config.metrics_listen.map(|address| ("metrics_listen", address)));
    taken.extend(config.sandbox.enabled.then_some(("sandbox.listen", config.sandbox.listen)));
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
    let plain = config.tls.is_none() && config.proxy.trusted.is_empty();
    if plain && !config.listen.ip().is_loopback() {
        reader.wrong(
            "listen",
            "production serves plain HTTP on loopback only; give tls.cert and tls.key, or name the proxy in proxy.trusted",
        );
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
    match config.sms.endpoint.as_deref().and_then(base) {
        None if config.sms.endpoint.is_none() => {
            reader.wrong("sms.endpoint", "must be given in production, for example \"https://dysmsapi.aliyuncs.com\"");
        }
        Some(url) if url.scheme() != "https" && !is_loopback(&url) => {
            reader.wrong("sms.endpoint", "must begin with https:// in production")
        }
        _ => {}
    }
    for path in ["sms.access_key_id", "sms.access_key_secret", "sms.sign_name"] {
        if !reader.is_given(path) {
            reader.wrong(path, "must be given in production");
        }
    }
    if config.sms.access_key_id == "sandbox" {
        reader.wrong("sms.access_key_id", "is the sandbox's account; production needs one of its own");
    }
    if config.sms.templates.is_empty() {
        reader.wrong(
            "sms.templates",
            "must name the provider's templates in production, for example verify = \"SMS_123456789\", and so booked, cancelled, sign_up_tried",
        );
    }
}

/// A base address: scheme, host, perhaps a port, nothing else.
fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    (bare && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
