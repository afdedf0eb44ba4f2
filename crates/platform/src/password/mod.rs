//! Password hashing: Argon2id with a pepper, on blocking threads, never more at once than the
//! machine has cores to spare, behind a gate of its own ([`gate`]).
//!
//! A password is compared in Unicode's composed form (NFC): `é` is one character from one keyboard
//! and two from another. It is brought there here, below everybody who hashes or verifies, and is
//! otherwise taken as it was typed.

mod gate;
mod waiters;

use std::borrow::Cow;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use gate::{Gate, Line};
use kernel::{Rng, typing};
use zeroize::Zeroizing;

pub use waiters::Waiter;
use waiters::Waiters;

use crate::neighbourhood::Neighbourhood;

/// Memory of one hash in KiB, passes and lanes: OWASP's first choice for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The number of hashes that may wait for each one that runs, about a second's work.
const WAITING_PER_SLOT: usize = 32;

/// Why a password was neither accepted nor refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting: nothing was done, ask again in a moment (503).
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash cannot be read, or hashing failed.
    #[error("the password cannot be checked: {0}")]
    Broken(String),
}

/// Hashes and verifies passwords. Clones share the gate.
#[derive(Clone)]
pub struct Hasher {
    inner: Arc<Inner>,
    /// The neighbourhood whose line in the gate is joined.
    from: Line,
}

struct Inner {
    rng: Arc<dyn Rng>,
    pepper: Zeroizing<[u8; 32]>,
    params: Params,
    gate: Gate,
    waiters: Waiters,
    /// A hash that belongs to nobody, so that an unknown account costs as much as a known one.
    nobody: String,
}

impl Hasher {
    /// A hasher for one process. `pepper` comes from the vault (`vault.mac("password-pepper", b"")`):
    /// hashes taken from the database alone cannot be tried out.
    pub fn new(rng: Arc<dyn Rng>, pepper: [u8; 32]) -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(broken)?;
        Self::build(rng, pepper, params, cores.saturating_sub(1).max(1))
    }

    /// Hashes as dear as [`Hasher::new`]'s, one at a time whatever the machine: for tests of what a flood meets.
    #[doc(hidden)]
    pub fn one_at_a_time(rng: Arc<dyn Rng>, pepper: [u8; 32]) -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(broken)?;
        Self::build(rng, pepper, params, 1)
    }

    /// The cheapest hashes there are, for tests.
    pub fn for_tests(rng: Arc<dyn Rng>) -> Self {
        let params = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, LANES, None).unwrap_or_default();
        Self::build(rng, [5; 32], params, 2).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn build(rng: Arc<dyn Rng>, pepper: [u8; 32], params: Params, slots: usize) -> Result<Self, PasswordError> {
        let pepper = Zeroizing::new(pepper);
        let nobody = hash_now(&params, &pepper, b"nobody", &[0; 16])?;
        let gate = Gate::new(slots, slots * WAITING_PER_SLOT);
        let inner = Arc::new(Inner { rng, pepper, params, gate, waiters: Waiters::default(), nobody });
        Ok(Self { inner, from: None })
    }

    /// The same hasher for somebody at a network address, who takes turns with those at others.
    #[must_use]
    pub fn asked_from(&self, address: &str) -> Self {
        Self { inner: Arc::clone(&self.inner), from: Neighbourhood::of_trace(address) }
    }

    /// Hashes a new password into a PHC string (`$argon2id$v=19$m=…`).
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let mut salt = [0; 16];
        self.inner.rng.fill(&mut salt);
        let forms = Forms::of(password);
        self.run(move |inner| hash_now(&inner.params, &inner.pepper, forms.composed.as_bytes(), &salt)).await
    }

    /// Whether this is the password of a stored hash. Hashes of before passwords were composed were
    /// made from what was typed: that is tried as well where it is another text, at the cost of a
    /// second hash, the same for everybody who types it.
    pub async fn verify(&self, password: String, hash: String) -> Result<bool, PasswordError> {
        let forms = Forms::of(password);
        self.run(move |inner| {
            let verify = |text: &str| verify_now(&inner.params, &inner.pepper, text.as_bytes(), &hash);
            match &forms.typed {
                Some(typed) => Ok(verify(&forms.composed)? || verify(typed)?),
                None => verify(&forms.composed),
            }
        })
        .await
    }

    /// Spends what [`Hasher::verify`] would, for an account that does not exist: the time of the
    /// answer must not tell who has an account. Always false.
    pub async fn verify_nobody(&self, password: String) -> Result<bool, PasswordError> {
        self.verify(password, self.inner.nobody.clone()).await.map(|_| false)
    }

    /// Whether a stored hash was made with other costs than new ones are: hash again at login.
    pub fn is_outdated(&self, hash: &str) -> bool {
        let params = PasswordHash::new(hash).ok().and_then(|parsed| Params::try_from(&parsed).ok());
        let wanted = &self.inner.params;
        params
            .is_none_or(|p| (p.m_cost(), p.t_cost(), p.p_cost()) != (wanted.m_cost(), wanted.t_cost(), wanted.p_cost()))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let Ok(pass) = self.inner.gate.enter(&self.from).await else {
            metrics::counter!("renshe_password_refused_total").increment(1);
            return Err(PasswordError::Busy);
        };
        let inner = self.inner.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Held until the hash is done, even when the one who asked has gone.
            let _pass = pass;
            work(&inner)
        });
        done.await.map_err(broken)?
    }
}

