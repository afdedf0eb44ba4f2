//! The only SQL for `pay_attempt` and its events. Rows belong to the lane of their order.

use kernel::{Fen, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::model::{AttemptId, Event, Kind, State, View};
use crate::order::OrderId;
use crate::ports::{Refusal, Split};
use crate::sim::planted::{Bug, bug};

/// An attempt as it is stored.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Its order.
    pub order: OrderId,
    /// Its place in the order, from 1.
    pub n: i64,
    /// `insurer` or `wechat_pay`.
    pub rail: String,
    /// Our number at the partner.
    pub number: String,
    /// The place of what it undoes.
    pub of_n: Option<i64>,
    /// How many events it has had.
    pub version: i64,
    /// What an offer repeats word for word.
    pub terms: String,
    /// The partner's number.
    pub external_no: Option<String>,
    /// Why it was intended, of what gives back; of an offer, why it was taken back ([`WITHDRAWN`]).
    pub cause: String,
    /// Where the buyer pays, and since when that is known.
    pub link: Option<String>,
    /// Since when.
    pub link_at: Option<Moment>,
    /// Looks so far.
    pub asks: i64,
    /// The last answer, for people who look at the order. Nothing is read out of it.
    pub note: String,
    /// As what the insurer refused it, where its last move came of that.
    pub refusal: Option<Refusal>,
    /// When the money moved, by the partner's own word.
    pub happened_at: Option<Moment>,
    /// What the insurer told of a settlement for its clearing.
    pub clearing: Clearing,
    /// Of a refund that a person has paid by other means: who says so, and how it was done.
    pub outside: Option<(String, String)>,
    /// When the channel answered that it is closed.
    pub closed_at: Option<Moment>,
    /// When it was intended.
    pub created_at: Moment,
    /// When it came into its state.
    pub changed_at: Moment,
    /// The attempt as the decisions see it.
    pub view: View,
}

/// Of a settlement: what the insurer's clearing and its statements go by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clearing {
    /// `clr_optins`.
    pub optins: Option<String>,
    /// `clr_type`.
    pub kind: Option<String>,
    /// `clr_way`.
    pub way: Option<String>,
    /// `medins_setl_id`.
    pub medins_setl_id: Option<String>,
}

/// The cause of an offer's end that its buyer brought about, to be offered the same in another way.
pub(crate) const WITHDRAWN: &str = "withdrawn";

macro_rules! columns {
    () => {
        "id, order_id, n, kind, rail, number, of_n, amount_fen, fund_fen, account_fen, other_fen, cash_fen, state, version, \
         terms, external_no, link, link_at, sent_at, lease_until, due_at, asks, expires_at, watch_until, note, closed_at, \
         created_at, changed_at, happened_at, clr_optins, clr_type, clr_way, medins_setl_id, sends, doubted, outside_by, \
         outside_how, cause, refusal"
    };
}

/// All attempts of an order, oldest first.
pub(crate) fn of_order(tx: &mut Tx<'_>, order: &OrderId) -> Result<Vec<Attempt>, DbFault> {
    let sql = sql!(concat!("SELECT ", columns!(), " FROM pay_attempt WHERE order_id = $1 ORDER BY n"));
    tx.query(sql, vals![order.as_str()], read)
}

/// The order of the attempt of this kind that its partner knows by this number.
pub(crate) fn by_number(tx: &mut Tx<'_>, kind: Kind, number: &str) -> Result<Option<(OrderId, i64)>, DbFault> {
    let sql = sql!("SELECT order_id, n FROM pay_attempt WHERE rail = $1 AND number = $2 AND kind = $3");
    tx.opt(sql, vals![rail(kind), number, kind.as_str()], |row| Ok((row.parse(0)?, row.int(1)?)))
}

