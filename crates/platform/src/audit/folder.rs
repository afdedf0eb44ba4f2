//! A folder as a witness: one line of JSON for each anchor, signed, only ever appended. Best on another machine's disk, or on
//! one that cannot be written over.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Moment;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::Anchor;
use super::verify::seal_finding;
use super::witness::{Seen, Witness, WitnessError};
use crate::private;
use crate::vault::Vault;

/// Anchors in one file: about a week of them.
const ANCHORS_A_FILE: i64 = 10_000;

/// How much of a file's end is read to find its newest anchor.
const TAIL_BYTES: u64 = 1024 * 1024;

/// A call to a folder that takes longer than this counts as hanging; when another machine's disk goes away, calls can
/// hang for days.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder of export files.
///
/// A file system that hangs lets go of no call, so each is made on a thread of its own, which neither a start nor a stop waits
/// for, and never while another is still under way: however long it hangs, it holds one thread.
///
/// Anybody who can write there can add a line. Only lines that this installation signed count as known by the witness;
/// `renshe audit verify` finds the others.
#[derive(Debug, Clone)]
pub struct FolderWitness {
    folder: PathBuf,
    vault: Arc<Vault>,
    patience: Duration,
    /// The permit to make a call; a call that hangs keeps it.
    turn: Arc<Semaphore>,
}

impl FolderWitness {
    /// The witness in a folder, which is made when it is first given something.
    pub fn new(folder: PathBuf, vault: Arc<Vault>) -> Self {
        Self::patient(folder, vault, PATIENCE)
    }

    /// The same with another patience: for tests.
    #[doc(hidden)]
    pub fn patient(folder: PathBuf, vault: Arc<Vault>, patience: Duration) -> Self {
        Self { folder, vault, patience, turn: Arc::new(Semaphore::new(1)) }
    }

    /// Its files, the oldest first. Each holds the anchors of a stretch of numbers.
    ///
    /// # Errors
    /// The folder cannot be read, or hangs; one that is not there has none.
    pub async fn files(&self) -> Result<Vec<PathBuf>, WitnessError> {
        self.blocking(export_files).await
    }

    /// All anchors of one of its files, by number. The same line twice is one anchor; two under one number stay, to be
    /// found out. Also says how many lines cannot be read: a crash may cut the last one short, and nothing else may.
    ///
    /// # Errors
    /// The file cannot be read, or hangs.
    pub async fn read(&self, file: PathBuf) -> Result<(Vec<Anchor>, u64), WitnessError> {
        self.blocking(move |_| read_export(&file)).await
    }

    fn away(&self, why: impl ToString) -> WitnessError {
        WitnessError::Away { name: self.name(), why: why.to_string() }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, WitnessError> {
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.turn).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(self.away("an earlier call to it still hangs; it was left alone")) };
        let (folder, (tell, done)) = (self.folder.clone(), tokio::sync::oneshot::channel());
        let call = thread::Builder::new().name("audit-folder".to_owned()).spawn(move || {
            let _turn = turn;
            // If nobody waits any more, nobody is told.
            drop(tell.send(work(&folder)));
        });
        call.map_err(|error| self.away(error))?;
        match tokio::time::timeout(self.patience, done).await {
            Ok(Ok(done)) => done.map_err(|error| self.away(error)),
            Ok(Err(_)) => Err(self.away("a call to it broke off")),
            Err(_) => Err(self.away(format!("it hangs: no answer in {} seconds", self.patience.as_secs()))),
        }
    }
}

#[async_trait]
impl Witness for FolderWitness {
    fn name(&self) -> String {
        std::path::absolute(&self.folder).as_deref().unwrap_or(&self.folder).display().to_string()
    }

    async fn newest(&self) -> Result<Option<Seen>, WitnessError> {
        let vault = Arc::clone(&self.vault);
        self.blocking(move |folder| newest(folder, &vault)).await
    }

    async fn at(&self, n: i64) -> Result<Option<Seen>, WitnessError> {
        let vault = Arc::clone(&self.vault);
        self.blocking(move |folder| at(folder, n, &vault)).await
    }

    async fn add(&self, anchors: &[Anchor]) -> Result<(), WitnessError> {
        let anchors = anchors.to_vec();
        self.blocking(move |folder| append_lines(folder, &anchors)).await
    }
}

