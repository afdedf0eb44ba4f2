//! The limits of the citizens' listener: `[http]`.

use std::time::Duration;

use super::reader::Reader;
use crate::listen::Rules;
use crate::neighbourhood::PEOPLE;
use crate::networks::Networks;

/// The default number of connections at once; more would need more memory than a small machine has.
const CONNECTIONS: u64 = 8192;
/// Files that the process needs beside its connections: the database's, its partners', the log's.
const OTHER_FILES: u64 = 512;
/// Connections that one browser makes to one site at once.
const A_BROWSERS: usize = 6;

/// The figures of `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Connections at once; `None`: what the file limit leaves, within measure.
    pub connections: Option<usize>,
    /// Connections at once from one address; `None`: a quarter of all.
    pub connections_per_address: Option<usize>,
    /// A request's head arrives within this time.
    pub head_secs: u64,
    /// A connection without a request is kept for so long.
    pub idle_secs: u64,
    /// The longest pause in a body, or in reading an answer.
    pub pause_secs: u64,
    /// What a body or an answer moves beyond that, bytes a second.
    pub least_rate: u64,
    /// The largest head of a request.
    pub head_bytes: usize,
    /// How long a stop waits for requests that are under way.
    pub stop_secs: u64,
    /// Browsers may keep what they show without a network.
    pub offline: bool,
}

pub(super) fn read(reader: &mut Reader<'_>) -> HttpConfig {
    let mut count = |path: &str, most: i64| {
        let given = reader.is_given(path);
        let number = usize::try_from(reader.number(path, 1..=most, 1)).unwrap_or(1);
        given.then_some(number)
    };
    let (connections, connections_per_address) =
        (count("http.connections", 1_000_000), count("http.connections_per_address", 1_000_000));
    let mut number =
        |path: &str, least: i64, most: i64, default: i64| reader.number(path, least..=most, default).unsigned_abs();
    HttpConfig {
        connections,
        connections_per_address,
        head_secs: number("http.head_secs", 1, 600, 10),
        idle_secs: number("http.idle_secs", 1, 3600, 75),
        pause_secs: number("http.pause_secs", 1, 600, 15),
        least_rate: number("http.least_bytes_per_sec", 1, 1_000_000, 500),
        head_bytes: usize::try_from(number("http.head_bytes", 4096, 60_000, 32_768)).unwrap_or(32_768),
        stop_secs: number("http.stop_secs", 0, 600, 20),
        offline: reader.flag("http.offline", true),
    }
}

impl HttpConfig {
    /// The listener's rules in a process that may open so many files.
    ///
    /// # Errors
    /// More connections are wished for than there may be files.
    pub fn rules(&self, files: u64, trusted: Networks) -> Result<Rules, String> {
        let left = if files > 2 * OTHER_FILES { files - OTHER_FILES } else { files / 2 };
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let connections = match self.connections {
            Some(wished) if wished > left => {
                return Err(format!(
                    "http.connections: this process may open {files} files, which leaves {left} for connections, not {wished}; \
                     raise the limit (LimitNOFILE= of a systemd unit, ulimit -n), or lower the setting"
                ));
            }
            Some(wished) => wished,
            None => left.min(usize::try_from(CONNECTIONS).unwrap_or(usize::MAX)),
        };
        // A quarter of all places, but never fewer than the people behind one carrier's gateway need, if there is room.
        let quarter = (connections / 4).max(PEOPLE * A_BROWSERS / 2).min(connections);
        let secs = Duration::from_secs;
        Ok(Rules {
            name: "people",
            connections,
            per_neighbourhood: self.connections_per_address.unwrap_or(quarter),
            trusted,
            head: secs(self.head_secs),
            idle: secs(self.idle_secs),
            pause: secs(self.pause_secs),
            least_rate: self.least_rate,
            head_bytes: self.head_bytes,
            stop: secs(self.stop_secs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Sections};

    fn rules(text: &str, files: u64) -> Result<(usize, usize), String> {
        let config = Config::from_text("renshe.toml", text, [], &Sections::default()).unwrap();
        let rules = config.http.rules(files, Default::default())?;
        Ok((rules.connections, rules.per_neighbourhood))
    }

    #[test]
    fn places_follow_the_file_limit_and_leave_room_for_a_carriers_gateway() {
        assert_eq!(rules("", 65_536), Ok((8192, 2048)));
        assert_eq!(rules("", 4096), Ok((3584, 1500)), "five hundred people with three connections each");
        assert_eq!(rules("", 1024), Ok((512, 512)));
        assert_eq!(rules("[http]\nconnections = 20000\n", 65_536), Ok((20_000, 5000)));
        assert_eq!(rules("[http]\nconnections = 100\nconnections_per_address = 7\n", 1024), Ok((100, 7)));
        let told = rules("[http]\nconnections = 5000\n", 4096).unwrap_err();
        assert!(told.starts_with("http.connections: this process may open 4096 files") && told.contains("LimitNOFILE"));
    }
}
