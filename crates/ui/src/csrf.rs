//! The token in every form. It shows that the page is ours, when it was made, and for which visit.
//!
//! A *visit* is a browser's random word, kept in a cookie of its own. Two first tabs opened at once are each given
//! one, before either can be sent back: so each has a cookie under a name of its own, and both go on.
//!
//! The code over the visit is hidden behind a fresh mask at each rendering, so that compressed pages never repeat the
//! same secret bytes (BREACH). A second code, over mask and time, is for nobody's visit: by it a page of ours is known
//! even when the cookie is gone, and the visitor is told the true reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Moment, Rng, bytes32};
use platform::vault::Vault;
use subtle::ConstantTimeEq;

/// The form field that carries the token.
pub const FIELD: &str = "csrf";
/// What names of visits' cookies begin with.
pub(crate) const COOKIE: &str = "visit-";
/// Visits that are looked at: more first tabs nobody opens at once.
pub(crate) const VISITS: usize = 16;

const MASK: usize = 32;
const TIME: usize = 8;
const SEAL: usize = 16;

/// What a token says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It was made for a visit of this browser.
    Fits,
    /// We made it this many seconds ago, for a visit that this browser does not know.
    Other {
        /// Its age.
        secs: i64,
    },
    /// We did not make it, or it is incomplete.
    NotOurs,
}

/// The name of a visit's cookie where no prefix is needed: each visit has its own.
pub fn cookie_name(visit: &str) -> String {
    format!("{COOKIE}{}", word(visit).get(..4).unwrap_or_default())
}

/// A token for this visit, made now.
pub fn token(vault: &Vault, rng: &dyn Rng, visit: &str, now: Moment) -> String {
    let mask = bytes32(rng);
    let time = now.ms().to_be_bytes();
    let code = visit_code(vault, visit, &time);
    let hidden: Vec<u8> = mask.iter().zip(code).map(|(mask, code)| mask ^ code).collect();
    let seal = seal(vault, &mask, &time);
    URL_SAFE_NO_PAD.encode([mask.as_slice(), &hidden, &time, &seal[..SEAL]].concat())
}

/// What `token` says of itself to a browser with these visits; takes the same time whatever the answer.
pub fn fit<'a>(vault: &Vault, visits: impl Iterator<Item = &'a str>, token: &str, now: Moment) -> Fit {
    let Ok(raw) = URL_SAFE_NO_PAD.decode(token) else { return Fit::NotOurs };
    let parts = raw.split_at_checked(MASK).and_then(|(mask, rest)| {
        let (hidden, rest) = rest.split_at_checked(MASK)?;
        let (time, seal) = rest.split_at_checked(TIME)?;
        (seal.len() == SEAL).then_some((mask, hidden, <[u8; TIME]>::try_from(time).ok()?, seal))
    });
    let Some((mask, hidden, time, sealed)) = parts else { return Fit::NotOurs };
    if !bool::from(seal(vault, mask, &time)[..SEAL].ct_eq(sealed)) {
        return Fit::NotOurs;
    }
    let bare: Vec<u8> = mask.iter().zip(hidden).map(|(mask, hidden)| mask ^ hidden).collect();
    let fits = visits
        .take(VISITS)
        .fold(subtle::Choice::from(0), |fits, visit| fits | bare.ct_eq(&visit_code(vault, visit, &time)));
    if bool::from(fits) {
        return Fit::Fits;
    }
    Fit::Other { secs: (now.ms() - i64::from_be_bytes(time)).max(0) / 1000 }
}

/// The value of a visit's cookie: its word, and the day on which the cookie was set, counted from 1970.
pub fn visit(word: &str, now: Moment) -> String {
    format!("{word}.{}", now.ms() / 86_400_000)
}

/// Whether a visit's cookie was set `days` ago or longer, or its day cannot be read.
pub(crate) fn is_old(visit: &str, now: Moment, days: i64) -> bool {
    let made = visit.split_once('.').and_then(|(_, day)| day.parse::<i64>().ok());
    made.is_none_or(|made| !(0..days).contains(&(now.ms() / 86_400_000).saturating_sub(made)))
}

/// A visit's random part; what follows the dot is its day.
pub(crate) fn word(visit: &str) -> &str {
    visit.split('.').next().unwrap_or_default()
}

fn visit_code(vault: &Vault, visit: &str, time: &[u8; TIME]) -> [u8; 32] {
    vault.mac("csrf", &[time.as_slice(), word(visit).as_bytes()].concat())
}

fn seal(vault: &Vault, mask: &[u8], time: &[u8; TIME]) -> [u8; 32] {
    vault.mac("csrf-made", &[mask, time].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeededRng;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(secs * 1000)
    }

    #[test]
    fn a_token_is_new_each_time_and_fits_its_visit_only() {
        let (vault, rng) = (Vault::for_tests(), SeededRng::new(7));
        let (one, two) = (token(&vault, &rng, "a", at(5)), token(&vault, &rng, "a", at(5)));
        assert_ne!(one, two);
        let fit = |visits: &[&str], token: &str| super::fit(&vault, visits.iter().copied(), token, at(65));
        assert_eq!((fit(&["a"], &one), fit(&["a"], &two)), (Fit::Fits, Fit::Fits));
        assert_eq!(fit(&["b", "a"], &one), Fit::Fits, "one of two first tabs");
        assert_eq!(fit(&["a.2040"], &one), Fit::Fits, "the day is no part of it");
        for visits in [&[][..], &["b"], &[""]] {
            assert_eq!(fit(visits, &one), Fit::Other { secs: 60 }, "{visits:?}");
        }
        let made_up = URL_SAFE_NO_PAD.encode([0_u8; MASK + MASK + TIME + SEAL]);
        for broken in ["", "AAAA", &one[..one.len() - 4], &one.replace(&one[..4], "AAAA"), &made_up, "人"] {
            assert_eq!(fit(&["a"], broken), Fit::NotOurs, "{broken}");
        }
        let many: Vec<String> = (0..VISITS).map(|n| n.to_string()).collect();
        let all: Vec<&str> = many.iter().map(String::as_str).chain(["a"]).collect();
        assert_ne!(fit(&all, &one), Fit::Fits, "a flood of cookies is not looked through");
    }

    #[test]
    fn each_visit_has_a_cookie_of_its_own() {
        assert_eq!(cookie_name("abcdefgh.20400"), "visit-abcd");
        assert_eq!(cookie_name("a"), "visit-");
    }
}
