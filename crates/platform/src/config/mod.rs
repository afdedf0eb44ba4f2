//! The configuration: one commented TOML file (`renshe.toml.example` is the whole of it), every
//! setting optional in the demo, every setting overridable as `RENSHE__SECTION__KEY`.
//!
//! All mistakes are reported at once, each with its line and what is allowed. Secrets never print.

mod http;
mod key_files;
mod reader;
mod rules;
mod secret;
mod section;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

pub use http::HttpConfig;
pub use key_files::KeyFile;
pub use secret::Secret;
pub use section::{Known, Part, Partner, Section, Sections};

use crate::ctx::Mode;
use crate::networks::Networks;
use crate::telemetry::LogFormat;
use crate::vault::{Cipher, Digest, Suite};
use reader::Reader;

/// Every setting with its default and its reason: what `renshe config` prints.
pub const EXAMPLE: &str = include_str!("../../../../renshe.toml.example");

const ADDRESS: &str = "an address; write host and port, for example \"127.0.0.1:8080\" (a port is from 0 to 65535)";

/// All settings of a start, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from; `None`: defaults and the environment alone.
    pub origin: Option<PathBuf>,
    pub mode: Mode,
    /// Where citizens and desks are served.
    pub listen: SocketAddr,
    /// How the outside world names `listen`: scheme, host, port; no path. `None` (demo only): `localhost`, or the
    /// address itself where it is not all of them, and the port.
    pub public_url: Option<String>,
    /// Everything this installation writes, unless another setting says otherwise.
    pub data_dir: PathBuf,
    /// Where Prometheus fetches metrics; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The master keys.
    pub keys_file: PathBuf,
    /// Replaces or adds files of the built-in policy.
    pub policy_dir: Option<PathBuf>,
    pub database: DatabaseConfig,
    pub audit: AuditConfig,
    pub crypto: Suite,
    pub sandbox: SandboxConfig,
    pub http: HttpConfig,
    pub proxy: ProxyConfig,
    pub tls: Option<TlsConfig>,
    pub log: LogConfig,
    /// The sections that adapters read themselves.
    partners: Vec<Partner>,
}

/// The database and the door to it.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://…`; may hold a password.
    pub url: Secret<String>,
    /// Writing lanes on PostgreSQL.
    pub lanes: usize,
    pub readers: usize,
    /// Closures that may wait before each lane.
    pub queue: usize,
    pub bulk_queue: usize,
    /// How long a start checks the pages of a SQLite file; 0: it does not.
    pub start_check_secs: u64,
}

/// Who keeps the audit's anchors outside the database.
#[derive(Debug, Clone)]
pub struct AuditConfig {
    /// Folders, at best on other machines or on disks that cannot be written over.
    pub export_dirs: Vec<PathBuf>,
    /// A service elsewhere.
    pub witness: Option<WitnessConfig>,
}

/// A service that keeps anchors and answers with a signature of its own (docs/api/witness.md).
#[derive(Debug, Clone)]
pub struct WitnessConfig {
    pub url: String,
    /// Its Ed25519 public key, in base64.
    pub key: String,
}

/// The partners' stand-in.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Whether it runs inside this process.
    pub enabled: bool,
    /// The control port; partners take ports after it.
    pub listen: SocketAddr,
    /// How many people its city has, beside the demo's named ones.
    pub people: usize,
    /// The seed from which the city's people are drawn.
    pub seed: u64,
}

/// Who may say which address a request really came from.
#[derive(Debug, Clone, Default)]
pub struct ProxyConfig {
    /// Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    pub trusted: Networks,
    /// In which headers they say it.
    pub by: ForwardedBy,
}

/// In which headers a proxy says from where, by which name and by which scheme a request came. Only one of the two is
/// believed, because a proxy passes the other one on as the visitor wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, `X-Forwarded-Host`, `X-Forwarded-Proto`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// PEM files of this server's certificate chain and key.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone)]
pub struct LogConfig {
    pub format: LogFormat,
    /// Directives of `tracing`: `info`, `warn,platform=debug`.
    pub filter: String,
}

/// One mistake: where, and what is allowed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `renshe.toml:12`, the name of an environment variable, or the file as a whole.
    pub place: String,
    pub says: String,
}

