//! Refunds: asked for by either number of the payment, and queried. How they end is in `refund_ends`.

use kernel::{Fen, Moment};
use platform::db::{DbFault, Tx};
use serde_json::{Value, json};

use super::offers::{must, notify_url, optional};
use super::refund_ends::end_due;
use super::refusals::{by_code, refused, wrong};
use super::store::{self, Order, Refund};
use super::{Call, House};
use crate::partner::{Manner, Reply};

/// How long a refund is under way.
pub(super) const UNDER_WAY_SECS: i64 = 1;
/// Partial refunds of one payment.
const MOST: usize = 50;
/// How long after a payment it may be refunded.
const YEAR_SECS: i64 = 365 * 86_400;

/// What is asked for, once it is found right by itself.
struct Asked {
    transaction_id: String,
    out_trade_no: String,
    total: Fen,
    refund: Refund,
}

/// `POST /v3/refund/domestic/refunds`.
pub(super) async fn ask(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let asked = match asked(house, call) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refusal),
    };
    end_due(house).await?;
    let (lost, now) = (manner == Manner::Lost, house.now());
    let told = house.db.write(store::lane(), "sandbox.wechat.refund", move |tx| within(tx, &asked, lost, now));
    Ok(told.await?.map_or_else(|refusal| refusal, |(order, refund)| Reply::ok(describe(&order, &refund))))
}

fn asked(house: &House, call: &Call) -> Result<Asked, Reply> {
    let (body, now) = (&call.body, house.now());
    let number = |name: &str| Ok::<_, Reply>(optional(body, name, 32)?.unwrap_or_default().to_owned());
    let (transaction_id, out_trade_no) = (number("/transaction_id")?, number("/out_trade_no")?);
    if transaction_id.is_empty() && out_trade_no.is_empty() {
        return Err(wrong("/out_trade_no", &Value::Null, "与transaction_id二选一，不能都为空"));
    }
    let out_refund_no = must(body, "/out_refund_no", 64)?;
    if !is_refund_number(out_refund_no) {
        return Err(wrong("/out_refund_no", &json!(out_refund_no), "须为数字、大小写字母_-|*@"));
    }
    optional(body, "/reason", 80)?;
    let amount = |name: &str| {
        let value = &body["amount"][name];
        let fen = value.as_i64().filter(|fen| *fen > 0);
        fen.ok_or_else(|| wrong(&format!("/amount/{name}"), value, "须为正整数，单位为分"))
    };
    let (amount, total) = (amount("refund")?, amount("total")?);
    if amount > total {
        return Err(wrong("/amount/refund", &json!(amount), "不能大于原订单金额"));
    }
    if must(body, "/amount/currency", 16)? != "CNY" {
        return Err(wrong("/amount/currency", &body["amount"]["currency"], "仅支持CNY"));
    }
    let refund = Refund {
        out_refund_no: out_refund_no.to_owned(),
        // Both are known when the payment is found.
        out_trade_no: String::new(),
        params: String::new(),
        refund_id: format!("5030{}{}", now.date().to_string().replace('-', ""), house.rng.digits(17)),
        amount: Fen::new(amount),
        notify_url: notify_url(body)?.unwrap_or_default(),
        status: "PROCESSING".to_owned(),
        due_at: now.plus_secs(UNDER_WAY_SECS),
        done_at: None,
        goes_to: String::new(),
        created_at: now,
    };
    Ok(Asked { transaction_id, out_trade_no, total: Fen::new(total), refund })
}

pub(super) fn is_refund_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

