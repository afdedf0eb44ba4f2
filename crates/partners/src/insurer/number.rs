//! The number of a message (`msgid`), by which the insurer knows it again.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Rng;
use platform::Ctx;
use wire::insurer::msgid;

use super::InsurerClient;

/// Numbers of one kind in a second.
const HALF: u64 = 5_000;

/// The last four digits. They count on, so that within one process none comes again before five thousand others, far
/// more than a second holds. Where they begin is drawn: two processes of one institution that number messages in the
/// same second meet only by chance, and the insurer then refuses the second message for its other content.
///
/// A question or a registration is asked anew under another number then. What is sent again under its own number for
/// as long as it takes (2207, 2208) could not be: it has the upper half for itself, where the attempts' rows, which no
/// two instances write with one number, keep it alone.
#[derive(Default)]
pub(super) struct Sequence {
    passing: OnceLock<AtomicU64>,
    kept: OnceLock<AtomicU64>,
}

impl Sequence {
    fn passing(&self, rng: &dyn Rng) -> String {
        format!("{:04}", next(&self.passing, rng))
    }

    fn kept(&self, rng: &dyn Rng) -> String {
        format!("{:04}", HALF + next(&self.kept, rng))
    }
}

fn next(counter: &OnceLock<AtomicU64>, rng: &dyn Rng) -> u64 {
    counter.get_or_init(|| AtomicU64::new(rng.below(HALF))).fetch_add(1, Ordering::Relaxed) % HALF
}

impl InsurerClient {
    /// A number of now, for a message that is sent once.
    pub(super) fn fresh_number(&self, ctx: &Ctx) -> String {
        msgid(&self.settings.fixmedins_code, ctx.now(), &self.sequence.passing(ctx.rng.as_ref()))
    }

    /// A number of now, for what is written down first and may be sent again.
    pub(super) fn kept_number(&self, ctx: &Ctx) -> String {
        msgid(&self.settings.fixmedins_code, ctx.now(), &self.sequence.kept(ctx.rng.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::SeededRng;

    use super::*;

    #[test]
    fn four_digits_do_not_repeat_before_all_were_used_and_the_kept_ones_meet_no_others() {
        let (sequence, rng) = (Sequence::default(), SeededRng::new(7));
        let passing: Vec<String> = (0..HALF).map(|_| sequence.passing(&rng)).collect();
        let kept: Vec<String> = (0..HALF).map(|_| sequence.kept(&rng)).collect();
        let all: BTreeSet<&String> = passing.iter().chain(&kept).collect();
        assert!(all.iter().all(|digits| digits.len() == 4));
        assert_eq!(all.len(), 10_000);
        assert_eq!((&sequence.passing(&rng), &sequence.kept(&rng)), (&passing[0], &kept[0]));
        let other = Sequence::default();
        assert_ne!(other.passing(&SeededRng::new(8)), passing[0], "another process begins elsewhere");
    }
}
