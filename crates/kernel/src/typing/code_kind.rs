//! What a scanned code is, told by its form alone.
//!
//! A desk has one box, and people show it whatever their phone shows them. Each desk says what the thing is and where
//! it belongs, so one reader tells the kinds apart for all of them. The form says nothing of whether a code is good:
//! that is asked where it was made.

use jiff::civil::Date;

use super::{Scan, digits, scan};
use crate::check_digit::mod11_10;
use crate::{BadShortNo, IdNumber, Mobile, ShortNo};

/// How every code of an electronic card begins, of whatever year.
pub const CARD_CODE_START: &str = "CZRS";

/// Digits of a visit barcode.
const VISIT_DIGITS: usize = 16;
/// Digits of a code from a service window.
const COUNTER_DIGITS: usize = 8;
/// Digits of a code by text message.
const SMS_DIGITS: usize = 6;
/// Longer texts are no code of anybody's; an address in a QR code may be as long as this.
const MOST: usize = 200;

crate::words! {
    /// What somebody showed or typed. Its word stands in addresses and at the ends of locale keys; who scans nothing is told
    /// what is told of a part.
    pub enum CodeKind: "a kind of code" {
        /// Digits that are none of these: a part of something.
        Digits = "incomplete",
        /// Nothing, or a scanner's own marks alone.
        Nothing = "incomplete",
        /// An input method or a keyboard's layout has changed it.
        Keyboard = "keyboard",
        /// 就诊条码, whole.
        Visit = "visit",
        /// 单号, whole.
        ShortNo = "short-no",
        /// As many digits as a short number has, of which one is wrong.
        WrongDigit = "wrong-digit",
        /// The code of an electronic card, or enough of one to know it by.
        Card = "card",
        /// 窗口认证码.
        Counter = "counter",
        /// 短信验证码. Nobody but its owner has a use for it.
        Sms = "sms",
        /// An ID number.
        IdNumber = "id-number",
        /// A mobile number.
        Mobile = "mobile",
        /// The code by which somebody pays in WeChat or Alipay.
        Payment = "payment",
        /// A web address: a code that is read by a phone's camera.
        Address = "address",
        /// Something else.
        Other = "other-code",
    }
}

impl CodeKind {
    /// Tells what was typed. `today` bounds the date of birth in an ID number.
    pub fn of(typed: &str, today: Date) -> CodeKind {
        let text = match scan(typed, MOST) {
            Scan::Nothing => return CodeKind::Nothing,
            Scan::Keyboard => return CodeKind::Keyboard,
            Scan::Code(text) => text,
        };
        if text.starts_with("HTTP") {
            return CodeKind::Address;
        }
        if text.starts_with(CARD_CODE_START) {
            return CodeKind::Card;
        }
        let text = once(&text);
        if IdNumber::parse(text, today).is_ok() {
            return CodeKind::IdNumber;
        }
        // A hand may have typed letters for digits, whose case the scan has not kept.
        if let Some(whole) = digits(typed, VISIT_DIGITS).or_else(|| digits(text, VISIT_DIGITS))
            && mod11_10::valid(&whole)
        {
            return CodeKind::Visit;
        }
        match ShortNo::parse(typed) {
            Ok(_) => return CodeKind::ShortNo,
            Err(BadShortNo::WrongDigit) => return CodeKind::WrongDigit,
            Err(BadShortNo::NotTen) => {}
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) { of_digits(text) } else { CodeKind::Other }
    }
}

/// Digits are told apart by how many they are; payment codes also by how they begin (WeChat Pay 10 to 15, Alipay 25 to 30).
fn of_digits(text: &str) -> CodeKind {
    let start: u32 = text.get(..2).and_then(|two| two.parse().ok()).unwrap_or_default();
    match text.len() {
        SMS_DIGITS => CodeKind::Sms,
        COUNTER_DIGITS => CodeKind::Counter,
        11 if Mobile::parse(text).is_ok() => CodeKind::Mobile,
        18 if (10..=15).contains(&start) => CodeKind::Payment,
        16..=24 if (25..=30).contains(&start) => CodeKind::Payment,
        _ => CodeKind::Digits,
    }
}

/// A scanner without a suffix writes the next scan behind the last one: the same thing twice is that thing.
fn once(text: &str) -> &str {
    match text.split_at_checked(text.len() / 2) {
        Some((first, second)) if first == second && first.len() >= VISIT_DIGITS => first,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_scans_nothing_is_told_what_is_told_of_a_part() {
        assert_eq!(CodeKind::Nothing.as_str().parse(), Ok(CodeKind::Digits));
        for kind in CodeKind::ALL.into_iter().filter(|kind| *kind != CodeKind::Nothing) {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }

    #[test]
    fn each_code_is_told_by_its_form() {
        let today = Date::constant(2026, 11, 30);
        let visit = mod11_10::append("730518462290441").unwrap();
        let short = mod11_10::append("601234567").unwrap();
        let wide: String = visit.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
        for (typed, kind) in [
            ("", CodeKind::Nothing),
            ("\u{2}\u{3}\r\n", CodeKind::Nothing),
            ("七三〇五", CodeKind::Keyboard),
            ("。。----", CodeKind::Keyboard),
            (visit.as_str(), CodeKind::Visit),
            (wide.as_str(), CodeKind::Visit),
            (&format!("{visit}{visit}"), CodeKind::Visit),
            (&format!("]C1{} {}", &visit[..8], &visit[8..]), CodeKind::Visit),
            (short.as_str(), CodeKind::ShortNo),
            ("123 456 7890", CodeKind::WrongDigit),
            ("CZRS2AAAAAAAAAAAAAAA", CodeKind::Card),
            ("czrs1.old", CodeKind::Card),
            ("32040219800101001 2", CodeKind::IdNumber),
            ("32040419900615002x", CodeKind::IdNumber),
            ("320402198001010013", CodeKind::Digits),
            ("134567890123456789", CodeKind::Payment),
            ("283456789012345678", CodeKind::Payment),
            ("139 0000 0001", CodeKind::Mobile),
            ("1234 5678", CodeKind::Counter),
            ("123456", CodeKind::Sms),
            ("https://u.wechat.com/abc", CodeKind::Address),
            ("HTTP://EXAMPLE.CN", CodeKind::Address),
            ("123", CodeKind::Digits),
            (&visit[..15], CodeKind::Digits),
            ("abcd", CodeKind::Other),
            ("'; DROP TABLE", CodeKind::Other),
        ] {
            assert_eq!(CodeKind::of(typed, today), kind, "{typed:?}");
        }
    }
}
