//! The only SQL for `sandbox_setting`: the clock's shift, the switches and the insurer's dialect.

use platform::db::{DbFault, LaneKey, Tx};
use platform::{sql, vals};

const CLOCK_SHIFT_MS: &str = "clock_shift_ms";
const SMS_LIMITS: &str = "sms_limits";
/// The row whose name begins so ends with the dialect's word: places among dialects change, words do not.
const INSURER_DIALECT: &str = "insurer_dialect.";

/// Settings belong to one key.
pub(crate) fn lane() -> LaneKey {
    LaneKey::of("sandbox_setting", "")
}

/// Writes what a new database starts with; an old one keeps what it has.
pub(crate) fn first(tx: &mut Tx<'_>, sms_limits: bool) -> Result<(), DbFault> {
    for (name, value) in [(CLOCK_SHIFT_MS, 0), (SMS_LIMITS, i64::from(sms_limits))] {
        tx.exec(
            sql!(
                "INSERT INTO sandbox_setting (name, value) VALUES ($1, $2)
                 ON CONFLICT (name) DO NOTHING"
            ),
            vals![name, value],
        )?;
    }
    Ok(())
}

/// How far the clock is ahead of the machine's, milliseconds.
pub(crate) fn clock_shift_ms(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    read(tx, CLOCK_SHIFT_MS)
}

/// Adds to the clock's shift; answers the new shift.
pub(crate) fn add_clock_shift_ms(tx: &mut Tx<'_>, ms: i64) -> Result<i64, DbFault> {
    tx.one(
        sql!("UPDATE sandbox_setting SET value = value + $1 WHERE name = $2 RETURNING value"),
        vals![ms, CLOCK_SHIFT_MS],
        |row| row.int(0),
    )
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