/// A password in the form that is hashed, and as it was typed where that differs.
struct Forms {
    composed: Zeroizing<String>,
    typed: Option<Zeroizing<String>>,
}

impl Forms {
    fn of(typed: String) -> Forms {
        let typed = Zeroizing::new(typed);
        match typing::nfc(&typed) {
            Cow::Borrowed(_) => Forms { composed: typed, typed: None },
            Cow::Owned(composed) => Forms { composed: Zeroizing::new(composed), typed: Some(typed) },
        }
    }
}

fn argon2<'a>(params: &Params, pepper: &'a [u8; 32]) -> Result<Argon2<'a>, PasswordError> {
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params.clone()).map_err(broken)
}

fn hash_now(params: &Params, pepper: &[u8; 32], password: &[u8], salt: &[u8; 16]) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2(params, pepper)?.hash_password_with_salt(password, salt).map_err(broken)?;
    Ok(hash.to_string())
}

fn verify_now(params: &Params, pepper: &[u8; 32], password: &[u8], hash: &str) -> Result<bool, PasswordError> {
    // Costs are taken from the stored hash, which may be older than `params`.
    match argon2(params, pepper)?.verify_password(password, hash) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(broken(error)),
    }
}

fn broken(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use kernel::SeededRng;

    use super::*;

    fn hasher() -> Hasher {
        Hasher::for_tests(Arc::new(SeededRng::new(1)))
    }

    #[tokio::test]
    async fn the_right_password_only() {
        let hasher = hasher();
        let hash = hasher.hash("long enough 1".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(hasher.verify("long enough 1".to_owned(), hash.clone()).await.unwrap());
        assert!(!hasher.verify("long enough 2".to_owned(), hash.clone()).await.unwrap());
        assert!(!hasher.verify_nobody("nobody".to_owned()).await.unwrap());
        assert!(!hasher.is_outdated(&hash));
        assert_ne!(hasher.hash("long enough 1".to_owned()).await.unwrap(), hash);
    }

    #[tokio::test]
    async fn one_password_from_two_keyboards() {
        let hasher = hasher();
        let (composed, apart) = ("caf\u{e9} Müller", "cafe\u{301} Mu\u{308}ller");
        for typed in [composed, apart] {
            let hash = hasher.hash(typed.to_owned()).await.unwrap();
            assert!(hasher.verify(composed.to_owned(), hash.clone()).await.unwrap());
            assert!(hasher.verify(apart.to_owned(), hash.clone()).await.unwrap());
            assert!(!hasher.verify("cafe Muller".to_owned(), hash.clone()).await.unwrap());
            // Nothing else is corrected.
            assert!(!hasher.verify(format!("{composed} "), hash.clone()).await.unwrap());
            assert!(!hasher.verify(composed.to_uppercase(), hash).await.unwrap());
        }
        // Full-width letters count as different letters.
        let hash = hasher.hash("ａｂｃ123".to_owned()).await.unwrap();
        assert!(!hasher.verify("abc123".to_owned(), hash).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_before_opens_for_what_it_was_made_from() {
        let hasher = hasher();
        let apart = "cafe\u{301} Mu\u{308}ller";
        let old = hash_now(&hasher.inner.params, &hasher.inner.pepper, apart.as_bytes(), &[7; 16]).unwrap();
        assert!(hasher.verify(apart.to_owned(), old.clone()).await.unwrap());
        assert!(!hasher.verify(format!("{apart}x"), old).await.unwrap());
        assert!(!hasher.verify_nobody(apart.to_owned()).await.unwrap());
    }

    #[tokio::test]
    async fn the_pepper_is_needed() {
        let hash = hasher().hash("long enough 1".to_owned()).await.unwrap();
        let other = Hasher::build(Arc::new(SeededRng::new(1)), [6; 32], hasher().inner.params.clone(), 1).unwrap();
        assert!(!other.verify("long enough 1".to_owned(), hash).await.unwrap());
    }

    #[tokio::test]
    async fn a_broken_hash_is_an_error_and_production_costs_are_newer() {
        let hasher = hasher();
        assert!(matches!(hasher.verify("x".to_owned(), "not a hash".to_owned()).await, Err(PasswordError::Broken(_))));
        let production = Hasher::new(Arc::new(SeededRng::new(1)), [5; 32]).unwrap();
        let cheap = hasher.hash("x".to_owned()).await.unwrap();
        assert!(production.is_outdated(&cheap));
        assert!(production.verify("x".to_owned(), cheap).await.unwrap());
        assert!(production.inner.nobody.contains("m=19456,t=2,p=1"));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_only_whoever_filled_it() {
        let hasher = hasher();
        let attacker = hasher.asked_from("203.0.113.9");
        let (busy, waiting_most) = (2, 2 * WAITING_PER_SLOT);
        let mut asking: Vec<_> =
            (0..busy + waiting_most).map(|_| Box::pin(attacker.inner.gate.enter(&attacker.from))).collect();
        let passes: Vec<_> = asking.iter_mut().filter_map(|one| one.now_or_never()).collect();
        assert_eq!(passes.len(), busy);
        assert_eq!(attacker.hash("x".to_owned()).await, Err(PasswordError::Busy));
        let other = tokio::spawn(async move { hasher.asked_from("198.51.100.7").hash("x".to_owned()).await });
        while !asking.iter_mut().skip(busy).any(|one| matches!(one.now_or_never(), Some(Err(_)))) {
            tokio::task::yield_now().await;
        }
        drop((passes, asking));
        assert!(other.await.unwrap().is_ok(), "somebody elsewhere was not sent away");
    }
}
