//! How many files and sockets this process may have open.

use rustix::process::{Resource, getrlimit, setrlimit};

/// No listener here uses more than this.
const ENOUGH: u64 = 65_536;

/// Raises the limit to what the system allows, and says what it is then.
pub fn raise() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let now = limit.current.unwrap_or(ENOUGH);
    if now >= most {
        return now;
    }
    limit.current = Some(most);
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => most,
        Err(error) => {
            tracing::warn!(%error, now, most, "files.limit_not_raised");
            now
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_limit_is_raised_and_stays() {
        let first = super::raise();
        assert!(first >= 256, "{first}");
        assert_eq!(super::raise(), first);
    }
}