fn read_export(path: &Path) -> io::Result<(Vec<Anchor>, u64)> {
    let (mut anchors, mut unreadable) = (Vec::new(), 0);
    for line in BufReader::new(File::open(path)?).lines() {
        match serde_json::from_str::<Line>(&line?).ok().and_then(|line| line.anchor().ok()) {
            Some(anchor) => anchors.push(anchor),
            None => unreadable += 1,
        }
    }
    anchors.sort_by_key(|anchor| anchor.n);
    anchors.dedup();
    Ok((anchors, unreadable))
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

fn file_of(folder: &Path, n: i64) -> PathBuf {
    folder.join(format!("anchors-{:06}.jsonl", n / ANCHORS_A_FILE))
}

fn seen(anchor: Anchor) -> Seen {
    Seen { n: anchor.n, at: anchor.at, hash: anchor.hash }
}

fn is_ours(anchor: &Anchor, vault: &Vault) -> bool {
    seal_finding(anchor, Some(vault)).is_none()
}

fn newest(folder: &Path, vault: &Vault) -> io::Result<Option<Seen>> {
    // The numbers grow with the names: the newest file with a line of ours knows.
    for path in export_files(folder)?.iter().rev() {
        let last = match last_of_tail(path, vault)? {
            None => read_export(path)?.0.into_iter().rfind(|anchor| is_ours(anchor, vault)),
            found => found,
        };
        if let Some(last) = last {
            return Ok(Some(seen(last)));
        }
    }
    Ok(None)
}

/// The newest anchor among the last lines of a file: it is asked for each minute, and files are long.
fn last_of_tail(path: &Path, vault: &Vault) -> io::Result<Option<Anchor>> {
    let mut file = File::open(path)?;
    let from = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let lines = tail.split(|byte| *byte == b'\n').skip(usize::from(from > 0));
    let anchors = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok()?.anchor().ok());
    let mut anchors: Vec<Anchor> = anchors.collect();
    // The newest line is usually ours, and then no other signature has to be checked.
    anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.n));
    Ok(anchors.into_iter().find(|anchor| is_ours(anchor, vault)))
}

fn at(folder: &Path, n: i64, vault: &Vault) -> io::Result<Option<Seen>> {
    match read_export(&file_of(folder, n)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => Ok(other?.0.into_iter().find(|anchor| anchor.n == n && is_ours(anchor, vault)).map(seen)),
    }
}

fn append_lines(folder: &Path, anchors: &[Anchor]) -> io::Result<()> {
    private::make(folder)?;
    let mut open: Option<(PathBuf, File)> = None;
    for anchor in anchors {
        let path = file_of(folder, anchor.n);
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
    let mut file = private::append(path)?;
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

fn export_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "jsonl"));
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that the tests' installation signed.
    fn anchor_no(n: i64) -> Anchor {
        let at = Moment::from_ms(1_763_800_000_000);
        let (hash, signature) = (Vec::new(), Vec::new());
        let anchor = Anchor { n, at, prev: vec![0; 32], heads: "[]".to_owned(), hash, signature };
        let hash = anchor.computed_hash();
        Anchor { signature: Vault::for_tests().sign_anchor(&hash), hash: hash.to_vec(), ..anchor }
    }

    #[test]
    fn exports_go_on_after_a_line_that_was_cut_short() {
        let dir = std::env::temp_dir().join(format!("renshe-anchors-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        let vault = Vault::for_tests();
        let newest_n = || newest(&dir, &vault).unwrap().map(|seen| seen.n);
        assert_eq!(newest_n(), None);
        append_lines(&dir, &[anchor_no(9_999), anchor_no(10_000)]).unwrap();
        let files = export_files(&dir).unwrap();
        assert_eq!(files.len(), 2);
        let mut file = private::append(&files[1]).unwrap();
        file.write_all(b"{\"n\":10001,\"at").unwrap();
        assert_eq!((newest_n(), read_export(&files[1]).unwrap().1), (Some(10_000), 1));
        append_lines(&dir, &[anchor_no(10_001)]).unwrap();
        append_lines(&dir, &[anchor_no(10_001)]).unwrap();
        assert_eq!((newest_n(), read_export(&files[1]).unwrap().0.len()), (Some(10_001), 2));
        let at = |n: i64| at(&dir, n, &vault).unwrap().map(|seen| seen.n);
        assert_eq!((at(9_999), at(30_000)), (Some(9_999), None));
        fs::remove_dir_all(&dir).unwrap();
    }

    /// A pipe that nobody writes into hangs whoever opens it, as a file of a machine that went away does.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_folder_that_hangs_is_told_of_and_holds_one_thread() {
        let dir = std::env::temp_dir().join(format!("renshe-hanging-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir(&dir).unwrap();
        let pipe = dir.join("anchors-000000.jsonl");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let witness = FolderWitness::patient(dir.clone(), Arc::new(Vault::for_tests()), Duration::from_millis(50));
        let said = witness.newest().await.unwrap_err().to_string();
        assert!(said.contains("it hangs"), "{said}");
        for _ in 0..3 {
            let said = witness.add(&[anchor_no(1)]).await.unwrap_err().to_string();
            assert!(said.contains("an earlier call to it still hangs"), "{said}");
        }
        assert!(witness.files().await.is_err(), "whoever verifies waits for it no longer either");
        // Somebody answers at last, and it is a witness again.
        drop(fs::OpenOptions::new().write(true).open(&pipe).unwrap());
        fs::remove_file(&pipe).unwrap();
        while witness.add(&[anchor_no(1)]).await.is_err() {}
        assert_eq!(witness.newest().await.unwrap().map(|seen| seen.n), Some(1));
        // A file of it that hangs keeps nobody either.
        let pipe = dir.join("anchors-000001.jsonl");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(witness.files().await.unwrap().len(), 2);
        let said = witness.read(pipe.clone()).await.unwrap_err().to_string();
        assert!(said.contains("it hangs"), "{said}");
        drop(fs::OpenOptions::new().write(true).open(&pipe).unwrap());
        fs::remove_dir_all(&dir).unwrap();
    }
}
