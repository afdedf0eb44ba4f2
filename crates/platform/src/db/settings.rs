//! Where the database is and how the door to it is built.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_postgres::config::Host;

/// A database of either engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One file on a local disk.
    Sqlite(PathBuf),
    /// A `postgres://` address.
    Postgres(String),
}

impl Target {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err("sqlite: needs the path of a file after the colon".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return url
                .parse::<tokio_postgres::Config>()
                .map(|_| Self::Postgres(url.to_owned()))
                .map_err(|error| error.to_string());
        }
        Err("a database address begins with sqlite: or postgres://".to_owned())
    }

    /// Where it is, in words for an operator: a path, or host, port and name. Never a password.
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => std::path::absolute(path).as_ref().unwrap_or(path).display().to_string(),
            Self::Postgres(url) => postgres_place(url),
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

fn postgres_place(url: &str) -> String {
    let Ok(config) = url.parse::<tokio_postgres::Config>() else { return "PostgreSQL".to_owned() };
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let name = config.get_dbname().or_else(|| config.get_user()).unwrap_or("(unnamed)");
    format!("PostgreSQL database {name} at {host}:{port}")
}

/// Called when nothing can be certain any more (SQLite's I/O error at commit). The server's ends
/// the process; a test's takes note.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// How the door is built.
#[derive(Clone)]
pub struct DbSettings {
    pub target: Target,
    /// Writing lanes on PostgreSQL; SQLite has one whatever this says.
    pub lanes: usize,
    /// Threads that read.
    pub readers: usize,
    /// Closures that may wait before each lane; one more is refused.
    pub queue: usize,
    pub bulk_queue: usize,
    /// Readers may take as long as they need. This is for a command that reads everything, and never for serving
    /// people.
    pub unhurried: bool,
    /// Names this start of this process in `lane` and in audit chains; unique per start.
    pub instance: String,
    pub on_fatal: OnFatal,
}

impl DbSettings {
    /// Settings for a laptop: four lanes, four readers.
    pub fn new(target: Target, instance: impl Into<String>) -> Self {
        let on_fatal: OnFatal = Arc::new(|why| tracing::error!(why, "database.fatal"));
        let instance = instance.into();
        Self { target, lanes: 4, readers: 4, queue: 2048, bulk_queue: 256, unhurried: false, instance, on_fatal }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_place_is_named_without_its_password() {
        let place = |url: &str| Target::parse(url).unwrap().place();
        assert_eq!(
            place("postgres://renshe:secret-word@db.example.cn:5433/city"),
            "PostgreSQL database city at db.example.cn:5433"
        );
        assert_eq!(place("postgres://renshe@/city?host=/run/pg"), "PostgreSQL database city at /run/pg:5432");
        assert_eq!(place("sqlite:/srv/renshe.sqlite3"), "/srv/renshe.sqlite3");
        assert!(place("sqlite:data/renshe.sqlite3").starts_with('/'));
    }
}
