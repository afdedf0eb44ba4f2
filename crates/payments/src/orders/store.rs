//! The only SQL for `pay_order`, its events, quotes. Rows belong to the lane that the
//! order's subject belongs to.

use identity::{InstitutionId, PersonId};
use kernel::{Fen, Moment, ShortNo};
use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};

use super::model::{Cause, OrderId, OrderState, OrderView, Way, order_state};
use crate::attempts::store::{self as attempts, Attempt};
use crate::ports::{Care, Split};

/// An order with its attempts.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The short number of what it pays for; none while an order of a program from before waits for one.
    pub no: Option<ShortNo>,
    /// What kind of thing it pays for: the name of a [`Subject`](super::listen::Subject).
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Who pays, and for whom it is.
    pub person: PersonId,
    /// Whose money it is when all is paid.
    pub institution: InstitutionId,
    /// The way the person chose last.
    pub way: Option<Way>,
    /// As stored; [`order_state`] says the same of [`Order::view`].
    pub state: OrderState,
    /// How many changes of state it has had.
    pub version: i64,
    /// The end while nothing is paid; [`OrderView::deadline`] is the end as things stand.
    pub open_until: Moment,
    /// When it was told to end.
    pub stopped_at: Option<Moment>,
    /// Why a person must look.
    pub blocked: Option<String>,
    /// The hash of what the person agreed to.
    pub confirmed_hash: Option<Vec<u8>>,
    /// Owner of the rows.
    pub lane: (String, String),
    /// What the insurer is told of the visit.
    pub care: Care,
    /// What it is called on Chinese pages.
    pub title: String,
    /// What it is called on English pages.
    pub title_en: String,
    /// The page of the thing it pays for.
    pub href: String,
    /// The last state that the person was told of.
    pub told: String,
    /// When the driver looks again.
    pub next_at: Option<Moment>,
    /// Since when looking after it has failed for a reason that is no partner's.
    pub trouble_since: Option<Moment>,
    /// When it was made.
    pub created_at: Moment,
    /// When it came into its state.
    pub changed_at: Moment,
    /// As decisions see it.
    pub view: OrderView,
    /// All attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Order {
    /// The lane of its rows.
    pub fn lane_key(&self) -> LaneKey {
        LaneKey::of(&self.lane.0, &self.lane.1)
    }

    /// Where it stands by its attempts.
    pub fn derived(&self) -> OrderState {
        order_state(&self.view)
    }
}

macro_rules! columns {
    () => {
        "o.id, o.subject_kind, o.subject_id, o.person_id, o.institution, o.total_fen, o.way, o.state, o.version, o.stop, \
         o.stopped_at, o.deadline_at, o.blocked, o.confirmed_fund_fen, o.confirmed_account_fen, o.confirmed_other_fen, \
         o.confirmed_cash_fen, o.confirmed_hash, o.lane_kind, o.lane_id, o.care, o.title, o.title_en, o.href, o.told, \
         o.next_at, o.created_at, o.changed_at, o.open_until, o.trouble_since, o.no"
    };
}

