//! `POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund`: where the money goes that the buyer's account did not
//! take.

use platform::db::DbFault;
use serde_json::{Value, json};

use super::offers::must;
use super::refund_ends::end_due;
use super::refunds::{UNDER_WAY_SECS, describe, is_refund_number};
use super::refusals::{by_code, refused, wrong};
use super::store::{self, Refund};
use super::{Call, House};
use crate::partner::{Manner, Reply};

/// A card of the buyer's.
const BUYER: &str = "USER_BANK_CARD";
/// The merchant's own account.
const MERCHANT: &str = "MERCHANT_BANK_CARD";

pub(super) async fn apply(house: &House, call: &Call, refund_id: &str, manner: Manner) -> Result<Reply, DbFault> {
    let (number, to) = match asked(house, call) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refusal),
    };
    end_due(house).await?;
    let (id, due_at, lost) = (refund_id.to_owned(), house.now().plus_secs(UNDER_WAY_SECS), manner == Manner::Lost);
    let told = house.db.write(store::lane(), "sandbox.wechat.abnormal", move |tx| -> Result<_, DbFault> {
        let found = store::refund(tx, &number)?.filter(|refund| refund.refund_id == id);
        let Some(refund) = found else { return Ok(Err(by_code("RESOURCE_NOT_EXISTS"))) };
        let Some(order) = store::find(tx, &refund.out_trade_no)? else {
            return Ok(Err(by_code("RESOURCE_NOT_EXISTS")));
        };
        if refund.status != "ABNORMAL" {
            // Asked before: answered as it stands.
            return Ok(match refund.goes_to == to {
                true => Ok((order, refund)),
                false => Err(refused("INVALID_REQUEST", "退款单状态不是退款异常，不能发起异常退款")),
            });
        }
        if !lost {
            store::redirect(tx, &number, to, due_at)?;
        }
        let refund = Refund { status: "PROCESSING".to_owned(), goes_to: to.to_owned(), ..refund };
        Ok(Ok((order, refund)))
    });
    Ok(told.await?.map_or_else(|refusal| refusal, |(order, refund)| Reply::ok(describe(&order, &refund))))
}

/// The refund, and where to.
fn asked(house: &House, call: &Call) -> Result<(String, &'static str), Reply> {
    let body = &call.body;
    let number = must(body, "/out_refund_no", 64)?;
    if !is_refund_number(number) {
        return Err(wrong("/out_refund_no", &json!(number), "须为数字、大小写字母_-|*@"));
    }
    let to = match must(body, "/type", 32)? {
        MERCHANT => MERCHANT,
        BUYER => {
            must(body, "/bank_type", 16)?;
            for field in ["/bank_account", "/real_name"] {
                let sealed = must(body, field, 1_024)?;
                let opened = house.room.seals.open(&call.serial, sealed);
                if opened.is_none_or(|plain| plain.is_empty()) {
                    return Err(wrong(field, &Value::Null, "敏感信息解密失败，请检查Wechatpay-Serial与加密公钥"));
                }
            }
            BUYER
        }
        other => return Err(wrong("/type", &json!(other), "须为USER_BANK_CARD或MERCHANT_BANK_CARD")),
    };
    Ok((number.to_owned(), to))
}
