//! How refunds end: done after a second; or abnormal, or closed, where the order is told so or a rule says so.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::House;
use super::refunds::account;
use super::store::{self, Notice, Order, Refund};
use crate::faults::{Kind, take};

/// The operation's name in rules.
pub(super) const REFUND_END: &str = "refund_end";
/// Ends of one round.
const ROUND: i64 = 32;
/// How much later a refund that does not end now is looked at again.
const LATER_SECS: i64 = 60;

/// Ends the refunds whose time has come, and has the merchant told.
pub(super) async fn end_due(house: &House) -> Result<(), DbFault> {
    // Asked for by queries and by the round of notices: one at a time, so that a rule befalls a refund once.
    let _turn = house.room.refunds.lock().await;
    let now = house.now();
    let due = house.db.read("sandbox.wechat.refunds_due", move |tx| store::refunds_due(tx, now, ROUND)).await?;
    for refund in due {
        let end = end_of(house, &refund, now).await?;
        let (id, mchid) = (super::uuid(house), house.room.account.mchid.clone());
        house
            .db
            .write(store::lane(), "sandbox.wechat.refund_end", move |tx| match &end {
                End::Now(status) => finish(tx, &refund, status.as_deref(), &mchid, &id, now),
                End::At(later) => store::set_refund(tx, &refund.out_refund_no, "PROCESSING", *later, None),
            })
            .await?;
    }
    Ok(())
}

/// What becomes of a refund that is due.
enum End {
    /// It ends: as a rule says, else as its order says.
    Now(Option<String>),
    /// It is still under way, until then.
    At(Moment),
}

async fn end_of(house: &House, refund: &Refund, now: Moment) -> Result<End, DbFault> {
    let text = format!("{}\n{}\n{}", refund.out_refund_no, refund.out_trade_no, refund.refund_id);
    Ok(match take::take(house, super::ABOUT.place.name, REFUND_END, &text).await? {
        Some(Kind::Refuse { code }) => End::Now(Some(if code == "CLOSED" { code } else { "ABNORMAL".to_owned() })),
        Some(Kind::Slow { ms }) => {
            let later = refund.created_at.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX / 2));
            if now >= later { End::Now(None) } else { End::At(later) }
        }
        Some(Kind::Lose | Kind::TimeOutBefore | Kind::Down | Kind::Reorder) => End::At(now.plus_secs(LATER_SECS)),
        Some(Kind::TimeOutAfter | Kind::Duplicate | Kind::Forge { .. }) | None => End::Now(None),
    })
}

fn finish(
    tx: &mut Tx<'_>,
    refund: &Refund,
    status: Option<&str>,
    mchid: &str,
    id: &str,
    now: Moment,
) -> Result<(), DbFault> {
    let still = store::refund(tx, &refund.out_refund_no)?.is_some_and(|one| one.status == "PROCESSING");
    let Some(order) = store::find(tx, &refund.out_trade_no)?.filter(|_| still) else { return Ok(()) };
    // Where somebody has said where to, it arrives.
    let own = if refund.goes_to.is_empty() { order.refunds_end.as_str() } else { "SUCCESS" };
    let status = status.unwrap_or(own);
    let done_at = (status == "SUCCESS").then_some(now);
    store::set_refund(tx, &refund.out_refund_no, status, refund.due_at, done_at)?;
    if refund.notify_url.is_empty() {
        return Ok(());
    }
    let notice = Notice {
        id: id.to_owned(),
        about: refund.out_refund_no.clone(),
        url: refund.notify_url.clone(),
        event_type: format!("REFUND.{status}"),
        plain: told(&order, refund, status, mchid, done_at).to_string(),
        attempts: 0,
        created_at: now,
    };
    store::insert_notice(tx, &notice)
}

/// Where the money goes, in the words of notices: they write the merchant's accounts as one text, as the channel's documents do.
fn account_told(refund: &Refund) -> &'static str {
    match account(refund) {
        "商户结算银行账户" => "商户基本账户商户结算银行账户",
        other => other,
    }
}

/// A refund as its notice tells it.
fn told(order: &Order, refund: &Refund, status: &str, mchid: &str, done_at: Option<Moment>) -> serde_json::Value {
    let mut plain = json!({
        "mchid": mchid,
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "refund_status": status,
        "user_received_account": account_told(refund),
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
    plain
}
