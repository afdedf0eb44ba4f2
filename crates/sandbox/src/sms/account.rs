//! The account the provider keeps for us: key, approved name, approved templates.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One account.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SmsAccount {
    /// The public half of the key.
    pub(crate) access_key_id: String,
    /// The secret half; never printed.
    pub(crate) access_key_secret: String,
    /// The approved name shown in 【】.
    pub(crate) sign_name: String,
    /// The approved templates.
    pub(crate) templates: Vec<SmsTemplate>,
    /// Whether the provider's limits per number hold when the sandbox first starts; afterwards the
    /// control page's switch is what counts.
    pub(crate) limits: bool,
}

impl Default for SmsAccount {
    /// The demo's account, in which only verification texts are approved: whoever starts a sandbox knows what else its
    /// program sends.
    fn default() -> SmsAccount {
        SmsAccount {
            access_key_id: "sandbox".to_owned(),
            access_key_secret: "sandbox-secret".to_owned(),
            sign_name: "常州人社".to_owned(),
            templates: vec![SmsTemplate::verification(
                "SMS_100001",
                "您的验证码为${code}，5分钟内有效，请勿告诉他人。",
            )],
            limits: true,
        }
    }
}

/// One approved template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsTemplate {
    /// `SMS_…`.
    pub code: String,
    /// The text, with `${name}` where a variable goes.
    pub text: String,
    /// Verification texts have the narrow limits: 1 a minute, 5 an hour, 10 a day and number.
    pub verification: bool,
}

impl SmsTemplate {
    /// A verification text.
    pub fn verification(code: &str, text: &str) -> SmsTemplate {
        SmsTemplate { code: code.to_owned(), text: text.to_owned(), verification: true }
    }

    /// A notice.
    pub fn notice(code: &str, text: &str) -> SmsTemplate {
        SmsTemplate { code: code.to_owned(), text: text.to_owned(), verification: false }
    }

    /// Puts the variables in. `Err` names a variable that has no value.
    pub(super) fn render(&self, params: &BTreeMap<String, String>) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            let value = params.get(name).ok_or_else(|| name.to_owned())?;
            out.push_str(before);
            out.push_str(value);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

impl fmt::Debug for SmsAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SmsAccount({})", self.access_key_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_and_missing_ones_are_named() {
        let template = SmsTemplate::notice("SMS_1", "您已预约${hospital}${doctor}，${time}就诊。");
        let mut params = BTreeMap::from([
            ("hospital".to_owned(), "常州市中医医院".to_owned()),
            ("doctor".to_owned(), "${time}".to_owned()),
        ]);
        assert_eq!(template.render(&params), Err("time".to_owned()));
        params.insert("time".to_owned(), "3月2日".to_owned());
        assert_eq!(
            template.render(&params).unwrap(),
            "您已预约常州市中医医院${time}，3月2日就诊。",
            "a value is never read as a variable"
        );
    }
}
