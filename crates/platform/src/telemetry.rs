//! Logs, metrics and reference numbers. Nothing here may carry personal data: log ids, states,
//! durations and reference numbers, never names, numbers or what somebody typed.
//!
//! Events are named by entity and fact (`outbox.sent`), fields carry the rest, units are in the
//! field's name (`took_ms`).

use std::sync::OnceLock;

use kernel::Rng;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For a person at a terminal.
    #[default]
    Text,
    /// One JSON object a line, for a collector.
    Json,
}

/// Letters that are understood over a bad telephone line: without 0 O, 1 I L and U.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Upper bounds in seconds of every `*_seconds` histogram: from a cached page to a slow partner.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

/// A reference number such as `R7K2-9QXM`: shown on error pages, read out to the hotline, found in
/// the log and in audit rows.
pub fn reference(rng: &dyn Rng) -> String {
    // All letters come from one draw, so that a request does not cost eight calls to the system's generator.
    let mut drawn = rng.u64();
    let letters = LETTERS.len() as u64;
    let mut text = String::with_capacity(9);
    for place in 0..8 {
        if place == 4 {
            text.push('-');
        }
        text.push(char::from(LETTERS[(drawn % letters) as usize]));
        drawn /= letters;
    }
    text
}

/// Whether a text could be one of our reference numbers. Anything else that a client sends is not copied into the log.
pub fn is_reference(text: &str) -> bool {
    let letter = |byte: &u8| LETTERS.contains(byte);
    matches!(text.as_bytes(), [head @ .., b'-', a, b, c, d] if head.len() == 4 && head.iter().chain([a, b, c, d]).all(letter))
}

/// Starts logging to standard error, where standard output stays free for what a command answers.
/// `filter` is a list of directives (`info`, `warn,platform=debug`). A second call changes nothing.
///
/// # Errors
/// A filter that cannot be read.
pub fn init_logs(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A subscriber that is already there stays, because tests start many servers in one process.
    let started = match format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    drop(started);
    Ok(())
}

/// The process's metrics, rendered for Prometheus.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Starts collecting. There is one recorder a process; later calls share it.
    pub fn install() -> Result<Self, String> {
        static INSTALLED: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
        let handle = INSTALLED.get_or_init(|| {
            let builder =
                PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS);
            builder.and_then(PrometheusBuilder::install_recorder).map_err(|error| error.to_string())
        });
        handle.clone().map(|handle| Self { handle })
    }

    /// The text for `/metrics`.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds what histograms have gathered; to be called every few seconds, or memory grows while
    /// nobody scrapes.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn reference_numbers_can_be_read_out() {
        let rng = SeededRng::new(1);
        for _ in 0..1000 {
            let text = reference(&rng);
            assert!(is_reference(&text) && text.len() == 9, "{text}");
        }
        assert_ne!(reference(&rng), reference(&rng));
        for wrong in ["", "R7K2-9QX", "R7K2-9QX0", "R7K2 9QXM", "r7k2-9qxm", "R7K22-9QXM", "R7K2-9QXM\n"] {
            assert!(!is_reference(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn metrics_are_rendered_with_buckets() {
        let metrics = Metrics::install().unwrap();
        metrics::histogram!("renshe_test_seconds").record(0.003);
        metrics.upkeep();
        let text = Metrics::install().unwrap().render();
        assert!(text.contains("renshe_test_seconds_bucket{le=\"0.005\"} 1"), "{text}");
    }

    #[test]
    fn a_bad_filter_is_an_error() {
        assert!(init_logs(LogFormat::Text, "info,=").is_err() || init_logs(LogFormat::Text, "a=b=c").is_err());
        assert_eq!(init_logs(LogFormat::Json, "warn"), Ok(()));
    }
}
