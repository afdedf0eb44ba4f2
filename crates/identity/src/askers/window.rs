//! Budgets within a sliding window: what one asker has of it, and all strangers together. Pure.

use kernel::Moment;

/// A try or a code that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// When.
    pub(crate) at: Moment,
    /// Whether the one who asks now made it.
    pub(crate) mine: bool,
}

/// Seconds until the asker may spend one more of `mine` within the window, and everybody together of
/// `all`; `None` if now.
pub(crate) fn wait_secs(spent: &[Spent], now: Moment, window_secs: i64, mine: usize, all: usize) -> Option<i64> {
    let own = window_wait(spent.iter().filter(|one| one.mine).map(|one| one.at), now, window_secs, mine);
    let together = window_wait(spent.iter().map(|one| one.at), now, window_secs, all);
    own.max(together)
}

/// Seconds until fewer than `cap` of these moments are younger than the window; `None` if that is so now.
pub(crate) fn window_wait(
    spent: impl Iterator<Item = Moment>,
    now: Moment,
    window_secs: i64,
    cap: usize,
) -> Option<i64> {
    let mut inside: Vec<i64> = spent.map(|at| at.plus_secs(window_secs).ms() - now.ms()).filter(|ms| *ms > 0).collect();
    if inside.len() < cap {
        return None;
    }
    // The newest `cap` count; one is free again once the oldest of these has left the window.
    inside.sort_unstable_by(|a, b| b.cmp(a));
    let ms = cap.checked_sub(1).and_then(|at| inside.get(at)).copied().unwrap_or(window_secs.saturating_mul(1000));
    Some((ms + 999) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(1_760_000_000_000).plus_secs(secs)
    }

    #[test]
    fn the_oldest_of_the_newest_leaves_first() {
        let four = || (0..4).map(|n| at(n * 100));
        let day = 86_400;
        assert_eq!(window_wait(std::iter::empty(), at(0), day, 1), None);
        assert_eq!(window_wait(four(), at(400), day, 5), None);
        assert_eq!(window_wait(four(), at(400), day, 4), Some(day - 400));
        assert_eq!(window_wait(four(), at(400), day, 2), Some(day - 200));
        assert_eq!(window_wait(four(), at(day), day, 4), None);
        assert_eq!(window_wait(four(), at(400), day, 0), Some(day), "nothing is ever free of a cap of none");
    }

    #[test]
    fn strangers_spend_their_own_before_everybodys() {
        let spent: Vec<Spent> = (0..6).map(|n| Spent { at: at(n), mine: n < 2 }).collect();
        let wait = |mine, all| wait_secs(&spent, at(10), 100, mine, all);
        assert_eq!(wait(3, 7), None);
        assert_eq!(wait(2, 7), Some(90), "the asker's own are spent");
        assert_eq!(wait(3, 6), Some(90), "everybody's are spent");
        assert_eq!(wait(1, 5), Some(91));
    }
}
