//! Anchors: a signed chain over the heads of all audit chains, and its copy outside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Moment;
use serde::{Deserialize, Serialize};

use super::{Canon, Hash, store};
use crate::db::{Db, DbFault, Tx};
use crate::vault::Vault;

/// Anchors carried out in one go.
const EXPORT_PAGE: i64 = 500;
/// Anchors in one export file: about a week of them.
const ANCHORS_A_FILE: i64 = 10_000;

/// One signed statement: "these chains had come this far".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// 1, 2, 3 … without gaps.
    pub n: i64,
    pub at: Moment,
    /// Hash of the anchor before; 32 zero bytes for the first.
    pub prev: Vec<u8>,
    /// JSON list of [`Head`], by chain.
    pub heads: String,
    pub hash: Vec<u8>,
    /// Ed25519 over `hash`.
    pub signature: Vec<u8>,
}

/// A chain's head as an anchor states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub chain: String,
    pub n: i64,
    /// Base64.
    pub hash: String,
}

impl Anchor {
    pub(super) fn computed_hash(&self) -> Hash {
        let mut canon = Canon::new("renshe audit anchor 1");
        canon.int(self.n).int(self.at.ms()).bytes(&self.prev).text(&self.heads);
        canon.finish()
    }

    pub(super) fn heads(&self) -> Result<Vec<Head>, serde_json::Error> {
        serde_json::from_str(&self.heads)
    }
}

impl Head {
    pub(super) fn hash_bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.hash).unwrap_or_default()
    }
}

/// Writes the next anchor over every chain that has grown since the last one; `None` when nothing
/// has. To be run by one leased job, at least once a minute, under the key `audit`/`anchor`.
pub fn anchor(tx: &mut Tx<'_>, vault: &Vault, now: Moment) -> Result<Option<Anchor>, DbFault> {
    let grown = store::unanchored_heads(tx)?;
    if grown.is_empty() {
        return Ok(None);
    }
    let heads: Vec<Head> =
        grown.into_iter().map(|(chain, n, hash)| Head { chain, n, hash: STANDARD.encode(hash) }).collect();
    let (n, prev) = store::last_anchor(tx)?.map_or((1, vec![0; 32]), |last| (last.n + 1, last.hash));
    let text = serde_json::to_string(&heads).map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let mut anchor = Anchor { n, at: now, prev, heads: text, hash: Vec::new(), signature: Vec::new() };
    anchor.hash = anchor.computed_hash().to_vec();
    anchor.signature = vault.sign_anchor(&anchor.hash);
    store::insert_anchor(tx, &anchor)?;
    for head in &heads {
        store::mark_anchored(tx, &head.chain, head.n)?;
    }
    Ok(Some(anchor))
}

/// Appends the anchors that `dir` does not hold yet to its files, one line of JSON each; returns how
/// many. Safe to repeat; at least every ten minutes (architecture, rule 10).
pub async fn export(db: &Db, dir: &Path) -> Result<u64, ExportError> {
    let mut carried = 0;
    let from = dir.to_owned();
    let mut last = blocking(move || last_exported(&from)).await?;
    loop {
        let page = db.read("audit.export", move |tx| store::anchors_after(tx, last, EXPORT_PAGE)).await?;
        let Some(end) = page.last() else { return Ok(carried) };
        last = end.n;
        carried += page.len() as u64;
        let to = dir.to_owned();
        blocking(move || append_lines(&to, &page)).await?;
    }
}

