//! Seeds of randomised tests, and the line that repeats one.

use std::env;
use std::ops::Range;

/// The seeds a test runs.
pub type Seeds = Range<u64>;

/// The seeds `0..count`, or the one that `cargo xtask test --seed N` names.
///
/// # Panics
/// When `RENSHE_SEED` is set to something that is not a number.
pub fn seeds(count: u64) -> Seeds {
    choose(count, env::var("RENSHE_SEED").ok().as_deref())
}

fn choose(count: u64, named: Option<&str>) -> Seeds {
    match named.map(str::parse::<u64>) {
        None => 0..count,
        Some(Ok(seed)) => seed..seed.saturating_add(1),
        Some(Err(_)) => panic!("RENSHE_SEED must be a number"),
    }
}

/// The line to type to see one seed fail again; a seeded test ends its panic's text with it.
pub fn replay(part: &str, seed: u64) -> String {
    format!("repeat it with: cargo xtask test --only {part} --seed {seed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_seed_runs_alone() {
        assert_eq!(choose(300, None), 0..300);
        assert_eq!(choose(300, Some("7000")), 7000..7001);
        assert_eq!(replay("driver", 7), "repeat it with: cargo xtask test --only driver --seed 7");
    }
}
