//! Writing transfers: direct ones, pending ones, and the one end of each pending one.

use kernel::Moment;
use platform::db::Tx;

use crate::model::{End, LedgerError, NewTransfer, Recorded, accounting_day, sound};
use crate::store::{self, Kind, Stored};

/// Writes a transfer that has happened.
///
/// # Errors
/// [`LedgerError`]; the closure must then fail.
pub fn record(tx: &mut Tx<'_>, new: &NewTransfer) -> Result<Recorded, LedgerError> {
    sound(new)?;
    let day = accounting_day(new.now, new.happened_at, store::last_ended(tx)?);
    if !store::insert(tx, new, Kind::Direct, day)? {
        return same(tx, new, Kind::Direct);
    }
    move_guarded(tx, new)?;
    store::post(tx, &new.id, (&new.debit, &new.credit), new.amount, (day, new.now))?;
    Ok(Recorded::Now)
}

/// Writes a transfer that is expected to happen. The money that it takes from an order is set aside at once.
///
/// # Errors
/// [`LedgerError`]; the closure must then fail.
pub fn pend(tx: &mut Tx<'_>, new: &NewTransfer) -> Result<Recorded, LedgerError> {
    sound(new)?;
    let day = accounting_day(new.now, None, store::last_ended(tx)?);
    if !store::insert(tx, new, Kind::Pending, day)? {
        return same(tx, new, Kind::Pending);
    }
    if new.debit.is_guarded() && !store::set_aside(tx, &new.debit, new.amount)? {
        return Err(LedgerError::Overdrawn(new.debit.to_string()));
    }
    Ok(Recorded::Now)
}

/// A pending transfer happened: now, or when whoever moved the money says that it did.
///
/// # Errors
/// [`LedgerError`]; the closure must then fail.
pub fn post(
    tx: &mut Tx<'_>,
    movement: &str,
    now: Moment,
    happened_at: Option<Moment>,
) -> Result<Recorded, LedgerError> {
    end(tx, movement, End::Post, (now, happened_at))
}

/// A pending transfer was given up.
///
/// # Errors
/// [`LedgerError`]; the closure must then fail.
pub fn void(tx: &mut Tx<'_>, movement: &str, now: Moment) -> Result<Recorded, LedgerError> {
    end(tx, movement, End::Void, (now, None))
}

/// A pending transfer's time is over; before that it stays.
///
/// # Errors
/// [`LedgerError::NoSuchPending`] also where its time is not over.
pub fn expire(tx: &mut Tx<'_>, movement: &str, now: Moment) -> Result<Recorded, LedgerError> {
    end(tx, movement, End::Expire, (now, None))
}

fn end(
    tx: &mut Tx<'_>,
    movement: &str,
    how: End,
    (now, happened_at): (Moment, Option<Moment>),
) -> Result<Recorded, LedgerError> {
    let stored = store::find(tx, movement)?.filter(|stored| stored.kind == Kind::Pending);
    let stored = stored.ok_or_else(|| LedgerError::NoSuchPending(movement.to_owned()))?;
    if how == End::Expire && stored.expires_at.is_none_or(|until| now < until) {
        return Err(LedgerError::NoSuchPending(movement.to_owned()));
    }
    let day = accounting_day(now, happened_at, store::last_ended(tx)?);
    if !store::insert_end(tx, &stored.id, how, day, (now, happened_at))? {
        return match store::end_of(tx, &stored.id)? {
            Some(before) if before == how => Ok(Recorded::Already),
            Some(how) => Err(LedgerError::AlreadyEnded { movement: movement.to_owned(), how }),
            None => Err(LedgerError::NoSuchPending(movement.to_owned())),
        };
    }
    if stored.debit.is_guarded() {
        store::let_go(tx, &stored.debit, stored.amount)?;
    }
    if how == End::Post {
        let new = stored.as_new(now);
        move_guarded(tx, &new)?;
        store::post(tx, &stored.id, (&stored.debit, &stored.credit), stored.amount, (day, now))?;
    }
    Ok(Recorded::Now)
}

/// The balances of an order's own accounts are changed in the same closure; no other account has a stored balance.
fn move_guarded(tx: &mut Tx<'_>, new: &NewTransfer) -> Result<(), LedgerError> {
    if new.credit.is_guarded() {
        store::add(tx, &new.credit, new.amount)?;
    }
    if new.debit.is_guarded() && !store::take(tx, &new.debit, new.amount)? {
        return Err(LedgerError::Overdrawn(new.debit.to_string()));
    }
    Ok(())
}

fn same(tx: &mut Tx<'_>, new: &NewTransfer, kind: Kind) -> Result<Recorded, LedgerError> {
    let other = || LedgerError::OtherContent(new.movement.clone());
    let Stored { kind: was, debit, credit, amount, subject, .. } = store::find(tx, &new.movement)?.ok_or_else(other)?;
    let agrees =
        was == kind && debit == new.debit && credit == new.credit && amount == new.amount && subject == new.subject;
    if agrees { Ok(Recorded::Already) } else { Err(other()) }
}
