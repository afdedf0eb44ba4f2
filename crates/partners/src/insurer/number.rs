//! The number of a message (`msgid`), by which the insurer knows it again.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Rng;
use platform::Ctx;
use wire::insurer::msgid;

use super::InsurerClient;

/// The last four digits. They count on, so that within one process none comes again before ten
/// thousand others, far more than a second holds. Where they begin is drawn: two processes of one
/// institution that number messages in the same second meet only by chance, and the insurer then
/// refuses the second message for its other content.
#[derive(Default)]
pub(super) struct Sequence {
    next: OnceLock<AtomicU64>,
}

impl Sequence {
    fn next(&self, rng: &dyn Rng) -> String {
        let next = self.next.get_or_init(|| AtomicU64::new(rng.below(10_000)));
        format!("{:04}", next.fetch_add(1, Ordering::Relaxed) % 10_000)
    }
}

impl InsurerClient {
    /// A number of now.
    pub(super) fn fresh_number(&self, ctx: &Ctx) -> String {
        msgid(&self.settings.fixmedins_code, ctx.now(), &self.sequence.next(ctx.rng.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::SeededRng;

    use super::*;

    #[test]
    fn four_digits_do_not_repeat_before_all_were_used() {
        let (sequence, rng) = (Sequence::default(), SeededRng::new(7));
        let first: Vec<String> = (0..10_000).map(|_| sequence.next(&rng)).collect();
        assert!(first.iter().all(|digits| digits.len() == 4));
        assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 10_000);
        assert_eq!(sequence.next(&rng), first[0]);
        let other = Sequence::default();
        assert_ne!(other.next(&SeededRng::new(8)), first[0], "another process begins elsewhere");
    }
}
