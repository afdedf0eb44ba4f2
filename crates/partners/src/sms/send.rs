//! Hands one text over.

use platform::Ctx;
use platform::outbox::{Parcel, Verdict};
use wire::aliyun_sms::{Action, Fate, SendSms, SendSmsReply};

use super::{SmsCarrier, Text};
use crate::aliyun::Failure;

/// Sends the parcel's text. The parcel's id goes along as `OutId`, by which [`super::ask`] finds
/// the text again.
pub(super) async fn send(carrier: &SmsCarrier, ctx: &Ctx, parcel: &Parcel) -> Verdict {
    let text = match Text::of(parcel) {
        Ok(text) => text,
        Err(verdict) => return verdict,
    };
    let Some(template_code) = carrier.settings.templates.get(&text.template) else {
        return Verdict::Refused(format!("no code is configured for the template {:?}", text.template));
    };
    let request = SendSms {
        template_param: text.template_param(),
        phone_number: text.mobile,
        sign_name: carrier.settings.sign_name.clone(),
        template_code: template_code.clone(),
        out_id: parcel.id.clone(),
    };
    match carrier.gateway.call::<SendSmsReply>(ctx, Action::SendSms.as_str(), request.query()).await {
        Ok(reply) => judge(&reply),
        Err(Failure::NotSent(why)) => Verdict::Retry(why),
        Err(Failure::Unknown(why)) => Verdict::Unknown(why),
    }
}

fn judge(reply: &SendSmsReply) -> Verdict {
    // Only the code is kept: the message may quote the number.
    match Fate::of(&reply.code) {
        // An acceptance without the provider's number for the text is not one.
        Fate::Accepted if reply.biz_id.as_deref().is_none_or(str::is_empty) => {
            Verdict::Unknown("accepted without a BizId".to_owned())
        }
        Fate::Accepted => Verdict::Done,
        Fate::NotNow => Verdict::Retry(reply.code.clone()),
        Fate::Refused => Verdict::Refused(reply.code.clone()),
        Fate::Unknown => Verdict::Unknown(reply.code.clone()),
    }
}
