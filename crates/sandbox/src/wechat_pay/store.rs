//! The only SQL for the channel's tables. One lane for all: it is one merchant's channel.

use kernel::{Fen, Moment};
use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};

use super::account::Standing;

pub(super) fn lane() -> LaneKey {
    LaneKey::of("sandbox", "wechat_pay")
}

/// A payment.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) out_trade_no: String,
    /// The request as it was made, to compare repetitions with.
    pub(super) params: String,
    /// `NATIVE` or `MWEB`.
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) total: Fen,
    pub(super) notify_url: String,
    /// What the merchant wants to read again in answers and notices.
    pub(super) attach: Option<String>,
    pub(super) expires_at: Moment,
    pub(super) state: String,
    /// Leads to its cashier.
    pub(super) token: String,
    pub(super) link_at: Moment,
    pub(super) transaction_id: Option<String>,
    pub(super) paid_at: Option<Moment>,
    /// The buyer's money arrives although it was closed.
    pub(super) late: bool,
    /// How refunds end: `SUCCESS`, `ABNORMAL` or `CLOSED`.
    pub(super) refunds_end: String,
    /// The WeChat user who opened it first; nobody else can pay it.
    pub(super) buyer: Option<String>,
    pub(super) created_at: Moment,
}

macro_rules! columns {
    () => {
        "out_trade_no, params, kind, description, total_fen, notify_url, expires_at, state, token, link_at, transaction_id, \
         paid_at, late, refunds_end, created_at, attach, buyer"
    };
}

fn read(row: &Row) -> Result<Order, DbFault> {
    Ok(Order {
        out_trade_no: row.text("out_trade_no")?,
        params: row.text("params")?,
        kind: row.text("kind")?,
        description: row.text("description")?,
        total: row.fen("total_fen")?,
        notify_url: row.text("notify_url")?,
        expires_at: row.moment("expires_at")?,
        state: row.text("state")?,
        token: row.text("token")?,
        link_at: row.moment("link_at")?,
        transaction_id: row.opt_text("transaction_id")?,
        paid_at: row.opt_moment("paid_at")?,
        late: row.flag("late")?,
        refunds_end: row.text("refunds_end")?,
        created_at: row.moment("created_at")?,
        attach: row.opt_text("attach")?,
        buyer: row.opt_text("buyer")?,
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, order: &Order) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO wechat_order (out_trade_no, params, kind, description, total_fen, notify_url, expires_at, state, token, \
         link_at, late, created_at, attach) VALUES ($1, $2, $3, $4, $5, $6, $7, 'NOTPAY', $8, $9, 0, $10, $11)"
    );
    let values = vals![
        &order.out_trade_no,
        &order.params,
        &order.kind,
        &order.description,
        order.total,
        &order.notify_url,
        order.expires_at,
        &order.token,
        order.link_at,
        order.created_at,
        order.attach.as_deref()
    ];
    tx.exec(sql, values).map(drop)
}

pub(super) fn find(tx: &mut Tx<'_>, out_trade_no: &str) -> Result<Option<Order>, DbFault> {
    let sql = sql!(concat!("SELECT ", columns!(), " FROM wechat_order WHERE out_trade_no = $1"));
    tx.opt(sql, vals![out_trade_no], read)
}

pub(super) fn by_transaction(tx: &mut Tx<'_>, transaction_id: &str) -> Result<Option<Order>, DbFault> {
    let sql = sql!(concat!("SELECT ", columns!(), " FROM wechat_order WHERE transaction_id = $1"));
    tx.opt(sql, vals![transaction_id], read)
}

pub(super) fn by_token(tx: &mut Tx<'_>, token: &str) -> Result<Option<Order>, DbFault> {
    let sql = sql!(concat!("SELECT ", columns!(), " FROM wechat_order WHERE token = $1"));
    tx.opt(sql, vals![token], read)
}

pub(super) fn newest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Order>, DbFault> {
    let sql =
        sql!(concat!("SELECT ", columns!(), " FROM wechat_order ORDER BY created_at DESC, out_trade_no LIMIT $1"));
    tx.query(sql, vals![limit], read)
}

pub(super) fn set_state(tx: &mut Tx<'_>, out_trade_no: &str, state: &str) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE wechat_order SET state = $1 WHERE out_trade_no = $2"), vals![state, out_trade_no]).map(drop)
}

