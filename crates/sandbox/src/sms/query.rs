//! `QuerySendDetails`: the texts to one number on one day.

use kernel::{Date, Moment};
use platform::db::DbFault;
use serde_json::json;
use wire::aliyun_sms::{PAGE_SIZE_MAX, QuerySendDetailsReply, SendDetail, SendDetails, SendStatus, code};

use super::House;
use super::store::{self, Accepted, DayPage};
use super::{Call, Sms, State};
use crate::partner::{Partner, Reply};
use crate::times::civil;

/// Answers from the list of accepted texts.
pub(super) async fn query(house: &House, call: &Call) -> Result<Reply, DbFault> {
    let Some(page) = read(call) else {
        return Ok(Sms::refusal(house, code::INVALID_PARAMETERS));
    };
    let now = house.now();
    let (total, rows) = house.db.read("sandbox.sms.query", move |tx| store::day_page(tx, &page)).await?;
    let reply = QuerySendDetailsReply {
        code: code::OK.to_owned(),
        message: "OK".to_owned(),
        request_id: house.request_id(),
        total_count: total.to_string(),
        details: SendDetails { rows: rows.iter().map(|row| detail(row, now)).collect() },
    };
    Ok(Reply::ok(json!(reply)))
}

fn read(call: &Call) -> Option<DayPage> {
    let day = call.param("SendDate");
    if day.len() != 8 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = Date::new(day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?).ok()?;
    let from = Moment::start_of(date);
    let size: u32 = call.param("PageSize").parse().ok()?;
    let number: u32 = call.param("CurrentPage").parse().ok()?;
    let mobile = call.param("PhoneNumber");
    if mobile.is_empty() || size == 0 || size > PAGE_SIZE_MAX || number == 0 {
        return None;
    }
    Some(DayPage {
        mobile: mobile.to_owned(),
        biz_id: Some(call.param("BizId").to_owned()).filter(|id| !id.is_empty()),
        from,
        until: Moment::end_of(date),
        limit: i64::from(size),
        offset: i64::from(size) * i64::from(number - 1),
    })
}

fn detail(row: &Accepted, now: Moment) -> SendDetail {
    let status = State::at(row.fate, row.settles_at, now).told();
    let receipt = match status {
        SendStatus::Waiting => None,
        SendStatus::Failed | SendStatus::Delivered => row.settles_at,
    };
    let err_code = match status {
        SendStatus::Waiting => "",
        SendStatus::Failed => "MK:0001",
        SendStatus::Delivered => "DELIVERED",
    };
    SendDetail {
        phone_num: row.mobile.clone(),
        send_status: status.number(),
        err_code: err_code.to_owned(),
        template_code: row.template.clone(),
        content: row.content.clone(),
        send_date: civil(row.accepted_at),
        receive_date: receipt.map(civil).unwrap_or_default(),
        out_id: row.out_id.clone(),
    }
}
