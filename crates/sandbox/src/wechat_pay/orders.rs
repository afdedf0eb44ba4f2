//! Payments: offered, queried, closed, paid by the buyer.

use kernel::{Fen, Moment};
use platform::db::DbFault;
use serde_json::{Value, json};

use super::admit::refused;
use super::store::{self, Notice, Order};
use crate::house::House;
use crate::partner::{Manner, Reply};

/// A link on the phone lives so long.
const H5_SECS: i64 = 300;
/// A code lives so long.
const CODE_SECS: i64 = 7_200;

fn wrong(message: &str) -> Reply {
    refused(400, "PARAM_ERROR", message)
}

/// What a payment is offered with, once it is found right.
struct Wanted {
    out_trade_no: String,
    description: String,
    total: Fen,
    notify_url: String,
    expires_at: Moment,
}

/// `POST /v3/pay/transactions/{native|h5}`.
pub(super) async fn offer(house: &House, h5: bool, body: &Value, manner: Manner) -> Result<Reply, DbFault> {
    let wanted = match wanted(house, h5, body) {
        Ok(wanted) => wanted,
        Err(refusal) => return Ok(refusal),
    };
    let now = house.now();
    let token = house.rng.digits(24);
    let kind = if h5 { "MWEB" } else { "NATIVE" };
    let order = Order {
        out_trade_no: wanted.out_trade_no,
        params: format!("{kind} {body}"),
        kind: kind.to_owned(),
        description: wanted.description,
        total: wanted.total,
        notify_url: wanted.notify_url,
        expires_at: wanted.expires_at,
        state: "NOTPAY".to_owned(),
        token: token.clone(),
        link_at: now,
        transaction_id: None,
        paid_at: None,
        late: false,
        abnormal: false,
        created_at: now,
    };
    if manner == Manner::Lost {
        return Ok(link(house, h5, &token));
    }
    let written = house.db.write(store::lane(), "sandbox.wechat.offer", move |tx| {
        let Some(there) = store::find(tx, &order.out_trade_no)? else {
            store::insert(tx, &order)?;
            return Ok::<_, DbFault>(Ok(order.token.clone()));
        };
        let refusal = match there.state.as_str() {
            "SUCCESS" => Some(refused(400, "ORDERPAID", "该订单已支付")),
            _ if standing(&there, now) == "CLOSED" => Some(refused(400, "ORDER_CLOSED", "该订单已关闭")),
            _ if there.params != order.params => {
                Some(refused(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致"))
            }
            _ => None,
        };
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        // Asked again, the link stays the same while it lives.
        if there.link_lives(now) {
            return Ok(Ok(there.token));
        }
        store::set_link(tx, &order.out_trade_no, &order.token, now)?;
        Ok(Ok(order.token.clone()))
    });
    Ok(written.await?.map_or_else(|refusal| refusal, |token| link(house, h5, &token)))
}

impl Order {
    /// Whether the buyer can still pay by the link that was given out last.
    pub(super) fn link_lives(&self, now: Moment) -> bool {
        let lives = if self.kind == "MWEB" { H5_SECS } else { CODE_SECS };
        now < self.link_at.plus_secs(lives)
    }
}

fn link(house: &House, h5: bool, token: &str) -> Reply {
    Reply::ok(match h5 {
        true => json!({ "h5_url": format!("http://{}/cashier/{token}?t=1", house.addresses.wechat_pay) }),
        false => json!({ "code_url": format!("weixin://wxpay/bizpayurl?pr={token}") }),
    })
}

fn wanted(house: &House, h5: bool, body: &Value) -> Result<Wanted, Reply> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if text("mchid") != house.wechat_pay.mchid || text("appid") != house.wechat_pay.appid {
        return Err(refused(400, "APPID_MCHID_NOT_MATCH", "商户号mchid与appid不匹配"));
    }
    let out_trade_no = text("out_trade_no");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
    if !(6..=32).contains(&out_trade_no.len()) || !out_trade_no.bytes().all(plain) {
        return Err(wrong("商户订单号格式错误"));
    }
    let description = text("description");
    if !(1..=127).contains(&description.chars().count()) {
        return Err(wrong("商品描述长度错误"));
    }
    let notify_url = text("notify_url");
    if !notify_url.starts_with("http") || notify_url.contains('?') || notify_url.len() > 255 {
        return Err(wrong("notify_url格式错误"));
    }
    let total = body["amount"]["total"].as_i64().unwrap_or(0);
    if total < 1 || body["amount"]["currency"].as_str().is_some_and(|currency| currency != "CNY") {
        return Err(wrong("订单金额或币种错误"));
    }
    if h5
        && (body["scene_info"]["payer_client_ip"].as_str().is_none()
            || body["scene_info"]["h5_info"]["type"].as_str().is_none())
    {
        return Err(wrong("场景信息scene_info错误"));
    }
    let now = house.now();
    let expires_at = match body["time_expire"].as_str() {
        None => now.plus_secs(7 * 86_400),
        Some(text) => super::times::read(text).ok_or_else(|| wrong("time_expire格式错误"))?,
    };
    if expires_at <= now {
        return Err(wrong("time_expire必须大于当前时间"));
    }
    Ok(Wanted { out_trade_no, description, total: Fen::new(total), notify_url, expires_at })
}

/// The state as it is now: an unpaid order closes by itself.
pub(super) fn standing(order: &Order, now: Moment) -> &str {
    if order.state == "NOTPAY" && now >= order.expires_at { "CLOSED" } else { &order.state }
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
        None => refused(404, "ORDER_NOT_EXIST", "订单不存在"),
    })
}

