//! The lane's own row on PostgreSQL: `batch_no` tells after a lost connection whether the last
//! COMMIT took place (architecture, rule 5).

use super::driver::Conn;
use super::fault::DriverError;

/// Makes the row of this start's lane.
pub(crate) fn register(conn: &mut Conn, instance: &str, lane: i64) -> Result<(), DriverError> {
    let sql = crate::sql!(
        "INSERT INTO lane (instance, lane, batch_no) VALUES ($1, $2, 0) ON CONFLICT (instance, lane) DO NOTHING"
    );
    conn.exec(sql, crate::vals![instance, lane]).map(drop)
}

/// The number of the last batch that was committed.
pub(crate) fn read(conn: &mut Conn, instance: &str, lane: i64) -> Result<i64, DriverError> {
    let sql = crate::sql!("SELECT batch_no FROM lane WHERE instance = $1 AND lane = $2");
    let rows = conn.query(sql, crate::vals![instance, lane])?;
    rows.first()
        .and_then(|row| row.int(0).ok())
        .ok_or_else(|| DriverError::Corrupt("the lane's row is missing".to_owned()))
}

/// The end of a batch as one round trip. COMMIT has no time-out: cancelling one that waits for a
/// standby would leave it committed on one side only.
pub(crate) fn commit_text(instance: &str, lane: i64, batch_no: i64) -> String {
    let instance = instance.replace('\'', "''");
    format!(
        "RELEASE s; UPDATE lane SET batch_no = {batch_no} WHERE instance = '{instance}' AND lane = {lane}; SET LOCAL statement_timeout = 0; COMMIT"
    )
}
