//! Which six digits may not be a payment password (RNA-3). Pure.

use kernel::{IdNumber, Mobile};

use super::pin::Pin;

/// The error kind of a password that may not be used; `None` if it may.
pub(super) fn weakness(pin: &Pin, number: &IdNumber, mobile: Option<&Mobile>) -> Option<&'static str> {
    let pin = pin.expose();
    if digits(pin).is_some_and(is_simple) {
        return Some("pay-simple");
    }
    if birthdays(number).iter().any(|birthday| birthday == pin) {
        return Some("pay-birthday");
    }
    if tails(number, mobile).iter().any(|tail| tail == pin) {
        return Some("pay-personal");
    }
    None
}

/// The six digits as numbers.
fn digits(pin: &str) -> Option<[u8; 6]> {
    let bytes: [u8; 6] = pin.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

/// Runs up or down in even steps, repeats, pairs, mirrors, or two digits only.
fn is_simple(pin: [u8; 6]) -> bool {
    let [a, b, c, d, e, f] = pin;
    // 123456, 654321, 890123, 111111, 135791: each digit as far from the one before.
    let step = |from: u8, to: u8| (10 + to - from) % 10;
    let even_steps = pin.windows(2).all(|pair| step(pair[0], pair[1]) == step(a, b));
    let repeats = (a, b, c) == (d, e, f) || ((a, b) == (c, d) && (c, d) == (e, f));
    let pairs = (a, c, e) == (b, d, f);
    let mirror = (a, b, c) == (f, e, d);
    let mut kinds = pin;
    kinds.sort_unstable();
    let different = 1 + kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    even_steps || repeats || pairs || mirror || different <= 2
}

/// The date of birth in every usual order that has six digits.
fn birthdays(number: &IdNumber) -> Vec<String> {
    let birth = number.birth();
    let (year, month, day) = (birth.year(), birth.month(), birth.day());
    let short = year % 100;
    vec![
        format!("{short:02}{month:02}{day:02}"),
        format!("{short:02}{day:02}{month:02}"),
        format!("{day:02}{month:02}{short:02}"),
        format!("{month:02}{day:02}{short:02}"),
        format!("{year}{month:02}"),
        format!("{month:02}{year}"),
        // Of six digits only where month and day have one each.
        format!("{year}{month}{day}"),
        format!("{month}{day}{year}"),
        format!("{day}{month}{year}"),
    ]
}

/// The last six of the ID number (and of its digits, where an X ends it) and of the mobile number.
fn tails(number: &IdNumber, mobile: Option<&Mobile>) -> Vec<String> {
    let last_six = |digits: &str| digits.get(digits.len().saturating_sub(6)..).unwrap_or_default().to_owned();
    let text = number.expose();
    let mut tails = vec![last_six(text), last_six(text.trim_end_matches('X')), last_six(&text[..text.len() - 1])];
    tails.extend(mobile.map(|mobile| last_six(mobile.expose())));
    tails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_judged() {
        let today = kernel::Date::constant(2026, 3, 2);
        let number = IdNumber::parse("320402198001010012", today).unwrap();
        let ends_in_x = IdNumber::parse("32040419900615002X", today).unwrap();
        let mobile = Mobile::parse("13900482915").unwrap();
        let weakness =
            |pin: &str, number: &IdNumber, mobile: Option<&Mobile>| weakness(&Pin::parse(pin).unwrap(), number, mobile);
        let simple = [
            "123456", "654321", "234567", "890123", "321098", "000000", "111111", "121212", "112233", "998877",
            "123123", "111222", "112112", "123321", "135791", "246802", "111110", "101010",
        ];
        for pin in simple {
            assert_eq!(weakness(pin, &number, Some(&mobile)), Some("pay-simple"), "{pin}");
        }
        for pin in ["800101", "198001", "011980", "198011", "111980"] {
            assert_eq!(weakness(pin, &number, Some(&mobile)), Some("pay-birthday"), "{pin}");
        }
        for pin in ["900615", "150690", "061590", "901506", "199006", "061990"] {
            assert_eq!(weakness(pin, &ends_in_x, None), Some("pay-birthday"), "{pin}");
        }
        assert_eq!(weakness("010012", &number, None), Some("pay-personal"));
        assert_eq!(weakness("615002", &ends_in_x, None), Some("pay-personal"));
        assert_eq!(weakness("482915", &number, Some(&mobile)), Some("pay-personal"));
        assert_eq!(weakness("482915", &number, None), None);
        for pin in ["739164", "402857", "190283"] {
            assert_eq!(weakness(pin, &number, Some(&mobile)), None, "{pin}");
        }
    }
}