fn read(row: &Row) -> Result<Attempt, DbFault> {
    let fen = |column: &str| row.opt_int(column).map(|fen| fen.map(Fen::new));
    let split = match (fen("fund_fen")?, fen("account_fen")?, fen("other_fen")?, fen("cash_fen")?) {
        (Some(fund), Some(personal_account), Some(other), Some(cash)) => {
            Some(Split { fund, personal_account, other, cash })
        }
        _ => None,
    };
    let of_n = row.opt_int("of_n")?;
    Ok(Attempt {
        id: row.parse("id")?,
        order: row.parse("order_id")?,
        n: row.int("n")?,
        rail: row.text("rail")?,
        number: row.text("number")?,
        of_n,
        version: row.int("version")?,
        terms: row.text("terms")?,
        external_no: row.opt_text("external_no")?,
        cause: row.text("cause")?,
        link: row.opt_text("link")?,
        link_at: row.opt_moment("link_at")?,
        asks: row.int("asks")?,
        note: row.text("note")?,
        refusal: row.opt_parse("refusal")?,
        happened_at: row.opt_moment("happened_at")?,
        clearing: Clearing {
            optins: row.opt_text("clr_optins")?,
            kind: row.opt_text("clr_type")?,
            way: row.opt_text("clr_way")?,
            medins_setl_id: row.opt_text("medins_setl_id")?,
        },
        outside: row.opt_text("outside_by")?.zip(row.opt_text("outside_how")?),
        closed_at: row.opt_moment("closed_at")?,
        created_at: row.moment("created_at")?,
        changed_at: row.moment("changed_at")?,
        view: View {
            kind: row.parse("kind")?,
            state: row.parse("state")?,
            amount: row.fen("amount_fen")?,
            split,
            // Places count from 0 in decisions.
            of: of_n.and_then(|n| usize::try_from(n - 1).ok()),
            sent_at: row.opt_moment("sent_at")?,
            lease_until: row.opt_moment("lease_until")?,
            due_at: row.moment("due_at")?,
            expires_at: row.opt_moment("expires_at")?,
            watch_until: row.opt_moment("watch_until")?,
            sends: row.int("sends")?,
            doubted: row.flag("doubted")?,
        },
    })
}

/// A new attempt's row.
#[derive(Debug, Clone)]
pub(crate) struct NewAttempt {
    pub(crate) id: AttemptId,
    pub(crate) order: OrderId,
    pub(crate) n: i64,
    pub(crate) kind: Kind,
    pub(crate) number: String,
    pub(crate) of_n: Option<i64>,
    pub(crate) amount: Fen,
    pub(crate) split: Option<Split>,
    pub(crate) cause: &'static str,
    pub(crate) terms: String,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) now: Moment,
}

impl NewAttempt {
    pub(crate) fn rail(&self) -> &'static str {
        rail(self.kind)
    }
}

/// Which partner carries a kind.
pub(crate) const fn rail(kind: Kind) -> &'static str {
    match kind {
        Kind::Settle | Kind::Void => "insurer",
        Kind::Pay | Kind::Refund => "wechat_pay",
    }
}

/// Writes it; false when one of the unique rules refuses it: there is a live one, or what it undoes is being undone.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewAttempt, source: &str) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_attempt (id, order_id, n, kind, rail, number, of_n, amount_fen, fund_fen, account_fen, other_fen, \
         cash_fen, state, version, cause, terms, due_at, asks, expires_at, note, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'requested', 1, $13, $14, $15, 0, $16, '', $17, $18) \
         ON CONFLICT DO NOTHING"
    );
    let split = |pick: fn(&Split) -> Fen| new.split.as_ref().map(pick);
    let values = vals![
        new.id.as_str(),
        new.order.as_str(),
        new.n,
        new.kind.as_str(),
        new.rail(),
        &new.number,
        new.of_n,
        new.amount,
        split(|one| one.fund),
        split(|one| one.personal_account),
        split(|one| one.other),
        split(|one| one.cash),
        new.cause,
        &new.terms,
        new.now,
        new.expires_at,
        new.now,
        new.now
    ];
    if tx.exec(sql, values)? == 0 {
        return Ok(false);
    }
    event(tx, &new.id, 1, "intend", State::Requested, source, new.now)?;
    Ok(true)
}

