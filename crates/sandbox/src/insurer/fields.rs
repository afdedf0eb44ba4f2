//! Reads the fields of an input, and reports mistakes in the insurer's words.

use std::borrow::Cow;

use kernel::Fen;
use platform::db::DbFault;
use serde_json::Value;

use super::rules::TOTAL_MAX;

/// Why a transaction was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// `err_msg`.
    #[error("{0}")]
    Says(String),
    /// Carried out and taken back: the answer is given as if it stood.
    #[error("accepted without effect")]
    Lost(Value),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// A refusal in the insurer's words.
pub(super) fn says<T>(words: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Says(words.into()))
}

/// One object of an input.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Value);

impl<'a> Fields<'a> {
    /// A text that may be absent; texts longer than specified are refused.
    pub(super) fn text(self, name: &str, most: usize) -> Result<&'a str, Refusal> {
        let text = match &self.0[name] {
            Value::Null => "",
            Value::String(text) => text.as_str(),
            _ => return says(format!("{name}格式错误")),
        };
        if text.chars().count() > most {
            return says(format!("{name}长度超过{most}"));
        }
        Ok(text)
    }

    /// A text that must be there.
    pub(super) fn must(self, name: &str, most: usize) -> Result<&'a str, Refusal> {
        match self.text(name, most)? {
            "" => says(format!("{name}不能为空")),
            text => Ok(text),
        }
    }

    /// One of a dictionary's values.
    pub(super) fn word(self, name: &str, words: &[&str]) -> Result<&'a str, Refusal> {
        let text = self.must(name, 30)?;
        if words.contains(&text) { Ok(text) } else { says(format!("{name}字典值错误")) }
    }

    /// A number that must be there, as a text or as JSON's own.
    pub(super) fn number(self, name: &str) -> Result<Cow<'a, str>, Refusal> {
        match &self.0[name] {
            Value::Number(number) => Ok(Cow::Owned(number.to_string())),
            _ => self.must(name, 17).map(Cow::Borrowed),
        }
    }

    /// N16,2 that is not below nothing.
    pub(super) fn yuan(self, name: &str) -> Result<Fen, Refusal> {
        match Fen::parse_yuan(&self.number(name)?) {
            Ok(amount) if (Fen::ZERO..=TOTAL_MAX).contains(&amount) => Ok(amount),
            _ => says(format!("{name}格式错误")),
        }
    }

    /// A number above nothing with at most so many decimals, in units of the last of them.
    pub(super) fn decimal(self, name: &str, places: usize) -> Result<i64, Refusal> {
        match decimal(&self.number(name)?, places) {
            Some(number) if number > 0 => Ok(number),
            _ => says(format!("{name}格式错误")),
        }
    }

    /// Checks that the certificate shown is the person's; other kinds than the ID number do not
    /// work here.
    pub(super) fn certificate(self, id_number: &str) -> Result<(), Refusal> {
        match self.word("mdtrt_cert_type", &["01", "02", "03"])? {
            "02" if self.must("mdtrt_cert_no", 50)? == id_number => Ok(()),
            "02" => says("就诊凭证与参保人不一致"),
            _ => says("沙箱仅支持身份证件"),
        }
    }
}

fn decimal(text: &str, places: usize) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > places || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, places, wanted) in [
            ("1", 4, Some(10_000)),
            ("1.0000", 4, Some(10_000)),
            ("0.5", 4, Some(5_000)),
            ("25.000000", 6, Some(25_000_000)),
            ("1.00001", 4, None),
            ("-1", 4, None),
            (".5", 4, None),
            ("1e3", 4, None),
            ("99999999999999999999", 4, None),
        ] {
            assert_eq!(decimal(text, places), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_name() {
        let input =
            json!({ "a": "x", "n": 1, "fee": "25.00", "less": "-1.00", "flag": "2", "half": 12.5, "third": 0.333 });
        let fields = Fields(&input);
        let words = |result: Result<&str, Refusal>| match result {
            Err(Refusal::Says(words)) => words,
            other => panic!("{other:?}"),
        };
        assert_eq!(fields.must("a", 1), Ok("x"));
        assert_eq!(words(fields.must("b", 1)), "b不能为空");
        assert_eq!(words(fields.must("fee", 2)), "fee长度超过2");
        assert_eq!(words(fields.must("n", 2)), "n格式错误");
        assert_eq!(words(fields.word("flag", &["0", "1"])), "flag字典值错误");
        assert_eq!(fields.yuan("fee"), Ok(Fen::new(2_500)));
        assert_eq!(fields.yuan("less"), says("less格式错误"));
        // Amounts may also be JSON's own numbers.
        assert_eq!((fields.yuan("n"), fields.yuan("half")), (Ok(Fen::new(100)), Ok(Fen::new(1_250))));
        assert_eq!(fields.decimal("half", 4), Ok(125_000));
        assert_eq!(fields.yuan("third"), says("third格式错误"));
    }
}
