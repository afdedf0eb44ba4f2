//! Payments: queried, closed, paid by the buyer.

use kernel::Moment;
use platform::db::DbFault;
use serde_json::{Value, json};

use super::House;
use super::refusals::{by_code, wrong};
use super::store::{self, Notice, Order};
use crate::partner::{Manner, Reply};

impl Order {
    /// Whether its time is over. This does not close the order; only closing does.
    pub(super) fn is_past(&self, now: Moment) -> bool {
        self.state == "NOTPAY" && now >= self.expires_at
    }

    /// How it stands, for people: `NOTPAY`, `EXPIRED`, `SUCCESS` or `CLOSED`.
    pub(super) fn shown(&self, now: Moment) -> &str {
        if self.is_past(now) { "EXPIRED" } else { &self.state }
    }
}

/// `GET …/out-trade-no/{no}` and `GET …/id/{transaction_id}`.
pub(super) async fn query(house: &House, number: &str, by_id: bool) -> Result<Reply, DbFault> {
    let number = number.to_owned();
    let read = house.db.read("sandbox.wechat.query", move |tx| {
        let found = if by_id { store::by_transaction(tx, &number)? } else { store::find(tx, &number)? };
        let Some(order) = found else { return Ok::<_, DbFault>(None) };
        let refunded = store::refunds_of(tx, &order.out_trade_no)?.iter().any(|one| one.status != "CLOSED");
        Ok(Some((order, refunded)))
    });
    Ok(match read.await? {
        Some((order, refunded)) => Reply::ok(describe(house, &order, refunded)),
        None => by_code("ORDER_NOT_EXIST"),
    })
}

/// Who has paid, where nobody opened the order at the cashier.
const SOMEBODY: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// A payment as answers and notices tell it. Of what is not paid hardly anything is told.
pub(super) fn describe(house: &House, order: &Order, refunded: bool) -> Value {
    let state = if order.state == "SUCCESS" && refunded { "REFUND" } else { &order.state };
    let says = match state {
        "SUCCESS" => "支付成功",
        "REFUND" => "订单发生过退款，退款详情请查询退款单",
        "CLOSED" => "订单已关闭",
        _ => "订单未支付",
    };
    let mut told = json!({
        "appid": house.room.account.appid,
        "mchid": house.room.account.mchid,
        "out_trade_no": order.out_trade_no,
        "promotion_detail": [],
        "trade_state": state,
        "trade_state_desc": says,
    });
    let (Some(transaction_id), Some(paid_at)) = (&order.transaction_id, order.paid_at) else {
        told["amount"] = json!({ "payer_currency": "CNY", "total": order.total.get() });
        told["scene_info"] = json!({ "device_id": "" });
        return told;
    };
    told["transaction_id"] = json!(transaction_id);
    told["trade_type"] = json!(order.kind);
    told["bank_type"] = json!("OTHERS");
    told["success_time"] = json!(super::times::write(paid_at));
    told["payer"] = json!({ "openid": order.buyer.as_deref().unwrap_or(SOMEBODY) });
    // Told also where nothing was attached.
    told["attach"] = json!(order.attach.as_deref().unwrap_or_default());
    told["amount"] = json!({
        "total": order.total.get(),
        "payer_total": order.total.get(),
        "currency": "CNY",
        "payer_currency": "CNY",
    });
    told
}

/// `POST …/close`: 204.
pub(super) async fn close(house: &House, number: &str, body: &Value, manner: Manner) -> Result<Reply, DbFault> {
    if body["mchid"].as_str() != Some(&house.room.account.mchid) {
        return Ok(wrong("/mchid", &body["mchid"], "须为发起请求的商户号"));
    }
    let (number, lost) = (number.to_owned(), manner == Manner::Lost);
    let closed = house.db.write(store::lane(), "sandbox.wechat.close", move |tx| {
        let Some(order) = store::find(tx, &number)? else { return Ok::<_, DbFault>("ORDER_NOT_EXIST") };
        if order.state == "SUCCESS" {
            return Ok("ORDERPAID");
        }
        if !lost {
            store::set_state(tx, &number, "CLOSED")?;
        }
        Ok("")
    });
    Ok(match closed.await? {
        "" => Reply { status: axum::http::StatusCode::NO_CONTENT, body: Value::Null },
        code => by_code(code),
    })
}

/// What the buyer's payment came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Paying {
    /// Paid now, or before: the channel's number.
    Paid(String),
    /// It takes no money, because it is closed or its time is over; holds its state.
    No(&'static str),
    /// There is no such order.
    Unknown,
}

/// The buyer pays. An order that was closed or whose time is over takes no money, unless it is told to be late.
pub(super) async fn pay(house: &House, number: &str) -> Result<Paying, DbFault> {
    let now = house.now();
    let transaction_id = format!("4200{}{}", now.date().to_string().replace('-', ""), house.rng.digits(16));
    let (house2, number, id) = (house.clone(), number.to_owned(), super::uuid(house));
    let paid = house.db.write(store::lane(), "sandbox.wechat.pay", move |tx| {
        let Some(order) = store::find(tx, &number)? else { return Ok::<_, DbFault>(Paying::Unknown) };
        if order.state == "SUCCESS" {
            return Ok(Paying::Paid(order.transaction_id.unwrap_or_default()));
        }
        if order.state == "CLOSED" && !order.late {
            return Ok(Paying::No("CLOSED"));
        }
        if order.is_past(now) && !order.late {
            return Ok(Paying::No("NOTPAY"));
        }
        store::set_paid(tx, &number, &transaction_id, now)?;
        let order = Order {
            state: "SUCCESS".to_owned(),
            transaction_id: Some(transaction_id.clone()),
            paid_at: Some(now),
            ..order
        };
        let notice = Notice {
            id: id.clone(),
            about: number.clone(),
            url: order.notify_url.clone(),
            event_type: "TRANSACTION.SUCCESS".to_owned(),
            plain: describe(&house2, &order, false).to_string(),
            attempts: 0,
            created_at: now,
        };
        store::insert_notice(tx, &notice)?;
        Ok(Paying::Paid(transaction_id.clone()))
    });
    paid.await
}
