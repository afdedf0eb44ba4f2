//! How fast the other side must read or write while it occupies a place. Pure.

use std::time::Duration;

use tokio::time::Instant;

/// One stretch in which the other side is waited for.
///
/// It may be silent for `pause` at a time, and in all it has `pause` and a second for each `least_rate` bytes: whoever
/// moves one byte a second to keep the place is as late as somebody who moves none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace(Option<Stretch>);

#[derive(Debug, Clone, Copy)]
struct Stretch {
    began: Instant,
    moved_at: Instant,
    bytes: u64,
}

impl Pace {
    /// Nothing moves: a stretch begins, unless one is under way.
    pub(super) fn wait(&mut self, now: Instant) {
        self.0.get_or_insert(Stretch { began: now, moved_at: now, bytes: 0 });
    }

    /// Notes that this many bytes moved.
    pub(super) fn moved(&mut self, bytes: usize, now: Instant) {
        if let Some(stretch) = &mut self.0 {
            stretch.moved_at = now;
            stretch.bytes += bytes as u64;
        }
    }

    /// Everything has moved.
    pub(super) fn rest(&mut self) {
        self.0 = None;
    }

    /// When the other side is late, as things stand.
    pub(super) fn late_at(&self, pause: Duration, least_rate: u64) -> Option<Instant> {
        let stretch = self.0?;
        let earned = Duration::from_millis(stretch.bytes.saturating_mul(1000) / least_rate.max(1));
        Some((stretch.moved_at + pause).min(stretch.began + pause + earned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_borne_and_a_trickle_is_not() {
        let (start, pause) = (Instant::now(), Duration::from_secs(10));
        let at = |secs: u64| start + Duration::from_secs(secs);
        let late = |pace: &Pace| pace.late_at(pause, 500).map(|at| (at - start).as_secs());
        let mut pace = Pace::default();
        assert_eq!(late(&pace), None, "nobody waits");
        pace.wait(at(0));
        assert_eq!(late(&pace), Some(10));
        for second in 1..=9 {
            pace.moved(1, at(second));
        }
        assert_eq!(late(&pace), Some(10), "nine bytes earn no second");
        pace.moved(5_000, at(9));
        assert_eq!(late(&pace), Some(19), "a whole pause, and no more");
        pace.moved(50_000, at(15));
        assert_eq!(late(&pace), Some(25));
        pace.rest();
        assert_eq!(late(&pace), None);
    }
}