/// Why anchors could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the anchor files cannot be read or written: {0}")]
    Files(#[from] io::Error),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// An anchor as a line of an export file.
#[derive(Serialize, Deserialize)]
struct Line {
    n: i64,
    at_ms: i64,
    prev: String,
    heads: String,
    hash: String,
    signature: String,
}

impl Line {
    fn of(anchor: &Anchor) -> Self {
        let encode = |bytes: &Vec<u8>| STANDARD.encode(bytes);
        Self {
            n: anchor.n,
            at_ms: anchor.at.ms(),
            prev: encode(&anchor.prev),
            heads: anchor.heads.clone(),
            hash: encode(&anchor.hash),
            signature: encode(&anchor.signature),
        }
    }

    fn anchor(self) -> Result<Anchor, base64::DecodeError> {
        Ok(Anchor {
            n: self.n,
            at: Moment::from_ms(self.at_ms),
            prev: STANDARD.decode(self.prev)?,
            heads: self.heads,
            hash: STANDARD.decode(self.hash)?,
            signature: STANDARD.decode(self.signature)?,
        })
    }
}

fn append_lines(dir: &Path, anchors: &[Anchor]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut open: Option<(PathBuf, File)> = None;
    for anchor in anchors {
        let path = dir.join(format!("anchors-{:06}.jsonl", anchor.n / ANCHORS_A_FILE));
        if open.as_ref().is_none_or(|(name, _)| *name != path) {
            sync(open.take())?;
            let file = open_after_a_whole_line(&path)?;
            open = Some((path, file));
        }
        if let Some((_, file)) = &mut open {
            let mut line = serde_json::to_vec(&Line::of(anchor))?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
    }
    sync(open)
}

/// Opens a file to append; ends the last line first if a crash cut it short.
fn open_after_a_whole_line(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn sync(open: Option<(PathBuf, File)>) -> io::Result<()> {
    open.map_or(Ok(()), |(_, file)| file.sync_all())
}

fn last_exported(dir: &Path) -> io::Result<i64> {
    // The numbers grow with the names: the newest file with a readable line knows.
    for path in export_files(dir)?.iter().rev() {
        let mut anchors = Vec::new();
        read_file(path, &mut anchors)?;
        if let Some(n) = anchors.iter().map(|anchor| anchor.n).max() {
            return Ok(n);
        }
    }
    Ok(0)
}

/// All anchors in a folder of export files, by number. Lines that cannot be read are passed over
/// with a warning: a crash may cut the last one short, and the next export writes it again.
pub fn read_exports(dir: &Path) -> io::Result<Vec<Anchor>> {
    let mut anchors = Vec::new();
    for path in export_files(dir)? {
        read_file(&path, &mut anchors)?;
    }
    anchors.sort_by_key(|anchor| anchor.n);
    // The same line twice is one anchor; two different ones under one number stay, to be found out.
    anchors.dedup();
    Ok(anchors)
}

fn export_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "jsonl"));
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path, anchors: &mut Vec<Anchor>) -> io::Result<()> {
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let parsed = serde_json::from_str::<Line>(&line).ok().and_then(|line| line.anchor().ok());
        match parsed {
            Some(anchor) => anchors.push(anchor),
            None => tracing::warn!(path = %path.display(), "audit.export_line_unreadable"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor_no(n: i64) -> Anchor {
        Anchor {
            n,
            at: Moment::from_ms(1_763_800_000_000),
            prev: vec![0; 32],
            heads: "[]".to_owned(),
            hash: vec![1; 32],
            signature: vec![2; 64],
        }
    }

    #[test]
    fn exports_go_on_after_a_line_that_was_cut_short() {
        let dir = std::env::temp_dir().join(format!("renshe-anchors-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        assert_eq!(last_exported(&dir).unwrap(), 0);
        append_lines(&dir, &[anchor_no(9_999), anchor_no(10_000)]).unwrap();
        assert_eq!(export_files(&dir).unwrap().len(), 2);
        let mut file = OpenOptions::new().append(true).open(dir.join("anchors-000001.jsonl")).unwrap();
        file.write_all(b"{\"n\":10001,\"at").unwrap();
        assert_eq!(last_exported(&dir).unwrap(), 10_000);
        append_lines(&dir, &[anchor_no(10_001)]).unwrap();
        append_lines(&dir, &[anchor_no(10_001)]).unwrap();
        assert_eq!(last_exported(&dir).unwrap(), 10_001);
        assert_eq!(read_exports(&dir).unwrap().len(), 3);
        fs::remove_dir_all(&dir).unwrap();
    }
}
