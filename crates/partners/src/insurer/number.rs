//! The number of a message (`msgid`), by which the insurer knows it again.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Rng;
use platform::Ctx;
use platform::instances::PLACES;
use wire::insurer::msgid;

use super::InsurerClient;

/// How many numbers of one kind there are in a second.
const HALF: u64 = 5_000;
/// How many of them each place among the processes has in a second.
const RANGE: u64 = HALF / PLACES.unsigned_abs();

/// The last four digits of a process's numbers: one for all of its clients. They count on within the range of the place that
/// the process holds among the others (`platform::instances`), so that no two processes of one institution number their
/// messages alike, and none comes again before six hundred others, more than a second holds.
///
/// What is sent again under its own number for as long as it takes (2207, 2208) has the upper half for itself, where the
/// attempts' rows, which no two processes write with one number, keep it alone: also where a place was given to two, since the
/// first seemed to be gone.
#[derive(Debug, Default)]
pub struct Numbers {
    /// `None`: a process that holds no place counts in the whole half, from where it is drawn.
    place: Option<u64>,
    passing: OnceLock<AtomicU64>,
    kept: OnceLock<AtomicU64>,
}

impl Numbers {
    /// Those of a place, 0 to [`PLACES`] less one.
    pub fn of_place(place: i64) -> Numbers {
        Numbers { place: Some(place.rem_euclid(PLACES).unsigned_abs()), ..Numbers::default() }
    }

    /// The operator that this process is at the insurer: a second one who signs in under the name of the first may end the
    /// first one's day.
    pub(super) fn operator(&self) -> String {
        match self.place {
            None | Some(0) => OPERATOR.to_owned(),
            Some(place) => format!("{OPERATOR}-{place}"),
        }
    }

    fn passing(&self, rng: &dyn Rng) -> String {
        format!("{:04}", self.next(&self.passing, rng))
    }

    fn kept(&self, rng: &dyn Rng) -> String {
        format!("{:04}", HALF + self.next(&self.kept, rng))
    }

    fn next(&self, counter: &OnceLock<AtomicU64>, rng: &dyn Rng) -> u64 {
        let many = self.place.map_or(HALF, |_| RANGE);
        let drawn = counter.get_or_init(|| AtomicU64::new(rng.below(many))).fetch_add(1, Ordering::Relaxed) % many;
        self.place.map_or(0, |place| place * RANGE) + drawn
    }
}

/// The name of this service among the insurer's operators.
const OPERATOR: &str = "renshe";

impl InsurerClient {
    /// A number of now, for a message that is sent once.
    pub(super) fn fresh_number(&self, ctx: &Ctx) -> String {
        msgid(&self.settings.fixmedins_code, ctx.now(), &self.numbers.passing(ctx.rng.as_ref()))
    }

    /// A number of now, for what is written down first and may be sent again.
    pub(super) fn kept_number(&self, ctx: &Ctx) -> String {
        msgid(&self.settings.fixmedins_code, ctx.now(), &self.numbers.kept(ctx.rng.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::SeededRng;

    use super::*;

    #[test]
    fn four_digits_do_not_repeat_before_all_were_used_and_the_kept_ones_meet_no_others() {
        let (numbers, rng) = (Numbers::default(), SeededRng::new(7));
        let passing: Vec<String> = (0..HALF).map(|_| numbers.passing(&rng)).collect();
        let kept: Vec<String> = (0..HALF).map(|_| numbers.kept(&rng)).collect();
        let all: BTreeSet<&String> = passing.iter().chain(&kept).collect();
        assert!(all.iter().all(|digits| digits.len() == 4));
        assert_eq!(all.len(), 10_000);
        assert_eq!((&numbers.passing(&rng), &numbers.kept(&rng)), (&passing[0], &kept[0]));
        let other = Numbers::default();
        assert_ne!(other.passing(&SeededRng::new(8)), passing[0], "another process begins elsewhere");
    }

    #[test]
    fn processes_with_places_of_their_own_never_number_alike() {
        let mut all = BTreeSet::new();
        for place in 0..PLACES {
            let (numbers, rng) = (Numbers::of_place(place), SeededRng::new(7));
            for _ in 0..RANGE {
                assert!(all.insert(numbers.passing(&rng)) && all.insert(numbers.kept(&rng)), "{place}");
            }
        }
        assert_eq!(all.len(), usize::try_from(2 * RANGE * PLACES.unsigned_abs()).unwrap());
        let operators: BTreeSet<String> = (0..PLACES).map(|place| Numbers::of_place(place).operator()).collect();
        assert_eq!(operators.len(), usize::try_from(PLACES).unwrap());
        assert!(operators.contains("renshe"));
    }
}
