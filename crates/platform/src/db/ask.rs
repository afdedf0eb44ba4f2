//! One question to a database before its door is opened.

use super::driver::{Conn, Role};
use super::fault::DbFault;
use super::row::Row;
use super::settings::Target;
use super::statement::Sql;

/// The rows of a statement without parameters, on a connection of its own. Blocks; never call it inside an async context.
pub(crate) fn ask(target: &Target, sql: &'static Sql) -> Result<Vec<Row>, DbFault> {
    let mut conn = Conn::open(target, Role::Reader)?;
    Ok(conn.query(sql, &[])?)
}
