//! Asks the provider whether a text that may have been handed over was.

use kernel::{Date, Moment};
use platform::Ctx;
use platform::outbox::{Parcel, Verdict};
use wire::aliyun_sms::{Action, Fate, PAGE_SIZE_MAX, QuerySendDetails, QuerySendDetailsReply, SendStatus, code};

use super::{SmsCarrier, Text};
use crate::aliyun::Failure;

/// How old a text that the provider does not know must be before it counts as never taken: the
/// provider's list may lag behind its acceptance, and our own request may still be on its way.
const SETTLED_SECS: i64 = 3 * 60;

/// The most pages of texts that one number gets in a day.
const PAGES_MAX: u32 = 4;

/// Looks for the parcel's text. `Done` when the provider has it, whatever became of it on the way
/// to the phone; `Unknown` while it is too early to say; `Refused` when it was certainly not taken.
/// Never leads to a second send.
pub(super) async fn ask(carrier: &SmsCarrier, ctx: &Ctx, parcel: &Parcel) -> Verdict {
    let text = match Text::of(parcel) {
        Ok(text) => text,
        Err(verdict) => return verdict,
    };
    let Some(sent_at) = parcel.sent_at else {
        return Verdict::Retry("it was never handed over".to_owned());
    };
    // The age is taken before asking: what is absent from an answer was absent after this moment.
    let settled = sent_at.secs_until(ctx.now()) >= SETTLED_SECS;
    for date in days(sent_at) {
        match look(carrier, ctx, parcel, &text.mobile, date).await {
            Ok(Some(verdict)) => return verdict,
            Ok(None) => {}
            Err(why) => return Verdict::Unknown(why),
        }
    }
    if settled {
        Verdict::Refused("not accepted by the provider".to_owned())
    } else {
        Verdict::Unknown("not known to the provider yet".to_owned())
    }
}

/// The civil days under which the provider may have filed a text: just before midnight, two.
fn days(sent_at: Moment) -> Vec<Date> {
    let mut days = vec![sent_at.date(), sent_at.plus_secs(SETTLED_SECS).date()];
    days.dedup();
    days
}

async fn look(
    carrier: &SmsCarrier,
    ctx: &Ctx,
    parcel: &Parcel,
    mobile: &str,
    date: Date,
) -> Result<Option<Verdict>, String> {
    for current_page in 1..=PAGES_MAX {
        let query = QuerySendDetails {
            phone_number: mobile.to_owned(),
            send_date: format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()),
            page_size: PAGE_SIZE_MAX,
            current_page,
        };
        let reply: QuerySendDetailsReply =
            match carrier.gateway.call(ctx, Action::QuerySendDetails.as_str(), query.query()).await {
                Ok(reply) => reply,
                Err(Failure::NotSent(why) | Failure::Unknown(why)) => return Err(why),
            };
        if reply.code != code::OK {
            return Err(refusal(&reply.code));
        }
        let own = &parcel.id;
        let rows = &reply.details.rows;
        if let Some(row) = rows.iter().find(|row| row.out_id == *own) {
            if SendStatus::from_number(row.send_status) == Some(SendStatus::Failed) {
                tracing::info!(parcel = own, network = %row.err_code, "sms.not_delivered");
            }
            return Ok(Some(Verdict::Done));
        }
        if rows.iter().any(|row| row.phone_num != mobile) {
            return Err("the answer is about another number".to_owned());
        }
        if rows.len() < PAGE_SIZE_MAX as usize {
            return Ok(None);
        }
    }
    Err(format!("more than {PAGES_MAX} pages of texts to one number"))
}

/// A refused question says nothing about the text; the reason is for the operator.
fn refusal(code: &str) -> String {
    match Fate::of(code) {
        Fate::NotNow => format!("the query was throttled: {code}"),
        _ => format!("the query was refused: {code}"),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Time;

    use super::*;

    #[test]
    fn a_text_sent_at_midnight_is_looked_for_on_both_days() {
        let day = Date::constant(2026, 3, 2);
        assert_eq!(days(Moment::at(day, Time::constant(9, 30, 0, 0))), [day]);
        assert_eq!(days(Moment::at(day, Time::constant(23, 58, 30, 0))), [day, Date::constant(2026, 3, 3)]);
    }
}