/// An order by its id.
pub(crate) fn find(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Order>, DbFault> {
    let sql = sql!(concat!("SELECT ", columns!(), " FROM pay_order o WHERE o.id = $1"));
    let found = tx.opt(sql, vals![id.as_str()], read)?;
    found.map(|order| with_attempts(tx, order)).transpose()
}

/// An order held until the closure's end: what is decided of it then stands (docs/adr/0006).
pub(crate) fn hold(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Order>, DbFault> {
    if tx.exec(sql!("UPDATE pay_order SET version = version WHERE id = $1"), vals![id.as_str()])? == 0 {
        return Ok(None);
    }
    find(tx, id)
}

/// The lane of an order's rows, and nothing else of it.
pub(crate) fn lane_of(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<LaneKey>, DbFault> {
    let sql = sql!("SELECT lane_kind, lane_id FROM pay_order WHERE id = $1");
    tx.opt(sql, vals![id.as_str()], |row| Ok(LaneKey::of(&row.text(0)?, &row.text(1)?)))
}

/// How looking after an order goes.
pub(crate) struct Trouble {
    /// Since when it fails.
    pub(crate) since: Option<Moment>,
    /// When it is looked at again.
    pub(crate) next_at: Option<Moment>,
}

/// How looking after an order goes, held until the closure's end.
pub(crate) fn hold_trouble(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Trouble>, DbFault> {
    let sql = sql!("UPDATE pay_order SET version = version WHERE id = $1 RETURNING trouble_since, next_at");
    tx.opt(sql, vals![id.as_str()], |row| Ok(Trouble { since: row.opt_moment(0)?, next_at: row.opt_moment(1)? }))
}

/// The order of this person; nobody else's is found.
pub(crate) fn of_person(tx: &mut Tx<'_>, person: &PersonId, id: &OrderId) -> Result<Option<Order>, DbFault> {
    Ok(find(tx, id)?.filter(|order| order.person == *person))
}

/// The newest order of a subject.
pub(crate) fn of_subject(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Option<Order>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        columns!(),
        " FROM pay_order o WHERE o.subject_kind = $1 AND o.subject_id = $2 ORDER BY o.created_at DESC, o.id DESC LIMIT 1"
    ));
    let found = tx.opt(sql, vals![kind, subject], read)?;
    found.map(|order| with_attempts(tx, order)).transpose()
}

/// The orders of this short number, the newest first: those of one thing.
pub(crate) fn of_no(tx: &mut Tx<'_>, no: &ShortNo) -> Result<Vec<Order>, DbFault> {
    let sql =
        sql!(concat!("SELECT ", columns!(), " FROM pay_order o WHERE o.no = $1 ORDER BY o.created_at DESC, o.id DESC"));
    let found = tx.query(sql, vals![no.as_str()], read)?;
    found.into_iter().map(|order| with_attempts(tx, order)).collect()
}

/// Gives the orders of a thing its short number, where a program from before has written them without one.
pub(crate) fn set_no(tx: &mut Tx<'_>, (kind, subject): (&str, &str), no: &ShortNo) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_order SET no = $1 WHERE subject_kind = $2 AND subject_id = $3 AND no IS NULL");
    tx.exec(sql, vals![no.as_str(), kind, subject]).map(drop)
}

/// The kinds of subjects of which there are orders. From one kind to the next along `pay_order_of_subject`: a look for each
/// kind, however many orders it has.
pub(crate) fn kinds(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let (sql, mut kinds) = (sql!("SELECT MIN(subject_kind) FROM pay_order WHERE subject_kind > $1"), Vec::new());
    let mut last = String::new();
    while let Some(kind) = tx.one(sql, vals![&last], |row| row.opt_text(0))? {
        kinds.push(kind.clone());
        last = kind;
    }
    Ok(kinds)
}

/// What of a person's is not settled between them and those who have the money: the things of such orders.
pub(crate) fn unfinished(tx: &mut Tx<'_>, person: &PersonId, kind: &str) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT DISTINCT subject_id FROM pay_order WHERE person_id = $1 AND subject_kind = $2 \
         AND state NOT IN ('settled', 'refunded', 'closed') ORDER BY subject_id"
    );
    tx.query(sql, vals![person.as_str(), kind], |row| row.text(0))
}

fn with_attempts(tx: &mut Tx<'_>, mut order: Order) -> Result<Order, DbFault> {
    order.attempts = attempts::of_order(tx, &order.id)?;
    order.view.attempts = order.attempts.iter().map(|one| one.view.clone()).collect();
    Ok(order)
}

fn read(row: &Row) -> Result<Order, DbFault> {
    let way = row.text("way")?;
    let fen = |column: &str| row.opt_int(column).map(|fen| fen.map(Fen::new));
    let confirmed = match (
        fen("confirmed_fund_fen")?,
        fen("confirmed_account_fen")?,
        fen("confirmed_other_fen")?,
        fen("confirmed_cash_fen")?,
    ) {
        (Some(fund), Some(personal_account), Some(other), Some(cash)) => {
            Some(Split { fund, personal_account, other, cash })
        }
        _ => None,
    };
    let blocked = row.opt_text("blocked")?;
    Ok(Order {
        id: row.parse("id")?,
        no: row.opt_parse("no")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        person: row.parse("person_id")?,
        institution: row.parse("institution")?,
        way: if way.is_empty() { None } else { Some(row.parse("way")?) },
        state: row.parse("state")?,
        version: row.int("version")?,
        stopped_at: row.opt_moment("stopped_at")?,
        confirmed_hash: row.opt_blob("confirmed_hash")?,
        lane: (row.text("lane_kind")?, row.text("lane_id")?),
        care: serde_json::from_str(&row.text("care")?).map_err(|error| DbFault::Corrupt(format!("care: {error}")))?,
        title: row.text("title")?,
        title_en: row.text("title_en")?,
        href: row.text("href")?,
        told: row.text("told")?,
        next_at: row.opt_moment("next_at")?,
        created_at: row.moment("created_at")?,
        changed_at: row.moment("changed_at")?,
        open_until: row.moment("open_until")?,
        trouble_since: row.opt_moment("trouble_since")?,
        view: OrderView {
            total: row.fen("total_fen")?,
            stop: row.opt_parse("stop")?,
            deadline: row.moment("deadline_at")?,
            blocked: blocked.is_some(),
            confirmed,
            attempts: Vec::new(),
        },
        blocked,
        attempts: Vec::new(),
    })
}

/// Writes a new order; false when its subject has a live one.
pub(crate) fn insert(tx: &mut Tx<'_>, order: &Order, actor: &str) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_order (id, subject_kind, subject_id, person_id, institution, total_fen, way, state, version, \
         open_until, deadline_at, lane_kind, lane_id, care, title, title_en, href, told, next_at, created_at, changed_at, no) \
         VALUES ($1, $2, $3, $4, $5, $6, '', 'open', 1, $7, $7, $8, $9, $10, $11, $12, $13, '', $7, $14, $14, $15) \
         ON CONFLICT DO NOTHING"
    );
    let care = serde_json::to_string(&order.care).map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let values = vals![
        order.id.as_str(),
        &order.subject_kind,
        &order.subject_id,
        order.person.as_str(),
        order.institution.as_str(),
        order.view.total,
        order.view.deadline,
        &order.lane.0,
        &order.lane.1,
        care,
        &order.title,
        &order.title_en,
        &order.href,
        order.created_at,
        order.no.as_ref().map(ShortNo::as_str)
    ];
    if tx.exec(sql, values)? == 0 {
        return Ok(false);
    }
    event(tx, &order.id, 1, ("", OrderState::Open.as_str()), "", actor, order.created_at)?;
    Ok(true)
}

