//! Policy: the figures that a bureau may change, as dated data (architecture, rule 15).
//!
//! The files of `policy/` are built into the program; a folder may replace or add files. Each
//! `[[name]]` table says from which day it holds; the latest that has begun is in force.
//! `calendar-YYYY.toml` files are years of the working-day calendar.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use include_dir::{Dir, include_dir};
use kernel::{Date, WorkCalendar};
use serde::de::DeserializeOwned;
use serde_spanned::Spanned;
use toml::{Table, Value};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policy");

/// One kind of policy: the type that `[[NAME]]` tables are read into.
pub trait Section: DeserializeOwned + Send + Sync + 'static {
    /// The table's name in the files.
    const NAME: &'static str;

    /// Checks what the type alone cannot express: ranges, order, sums. The text completes "policy NAME is wrong: …".
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Why there is no policy to go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("policy {section} holds from {first}; there is none for {on}")]
    NotYet { section: &'static str, on: Date, first: Date },
    #[error("policy {0} is missing: no file has a [[{0}]] table")]
    NoSection(&'static str),
    #[error("policy {section} is wrong: {why}")]
    Invalid { section: String, why: String },
    #[error("policy file {path} is wrong: {why}")]
    File { path: String, why: String },
    #[error("policy file {place}: nothing reads [[{section}]]; known: {known}")]
    Unknown { place: String, section: String, known: String },
}

/// A section that some part of the program reads. A start checks all of them, whatever the day is.
#[derive(Clone, Copy)]
pub struct Known {
    name: &'static str,
    verify: fn(&Policy) -> Result<(), PolicyError>,
}

impl Known {
    /// The section of a type.
    pub const fn of<T: Section>() -> Known {
        Known { name: T::NAME, verify: Policy::verify::<T> }
    }
}

/// All policy of this start, read once. A change takes effect at the next start.
pub struct Policy {
    sections: BTreeMap<String, Vec<Entry>>,
    calendar: WorkCalendar,
    typed: RwLock<HashMap<(TypeId, Date), Arc<dyn Any + Send + Sync>>>,
}

/// One dated table.
struct Entry {
    from: Date,
    file: String,
    /// The line of the table's own heading, counted from 1.
    line: usize,
    table: Table,
}

impl Entry {
    fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl Policy {
    /// The built-in files, each replaced by the file of the same name in `folder` if there is one;
    /// other files of the folder are added.
    pub fn load(folder: Option<&Path>) -> Result<Self, PolicyError> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for file in EMBEDDED.files() {
            if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                files.insert(name.to_owned(), text.to_owned());
            }
        }
        if let Some(folder) = folder {
            files.extend(read_folder(folder)?);
        }
        files.retain(|name, _| name.ends_with(".toml"));
        Self::from_files(files)
    }

    /// Policy from (file name, text) pairs: for tests and previews.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, PolicyError> {
        let mut sections: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        let mut calendar = WorkCalendar::default();
        for (path, text) in files {
            let fail = |why: String| PolicyError::File { path: path.clone(), why };
            if path.starts_with("calendar-") {
                let year = WorkCalendar::from_toml(&text).map_err(|error| fail(error.to_string()))?;
                calendar.merge(year).map_err(|error| fail(error.to_string()))?;
            } else {
                gather(&path, &text, &mut sections).map_err(fail)?;
            }
        }
        for (section, entries) in &mut sections {
            entries.sort_by_key(|entry| entry.from);
            if let Some(pair) = entries.windows(2).find(|pair| pair[0].from == pair[1].from) {
                let why =
                    format!("two tables hold from {} (in {} and {})", pair[0].from, pair[0].place(), pair[1].place());
                return Err(PolicyError::Invalid { section: section.clone(), why });
            }
        }
        Ok(Self { sections, calendar, typed: RwLock::default() })
    }

    /// The policy in force on a day.
    ///
    /// # Errors
    /// `NotYet` for a day before the first table; the others only where [`Policy::verify`] was not
    /// called at start.
    pub fn at<T: Section>(&self, on: Date) -> Result<Arc<T>, PolicyError> {
        let entries = self.entries::<T>()?;
        let begun = entries.partition_point(|entry| entry.from <= on);
        let Some(entry) = begun.checked_sub(1).and_then(|place| entries.get(place)) else {
            let first = entries.first().map_or(on, |entry| entry.from);
            return Err(PolicyError::NotYet { section: T::NAME, on, first });
        };
        self.read::<T>(entry)
    }

    /// Reads every table of a section, so that a mistake in next year's policy stops today's start.
    pub fn verify<T: Section>(&self) -> Result<(), PolicyError> {
        self.entries::<T>()?.iter().try_for_each(|entry| self.read::<T>(entry).map(drop))
    }

    /// Reads every table of every section that the program uses, and refuses sections that it does not use: if a
    /// section's name is mistyped, the built-in figures would otherwise stay in force without anybody noticing.
    ///
    /// # Errors
    /// The first mistake, with its file and line and with what is known there.
    pub fn verify_all(&self, known: &[Known]) -> Result<(), PolicyError> {
        if let Some((section, entries)) = self.sections.iter().find(|(name, _)| known.iter().all(|k| k.name != *name)) {
            let mut names: Vec<&str> = known.iter().map(|known| known.name).collect();
            names.sort_unstable();
            let place = entries.first().map_or(String::new(), Entry::place);
            return Err(PolicyError::Unknown { place, section: section.clone(), known: names.join(", ") });
        }
        known.iter().try_for_each(|known| (known.verify)(self))
    }

    /// The working-day calendar of all years that have a file.
    pub fn calendar(&self) -> &WorkCalendar {
        &self.calendar
    }

    fn entries<T: Section>(&self) -> Result<&[Entry], PolicyError> {
        self.sections.get(T::NAME).map(Vec::as_slice).ok_or(PolicyError::NoSection(T::NAME))
    }

    fn read<T: Section>(&self, entry: &Entry) -> Result<Arc<T>, PolicyError> {
        let key = (TypeId::of::<T>(), entry.from);
        let cached = self.typed.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(value) = cached.and_then(|any| any.downcast::<T>().ok()) {
            return Ok(value);
        }
        let wrong = |why: String| PolicyError::Invalid {
            section: T::NAME.to_owned(),
            why: format!("{} (from {}, in {})", why.trim(), entry.from, entry.place()),
        };
        let value: T = entry.table.clone().try_into().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        value.check().map_err(wrong)?;
        let value = Arc::new(value);
        self.typed.write().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        Ok(value)
    }
}

