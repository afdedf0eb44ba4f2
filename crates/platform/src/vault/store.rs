//! The only SQL for the tables `data_key` and `key_check`.

use super::cipher::{Cipher, hmac};
use super::{DataKey, NewDataKey, Vault, wrap_aad};
use crate::db::{DbFault, Row, Target, Tx, ask};
use crate::{sql, vals};

/// Inserts a data key made by [`Vault::create_key`].
pub fn insert_key(tx: &mut Tx<'_>, key: &NewDataKey) -> Result<(), DbFault> {
    let NewDataKey { id, kek, cipher, purpose, wrapped, created_at } = key;
    tx.exec(
        sql!("INSERT INTO data_key (id, kek_id, alg, purpose, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6)"),
        vals![id, kek, cipher.as_str(), *purpose, wrapped, *created_at],
    )?;
    Ok(())
}

/// Reads and opens a data key; `None` if it never existed or has been destroyed.
pub fn load_key(tx: &mut Tx<'_>, vault: &Vault, key_id: &str) -> Result<Option<DataKey>, DbFault> {
    tx.opt(sql!("SELECT id AS key_id, kek_id, alg, wrapped FROM data_key WHERE id = $1"), vals![key_id], |row| {
        key_of(row, vault)
    })
}

/// Opens the data key whose columns stand in a row: `key_id` (`data_key.id`), `kek_id`, `alg`, `wrapped`; for a
/// statement that joins the key to what it opens.
pub fn key_of(row: &Row, vault: &Vault) -> Result<DataKey, DbFault> {
    let (id, alg) = (row.text("key_id")?, row.text("alg")?);
    Ok(vault.unwrap_key(&id, &row.text("kek_id")?, cipher(&id, &alg)?, &row.blob("wrapped")?)?)
}

/// Destroys a data key: what was sealed with it can never be opened again. False when it was gone.
pub fn destroy_key(tx: &mut Tx<'_>, key_id: &str) -> Result<bool, DbFault> {
    Ok(tx.exec(sql!("DELETE FROM data_key WHERE id = $1"), vals![key_id])? > 0)
}

/// Wraps up to `limit` data keys that are under a retired KEK anew under the active one; returns
/// how many. Zero means that rotation is complete.
///
/// Runs as bulk work under a key of its own: data keys are otherwise inserted and deleted, never
/// updated. The new nonce is derived from what is rewrapped, so a closure run again writes the same.
pub fn rewrap_chunk(tx: &mut Tx<'_>, vault: &Vault, limit: i64) -> Result<u64, DbFault> {
    let mut done = 0;
    for retired in vault.retired_keks() {
        let left = limit.saturating_sub_unsigned(done);
        if left <= 0 {
            break;
        }
        let rows = tx.query(
            sql!("SELECT id, alg, wrapped FROM data_key WHERE kek_id = $1 ORDER BY id LIMIT $2"),
            vals![retired.id(), left],
            |row| Ok((row.text(0)?, row.text(1)?, row.blob(2)?)),
        )?;
        for (id, alg, wrapped) in rows {
            done += rewrap(tx, vault, retired.id(), (&id, &alg, &wrapped))?;
        }
    }
    Ok(done)
}

fn rewrap(tx: &mut Tx<'_>, vault: &Vault, retired: &str, row: (&str, &str, &[u8])) -> Result<u64, DbFault> {
    let (id, alg, wrapped) = row;
    let opened = vault.unwrap_key(id, retired, cipher(id, alg)?, wrapped)?;
    let active = vault.active_kek();
    let drawn =
        hmac(vault.suite.digest, vault.mac.bytes(), &[b"rewrap", active.id().as_bytes(), id.as_bytes(), wrapped]);
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&drawn[..12]);
    let anew = active.seal_with(wrap_aad(id), opened.secret().bytes(), nonce)?;
    tx.exec(
        sql!("UPDATE data_key SET kek_id = $1, wrapped = $2 WHERE id = $3 AND kek_id = $4"),
        vals![active.id(), anew, id, retired],
    )
}

/// Whether a database has never seen a key file: one may still be made for it. Blocks; never call it inside an async context.
pub fn knows_no_key(target: &Target) -> Result<bool, DbFault> {
    let seen = sql!("SELECT kek_id FROM key_check UNION ALL SELECT kek_id FROM data_key LIMIT 1");
    Ok(ask(target, seen)?.is_empty())
}

/// Makes sure that the key file is this database's, and remembers how the keys answer that it sees for the first time.
/// A fault here is a sentence for the operator; nothing may be served after it.
pub fn verify_keys(tx: &mut Tx<'_>, vault: &Vault) -> Result<(), DbFault> {
    for (id, fingerprint) in judge_keys(tx, vault)? {
        tx.exec(
            sql!("INSERT INTO key_check (kek_id, fingerprint) VALUES ($1, $2) ON CONFLICT (kek_id) DO NOTHING"),
            vals![id, &fingerprint[..]],
        )?;
    }
    Ok(())
}

/// Makes sure that the key file is this database's, and writes nothing: each KEK must answer as it did when it was first
/// seen, and every KEK that data keys need must be there. Returns those that this database has not seen yet.
pub fn judge_keys<'v>(tx: &mut Tx<'_>, vault: &'v Vault) -> Result<Vec<(&'v str, [u8; 32])>, DbFault> {
    let known = tx.query(sql!("SELECT kek_id, fingerprint FROM key_check ORDER BY kek_id"), vals![], |row| {
        Ok((row.text(0)?, row.blob(1)?))
    })?;
    if !known.is_empty() && !known.iter().any(|(id, _)| vault.kek(id).is_ok()) {
        return wrong(format!("it holds none of the keys this database was made with ({})", known[0].0));
    }
    let mut unseen = Vec::new();
    for kek in &vault.keks {
        let fingerprint = vault.fingerprint(kek);
        match known.iter().find(|(id, _)| id == kek.id()) {
            Some((id, stored)) if *stored != fingerprint => {
                return wrong(format!(
                    "its key {id} or its index, mac or anchor key is not the one this database was made with"
                ));
            }
            Some(_) => {}
            None => unseen.push((kek.id(), fingerprint)),
        }
    }
    for id in keks_in_use(tx)? {
        if vault.kek(&id).is_err() {
            return wrong(format!("it lacks key {id}, which data keys of this database are wrapped with"));
        }
    }
    Ok(unseen)
}

fn wrong<T>(why: String) -> Result<T, DbFault> {
    Err(DbFault::Corrupt(format!("the key file is the wrong one for this database: {why}")))
}

/// The KEKs that data keys name, one index step each however many rows there are.
fn keks_in_use(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let after = found.last().map_or("", String::as_str);
        let next = tx.opt(
            sql!("SELECT kek_id FROM data_key WHERE kek_id > $1 ORDER BY kek_id LIMIT 1"),
            vals![after],
            |row| row.text(0),
        )?;
        match next {
            Some(id) => found.push(id),
            None => return Ok(found),
        }
    }
}

fn cipher(key_id: &str, alg: &str) -> Result<Cipher, DbFault> {
    alg.parse().map_err(|_| DbFault::Corrupt(format!("data key {key_id} has the unknown algorithm {alg}")))
}
