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
    /// The demo's account.
    fn default() -> SmsAccount {
        SmsAccount {
            access_key_id: "sandbox".to_owned(),
            access_key_secret: "sandbox-secret".to_owned(),
            sign_name: "常州人社".to_owned(),
            templates: demo_templates().into_iter().map(|(_, template)| template).collect(),
            limits: true,
        }
    }
}

/// The notices of the demo city: the name that `[sms.templates]` gives each, the provider's code, the text.
const NOTICES: [(&str, &str, &str); 16] = [
    ("booked", "SMS_100002", "您已预约${hospital}${doctor}，${time}就诊。"),
    ("cancelled", "SMS_100003", "您在${hospital}${doctor}${time}的预约已取消。"),
    (
        "sign_up_tried",
        "SMS_100004",
        "${tried_at}有人用您的身份证号或手机号码注册。您的账户没有任何改变，不用做什么，也不要把验证码告诉任何人。",
    ),
    (
        "number_taken_back",
        "SMS_100031",
        "有${count}个账户填了您的身份证号而没有本人认证，${told_at}您认证后已全部停用。如有疑问，请拨打12333。",
    ),
    (
        "account_ended",
        "SMS_100032",
        "您用此手机号注册的账户已于${ended_at}停用：账户填的身份证号已由本人认证。填错号码的，请重新注册；如有疑问，请拨打12333。",
    ),
    (
        "account_moved",
        "SMS_100033",
        "您的账户已于${moved_at}在新注册的账户里完成本人认证，登录手机号和密码已更换，原来的设备都已退出。如非本人操作，请立即拨打12333。",
    ),
    ("account_opened", "SMS_100034", "您的账户已于${opened_at}通过身份验证开通。如非本人操作，请立即拨打12333。"),
    (
        "password_changed",
        "SMS_100005",
        "您的登录密码已于${changed_at}重新设置，所有设备已退出登录。如非本人操作，请立即拨打12333。",
    ),
    ("device_bound", "SMS_100006", "您的账户已于${told_at}在${device}上完成实名认证。如非本人操作，请立即拨打12333。"),
    (
        "device_ended",
        "SMS_100007",
        "您的设备${device}已于${told_at}被退出，在它上面要重新认证才能办事。如非本人操作，请立即修改登录密码并拨打12333。",
    ),
    ("pay_password_set", "SMS_100011", "您的电子社保卡支付密码已于${done_at}设置。如非本人操作，请立即拨打12333。"),
    ("pay_password_changed", "SMS_100012", "您的电子社保卡支付密码已于${done_at}修改。如非本人操作，请立即拨打12333。"),
    (
        "pay_password_locked",
        "SMS_100013",
        "您的电子社保卡支付密码错误次数过多，已锁定至${until_at}。如非本人操作，请立即拨打12333。",
    ),
    (
        "refund_begun",
        "SMS_100021",
        "${amount}元正在退回。${what}。医保付的一般马上到账，微信付的预计${days}个工作日内到账。您不用做任何事。",
    ),
    (
        "pay_timed_out",
        "SMS_100022",
        "${amount}元正在退回。${what}：到时间还没有收到全部的钱，号已放回。您不用做任何事。",
    ),
    (
        "pay_reconfirm",
        "SMS_100023",
        "还需自己付${cash}元，和之前看到的不一样。${what}。请在${until_at}前打开订单确认，不确认会自动退回。",
    ),
];

/// The templates of the demo city, each under the name that `[sms.templates]` gives it: what the
/// account is started with, and where the configuration's default codes come from.
pub fn demo_templates() -> Vec<(&'static str, SmsTemplate)> {
    let verify = SmsTemplate::verification("SMS_100001", "您的验证码为${code}，5分钟内有效，请勿告诉他人。");
    let notices = NOTICES.into_iter().map(|(name, code, text)| (name, SmsTemplate::notice(code, text)));
    std::iter::once(("verify", verify)).chain(notices).collect()
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
