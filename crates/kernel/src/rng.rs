//! Randomness: the only source of unpredictable values. Code takes an [`Rng`]; only this file asks the system's
//! generator.

use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A source of random values.
pub trait Rng: Send + Sync + 'static {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);

    /// A random number, each equally likely.
    fn u64(&self) -> u64 {
        let mut out = [0; 8];
        self.fill(&mut out);
        u64::from_le_bytes(out)
    }

    /// A random number below `n`, each equally likely; 0 when `n` is 0.
    fn below(&self, n: u64) -> u64 {
        if n <= 1 {
            return 0;
        }
        // Numbers past the last whole multiple of n are drawn again, because a plain remainder would favour small
        // answers.
        let excess = (u64::MAX % n + 1) % n;
        loop {
            let drawn = self.u64();
            if drawn <= u64::MAX - excess {
                return drawn % n;
            }
        }
    }

    /// `N` random bytes. Behind `dyn Rng`, use [`bytes32`] or [`fill`](Rng::fill).
    fn bytes<const N: usize>(&self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    /// `n` random decimal digits, as for an SMS code.
    fn digits(&self, n: usize) -> String {
        (0..n).filter_map(|_| char::from_digit(self.below(10) as u32, 10)).collect()
    }
}

/// 32 random bytes: a token, or a key.
pub fn bytes32(rng: &dyn Rng) -> [u8; 32] {
    let mut out = [0; 32];
    rng.fill(&mut out);
    out
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRng;

impl Rng for OsRng {
    /// # Panics
    /// When the operating system gives no randomness. No answer would be safe to return, because keys and tokens could
    /// be guessed. The request ends; the process goes on.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for randomness; all else is handed an Rng"
    )]
    fn fill(&self, out: &mut [u8]) {
        if let Err(error) = getrandom::fill(out) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

/// A generator that repeats itself for a given seed, for tests and made-up data. Never for keys.
pub struct SeededRng {
    stream: Mutex<ChaCha20Rng>,
}

impl SeededRng {
    /// The generator of this seed.
    pub fn new(seed: u64) -> SeededRng {
        SeededRng { stream: Mutex::new(ChaCha20Rng::seed_from_u64(seed)) }
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        // A generator holds no invariant that a panic elsewhere could have broken.
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(out);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Answers with the numbers given, in turn.
    struct Scripted(Mutex<Vec<u64>>);

    impl Rng for Scripted {
        fn fill(&self, out: &mut [u8]) {
            let next = self.0.lock().unwrap().remove(0);
            out.copy_from_slice(&next.to_le_bytes());
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let (a, b, c) = (SeededRng::new(1), SeededRng::new(1), SeededRng::new(2));
        let (x, y, z): ([u8; 40], [u8; 40], [u8; 40]) = (a.bytes(), b.bytes(), c.bytes());
        assert_eq!(x, y);
        assert_ne!(x, z);
        assert_eq!(a.u64(), b.u64());
        assert_eq!(bytes32(&a), bytes32(&b));
    }

    #[test]
    fn below_draws_again_past_the_last_multiple() {
        // 2^64 mod 10 is 6: the six largest numbers are the surplus.
        let rng = Scripted(Mutex::new(vec![u64::MAX, u64::MAX - 5, u64::MAX - 6]));
        assert_eq!(rng.below(10), 9);
        let rng = Scripted(Mutex::new(vec![u64::MAX]));
        assert_eq!(rng.below(1 << 32), (1 << 32) - 1);
        let rng = Scripted(Mutex::new(vec![u64::MAX, 7]));
        assert_eq!(rng.below(u64::MAX), 7);
    }

    #[test]
    fn below_reaches_all_and_only_smaller_numbers() {
        let rng = SeededRng::new(3);
        assert_eq!((rng.below(0), rng.below(1)), (0, 0));
        let mut seen = [0_u32; 6];
        for _ in 0..6_000 {
            seen[rng.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (800..1_200).contains(&n)), "{seen:?}");
    }

    #[test]
    fn digits_are_digits_also_behind_dyn() {
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(4));
        let code = rng.digits(6);
        assert_eq!(code.len(), 6);
        assert!(code.bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(rng.digits(0), "");
    }

    #[test]
    fn the_system_gives_different_bytes_each_time() {
        assert_ne!(bytes32(&OsRng), bytes32(&OsRng));
    }
}
