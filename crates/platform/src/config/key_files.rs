//! Keys that stand in files of their own, under the names by which they are known.

use std::path::PathBuf;

use kernel::Moment;

use super::reader::Reader;

/// A key in a file, under the name by which it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    pub serial: String,
    pub file: PathBuf,
    /// It is used from then on.
    pub from: Option<Moment>,
}

/// Keys under their names, each written `NAME=FILE` or `NAME=FILE from TIME`; or one of them in two settings of its own.
pub(super) fn read(reader: &mut Reader<'_>, list: &str, [name, file]: [&str; 2]) -> Vec<KeyFile> {
    let mut keys = Vec::new();
    for entry in reader.list(list) {
        match key_file(&entry) {
            Some(key) => keys.push(key),
            None => reader.wrong(
                list,
                format!("\"{entry}\" must be NAME=FILE, or NAME=FILE from TIME, for example \"5157F09E=/etc/renshe/key.pem from 2026-12-01T02:00:00+08:00\""),
            ),
        }
    }
    match (reader.text(name), reader.text(file)) {
        (None, None) => {}
        (Some(_), Some(_)) if !keys.is_empty() => {
            reader.wrong(
                name,
                format!("stands beside {list}: write it there as NAME=FILE, and leave {name} and {file} out"),
            );
        }
        (Some(serial), Some(path)) => keys.push(KeyFile { serial, file: path.into(), from: None }),
        (Some(_), None) => reader.wrong(name, format!("needs {file} beside it")),
        (None, Some(_)) => reader.wrong(file, format!("needs {name} beside it")),
    }
    keys
}

fn key_file(entry: &str) -> Option<KeyFile> {
    let (serial, rest) = entry.split_once('=')?;
    let (file, from) = match rest.rsplit_once(" from ") {
        Some((file, from)) => (file, Some(Moment::from_rfc3339(from.trim())?)),
        None => (rest, None),
    };
    let (serial, file) = (serial.trim(), file.trim());
    (!serial.is_empty() && !file.is_empty()).then(|| KeyFile { serial: serial.to_owned(), file: file.into(), from })
}
