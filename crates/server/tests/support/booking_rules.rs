//! The rules of booking where a program books for the same few people again and again.

use std::path::{Path, PathBuf};

/// The rules that the program goes by where nobody gives it others.
const USUAL: &str = include_str!("../../../../policy/health.toml");
/// Far more than a storm or a bench comes to.
const MOST: &str = "1000";

/// Makes a policy folder in `folder`, for `policy_dir`: every rule is the usual one but these figures (`bookings_a_day`),
/// so that nobody runs out of what they name.
///
/// Without it everybody in a storm has booked for the last time after a minute or two; from then on visits are only
/// cancelled, and on a quick machine none is left that is paid.
pub fn generous(folder: &Path, figures: &[&str]) -> std::io::Result<PathBuf> {
    let mut rules = USUAL.to_owned();
    for figure in figures {
        let start = format!("\n{figure} = ");
        let (before, rest) = rules.split_once(&start).ok_or_else(|| missing(figure))?;
        let (_, after) = rest.split_once('\n').ok_or_else(|| missing(figure))?;
        rules = format!("{before}{start}{MOST}\n{after}");
    }
    let policy = folder.join("policy");
    std::fs::create_dir_all(&policy)?;
    std::fs::write(policy.join("health.toml"), rules)?;
    Ok(policy)
}

fn missing(figure: &str) -> std::io::Error {
    std::io::Error::other(format!("policy/health.toml has no {figure}"))
}