/// What a change writes beside the state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Learned {
    pub(crate) external_no: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) split: Option<Split>,
    pub(crate) amount: Option<Fen>,
    pub(crate) closed: bool,
    pub(crate) watch_until: Option<Moment>,
    pub(crate) lease_until: Option<Moment>,
    pub(crate) sent: bool,
    pub(crate) note: String,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) happened_at: Option<Moment>,
    pub(crate) clearing: Clearing,
}

/// Writes what is to come of an attempt without a move: when it is looked at again, and what was heard.
pub(crate) fn look_again(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    due_at: Moment,
    lease_until: Option<Moment>,
    note: &str,
) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_attempt SET due_at = $1, lease_until = $2, asks = asks + 1, note = $3 WHERE id = $4");
    tx.exec(sql, vals![due_at, lease_until, note, attempt.id.as_str()]).map(drop)
}

/// Notes that the last offer was refused, and that this alone does not end it.
pub(crate) fn doubt(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE pay_attempt SET doubted = 1 WHERE id = $1"), vals![attempt.id.as_str()]).map(drop)
}

/// Takes an attempt for one look, so that nobody else looks at the same time. False when somebody has.
pub(crate) fn lease(tx: &mut Tx<'_>, attempt: &Attempt, until: Moment, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!(
        "UPDATE pay_attempt SET lease_until = $1 WHERE id = $2 AND version = $3 AND asks = $4 AND COALESCE(lease_until, 0) <= $5"
    );
    let now = if bug(Bug::LeaseIgnored) { until } else { now };
    tx.exec(sql, vals![until, attempt.id.as_str(), attempt.version, attempt.asks, now]).map(|rows| rows == 1)
}

/// Writes a move with its event; false when the attempt has moved since it was read.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    (event_, to): (Event, State),
    learned: &Learned,
    due_at: Moment,
    (source, now): (&str, Moment),
) -> Result<bool, DbFault> {
    let sql = sql!(
        "UPDATE pay_attempt SET state = $1, version = version + 1, changed_at = $2, due_at = $3, lease_until = $4, \
         external_no = COALESCE(CAST($5 AS TEXT), external_no), link = COALESCE(CAST($6 AS TEXT), link), \
         link_at = CASE WHEN CAST($6 AS TEXT) IS NULL THEN link_at ELSE $2 END, \
         fund_fen = COALESCE(CAST($7 AS BIGINT), fund_fen), account_fen = COALESCE(CAST($8 AS BIGINT), account_fen), \
         other_fen = COALESCE(CAST($9 AS BIGINT), other_fen), cash_fen = COALESCE(CAST($10 AS BIGINT), cash_fen), \
         amount_fen = COALESCE(CAST($11 AS BIGINT), amount_fen), \
         closed_at = CASE WHEN CAST($12 AS BIGINT) = 1 THEN $2 ELSE closed_at END, \
         watch_until = COALESCE(CAST($13 AS BIGINT), watch_until), \
         sent_at = CASE WHEN CAST($14 AS BIGINT) = 1 THEN $2 ELSE sent_at END, \
         sends = sends + CAST($14 AS BIGINT), doubted = CASE WHEN CAST($14 AS BIGINT) = 1 THEN 0 ELSE doubted END, \
         asks = CASE WHEN CAST($15 AS BIGINT) = 1 THEN asks + 1 ELSE 0 END, note = $16, \
         happened_at = COALESCE(CAST($17 AS BIGINT), happened_at), clr_optins = COALESCE(CAST($18 AS TEXT), clr_optins), \
         clr_type = COALESCE(CAST($19 AS TEXT), clr_type), clr_way = COALESCE(CAST($20 AS TEXT), clr_way), \
         medins_setl_id = COALESCE(CAST($21 AS TEXT), medins_setl_id), refusal = CAST($22 AS TEXT) \
         WHERE id = $23 AND version = $24"
    );
    let split = |pick: fn(&Split) -> Fen| learned.split.as_ref().map(pick);
    // Tries and their questions are counted on until the attempt comes to rest.
    let counts = matches!(event_, Event::Send | Event::Again);
    let values = vals![
        to.as_str(),
        now,
        due_at,
        learned.lease_until,
        learned.external_no.as_deref(),
        learned.link.as_deref(),
        split(|one| one.fund),
        split(|one| one.personal_account),
        split(|one| one.other),
        split(|one| one.cash),
        learned.amount,
        learned.closed,
        learned.watch_until,
        learned.sent,
        counts,
        &learned.note,
        learned.happened_at,
        learned.clearing.optins.as_deref(),
        learned.clearing.kind.as_deref(),
        learned.clearing.way.as_deref(),
        learned.clearing.medins_setl_id.as_deref(),
        learned.refusal.map(Refusal::as_str),
        attempt.id.as_str(),
        attempt.version
    ];
    if tx.exec(sql, values)? == 0 {
        return Ok(false);
    }
    event(tx, &attempt.id, attempt.version + 1, event_.as_str(), to, source, now)?;
    Ok(true)
}

