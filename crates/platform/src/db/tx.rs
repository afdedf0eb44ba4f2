//! What a closure sees of the database: statements, audit rows, effects after commit.

use super::driver::Conn;
use super::fault::{DbFault, DriverError};
use super::row::Row;
use super::statement::Sql;
use super::value::Val;
use crate::audit::AuditEntry;

/// One closure's view of an open transaction. It offers no way to wait, to call a partner or to
/// open another transaction.
///
/// The first failed statement closes the view: later calls repeat its fault, and the closure's
/// result is that fault even if it returned `Ok` (PostgreSQL would refuse the rest anyway).
pub struct Tx<'a> {
    conn: &'a mut Conn,
    failed: Option<DriverError>,
    audit: Vec<AuditEntry>,
    effects: Vec<Effect>,
}

pub(crate) type Effect = Box<dyn FnOnce() + Send>;

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a mut Conn) -> Self {
        Self { conn, failed: None, audit: Vec::new(), effects: Vec::new() }
    }

    /// Runs a statement that answers no rows; returns how many rows it touched.
    pub fn exec(&mut self, sql: &'static Sql, values: &[Val]) -> Result<u64, DbFault> {
        self.open()?;
        self.conn.exec(sql, values).map_err(|error| self.fail(error))
    }

    /// Runs a statement whose count says nothing: a plain INSERT of a row of one's own. PostgreSQL hears of it
    /// together with the next statement or with the closure's end, which saves a round trip; if it fails, the
    /// closure has failed, even if it has returned `Ok` by then.
    pub fn send(&mut self, sql: &'static Sql, values: &[Val]) -> Result<(), DbFault> {
        self.open()?;
        self.conn.send(sql, values).map_err(|error| self.fail(error))
    }

    /// Runs a statement and maps each row of its answer.
    pub fn query<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Val],
        mut each: impl FnMut(&Row) -> Result<T, DbFault>,
    ) -> Result<Vec<T>, DbFault> {
        self.open()?;
        let rows = self.conn.query(sql, values).map_err(|error| self.fail(error))?;
        rows.iter().map(&mut each).collect::<Result<_, _>>().map_err(|fault| self.corrupt(fault))
    }

    /// The first row of an answer, if any.
    pub fn opt<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Val],
        each: impl FnMut(&Row) -> Result<T, DbFault>,
    ) -> Result<Option<T>, DbFault> {
        Ok(self.query(sql, values, each)?.into_iter().next())
    }

    /// The one row that must be there.
    pub fn one<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Val],
        each: impl FnMut(&Row) -> Result<T, DbFault>,
    ) -> Result<T, DbFault> {
        self.opt(sql, values, each)?
            .ok_or_else(|| DbFault::Corrupt(format!("no row where one must be: {}", sql.text())))
    }

    /// Adds an audit row, written at the closure's end in the lane's chain. If it cannot be
    /// written, the act fails (architecture, rule 10).
    pub fn audit(&mut self, entry: AuditEntry) {
        self.audit.push(entry);
    }

    /// Runs `effect` on the lane's thread once the batch has committed, and only then. For nudges
    /// and counters of this process; whatever must not be lost is a row.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.push(Box::new(effect));
    }

    fn open(&self) -> Result<(), DbFault> {
        self.failed.as_ref().map_or(Ok(()), |error| Err(error.fault()))
    }

    fn fail(&mut self, error: DriverError) -> DbFault {
        let fault = error.fault();
        self.failed = Some(error);
        fault
    }

    fn corrupt(&mut self, fault: DbFault) -> DbFault {
        self.fail(DriverError::Corrupt(fault.to_string()))
    }

    pub(crate) fn failure(&self) -> Option<&DriverError> {
        self.failed.as_ref()
    }

    pub(crate) fn take_audit(&mut self) -> Vec<AuditEntry> {
        std::mem::take(&mut self.audit)
    }

    pub(crate) fn into_parts(self) -> (Option<DriverError>, Vec<Effect>) {
        (self.failed, self.effects)
    }
}
