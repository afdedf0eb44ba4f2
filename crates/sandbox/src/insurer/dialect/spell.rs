//! How numbers are written. The books write them as texts with all their places.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A way to write a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `25.00`
    Places,
    /// `"25.00"`
    Text,
    /// `25`
    Shortest,
    /// `25.0`, and `1.0E7` from ten million on.
    Double,
    /// `2.5E+1`, `5E-1`, and `0E+0`.
    Exponent,
}

/// Fields that are numbers in the specification (数值型).
const NUMBERS: [&str; 35] = [
    "acct_mulaid_pay",
    "acct_pay",
    "act_pay_dedc",
    "age",
    "balc",
    "cash_payamt",
    "cnt",
    "crt_payb_lmt_amt",
    "cvlserv_pay",
    "det_item_fee_sumamt",
    "fulamt_ownpay_amt",
    "fund_pay_sumamt",
    "fund_payamt",
    "hifdm_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "hifp_pay",
    "hosp_part_amt",
    "inscp_amt",
    "inscp_scp_amt",
    "maf_pay",
    "medfee_sumamt",
    "oth_pay",
    "overlmt_amt",
    "overlmt_selfpay",
    "ownpay_hosp_part",
    "pool_prop_selfpay",
    "preselfpay_amt",
    "pric",
    "pric_uplmt_amt",
    "psn_cash_pay",
    "psn_part_amt",
    "psn_pay",
    "selfpay_prop",
];

/// An answer as text.
pub(super) fn spelled(spelling: Spelling, body: &Value) -> String {
    let said = Said { value: body, number: false, spelling };
    // Only a number that is none could fail, and `digits` lets none through.
    serde_json::to_string(&said).unwrap_or_else(|_| body.to_string())
}

struct Said<'a> {
    value: &'a Value,
    /// Whether its field is one of [`NUMBERS`].
    number: bool,
    spelling: Spelling,
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let inside = |value, number| Said { value, number, spelling: self.spelling };
        match self.value {
            Value::Object(fields) => out.collect_map(
                fields.iter().map(|(name, value)| (name, inside(value, NUMBERS.contains(&name.as_str())))),
            ),
            Value::Array(items) => out.collect_seq(items.iter().map(|item| inside(item, self.number))),
            Value::String(text) if self.number => match digits(self.spelling, text) {
                Some(digits) => RawValue::from_string(digits).map_err(S::Error::custom)?.serialize(out),
                None => out.serialize_str(text),
            },
            other => other.serialize(out),
        }
    }
}

/// A decimal as JSON's number; none where it stays a text.
fn digits(spelling: Spelling, text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) {
        return None;
    }
    let short = part.trim_end_matches('0');
    Some(match spelling {
        Spelling::Text => return None,
        Spelling::Places => text.to_owned(),
        Spelling::Shortest if short.is_empty() => format!("{sign}{whole}"),
        Spelling::Shortest => format!("{sign}{whole}.{short}"),
        Spelling::Double if whole.len() > 7 => {
            let (first, more) = whole.split_at(1);
            let more = format!("{more}{short}");
            let more = more.trim_end_matches('0');
            format!("{sign}{first}.{}E{}", if more.is_empty() { "0" } else { more }, whole.len() - 1)
        }
        Spelling::Double => format!("{sign}{whole}.{}", if short.is_empty() { "0" } else { short }),
        Spelling::Exponent => format!("{sign}{}", with_exponent(whole, short)),
    })
}

/// One digit before the point, all others behind it.
fn with_exponent(whole: &str, part: &str) -> String {
    let all = format!("{whole}{part}");
    let digits = all.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    let Some((first, more)) = kept.split_at_checked(1) else { return "0E+0".to_owned() };
    let point = if more.is_empty() { "" } else { "." };
    // The first digit's place: units are 0, tens 1, tenths -1.
    let place = match (whole.len(), all.len() - digits.len()) {
        (units, zeros) if zeros < units => format!("+{}", units - zeros - 1),
        (units, zeros) => format!("-{}", zeros - units + 1),
    };
    format!("{first}{point}{more}E{place}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_number_is_written_in_five_ways() {
        for (text, places, shortest, double, exponent) in [
            ("25.00", "25.00", "25", "25.0", "2.5E+1"),
            ("7.50", "7.50", "7.5", "7.5", "7.5E+0"),
            ("-0.37", "-0.37", "-0.37", "-0.37", "-3.7E-1"),
            ("0.00", "0.00", "0", "0.0", "0E+0"),
            ("25.000000", "25.000000", "25", "25.0", "2.5E+1"),
            ("9999999.99", "9999999.99", "9999999.99", "9999999.99", "9.99999999E+6"),
            ("10000000.00", "10000000.00", "10000000", "1.0E7", "1E+7"),
            ("-12345678.90", "-12345678.90", "-12345678.9", "-1.23456789E7", "-1.23456789E+7"),
            ("0.05", "0.05", "0.05", "0.05", "5E-2"),
        ] {
            let body = json!({"outer": [{"balc": text, "psn_no": text}]});
            let said = |number: &str| format!("{{\"outer\":[{{\"balc\":{number},\"psn_no\":\"{text}\"}}]}}");
            assert_eq!(spelled(Spelling::Places, &body), said(places));
            assert_eq!(spelled(Spelling::Shortest, &body), said(shortest));
            assert_eq!(spelled(Spelling::Double, &body), said(double));
            assert_eq!(spelled(Spelling::Exponent, &body), said(exponent));
            assert_eq!(spelled(Spelling::Text, &body), said(&format!("\"{text}\"")));
        }
        let odd = json!({"balc": "", "cnt": "x", "age": null, "pric": "1e3"});
        assert_eq!(spelled(Spelling::Places, &odd), r#"{"age":null,"balc":"","cnt":"x","pric":"1e3"}"#);
    }
}