/// All mistakes of a configuration, one a line when printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, mistake) in self.mistakes.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {}", mistake.place, mistake.says)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a file (none: all defaults, a demo) and the environment, and the sections that a program adds.
    pub fn load(
        path: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
        sections: &Sections<'_>,
    ) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Self::from_text("configuration", "", env, sections) };
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { origin: Some(path.to_owned()), ..Self::from_text(&name, &text, env, sections)? }),
            Err(error) => {
                Err(ConfigError { mistakes: vec![Mistake { place: name, says: format!("cannot be read: {error}") }] })
            }
        }
    }

    /// Reads a text, and the sections that a program adds; `name` stands in messages where the file's name would.
    pub fn from_text(
        name: &str,
        text: &str,
        env: impl IntoIterator<Item = (String, String)>,
        sections: &Sections<'_>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(name, text, env);
        let mut config = read(&mut reader);
        config.partners = sections.read(&config, &mut reader);
        rules::apply(&config, &mut reader);
        reader.finish()?;
        Ok(config)
    }

    /// The address people are told, once it is known which port was bound.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        let everywhere = bound.ip().is_loopback() || bound.ip().is_unspecified();
        let host = if everywhere { format!("localhost:{}", bound.port()) } else { bound.to_string() };
        self.public_url.clone().unwrap_or_else(|| format!("{}://{host}", self.scheme()))
    }

    /// How programs on this machine reach what was bound.
    pub fn local_url(&self, bound: SocketAddr) -> String {
        let ip = match bound.ip() {
            IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("{}://{}", self.scheme(), SocketAddr::new(ip, bound.port()))
    }

    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

fn read(reader: &mut Reader<'_>) -> Config {
    let mode = reader.choice("mode", &[("demo", Mode::Demo), ("production", Mode::Production)]).unwrap_or(Mode::Demo);
    let data_dir = PathBuf::from(reader.text_or("data_dir", "renshe-data"));
    let metrics_off = reader.is_given("metrics_listen") && reader.text("metrics_listen").is_none();
    let metrics_listen = address(reader, "metrics_listen", 8083);
    Config {
        origin: None,
        mode,
        listen: address(reader, "listen", 8080),
        public_url: reader.text("public_url").map(|url| url.trim_end_matches('/').to_owned()),
        metrics_listen: (!metrics_off).then_some(metrics_listen),
        keys_file: reader.text("keys_file").map_or_else(|| data_dir.join("keys.toml"), PathBuf::from),
        policy_dir: reader.text("policy_dir").map(PathBuf::from),
        database: read_database(reader, &data_dir),
        audit: read_audit(reader, &data_dir),
        crypto: Suite {
            cipher: reader.choice("crypto.cipher", &Cipher::ALL.map(|c| (c.as_str(), c))).unwrap_or_default(),
            digest: reader.choice("crypto.digest", &Digest::ALL.map(|d| (d.as_str(), d))).unwrap_or_default(),
        },
        sandbox: SandboxConfig {
            enabled: reader.flag("sandbox.enabled", mode == Mode::Demo),
            listen: address(reader, "sandbox.listen", 8081),
            people: usize::try_from(reader.number("sandbox.people", 0..=2_000_000, 5_000)).unwrap_or_default(),
            seed: reader.number("sandbox.seed", 0..=i64::MAX, 1).unsigned_abs(),
        },
        http: http::read(reader),
        proxy: read_proxy(reader),
        tls: read_tls(reader),
        log: LogConfig {
            format: reader
                .choice("log.format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])
                .unwrap_or_default(),
            filter: reader.text_or("log.filter", "info"),
        },
        data_dir,
        partners: Vec::new(),
    }
}

fn address(reader: &mut Reader<'_>, path: &str, port: u16) -> SocketAddr {
    reader.parse(path, ADDRESS, |text| text.parse().ok()).unwrap_or(SocketAddr::from(([127, 0, 0, 1], port)))
}

fn read_database(reader: &mut Reader<'_>, data_dir: &Path) -> DatabaseConfig {
    let default = || format!("sqlite:{}", data_dir.join("renshe.sqlite3").display());
    let mut count =
        |path: &str, most: i64, default: i64| usize::try_from(reader.number(path, 1..=most, default)).unwrap_or(1);
    let (lanes, readers) = (count("database.lanes", 64, 4), count("database.readers", 64, 4));
    let (queue, bulk_queue) = (count("database.queue", 100_000, 2048), count("database.bulk_queue", 10_000, 256));
    let start_check_secs = reader.number("database.start_check_secs", 0..=3_600, 5).unsigned_abs();
    let url = Secret::new(reader.text("database.url").unwrap_or_else(default));
    DatabaseConfig { url, lanes, readers, queue, bulk_queue, start_check_secs }
}

fn read_audit(reader: &mut Reader<'_>, data_dir: &Path) -> AuditConfig {
    let given = reader.list("audit.export_dirs");
    let export_dirs =
        if given.is_empty() { vec![data_dir.join("anchors")] } else { given.into_iter().map(PathBuf::from).collect() };
    let witness = match (reader.text("audit.witness_url"), reader.text("audit.witness_key")) {
        (Some(url), Some(key)) => Some(WitnessConfig { url, key }),
        (None, None) => None,
        (Some(_), None) => {
            reader.wrong("audit.witness_url", "needs audit.witness_key beside it: by that its answers are known");
            None
        }
        (None, Some(_)) => {
            reader.wrong("audit.witness_key", "needs audit.witness_url beside it");
            None
        }
    };
    AuditConfig { export_dirs, witness }
}

fn read_proxy(reader: &mut Reader<'_>) -> ProxyConfig {
    let trusted = Networks::parse(&reader.list("proxy.trusted")).unwrap_or_else(|why| {
        reader.wrong("proxy.trusted", why);
        Networks::default()
    });
    let headers = [("x-forwarded-for", ForwardedBy::XForwarded), ("forwarded", ForwardedBy::Forwarded)];
    ProxyConfig { trusted, by: reader.choice("proxy.header", &headers).unwrap_or_default() }
}

fn read_tls(reader: &mut Reader<'_>) -> Option<TlsConfig> {
    let (cert, key) = (reader.text("tls.cert"), reader.text("tls.key"));
    match (cert, key) {
        (Some(cert), Some(key)) => Some(TlsConfig { cert: cert.into(), key: key.into() }),
        (None, None) => None,
        (Some(_), None) => {
            reader.wrong("tls.cert", "needs tls.key beside it");
            None
        }
        (None, Some(_)) => {
            reader.wrong("tls.key", "needs tls.cert beside it");
            None
        }
    }
}