/// Writes a change of state with its event.
pub(crate) fn moved(
    tx: &mut Tx<'_>,
    order: &Order,
    to: OrderState,
    cause: &str,
    actor: &str,
    now: Moment,
) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_order SET state = $1, version = version + 1, changed_at = $2 WHERE id = $3");
    tx.exec(sql, vals![to.as_str(), now, order.id.as_str()])?;
    event(tx, &order.id, order.version + 1, (order.state.as_str(), to.as_str()), cause, actor, now)
}

fn event(
    tx: &mut Tx<'_>,
    id: &OrderId,
    n: i64,
    (from, to): (&str, &str),
    cause: &str,
    actor: &str,
    at: Moment,
) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO pay_order_event (order_id, n, from_state, to_state, cause, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    tx.send(sql, vals![id.as_str(), n, from, to, cause, actor, at])
}

/// Sets when the driver looks again.
pub(crate) fn set_next(tx: &mut Tx<'_>, id: &OrderId, next_at: Option<Moment>) -> Result<(), DbFault> {
    tx.send(sql!("UPDATE pay_order SET next_at = $1 WHERE id = $2"), vals![next_at, id.as_str()])
}

/// Tells an order to end.
pub(crate) fn set_stop(tx: &mut Tx<'_>, id: &OrderId, cause: Cause, now: Moment) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_order SET stop = $1, stopped_at = $2 WHERE id = $3 AND stop IS NULL");
    tx.exec(sql, vals![cause.as_str(), now, id.as_str()]).map(drop)
}

/// Moves the end.
pub(crate) fn set_deadline(tx: &mut Tx<'_>, id: &OrderId, deadline: Moment) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE pay_order SET deadline_at = $1 WHERE id = $2"), vals![deadline, id.as_str()]).map(drop)
}

/// Stops an order until a person has looked; `None` lets it go on.
pub(crate) fn set_blocked(tx: &mut Tx<'_>, id: &OrderId, why: Option<&str>) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE pay_order SET blocked = $1 WHERE id = $2"), vals![why, id.as_str()]).map(drop)
}

/// What the person agreed to.
pub(crate) fn set_confirmed(
    tx: &mut Tx<'_>,
    id: &OrderId,
    way: Way,
    split: &Split,
    hash: &[u8],
) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE pay_order SET way = $1, confirmed_fund_fen = $2, confirmed_account_fen = $3, confirmed_other_fen = $4, \
         confirmed_cash_fen = $5, confirmed_hash = $6 WHERE id = $7"
    );
    let values = vals![way.as_str(), split.fund, split.personal_account, split.other, split.cash, hash, id.as_str()];
    tx.exec(sql, values).map(drop)
}

/// Notes what the person was told beyond what they were when this was read; false when somebody else has just done so.
pub(crate) fn set_told(tx: &mut Tx<'_>, order: &Order, word: &str) -> Result<bool, DbFault> {
    let sql = sql!("UPDATE pay_order SET told = $1 WHERE id = $2 AND told = $3");
    tx.exec(sql, vals![word, order.id.as_str(), &order.told]).map(|rows| rows == 1)
}

/// Orders whose time to be looked at has come, the longest waiting first, and whether looking after them failed last.
pub(crate) fn due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<(OrderId, bool)>, DbFault> {
    let sql = sql!(
        "SELECT id, trouble_since FROM pay_order WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
    );
    tx.query(sql, vals![now, limit], |row| Ok((row.parse(0)?, row.opt_moment(1)?.is_some())))
}

/// Notes since when looking after an order fails, and when that is tried again.
pub(crate) fn set_trouble(
    tx: &mut Tx<'_>,
    id: &OrderId,
    since: Option<Moment>,
    next_at: Option<Moment>,
) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_order SET trouble_since = $1, next_at = $2 WHERE id = $3");
    tx.exec(sql, vals![since, next_at, id.as_str()]).map(drop)
}