/// Writes down the link of an order that was offered again; the one before it leads nowhere any more.
pub(super) fn set_link(tx: &mut Tx<'_>, order: &Order) -> Result<(), DbFault> {
    let sql = sql!("UPDATE wechat_order SET token = $1, link_at = $2 WHERE out_trade_no = $3");
    tx.exec(sql, vals![&order.token, order.link_at, &order.out_trade_no]).map(drop)
}

/// Somebody opens an order: who has, from the first on.
pub(super) fn open_by(tx: &mut Tx<'_>, out_trade_no: &str, buyer: &str) -> Result<String, DbFault> {
    let sql = sql!("UPDATE wechat_order SET buyer = $1 WHERE out_trade_no = $2 AND buyer IS NULL");
    tx.exec(sql, vals![buyer, out_trade_no])?;
    let sql = sql!("SELECT buyer FROM wechat_order WHERE out_trade_no = $1");
    let opened = tx.opt(sql, vals![out_trade_no], |row| row.opt_text(0))?.flatten();
    Ok(opened.unwrap_or_else(|| buyer.to_owned()))
}

pub(super) fn set_paid(tx: &mut Tx<'_>, out_trade_no: &str, transaction_id: &str, now: Moment) -> Result<(), DbFault> {
    let sql =
        sql!("UPDATE wechat_order SET state = 'SUCCESS', transaction_id = $1, paid_at = $2 WHERE out_trade_no = $3");
    tx.exec(sql, vals![transaction_id, now, out_trade_no]).map(drop)
}

pub(super) fn steer(tx: &mut Tx<'_>, out_trade_no: &str, late: bool, refunds_end: &str) -> Result<bool, DbFault> {
    let sql = sql!("UPDATE wechat_order SET late = $1, refunds_end = $2 WHERE out_trade_no = $3");
    tx.exec(sql, vals![late, refunds_end, out_trade_no]).map(|rows| rows == 1)
}

/// A refund.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) out_refund_no: String,
    pub(super) out_trade_no: String,
    pub(super) params: String,
    pub(super) refund_id: String,
    pub(super) amount: Fen,
    pub(super) notify_url: String,
    pub(super) status: String,
    pub(super) due_at: Moment,
    pub(super) done_at: Option<Moment>,
    /// Where it goes after it was abnormal: empty, `USER_BANK_CARD` or `MERCHANT_BANK_CARD`.
    pub(super) goes_to: String,
    pub(super) created_at: Moment,
}

macro_rules! refund_columns {
    () => {
        "out_refund_no, out_trade_no, params, refund_id, refund_fen, notify_url, status, due_at, done_at, created_at, goes_to"
    };
}

fn read_refund(row: &Row) -> Result<Refund, DbFault> {
    Ok(Refund {
        out_refund_no: row.text("out_refund_no")?,
        out_trade_no: row.text("out_trade_no")?,
        params: row.text("params")?,
        refund_id: row.text("refund_id")?,
        amount: row.fen("refund_fen")?,
        notify_url: row.text("notify_url")?,
        status: row.text("status")?,
        due_at: row.moment("due_at")?,
        done_at: row.opt_moment("done_at")?,
        created_at: row.moment("created_at")?,
        goes_to: row.text("goes_to")?,
    })
}

pub(super) fn insert_refund(tx: &mut Tx<'_>, refund: &Refund) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO wechat_refund (out_refund_no, out_trade_no, params, refund_id, refund_fen, notify_url, status, due_at, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, 'PROCESSING', $7, $8)"
    );
    let values = vals![
        &refund.out_refund_no,
        &refund.out_trade_no,
        &refund.params,
        &refund.refund_id,
        refund.amount,
        &refund.notify_url,
        refund.due_at,
        refund.created_at
    ];
    tx.exec(sql, values).map(drop)
}

pub(super) fn refund(tx: &mut Tx<'_>, out_refund_no: &str) -> Result<Option<Refund>, DbFault> {
    let sql = sql!(concat!("SELECT ", refund_columns!(), " FROM wechat_refund WHERE out_refund_no = $1"));
    tx.opt(sql, vals![out_refund_no], read_refund)
}

pub(super) fn refunds_of(tx: &mut Tx<'_>, out_trade_no: &str) -> Result<Vec<Refund>, DbFault> {
    let sql =
        sql!(concat!("SELECT ", refund_columns!(), " FROM wechat_refund WHERE out_trade_no = $1 ORDER BY created_at"));
    tx.query(sql, vals![out_trade_no], read_refund)
}

