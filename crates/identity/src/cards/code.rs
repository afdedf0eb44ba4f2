//! The code that a card is shown as: `CZRS2` and 55 capital letters and digits. Pure but for drawing the token.
//!
//! The letters are base 32 (RFC 4648), which has no case for a keyboard to lose, of 34 bytes: token, moment, MAC and
//! checksum. The token is 128 random bits, of which the database keeps a hash; moment and MAC let a scanner be told
//! "forged" or "too old" without a row; the checksum lets it be told that the scan went wrong, so that a lost letter is
//! never called a forgery. Sixty characters of the alphabet that QR codes pack densest fit version 3 at level M.

use data_encoding::BASE32_NOPAD;
use kernel::typing::{self, Scan};
use kernel::{Moment, Rng};
use platform::vault::Vault;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "CZRS2";
/// What codes of before began with; none of them is in its time any more.
const OLD_PREFIX: &str = "CZRS1";
const TOKEN_BYTES: usize = 16;
const SECS_BYTES: usize = 4;
const MAC_BYTES: usize = 12;
const CHECK_BYTES: usize = 2;
const BYTES: usize = TOKEN_BYTES + SECS_BYTES + MAC_BYTES + CHECK_BYTES;
/// Characters of a whole code.
const CHARS: usize = 60;
const PURPOSE: &str = "card-code";

/// A code, read or drawn; what it says of itself is proved by its MAC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    token: [u8; TOKEN_BYTES],
    /// Whole seconds: what the text holds.
    pub(super) issued_at: Moment,
    mac: [u8; MAC_BYTES],
}

/// Why no code was read. Only the last says something of what was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// There was nothing.
    Nothing,
    /// An input method or a keyboard's layout changed the letters.
    Keyboard,
    /// One of ours, of which something was lost or changed on the way.
    Half,
    /// One of ours in the form of before.
    Old,
    /// No code of ours.
    Other,
}

impl Code {
    /// Draws a new one.
    pub(super) fn draw(vault: &Vault, rng: &dyn Rng, now: Moment) -> Code {
        let mut token = [0; TOKEN_BYTES];
        rng.fill(&mut token);
        let secs = u32::try_from(now.ms() / 1000).unwrap_or_default();
        let issued_at = Moment::from_ms(i64::from(secs) * 1000);
        Code { token, issued_at, mac: mac(vault, &token, issued_at) }
    }

    /// What is drawn as a QR code.
    pub(super) fn text(&self) -> String {
        let secs = u32::try_from(self.issued_at.ms() / 1000).unwrap_or_default();
        let mut bytes = [self.token.as_slice(), &secs.to_be_bytes(), &self.mac].concat();
        bytes.extend(checksum(&bytes));
        format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Reads what a scanner or a keyboard typed ([`typing::scan`]).
    pub(super) fn read(typed: &str) -> Result<Code, Unread> {
        // One more than two codes: what is longer is neither one nor the same one twice.
        let text = match typing::scan(typed, 2 * CHARS + 1) {
            Scan::Nothing => return Err(Unread::Nothing),
            Scan::Keyboard => return Err(Unread::Keyboard),
            Scan::Code(text) => text,
        };
        // A scanner without a suffix writes the next scan behind the last one.
        let text = match text.split_at_checked(CHARS) {
            Some((once, again)) if once == again => once,
            _ => &text,
        };
        match text.strip_prefix(PREFIX) {
            Some(body) => Code::of_body(body).ok_or(Unread::Half),
            None if text.starts_with(OLD_PREFIX) => Err(Unread::Old),
            None if is_part(text) => Err(Unread::Half),
            None => Err(Unread::Other),
        }
    }

    fn of_body(body: &str) -> Option<Code> {
        let bytes: [u8; BYTES] = BASE32_NOPAD.decode(body.as_bytes()).ok()?.try_into().ok()?;
        let (rest, check) = bytes.split_at(BYTES - CHECK_BYTES);
        if checksum(rest) != check {
            return None;
        }
        let (token, rest) = rest.split_at(TOKEN_BYTES);
        let (secs, mac) = rest.split_at(SECS_BYTES);
        let secs = u32::from_be_bytes(secs.try_into().ok()?);
        Some(Code {
            token: token.try_into().ok()?,
            issued_at: Moment::from_ms(i64::from(secs) * 1000),
            mac: mac.try_into().ok()?,
        })
    }

    /// Whether we made it.
    pub(super) fn is_ours(&self, vault: &Vault) -> bool {
        mac(vault, &self.token, self.issued_at).ct_eq(&self.mac).into()
    }

    /// What the database knows it by. Plain SHA-256: the input is 128 random bits.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.token).to_vec()
    }
}

