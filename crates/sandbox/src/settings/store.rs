//! The only SQL for `sandbox_setting`: the clock's shift, the switches and the insurer's dialect.

use kernel::{JUMPS_KEPT, Jump, Moment};
use platform::db::{DbFault, LaneKey, Tx};
use platform::{sql, vals};

const CLOCK_SHIFT_MS: &str = "clock_shift_ms";
/// The row whose name begins so ends with the moment from which the clock was put forward; its value is the moment to
/// which. Both are milliseconds.
const CLOCK_JUMP: &str = "clock_jump.";
const SMS_LIMITS: &str = "sms_limits";
/// The row whose name begins so ends with the dialect's word: places among dialects change, words do not.
const INSURER_DIALECT: &str = "insurer_dialect.";

/// Settings belong to one key.
pub(crate) fn lane() -> LaneKey {
    LaneKey::of("sandbox_setting", "")
}

/// The clock with which a new database starts; an old one keeps what it has.
pub(crate) fn first_clock(tx: &mut Tx<'_>) -> Result<(), DbFault> {
    first(tx, CLOCK_SHIFT_MS, 0)
}

/// The SMS provider's limits with which a new database starts; an old one keeps what it has.
pub(crate) fn first_sms_limits(tx: &mut Tx<'_>, on: bool) -> Result<(), DbFault> {
    first(tx, SMS_LIMITS, i64::from(on))
}

fn first(tx: &mut Tx<'_>, name: &'static str, value: i64) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_setting (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO NOTHING"
        ),
        vals![name, value],
    )?;
    Ok(())
}

/// How far the clock is ahead of the machine's, in milliseconds, and how it came there, the oldest jump first.
pub(crate) fn clock(tx: &mut Tx<'_>) -> Result<(i64, Vec<Jump>), DbFault> {
    Ok((read(tx, CLOCK_SHIFT_MS)?, clock_jumps(tx)?))
}

/// Adds to the clock's shift; answers the new shift.
pub(crate) fn add_clock_shift_ms(tx: &mut Tx<'_>, ms: i64) -> Result<i64, DbFault> {
    tx.one(
        sql!("UPDATE sandbox_setting SET value = value + $1 WHERE name = $2 RETURNING value"),
        vals![ms, CLOCK_SHIFT_MS],
        |row| row.int(0),
    )
}

/// Keeps how the clock was put forward, and forgets what is no longer asked about.
pub(crate) fn keep_clock_jump(tx: &mut Tx<'_>, jump: Jump) -> Result<(), DbFault> {
    let name = format!("{CLOCK_JUMP}{}", jump.from.ms());
    tx.exec(
        sql!(
            "INSERT INTO sandbox_setting (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        vals![name, jump.to.ms()],
    )?;
    let kept = clock_jumps(tx)?;
    let Some(oldest) = kept.first().filter(|_| kept.len() >= JUMPS_KEPT) else { return Ok(()) };
    tx.exec(
        sql!("DELETE FROM sandbox_setting WHERE substr(name, 1, 11) = $1 AND value < $2"),
        vals![CLOCK_JUMP, oldest.to.ms()],
    )?;
    Ok(())
}

/// How the clock was put forward, the oldest first; the newest that are asked about.
fn clock_jumps(tx: &mut Tx<'_>) -> Result<Vec<Jump>, DbFault> {
    let most = i64::try_from(JUMPS_KEPT).unwrap_or(i64::MAX);
    let rows = tx.query(
        sql!("SELECT name, value FROM sandbox_setting WHERE substr(name, 1, 11) = $1 ORDER BY value DESC LIMIT $2"),
        vals![CLOCK_JUMP, most],
        |row| Ok((row.text(0)?, row.int(1)?)),
    )?;
    let jump = |(name, to): (String, i64)| {
        let from = name.strip_prefix(CLOCK_JUMP)?.parse().ok()?;
        Some(Jump { from: Moment::from_ms(from), to: Moment::from_ms(to) })
    };
    Ok(rows.into_iter().rev().filter_map(jump).collect())
}

/// Whether the SMS provider's limits per number hold.
pub(crate) fn sms_limits(tx: &mut Tx<'_>) -> Result<bool, DbFault> {
    Ok(read(tx, SMS_LIMITS)? != 0)
}

/// Switches the SMS provider's limits.
pub(crate) fn set_sms_limits(tx: &mut Tx<'_>, on: bool) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE sandbox_setting SET value = $1 WHERE name = $2"), vals![on, SMS_LIMITS])?;
    Ok(())
}

/// Which dialect the insurer speaks, by its word; `None` before one was chosen.
pub(crate) fn insurer_dialect(tx: &mut Tx<'_>) -> Result<Option<String>, DbFault> {
    let name = tx.opt(
        sql!("SELECT name FROM sandbox_setting WHERE substr(name, 1, 16) = $1"),
        vals![INSURER_DIALECT],
        |row| row.text(0),
    )?;
    Ok(name.and_then(|name| name.strip_prefix(INSURER_DIALECT).map(str::to_owned)))
}

/// Has the insurer speak this one.
pub(crate) fn set_insurer_dialect(tx: &mut Tx<'_>, word: &str) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_setting WHERE substr(name, 1, 16) = $1"), vals![INSURER_DIALECT])?;
    let name = format!("{INSURER_DIALECT}{word}");
    tx.exec(sql!("INSERT INTO sandbox_setting (name, value) VALUES ($1, 1)"), vals![name])?;
    Ok(())
}

fn read(tx: &mut Tx<'_>, name: &'static str) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT value FROM sandbox_setting WHERE name = $1"), vals![name], |row| row.int(0))
}