fn within(tx: &mut Tx<'_>, asked: &Asked, lost: bool, now: Moment) -> Result<Result<(Order, Refund), Reply>, DbFault> {
    let invalid = |why: &str| Ok(Err(refused("INVALID_REQUEST", why)));
    let found = match asked.transaction_id.as_str() {
        "" => store::find(tx, &asked.out_trade_no)?,
        id => store::by_transaction(tx, id)?,
    };
    let Some(order) = found else { return Ok(Err(refused("RESOURCE_NOT_EXISTS", "订单不存在"))) };
    if !asked.out_trade_no.is_empty() && asked.out_trade_no != order.out_trade_no {
        return invalid("transaction_id与out_trade_no不属于同一订单");
    }
    let (total, new) = (asked.total, &asked.refund);
    let params = format!("{} {} {}", order.out_trade_no, new.amount.get(), total.get());
    if let Some(there) = store::refund(tx, &new.out_refund_no)? {
        if there.params != params {
            return invalid("商户退款单号重复，且参数与首次请求不一致");
        }
        // Answered as it stands: what is abnormal or closed is not begun anew by asking again.
        return Ok(Ok((order, there)));
    }
    let Some(paid_at) = order.paid_at.filter(|_| order.state == "SUCCESS") else {
        return invalid("订单未支付，不能退款");
    };
    if now > paid_at.plus_secs(YEAR_SECS) {
        return invalid("订单已超过可退款的期限");
    }
    if order.total != total {
        return invalid("订单金额与支付时不一致");
    }
    if !left(tx, &order, new.amount)? {
        return invalid("退款金额大于可退金额");
    }
    if store::refunds_of(tx, &order.out_trade_no)?.len() >= MOST {
        return invalid("超过退款次数");
    }
    let refund = Refund { out_trade_no: order.out_trade_no.clone(), params, ..new.clone() };
    if !lost {
        store::insert_refund(tx, &refund)?;
    }
    Ok(Ok((order, refund)))
}

/// Whether this much of a payment has neither been refunded nor is being refunded.
fn left(tx: &mut Tx<'_>, order: &Order, amount: Fen) -> Result<bool, DbFault> {
    let before = store::refunds_of(tx, &order.out_trade_no)?;
    let kept = before.iter().filter(|one| one.status != "CLOSED").map(|one| one.amount);
    Ok(Fen::sum(kept.chain([amount])).is_some_and(|sum| sum <= order.total))
}

/// `GET /v3/refund/domestic/refunds/{no}`.
pub(super) async fn query(house: &House, number: &str) -> Result<Reply, DbFault> {
    if !is_refund_number(number) {
        return Ok(wrong("out_refund_no", &json!(number), "须为1-64位数字、大小写字母_-|*@"));
    }
    end_due(house).await?;
    let number = number.to_owned();
    let read = house.db.read("sandbox.wechat.refund_query", move |tx| {
        let Some(refund) = store::refund(tx, &number)? else { return Ok::<_, DbFault>(None) };
        Ok(store::find(tx, &refund.out_trade_no)?.map(|order| (order, refund)))
    });
    Ok(match read.await? {
        Some((order, refund)) => Reply::ok(describe(&order, &refund)),
        None => by_code("RESOURCE_NOT_EXISTS"),
    })
}

/// Where the money of a refund goes, in the words of answers.
pub(super) fn account(refund: &Refund) -> &'static str {
    match refund.goes_to.as_str() {
        "USER_BANK_CARD" => "工商银行借记卡4567",
        "MERCHANT_BANK_CARD" => "商户结算银行账户",
        _ => "支付用户零钱",
    }
}

/// A refund as answers tell it.
pub(super) fn describe(order: &Order, refund: &Refund) -> Value {
    let mut told = json!({
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": account(refund),
        "create_time": super::times::write(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "promotion_detail": [],
        "amount": {
            "total": order.total.get(),
            "refund": refund.amount.get(),
            "payer_total": order.total.get(),
            "payer_refund": refund.amount.get(),
            "settlement_total": order.total.get(),
            "settlement_refund": refund.amount.get(),
            "discount_refund": 0,
            "currency": "CNY",
        },
    });
    if let Some(done_at) = refund.done_at {
        told["success_time"] = json!(super::times::write(done_at));
    }
    told
}