/// Writes down who says that it was paid by other means, and how.
pub(crate) fn paid_by(tx: &mut Tx<'_>, attempt: &Attempt, by: &str, how: &str) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_attempt SET outside_by = $1, outside_how = $2 WHERE id = $3");
    tx.exec(sql, vals![by, how, attempt.id.as_str()]).map(drop)
}

/// Has an order's live payments looked at now.
pub(crate) fn hurry(tx: &mut Tx<'_>, order: &OrderId, now: Moment) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE pay_attempt SET due_at = $1 WHERE order_id = $2 AND kind = 'pay' AND state = 'open' AND due_at > $1"
    );
    tx.exec(sql, vals![now, order.as_str()]).map(drop)
}

/// Has everything live of an order looked at now: a person has looked, and partners are asked anew.
pub(crate) fn look_now(tx: &mut Tx<'_>, order: &OrderId, now: Moment) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE pay_attempt SET due_at = $1 WHERE order_id = $2 AND state IN ('requested', 'unknown', 'open') AND due_at > $1"
    );
    tx.exec(sql, vals![now, order.as_str()]).map(drop)
}

/// No time is left for an offer: it is closed at the next look, which is now.
pub(crate) fn end_offer(tx: &mut Tx<'_>, attempt: &Attempt, now: Moment) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE pay_attempt SET expires_at = $1, due_at = $1, cause = $2 \
         WHERE id = $3 AND kind = 'pay' AND state IN ('requested', 'unknown', 'open') AND expires_at > $1"
    );
    tx.exec(sql, vals![now, WITHDRAWN, attempt.id.as_str()]).map(drop)
}

/// A new address of a cashier for an offer that is open: links live shorter than offers.
pub(crate) fn relink(tx: &mut Tx<'_>, attempt: &Attempt, link: &str, now: Moment) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_attempt SET link = $1, link_at = $2 WHERE id = $3 AND state = 'open'");
    tx.exec(sql, vals![link, now, attempt.id.as_str()]).map(drop)
}

fn event(
    tx: &mut Tx<'_>,
    id: &AttemptId,
    n: i64,
    event: &str,
    state: State,
    source: &str,
    at: Moment,
) -> Result<(), DbFault> {
    let sql =
        sql!("INSERT INTO pay_attempt_event (attempt_id, n, event, state, source, at) VALUES ($1, $2, $3, $4, $5, $6)");
    tx.send(sql, vals![id.as_str(), n, event, state.as_str(), source, at])
}