/// Takes the dated tables of one file.
fn gather(path: &str, text: &str, sections: &mut BTreeMap<String, Vec<Entry>>) -> Result<(), String> {
    let file: BTreeMap<String, Spanned<Value>> = toml::from_str(text).map_err(|error| error.to_string())?;
    for (name, value) in file {
        let line = line_of(text, value.span().start);
        let Value::Array(tables) = value.into_inner() else {
            return Err(format!(
                "line {line}: `{name}` must be written as [[{name}]] tables, each with from = \"YYYY-MM-DD\""
            ));
        };
        let mut lines = headings(text, &name).into_iter();
        for table in tables {
            let line = lines.next().unwrap_or(line);
            let Value::Table(mut table) = table else {
                return Err(format!("line {line}: `{name}` must be a list of tables"));
            };
            let from = match table.remove("from") {
                Some(Value::String(from)) => from,
                Some(Value::Datetime(from)) => from.to_string(),
                _ => return Err(format!("line {line}: a [[{name}]] table has no from = \"YYYY-MM-DD\"")),
            };
            let from = from.parse().map_err(|_| format!("line {line}: [[{name}]] from = \"{from}\" is not a day"))?;
            sections.entry(name.clone()).or_default().push(Entry { from, file: path.to_owned(), line, table });
        }
    }
    Ok(())
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// The lines on which tables of a section begin.
fn headings(text: &str, name: &str) -> Vec<usize> {
    let is_heading = |line: &str| {
        let inner =
            line.trim().strip_prefix("[[").and_then(|rest| rest.split_once("]]")).map(|(inner, _)| inner.trim());
        inner.is_some_and(|inner| inner.trim_matches('"') == name)
    };
    text.lines().enumerate().filter(|(_, line)| is_heading(line)).map(|(at, _)| at + 1).collect()
}

fn read_folder(folder: &Path) -> Result<BTreeMap<String, String>, PolicyError> {
    let fail = |path: &Path, error: std::io::Error| PolicyError::File {
        path: path.display().to_string(),
        why: error.to_string(),
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| fail(folder, error))? {
        let path = entry.map_err(|error| fail(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".toml") {
            let text = fs::read_to_string(&path).map_err(|error| fail(&path, error))?;
            files.insert(name.to_owned(), text);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Hold {
        secs: i64,
    }

    impl Section for Hold {
        const NAME: &'static str = "hold";
        fn check(&self) -> Result<(), String> {
            if self.secs > 0 { Ok(()) } else { Err("secs must be more than 0".to_owned()) }
        }
    }

    fn policy(files: &[(&str, &str)]) -> Result<Policy, PolicyError> {
        Policy::from_files(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_latest_begun_table_of_all_files_holds() {
        let policy = policy(&[
            ("b.toml", "[[hold]]\nfrom = \"2026-01-01\"\nsecs = 600\n"),
            ("a.toml", "[[hold]]\nfrom = 2025-01-01\nsecs = 900\n"),
        ])
        .unwrap();
        policy.verify::<Hold>().unwrap();
        assert_eq!(policy.at::<Hold>(day("2025-12-31")).unwrap().secs, 900);
        assert_eq!(policy.at::<Hold>(day("2026-01-01")).unwrap().secs, 600);
        assert!(Arc::ptr_eq(
            &policy.at::<Hold>(day("2026-01-01")).unwrap(),
            &policy.at::<Hold>(day("2027-01-01")).unwrap()
        ));
        let early = policy.at::<Hold>(day("2024-12-31")).unwrap_err();
        assert_eq!(early.to_string(), "policy hold holds from 2025-01-01; there is none for 2024-12-31");
    }

    #[test]
    fn mistakes_name_section_file_and_day() {
        let cases = [
            ("[[hold]]\nfrom = \"2025-01-01\"\nsecs = 0\n", "secs must be more than 0 (from 2025-01-01, in a.toml:1)"),
            ("[[hold]]\nfrom = \"2025-01-01\"\nsecs = 9\nmins = 1\n", "unknown field `mins`"),
            ("[[other]]\nfrom = \"2025-01-01\"\n", "policy hold is missing"),
            ("[[hold]]\nsecs = 9\n", "has no from"),
            ("[[hold]]\nfrom = \"soon\"\n", "\"soon\" is not a day"),
            ("[hold]\nsecs = 9\n", "must be written as [[hold]]"),
            ("[[hold]]\nfrom = \"2025-01-01\"\n[[hold]]\nfrom = \"2025-01-01\"\n", "two tables hold from 2025-01-01"),
        ];
        for (text, wanted) in cases {
            let error = policy(&[("a.toml", text)]).and_then(|policy| policy.verify::<Hold>()).unwrap_err();
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }

    #[test]
    fn the_built_in_files_can_be_read() {
        let policy = Policy::load(None).unwrap();
        assert!(policy.calendar().years().contains(&2026));
        assert!(policy.sections.len() > 5);
    }

    #[test]
    fn a_section_that_nobody_reads_is_named_with_its_line_and_what_is_known() {
        let right = "[[hold]]\nfrom = \"2025-01-01\"\nsecs = 9\n";
        let known = [Known::of::<Hold>()];
        policy(&[("a.toml", right)]).unwrap().verify_all(&known).unwrap();
        let mistyped = format!("{right}\n# more\n[[hodl]] # mistyped\nfrom = \"2026-01-01\"\nsecs = 5\n");
        let error = policy(&[("a.toml", &mistyped)]).unwrap().verify_all(&known).unwrap_err();
        assert_eq!(error.to_string(), "policy file a.toml:6: nothing reads [[hodl]]; known: hold");
        let key = format!("{right}\n[[hold]]\nfrom = \"2026-01-01\"\nsec = 5\n");
        let error = policy(&[("a.toml", &key)]).unwrap().verify_all(&known).unwrap_err().to_string();
        assert!(error.contains("unknown field `sec`, expected `secs`") && error.contains("a.toml:5"), "{error}");
    }

    #[test]
    fn a_folder_replaces_files_by_name() {
        let dir = std::env::temp_dir().join(format!("renshe-policy-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("city.toml"), "[[hold]]\nfrom = \"2025-01-01\"\nsecs = 77\n").unwrap();
        fs::write(dir.join("notes.txt"), "not policy").unwrap();
        let policy = Policy::load(Some(&dir)).unwrap();
        assert_eq!(policy.at::<Hold>(day("2026-01-01")).unwrap().secs, 77);
        fs::remove_dir_all(&dir).unwrap();
        assert!(matches!(Policy::load(Some(&dir)), Err(PolicyError::File { .. })));
    }
}
