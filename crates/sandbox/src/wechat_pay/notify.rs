//! Notices to the merchant: sealed, signed, sent, and repeated by the sandbox's clock until they are taken.

use std::time::Duration;

use kernel::Moment;
use platform::db::DbFault;
use platform::http::{Client, Request};
use serde_json::{Value, json};

use super::House;
use super::store::{self, Notice};
use super::{PROBE, Signature, UNSIGNED, account, refund_ends};
use crate::faults::{Kind, take};

/// The pauses after the first, second, … time that a notice was not accepted.
const LADDER_SECS: [i64; 15] =
    [15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600];
/// How often due notices are looked for, by the machine's clock.
const TICK: Duration = Duration::from_millis(200);
/// The most notices in one round.
const ROUND: i64 = 32;
/// The merchant has five seconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The operation's name in rules.
pub(crate) const NOTIFY: &str = "notify";
/// Ways to forge a notice that is signed rightly: another amount, merchant or app. Without one its signature does not fit. Or
/// it is true, and its signature is a probe or is lost.
pub(super) const FORGERIES: [&str; 5] = ["AMOUNT", "MERCHANT", "APPID", PROBE, UNSIGNED];

/// Sends what is due until the task is dropped.
pub(crate) async fn run(house: House) {
    let Ok(client) = Client::new("merchant", PATIENCE, 64) else {
        tracing::error!("sandbox.wechat.no_client");
        return;
    };
    loop {
        if let Err(fault) = round(&house, &client).await {
            tracing::warn!(%fault, "sandbox.wechat.notices");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn round(house: &House, client: &Client) -> Result<(), DbFault> {
    refund_ends::end_due(house).await?;
    let now = house.now();
    let due = house.db.read("sandbox.wechat.notices_due", move |tx| store::notices_due(tx, now, ROUND)).await?;
    let mut sending = tokio::task::JoinSet::new();
    for notice in due {
        let (house, client) = (house.clone(), client.clone());
        sending.spawn(async move { deliver(&house, &client, &notice).await });
    }
    while let Some(done) = sending.join_next().await {
        if let Ok(Err(fault)) = done {
            return Err(fault);
        }
    }
    Ok(())
}

async fn deliver(house: &House, client: &Client, notice: &Notice) -> Result<(), DbFault> {
    let now = house.now();
    let subject = format!("{}\n{}", notice.about, notice.plain);
    let taken = match take::take(house, super::ABOUT.place.name, NOTIFY, &subject).await? {
        None => send(house, client, notice, None).await,
        // Never sent, and never again.
        Some(Kind::Lose | Kind::Refuse { .. }) => return note(house, notice, 15, None, None).await,
        Some(Kind::Slow { ms }) => {
            let later = notice.created_at.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX / 2));
            if now >= later {
                return hand_over(house, notice, send(house, client, notice, None).await).await;
            }
            return note(house, notice, notice.attempts, Some(later), None).await;
        }
        Some(Kind::Duplicate) => {
            let (first, second) = tokio::join!(send(house, client, notice, None), send(house, client, notice, None));
            first || second
        }
        Some(Kind::Forge { code }) => send(house, client, notice, Some(code.as_deref().unwrap_or_default())).await,
        Some(Kind::TimeOutAfter) => {
            send(house, client, notice, None).await;
            false
        }
        Some(Kind::TimeOutBefore | Kind::Down | Kind::Reorder) => false,
    };
    hand_over(house, notice, taken).await
}

/// Writes down whether it was taken, and when it is sent again.
async fn hand_over(house: &House, notice: &Notice, taken: bool) -> Result<(), DbFault> {
    let (now, attempts) = (house.now(), notice.attempts + 1);
    if taken {
        return note(house, notice, attempts, None, Some(now)).await;
    }
    let pause = usize::try_from(notice.attempts).ok().and_then(|step| LADDER_SECS.get(step));
    note(house, notice, attempts, pause.map(|secs| now.plus_secs(*secs)), None).await
}

async fn note(
    house: &House,
    notice: &Notice,
    attempts: i64,
    next_at: Option<Moment>,
    taken_at: Option<Moment>,
) -> Result<(), DbFault> {
    let id = notice.id.clone();
    house
        .db
        .write(store::lane(), "sandbox.wechat.notified", move |tx| {
            store::set_notice(tx, &id, attempts, next_at, taken_at)
        })
        .await
}

/// Whether the merchant took it. `forged` is one of [`FORGERIES`], or empty.
async fn send(house: &House, client: &Client, notice: &Notice, forged: Option<&str>) -> bool {
    let Some(request) = request(house, notice, forged) else { return false };
    client.send(request).await.is_ok_and(|reply| matches!(reply.status, 200 | 204))
}

fn request(house: &House, notice: &Notice, forged: Option<&str>) -> Option<Request> {
    let refund = notice.event_type.starts_with("REFUND");
    let kind = if refund { "refund" } else { "transaction" };
    let (nonce, ciphertext) = house.room.seals.seal(&*house.rng, &said(notice, forged)?, kind)?;
    let body = json!({
        "id": notice.id,
        "create_time": super::times::write(notice.created_at),
        "resource_type": "encrypt-resource",
        "event_type": notice.event_type,
        "summary": summary(&notice.event_type),
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": kind,
            "nonce": nonce,
        },
    })
    .to_string();
    let signature = match forged {
        Some("") => Signature::Wrong,
        Some(PROBE) => Signature::Probe,
        Some(UNSIGNED) => Signature::None,
        _ => Signature::Right,
    };
    let serial = account::signs_notices(house);
    let mut request = Request::new(http_post(), &notice.url).ok()?.header("request-id", &house.request_id()).ok()?;
    for (name, value) in super::signed(house, &serial, &body, signature) {
        request = request.header(name, &value).ok()?;
    }
    Some(request.header("content-type", "application/json").ok()?.body(body))
}

/// What a notice says, or would have said.
fn said(notice: &Notice, forged: Option<&str>) -> Option<String> {
    let Some(forged) = forged.filter(|way| !["", PROBE, UNSIGNED].contains(way)) else {
        return Some(notice.plain.clone());
    };
    let mut plain: Value = serde_json::from_str(&notice.plain).ok()?;
    if forged == "AMOUNT" {
        for name in ["total", "payer_total", "refund", "payer_refund"] {
            if let Some(fen) = plain["amount"][name].as_i64() {
                plain["amount"][name] = json!(fen + 1);
            }
        }
    } else if forged == "APPID" && plain["appid"].is_string() {
        plain["appid"] = json!("wxffffffffffffffff");
    } else {
        // A refund names no app, so it is another merchant's there.
        plain["mchid"] = json!("1900009999");
    }
    Some(plain.to_string())
}

fn summary(event_type: &str) -> &'static str {
    match event_type {
        "REFUND.SUCCESS" => "退款成功",
        "REFUND.ABNORMAL" => "退款异常",
        "REFUND.CLOSED" => "退款关闭",
        _ => "支付成功",
    }
}

fn http_post() -> axum::http::Method {
    axum::http::Method::POST
}
