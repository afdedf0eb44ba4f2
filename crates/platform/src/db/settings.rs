//! Where the database is and how the door to it is built.

use std::path::PathBuf;
use std::sync::Arc;

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

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
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
    /// Names this start of this process in `lane` and in audit chains; unique per start.
    pub instance: String,
    pub on_fatal: OnFatal,
}

impl DbSettings {
    /// Settings for a laptop: four lanes, four readers.
    pub fn new(target: Target, instance: impl Into<String>) -> Self {
        let on_fatal: OnFatal = Arc::new(|why| tracing::error!(why, "database.fatal"));
        Self { target, lanes: 4, readers: 4, queue: 2048, bulk_queue: 256, instance: instance.into(), on_fatal }
    }
}