/// A payment as answers and notices tell it.
pub(super) fn describe(house: &House, order: &Order, refunded: bool) -> Value {
    let state = standing(order, house.now());
    let state = if state == "SUCCESS" && refunded { "REFUND" } else { state };
    let says = match state {
        "SUCCESS" => "支付成功",
        "REFUND" => "转入退款",
        "CLOSED" => "已关闭",
        _ => "未支付",
    };
    let mut told = json!({
        "appid": house.wechat_pay.appid,
        "mchid": house.wechat_pay.mchid,
        "out_trade_no": order.out_trade_no,
        "trade_state": state,
        "trade_state_desc": says,
        "trade_type": order.kind,
        "amount": { "total": order.total.get(), "currency": "CNY" },
    });
    if let (Some(transaction_id), Some(paid_at)) = (&order.transaction_id, order.paid_at) {
        told["transaction_id"] = json!(transaction_id);
        told["bank_type"] = json!("OTHERS");
        told["success_time"] = json!(super::times::write(paid_at));
        told["payer"] = json!({ "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" });
        told["amount"] = json!({
            "total": order.total.get(),
            "payer_total": order.total.get(),
            "currency": "CNY",
            "payer_currency": "CNY",
        });
    }
    told
}

/// `POST …/close`: 204.
pub(super) async fn close(house: &House, number: &str, body: &Value, manner: Manner) -> Result<Reply, DbFault> {
    if body["mchid"].as_str() != Some(&house.wechat_pay.mchid) {
        return Ok(wrong("商户号错误"));
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
        "ORDERPAID" => refused(400, "ORDERPAID", "该订单已支付"),
        _ => refused(404, "ORDER_NOT_EXIST", "订单不存在"),
    })
}

/// What the buyer's payment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paying {
    /// Paid now, or before.
    Paid,
    /// Closed, or too late.
    Closed,
    /// There is no such order.
    Unknown,
}

/// The buyer pays. An order that was closed takes no money, unless it is told to be late.
pub(super) async fn pay(house: &House, number: &str) -> Result<Paying, DbFault> {
    let now = house.now();
    let transaction_id = format!("4200{}{}", now.date().to_string().replace('-', ""), house.rng.digits(16));
    let (house2, number, id) = (house.clone(), number.to_owned(), super::word(house));
    let paid = house.db.write(store::lane(), "sandbox.wechat.pay", move |tx| {
        let Some(order) = store::find(tx, &number)? else { return Ok::<_, DbFault>(Paying::Unknown) };
        if order.state == "SUCCESS" {
            return Ok(Paying::Paid);
        }
        if standing(&order, now) == "CLOSED" && !order.late {
            return Ok(Paying::Closed);
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
        Ok(Paying::Paid)
    });
    paid.await
}