pub(super) fn refunds_due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<Refund>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        refund_columns!(),
        " FROM wechat_refund WHERE status = 'PROCESSING' AND due_at <= $1 ORDER BY due_at LIMIT $2"
    ));
    tx.query(sql, vals![now, limit], read_refund)
}

pub(super) fn set_refund(
    tx: &mut Tx<'_>,
    out_refund_no: &str,
    status: &str,
    due_at: Moment,
    done_at: Option<Moment>,
) -> Result<(), DbFault> {
    let sql = sql!("UPDATE wechat_refund SET status = $1, due_at = $2, done_at = $3 WHERE out_refund_no = $4");
    tx.exec(sql, vals![status, due_at, done_at, out_refund_no]).map(drop)
}

/// Where the money of an abnormal refund goes; it is under way again.
pub(super) fn redirect(tx: &mut Tx<'_>, out_refund_no: &str, to: &str, due_at: Moment) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE wechat_refund SET status = 'PROCESSING', goes_to = $1, due_at = $2, done_at = NULL WHERE out_refund_no = $3"
    );
    tx.exec(sql, vals![to, due_at, out_refund_no]).map(drop)
}

/// A notice on its way.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) id: String,
    /// The merchant's number.
    pub(super) about: String,
    pub(super) url: String,
    pub(super) event_type: String,
    /// What it says, before it is sealed.
    pub(super) plain: String,
    pub(super) attempts: i64,
    pub(super) created_at: Moment,
}

pub(super) fn insert_notice(tx: &mut Tx<'_>, notice: &Notice) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO wechat_notice (id, about, url, event_type, plain, attempts, next_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7)"
    );
    let values = vals![
        &notice.id,
        &notice.about,
        &notice.url,
        &notice.event_type,
        &notice.plain,
        notice.created_at,
        notice.created_at
    ];
    tx.exec(sql, values).map(drop)
}

pub(super) fn notices_due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<Notice>, DbFault> {
    let sql = sql!(
        "SELECT id, about, url, event_type, plain, attempts, created_at FROM wechat_notice \
         WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
    );
    tx.query(sql, vals![now, limit], |row| {
        Ok(Notice {
            id: row.text("id")?,
            about: row.text("about")?,
            url: row.text("url")?,
            event_type: row.text("event_type")?,
            plain: row.text("plain")?,
            attempts: row.int("attempts")?,
            created_at: row.moment("created_at")?,
        })
    })
}

pub(super) fn set_notice(
    tx: &mut Tx<'_>,
    id: &str,
    attempts: i64,
    next_at: Option<Moment>,
    taken_at: Option<Moment>,
) -> Result<(), DbFault> {
    let sql = sql!("UPDATE wechat_notice SET attempts = $1, next_at = $2, taken_at = $3 WHERE id = $4");
    tx.exec(sql, vals![attempts, next_at, taken_at, id]).map(drop)
}

/// How often a notice about a number was tried, and whether the last was taken.
pub(super) fn notices_of(tx: &mut Tx<'_>, about: &str) -> Result<Vec<(String, i64, bool)>, DbFault> {
    let sql = sql!("SELECT event_type, attempts, taken_at FROM wechat_notice WHERE about = $1 ORDER BY created_at, id");
    tx.query(sql, vals![about], |row| Ok((row.text(0)?, row.int(1)?, row.opt_moment(2)?.is_some())))
}

/// Lets go of notices from before a moment that are not to be sent any more.
pub(crate) fn forget_notices(tx: &mut Tx<'_>, before: Moment) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM wechat_notice WHERE next_at IS NULL AND created_at < $1"), vals![before])?;
    Ok(())
}

/// The account as it stands.
pub(super) fn account(tx: &mut Tx<'_>) -> Result<Standing, DbFault> {
    let read = |row: &Row| Ok(Standing { mode: row.parse(0)?, switched_at: row.opt_moment(1)?, roll: row.parse(2)? });
    tx.one(sql!("SELECT mode, switched_at, certificates FROM wechat_account WHERE id = 1"), vals![], read)
}

pub(super) fn set_account(tx: &mut Tx<'_>, standing: Standing) -> Result<(), DbFault> {
    let sql = sql!("UPDATE wechat_account SET mode = $1, switched_at = $2, certificates = $3 WHERE id = 1");
    tx.exec(sql, vals![standing.mode.as_str(), standing.switched_at, standing.roll.as_str()]).map(drop)
}
