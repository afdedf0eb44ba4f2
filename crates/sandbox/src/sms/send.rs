//! `SendSms`: accepts a text, or says why not.

use std::collections::BTreeMap;

use kernel::{Mobile, Moment};
use platform::db::{DbFault, LaneKey, Tx};
use serde_json::json;
use wire::aliyun_sms::{SendSmsReply, code};

use super::House;
use super::state::Fate;
use super::store::{self, Accepted};
use super::{Call, Sms, SmsAccount, SmsTemplate, settings};
use crate::partner::{Manner, Partner, Reply};

kernel::typed_id!(
    /// A text in the sandbox.
    pub(crate) TextId,
    "sbt"
);

/// From acceptance to the phone, seconds.
const DELIVERY_SECS: i64 = 3;
/// The same for a slow number.
const SLOW_DELIVERY_SECS: i64 = 90;
/// A variable's value may be this long, characters.
const VALUE_CHARS_MAX: usize = 35;
/// The limits of verification texts to one number: how many in how many seconds. A day is any 24 hours.
const LIMITS: [(i64, i64); 3] = [(1, 60), (5, 3600), (10, 86_400)];
/// The provider's list goes back thirty days; older texts are forgotten.
const KEPT_SECS: i64 = 31 * 86_400;

/// Takes a text.
pub(super) async fn send(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let draft = match Draft::read(&house.room, call) {
        Ok(draft) => draft,
        Err(code) => return Ok(Sms::refusal(house, code)),
    };
    let now = house.now();
    let limited = draft.template.verification && manner != Manner::Again;
    let row = draft.accept(house, now, manner);
    let reply = SendSmsReply {
        code: code::OK.to_owned(),
        message: "OK".to_owned(),
        request_id: house.request_id(),
        biz_id: Some(row.biz_id.clone()),
    };
    let accepted = house
        .db
        .write(LaneKey::of("sandbox_sms", &row.mobile), "sandbox.sms.send", move |tx| {
            if limited && over_limit(tx, &row.mobile, now)? {
                return Ok::<bool, DbFault>(false);
            }
            store::forget_texts(tx, now.minus_secs(KEPT_SECS))?;
            store::insert(tx, &row)?;
            // What waited behind this text follows it by a second.
            if let Some(at) = row.settles_at {
                store::release(tx, &row, at.plus_secs(1))?;
            }
            Ok(true)
        })
        .await?;
    Ok(if accepted { Reply::ok(json!(reply)) } else { Sms::refusal(house, code::BUSINESS_LIMIT_CONTROL) })
}

