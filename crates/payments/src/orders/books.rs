//! What each move of an attempt or an order means in the ledger: one movement each (I-M16), written in the
//! closure of the move. Money that came in lies on the order's own account until everything is there, then it is
//! the institution's; what goes back leaves the order's account again.

use kernel::{Fen, Moment};
use ledger::{Account, LedgerError, NewTransfer};
use platform::db::Tx;

use super::model::OrderId;
use super::pen::Pen;
use super::store::Order;
use crate::attempts::model::{AttemptId, Kind, State};
use crate::ports::Split;
use crate::sim::planted::{Bug, bug};

/// The purses of a settlement as accounts of the insurer.
fn purses(split: &Split) -> [(&'static str, Fen); 3] {
    [("fund", split.fund), ("personal_account", split.personal_account), ("other", split.other)]
}

fn channel() -> Account {
    Account::channel("wechat_pay")
}

fn transfer(
    pen: &Pen,
    movement: String,
    (debit, credit): (Account, Account),
    amount: Fen,
    subject: &OrderId,
    reason: &'static str,
) -> Result<NewTransfer, LedgerError> {
    Ok(NewTransfer {
        id: pen.transfer_id()?,
        movement,
        debit,
        credit,
        amount,
        subject: subject.as_str().to_owned(),
        reason,
        now: pen.now,
        happened_at: None,
        expires_at: None,
    })
}

/// An attempt is intended: own money is expected, or money on the order's account is set aside to go back.
pub(crate) fn intended(
    tx: &mut Tx<'_>,
    pen: &Pen,
    order: &OrderId,
    (id, kind): (&AttemptId, Kind),
    amount: Fen,
    split: Option<&Split>,
) -> Result<(), LedgerError> {
    let account = || Account::order(order.as_str());
    match kind {
        // What the insurer bears is known only when it has settled.
        Kind::Settle => Ok(()),
        Kind::Pay => pend(tx, pen, format!("{id}:in"), (channel(), account()), amount, order, "payment"),
        Kind::Refund => pend(tx, pen, format!("{id}:out"), (account(), channel()), amount, order, "refund"),
        Kind::Void => {
            for (purse, part) in split.map(purses).into_iter().flatten() {
                let accounts = (account(), Account::insurer(purse));
                pend(tx, pen, format!("{id}:{purse}"), accounts, part, order, "settlement_void")?;
            }
            Ok(())
        }
    }
}

fn pend(
    tx: &mut Tx<'_>,
    pen: &Pen,
    movement: String,
    accounts: (Account, Account),
    amount: Fen,
    order: &OrderId,
    reason: &'static str,
) -> Result<(), LedgerError> {
    if amount == Fen::ZERO {
        return Ok(());
    }
    ledger::pend(tx, &transfer(pen, movement, accounts, amount, order, reason)?).map(drop)
}

/// An attempt moved: what was pending becomes real, or is let go.
pub(crate) fn moved(
    tx: &mut Tx<'_>,
    pen: &Pen,
    order: &Order,
    place: usize,
    to: State,
    (learned, happened_at): (Option<&Split>, Option<Moment>),
) -> Result<(), LedgerError> {
    let Some(attempt) = order.attempts.get(place) else { return Ok(()) };
    let (view, id) = (&attempt.view, &attempt.id);
    match (view.kind, to) {
        (Kind::Settle, State::Succeeded) => {
            settled(tx, pen, &order.id, id, (learned.or(view.split.as_ref()), happened_at))
        }
        (Kind::Pay, State::Succeeded) if view.state.is_live() => {
            ledger::post(tx, &format!("{id}:in"), pen.now, happened_at).map(drop)
        }
        // It had been given up, and came all the same.
        (Kind::Pay, State::Succeeded) => {
            let accounts = (channel(), Account::order(order.id.as_str()));
            let late = transfer(pen, format!("{id}:late"), accounts, view.amount, &order.id, "late_payment")?;
            ledger::record(tx, &NewTransfer { happened_at, ..late }).map(drop)
        }
        (Kind::Pay, State::Failed | State::Closed) if bug(Bug::PendingKept) => Ok(()),
        (Kind::Pay, State::Failed | State::Closed) => ledger::void(tx, &format!("{id}:in"), pen.now).map(drop),
        (Kind::Refund, State::Succeeded) => ledger::post(tx, &format!("{id}:out"), pen.now, happened_at).map(drop),
        (Kind::Refund, State::Outside) if bug(Bug::OutsideUnbooked) => Ok(()),
        // The channel gave it back to the merchant, and the institution has paid the person by other means.
        (Kind::Refund, State::Outside) => {
            ledger::void(tx, &format!("{id}:out"), pen.now)?;
            let accounts = (Account::order(order.id.as_str()), Account::institution(order.institution.as_str()));
            let outside = transfer(pen, format!("{id}:outside"), accounts, view.amount, &order.id, "paid_outside")?;
            ledger::record(tx, &outside).map(drop)
        }
        (Kind::Void, State::Succeeded) => {
            for (purse, part) in view.split.as_ref().map(purses).into_iter().flatten() {
                if part > Fen::ZERO {
                    ledger::post(tx, &format!("{id}:{purse}"), pen.now, happened_at)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn settled(
    tx: &mut Tx<'_>,
    pen: &Pen,
    order: &OrderId,
    id: &AttemptId,
    (split, happened_at): (Option<&Split>, Option<Moment>),
) -> Result<(), LedgerError> {
    for (purse, part) in split.map(purses).into_iter().flatten() {
        if part > Fen::ZERO {
            let accounts = (Account::insurer(purse), Account::order(order.as_str()));
            let paid = transfer(pen, format!("{id}:{purse}"), accounts, part, order, "settlement")?;
            ledger::record(tx, &NewTransfer { happened_at, ..paid })?;
        }
    }
    Ok(())
}

/// Everything is paid: it is the institution's.
pub(crate) fn delivered(tx: &mut Tx<'_>, pen: &Pen, order: &Order) -> Result<(), LedgerError> {
    let accounts = (Account::order(order.id.as_str()), Account::institution(order.institution.as_str()));
    let movement = format!("{}:deliver:{}", order.id, order.version + 1);
    ledger::record(tx, &transfer(pen, movement, accounts, order.view.total, &order.id, "delivered")?).map(drop)
}

/// The institution gives it up again.
pub(crate) fn taken_back(tx: &mut Tx<'_>, pen: &Pen, order: &Order) -> Result<(), LedgerError> {
    let accounts = (Account::institution(order.institution.as_str()), Account::order(order.id.as_str()));
    let movement = format!("{}:take_back:{}", order.id, order.version + 1);
    ledger::record(tx, &transfer(pen, movement, accounts, order.view.total, &order.id, "taken_back")?).map(drop)
}
