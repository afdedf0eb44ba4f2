//! Refunds: asked for, under way for a second, done; or abnormal where the order is told so.

use kernel::{Fen, Moment};
use platform::db::{DbFault, Tx};
use serde_json::{Value, json};

use super::admit::refused;
use super::store::{self, Notice, Order, Refund};
use crate::house::House;
use crate::partner::{Manner, Reply};

/// How long a refund is under way.
const UNDER_WAY_SECS: i64 = 1;
/// Partial refunds of one payment.
const MOST: usize = 50;

/// `POST /v3/refund/domestic/refunds`.
pub(super) async fn ask(house: &House, body: &Value, manner: Manner) -> Result<Reply, DbFault> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (out_trade_no, out_refund_no) = (text("out_trade_no"), text("out_refund_no"));
    let (amount, total) = (body["amount"]["refund"].as_i64(), body["amount"]["total"].as_i64());
    if out_refund_no.is_empty() || out_refund_no.len() > 64 {
        return Ok(refused(400, "PARAM_ERROR", "商户退款单号格式错误"));
    }
    let (Some(amount), Some(total)) = (amount.filter(|fen| *fen > 0), total) else {
        return Ok(refused(400, "PARAM_ERROR", "退款金额错误"));
    };
    let now = house.now();
    let refund = Refund {
        out_refund_no,
        out_trade_no: out_trade_no.clone(),
        params: format!("{out_trade_no} {amount} {total}"),
        refund_id: format!("5030{}{}", now.date().to_string().replace('-', ""), house.rng.digits(17)),
        amount: Fen::new(amount),
        notify_url: text("notify_url"),
        status: "PROCESSING".to_owned(),
        due_at: now.plus_secs(UNDER_WAY_SECS),
        done_at: None,
        created_at: now,
    };
    let (total, lost) = (Fen::new(total), manner == Manner::Lost);
    let asked = house.db.write(store::lane(), "sandbox.wechat.refund", move |tx| within(tx, &refund, total, lost));
    Ok(match asked.await? {
        Ok((order, refund)) => Reply::ok(describe(&order, &refund)),
        Err((status, code, why)) => refused(status, code, why),
    })
}

type Refusal = (u16, &'static str, &'static str);

fn within(tx: &mut Tx<'_>, new: &Refund, total: Fen, lost: bool) -> Result<Result<(Order, Refund), Refusal>, DbFault> {
    let Some(order) = store::find(tx, &new.out_trade_no)? else {
        return Ok(Err((404, "RESOURCE_NOT_EXISTS", "订单不存在")));
    };
    if let Some(there) = store::refund(tx, &new.out_refund_no)? {
        if there.params != new.params {
            return Ok(Err((400, "INVALID_REQUEST", "商户退款单号重复，且参数与首次请求不一致")));
        }
        // What did not reach the buyer is tried again under the same number.
        if there.status == "ABNORMAL" || there.status == "CLOSED" {
            store::set_refund(tx, &there.out_refund_no, "PROCESSING", new.due_at, None)?;
            return Ok(Ok((order, Refund { status: "PROCESSING".to_owned(), ..there })));
        }
        return Ok(Ok((order, there)));
    }
    if order.state != "SUCCESS" || order.total != total {
        return Ok(Err((400, "INVALID_REQUEST", "订单未支付或订单金额不一致")));
    }
    let before = store::refunds_of(tx, &order.out_trade_no)?;
    let given = Fen::sum(before.iter().map(|one| one.amount)).unwrap_or(total);
    let fits = given.checked_add(new.amount).is_some_and(|sum| sum <= order.total);
    if !fits || before.len() >= MOST {
        return Ok(Err((400, "INVALID_REQUEST", "退款金额大于可退金额或超过退款次数")));
    }
    if !lost {
        store::insert_refund(tx, new)?;
    }
    Ok(Ok((order, new.clone())))
}

/// `GET /v3/refund/domestic/refunds/{no}`.
pub(super) async fn query(house: &House, number: &str) -> Result<Reply, DbFault> {
    settle_due(house).await?;
    let number = number.to_owned();
    let read = house.db.read("sandbox.wechat.refund_query", move |tx| {
        let Some(refund) = store::refund(tx, &number)? else { return Ok::<_, DbFault>(None) };
        Ok(store::find(tx, &refund.out_trade_no)?.map(|order| (order, refund)))
    });
    Ok(match read.await? {
        Some((order, refund)) => Reply::ok(describe(&order, &refund)),
        None => refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在"),
    })
}

fn describe(order: &Order, refund: &Refund) -> Value {
    let mut told = json!({
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": super::times::write(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
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

/// Ends the refunds whose second is over, and has the merchant told.
pub(super) async fn settle_due(house: &House) -> Result<(), DbFault> {
    let now = house.now();
    let due = house.db.read("sandbox.wechat.refunds_due", move |tx| store::refunds_due(tx, now, 32)).await?;
    for refund in due {
        let (id, mchid) = (super::word(house), house.wechat_pay.mchid.clone());
        house
            .db
            .write(store::lane(), "sandbox.wechat.refund_end", move |tx| end(tx, &refund, &mchid, &id, now))
            .await?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, refund: &Refund, mchid: &str, id: &str, now: Moment) -> Result<(), DbFault> {
    let still = store::refund(tx, &refund.out_refund_no)?.is_some_and(|one| one.status == "PROCESSING");
    let Some(order) = store::find(tx, &refund.out_trade_no)?.filter(|_| still) else { return Ok(()) };
    let status = if order.abnormal { "ABNORMAL" } else { "SUCCESS" };
    let done_at = (!order.abnormal).then_some(now);
    store::set_refund(tx, &refund.out_refund_no, status, refund.due_at, done_at)?;
    if refund.notify_url.is_empty() {
        return Ok(());
    }
    let mut plain = json!({
        "mchid": mchid,
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "refund_status": status,
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": order.total.get(),
            "refund": refund.amount.get(),
            "payer_total": order.total.get(),
            "payer_refund": refund.amount.get(),
        },
    });
    if let Some(done_at) = done_at {
        plain["success_time"] = json!(super::times::write(done_at));
    }
    let notice = Notice {
        id: id.to_owned(),
        about: refund.out_refund_no.clone(),
        url: refund.notify_url.clone(),
        event_type: format!("REFUND.{status}"),
        plain: plain.to_string(),
        attempts: 0,
        created_at: now,
    };
    store::insert_notice(tx, &notice)
}