fn over_limit(tx: &mut Tx<'_>, mobile: &str, now: Moment) -> Result<bool, DbFault> {
    if !settings::sms_limits(tx)? {
        return Ok(false);
    }
    for (most, secs) in LIMITS {
        if store::count_verifications(tx, mobile, now.minus_secs(secs))? >= most {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A request that reads well.
struct Draft {
    mobile: String,
    template: SmsTemplate,
    content: String,
    code: Option<String>,
    out_id: String,
    fate: Fate,
    delay_secs: i64,
}

impl Draft {
    fn read(account: &SmsAccount, call: &Call) -> Result<Draft, &'static str> {
        let numbers = call.param("PhoneNumbers");
        if numbers.is_empty() || call.param("TemplateCode").is_empty() {
            return Err(code::INVALID_PARAMETERS);
        }
        // The real provider takes up to a thousand; nobody here sends to more than one.
        if numbers.contains(',') {
            return Err(code::MOBILE_COUNT_OVER_LIMIT);
        }
        let mobile = Mobile::parse(numbers).map_err(|_| code::MOBILE_NUMBER_ILLEGAL)?;
        let mobile = mobile.expose().to_owned();
        let (fate, delay_secs) = magic(&mobile)?;
        if call.param("SignName") != account.sign_name {
            return Err(code::SMS_SIGNATURE_ILLEGAL);
        }
        let wanted = call.param("TemplateCode");
        let template =
            account.templates.iter().find(|template| template.code == wanted).ok_or(code::SMS_TEMPLATE_ILLEGAL)?;
        let params = values(call.param("TemplateParam"))?;
        let text = template.render(&params).map_err(|_| code::TEMPLATE_MISSING_PARAMETERS)?;
        Ok(Draft {
            mobile,
            template: template.clone(),
            content: format!("【{}】{text}", account.sign_name),
            code: params.get("code").cloned(),
            out_id: call.param("OutId").to_owned(),
            fate,
            delay_secs,
        })
    }

    fn accept(&self, house: &House, now: Moment, manner: Manner) -> Accepted {
        let fate = if manner == Manner::Lost { Fate::Lose } else { self.fate };
        let settles = manner != Manner::Behind && fate != Fate::Lose;
        Accepted {
            id: TextId::make(now, &*house.rng),
            biz_id: format!("{}^0", house.rng.digits(18)),
            out_id: self.out_id.clone(),
            mobile: self.mobile.clone(),
            template: self.template.code.clone(),
            verification: self.template.verification,
            content: self.content.clone(),
            code: self.code.clone(),
            fate,
            accepted_at: now,
            settles_at: settles.then(|| now.plus_secs(self.delay_secs)),
        }
    }
}

/// What certain numbers bring about; no sample person has one of them.
fn magic(mobile: &str) -> Result<(Fate, i64), &'static str> {
    match mobile {
        "19900000001" => Ok((Fate::Absent, DELIVERY_SECS)),
        "19900000002" => Ok((Fate::Deliver, SLOW_DELIVERY_SECS)),
        "19900000003" => Err(code::MOBILE_NUMBER_ILLEGAL),
        "19900000004" => Err(code::BUSINESS_LIMIT_CONTROL),
        "19900000005" => Ok((Fate::Lose, 0)),
        _ => Ok((Fate::Deliver, DELIVERY_SECS)),
    }
}

/// `TemplateParam`: a JSON object of short strings.
fn values(text: &str) -> Result<BTreeMap<String, String>, &'static str> {
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    let values: BTreeMap<String, String> = serde_json::from_str(text).map_err(|_| code::INVALID_JSON_PARAM)?;
    if values.values().any(|value| value.chars().count() > VALUE_CHARS_MAX) {
        return Err(code::PARAM_LENGTH_LIMIT);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use wire::aliyun_sms::Action;

    use super::*;

    fn read(change: &[(&str, &str)]) -> Result<Draft, &'static str> {
        let account = SmsAccount {
            access_key_id: "id".into(),
            access_key_secret: "secret".into(),
            sign_name: "常州人社".into(),
            templates: vec![SmsTemplate::verification("SMS_1", "验证码${code}")],
            limits: true,
        };
        let mut params: BTreeMap<String, String> = [
            ("PhoneNumbers", "13800138000"),
            ("SignName", "常州人社"),
            ("TemplateCode", "SMS_1"),
            ("TemplateParam", r#"{"code":"012345"}"#),
            ("OutId", "obx_1"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        for (name, value) in change {
            params.insert((*name).to_owned(), (*value).to_owned());
        }
        Draft::read(&account, &Call { action: Action::SendSms, params })
    }

    #[test]
    fn a_text_is_rendered_with_the_approved_name() {
        let draft = read(&[]).ok().unwrap();
        assert_eq!(draft.content, "【常州人社】验证码012345");
        assert_eq!(draft.code.as_deref(), Some("012345"));
    }

    #[test]
    fn what_the_provider_would_refuse_is_refused_with_its_code() {
        let long = format!(r#"{{"code":"{}"}}"#, "长".repeat(36));
        for (name, value, expected) in [
            ("PhoneNumbers", "", code::INVALID_PARAMETERS),
            ("PhoneNumbers", "12345", code::MOBILE_NUMBER_ILLEGAL),
            ("PhoneNumbers", "13800138000,13800138002", code::MOBILE_COUNT_OVER_LIMIT),
            ("PhoneNumbers", "19900000003", code::MOBILE_NUMBER_ILLEGAL),
            ("PhoneNumbers", "19900000004", code::BUSINESS_LIMIT_CONTROL),
            ("SignName", "别人", code::SMS_SIGNATURE_ILLEGAL),
            ("TemplateCode", "SMS_2", code::SMS_TEMPLATE_ILLEGAL),
            ("TemplateParam", "{}", code::TEMPLATE_MISSING_PARAMETERS),
            ("TemplateParam", r#"{"code":12345}"#, code::INVALID_JSON_PARAM),
            ("TemplateParam", "code", code::INVALID_JSON_PARAM),
            ("TemplateParam", &long, code::PARAM_LENGTH_LIMIT),
        ] {
            assert_eq!(read(&[(name, value)]).err(), Some(expected), "{name}={value}");
        }
    }

    #[test]
    fn magic_numbers_have_their_fates() {
        for (mobile, fate, secs) in [
            ("13800138000", Fate::Deliver, 3),
            ("19900000001", Fate::Absent, 3),
            ("19900000002", Fate::Deliver, 90),
            ("19900000005", Fate::Lose, 0),
        ] {
            assert_eq!(magic(mobile), Ok((fate, secs)), "{mobile}");
        }
    }
}