/// Whether a code may be used now, clocks of instances differing by `skew_secs` at most.
pub(super) fn in_time(issued_at: Moment, expires_at: Moment, now: Moment, skew_secs: i64) -> bool {
    now >= issued_at.minus_secs(skew_secs) && now <= expires_at.plus_secs(skew_secs)
}

/// Whether a text is what is left of a code of ours: its first letters, or all but these.
fn is_part(text: &str) -> bool {
    let beginning = text.len() >= 2 && PREFIX.starts_with(text);
    let end = text.len() > CHARS / 2 && (1..PREFIX.len() - 1).any(|lost| text.starts_with(&PREFIX[lost..]));
    beginning || end
}

/// Finds what keyboards and cables do, not what forgers do.
fn checksum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::digest([PREFIX.as_bytes(), bytes].concat());
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest[..CHECK_BYTES]);
    check
}

fn mac(vault: &Vault, token: &[u8; TOKEN_BYTES], issued_at: Moment) -> [u8; MAC_BYTES] {
    let full = vault.mac(PURPOSE, &[token.as_slice(), &issued_at.ms().to_be_bytes()].concat());
    let mut part = [0; MAC_BYTES];
    part.copy_from_slice(&full[..MAC_BYTES]);
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> (Vault, Code) {
        let vault = Vault::for_tests();
        let code = Code::draw(&vault, &kernel::SeededRng::new(3), Moment::from_ms(1_772_413_200_123));
        (vault, code)
    }

    #[test]
    fn a_code_survives_scanners_and_keyboards() {
        let (vault, code) = code();
        let text = code.text();
        assert_eq!(text.len(), CHARS);
        assert!(text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        let wide: String = text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for typed in [
            text.clone(),
            text.to_lowercase(),
            wide,
            format!("\u{2}{text}\u{3}"),
            format!("\u{FEFF}{text}\r\n"),
            format!("]Q1{text}\t"),
            format!("]d2{text}"),
            format!("】Q1{text}"),
            format!(" {} {} ", &text[..20], &text[20..]),
            format!("{}。{}", &text[..5], &text[5..]),
            format!("{text}{text}"),
        ] {
            let read = Code::read(&typed).unwrap_or_else(|why| panic!("{typed:?}: {why:?}"));
            assert!(read == code && read.is_ours(&vault));
            assert_eq!(read.issued_at, Moment::from_ms(1_772_413_200_000));
        }
    }

    #[test]
    fn what_is_lost_on_the_way_is_no_forgery() {
        let (_, code) = code();
        let text = code.text();
        for kept in 2..CHARS {
            assert_eq!(Code::read(&text[..kept]), Err(Unread::Half), "{kept}");
        }
        for lost in 1..4 {
            assert_eq!(Code::read(&text[lost..]), Err(Unread::Half), "{lost}");
        }
        for at in 5..CHARS {
            let without = format!("{}{}", &text[..at], &text[at + 1..]);
            assert_eq!(Code::read(&without), Err(Unread::Half), "{at}");
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(Code::read(&changed), Err(Unread::Half), "{at}");
        }
        assert_eq!(Code::read(&format!("{text}A")), Err(Unread::Half));
    }

    #[test]
    fn what_is_no_code_of_ours() {
        for (typed, why) in [
            ("", Unread::Nothing),
            ("\u{2}\u{3}\r\n", Unread::Nothing),
            ("成人S2", Unread::Keyboard),
            ("&é\"'(", Unread::Keyboard),
            ("CZRS1.AAAAAAAAAAAAAAAAAAAAAA.69a4.AAAAAAAAAAAAAAAAAAAAAA", Unread::Old),
            ("7305184622904416", Unread::Other),
            ("https://u.wechat.com/abc", Unread::Other),
            ("C", Unread::Other),
            ("S2", Unread::Other),
        ] {
            assert_eq!(Code::read(typed), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn a_changed_code_is_not_ours() {
        let (vault, code) = code();
        for forged in [
            Code { issued_at: code.issued_at.plus_secs(60), ..code.clone() },
            Code { token: [7; TOKEN_BYTES], ..code.clone() },
            Code { mac: [7; MAC_BYTES], ..code.clone() },
        ] {
            let read = Code::read(&forged.text()).unwrap();
            assert!(read == forged && !read.is_ours(&vault));
        }
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let issued = Moment::from_ms(1_000_000_000_000);
        let end = issued.plus_secs(60);
        for (now, fits) in [(-6, false), (-5, true), (0, true), (60, true), (65, true), (66, false)] {
            assert_eq!(in_time(issued, end, issued.plus_secs(now), 5), fits, "{now}");
        }
    }
}
