//! The only SQL for `message` and `message_text`.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::vault::Vault;
use platform::{sql, vals, wipe_old};

use super::model::{Args, MessageId};
use super::prepare::PreparedMessage;
use crate::people::{PersonId, store as people};
use crate::sealed::Column;

pub(crate) const ARGS: Column = Column::new("message", "args");

/// A message, opened for its reader.
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) kind: String,
    pub(crate) args: Args,
    pub(crate) created_at: Moment,
    pub(crate) read: bool,
}

/// Inserts a message.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &PreparedMessage) -> Result<(), DbFault> {
    tx.send(
        sql!("INSERT INTO message (id, person_id, kind, args, created_at) VALUES ($1, $2, $3, $4, $5)"),
        vals![new.id.as_str(), new.person.as_str(), new.kind, new.args.as_slice(), new.now],
    )
}

/// Counts a text of the message's kind to its person; false when today's are used up. The one statement decides, for
/// whichever lane or instance writes.
pub(crate) fn take_text(tx: &mut Tx<'_>, message: &PreparedMessage, most: i64) -> Result<bool, DbFault> {
    let counted = tx.exec(
        sql!(
            "INSERT INTO message_text (person_id, kind, day, sent) VALUES ($1, $2, $3, 1)
             ON CONFLICT (person_id, kind, day) DO UPDATE SET sent = message_text.sent + 1 WHERE message_text.sent < $4"
        ),
        vals![message.person.as_str(), message.kind, message.now.date().to_string(), most],
    )?;
    Ok(counted == 1)
}

/// Deletes up to 500 messages from before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "message", "id", "created_at", before)
}

/// Deletes up to 500 counts of texts from before the day of `before`; returns how many.
pub(crate) fn wipe_texts(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "message_text", "person_id, kind, day", "day", before.date().to_string())
}

/// Whether a person was sent a message of this kind since a moment.
pub(crate) fn told_since(tx: &mut Tx<'_>, person: &PersonId, kind: &str, since: Moment) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!("SELECT 1 FROM message WHERE person_id = $1 AND kind = $2 AND created_at > $3 LIMIT 1"),
        vals![person.as_str(), kind, since],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// A person's messages, the newest first: up to `limit`, from before the message `before`.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    before: Option<&MessageId>,
    limit: i64,
) -> Result<Vec<Message>, DbFault> {
    // Ids are time-ordered; `~` sorts after every id.
    let before = before.map_or("~", |id| id.as_str());
    let rows = tx.query(
        sql!(
            "SELECT id, kind, args, created_at, read_at FROM message
             WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        ),
        vals![person.as_str(), before, limit],
        sealed,
    )?;
    open(tx, vault, person, rows)
}

/// One message of a person; nobody reads another's.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    id: &MessageId,
) -> Result<Option<Message>, DbFault> {
    let rows = tx.query(
        sql!("SELECT id, kind, args, created_at, read_at FROM message WHERE person_id = $1 AND id = $2"),
        vals![person.as_str(), id.as_str()],
        sealed,
    )?;
    Ok(open(tx, vault, person, rows)?.into_iter().next())
}

/// Deletes a person's messages and the counts of their texts, with the person.
pub(crate) fn delete_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM message WHERE person_id = $1"), vals![person.as_str()])?;
    tx.exec(sql!("DELETE FROM message_text WHERE person_id = $1"), vals![person.as_str()])?;
    Ok(())
}

/// Notes that a message was opened.
pub(crate) fn mark_read(tx: &mut Tx<'_>, person: &PersonId, id: &MessageId, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE message SET read_at = $1 WHERE person_id = $2 AND id = $3 AND read_at IS NULL"),
        vals![now, person.as_str(), id.as_str()],
    )?;
    Ok(())
}

struct Sealed {
    id: MessageId,
    kind: String,
    args: Vec<u8>,
    created_at: Moment,
    read: bool,
}

fn sealed(row: &Row) -> Result<Sealed, DbFault> {
    Ok(Sealed {
        id: row.parse("id")?,
        kind: row.text("kind")?,
        args: row.blob("args")?,
        created_at: row.moment("created_at")?,
        read: row.opt_moment("read_at")?.is_some(),
    })
}

fn open(tx: &mut Tx<'_>, vault: &Vault, person: &PersonId, rows: Vec<Sealed>) -> Result<Vec<Message>, DbFault> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let Some(reach) = people::reach(tx, vault, person)? else { return Ok(Vec::new()) };
    rows.into_iter()
        .map(|row| {
            let args = ARGS.read(&reach.key, row.id.as_str(), &row.args, |text| Args::parse(text).ok_or(()))?;
            Ok(Message { id: row.id, kind: row.kind, args, created_at: row.created_at, read: row.read })
        })
        .collect()
}
