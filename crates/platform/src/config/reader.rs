//! Reads settings one by one from a TOML text and the environment, remembering where each came from
//! and gathering mistakes instead of stopping at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::de::{DeTable, DeValue};

use super::{ConfigError, Mistake};

/// Settings in the environment begin with this prefix; `__` stands for the dot.
const PREFIX: &str = "RENSHE__";

/// What was written for one setting.
#[derive(Debug, Clone)]
struct Given {
    place: String,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    /// From the environment: may be meant as any type.
    Env(String),
    Text(String),
    Int(i64),
    Flag(bool),
    List(Vec<Value>),
    /// A TOML type that no setting has.
    Other(&'static str),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Env(_) | Self::Text(_) => "a text",
            Self::Int(_) => "a whole number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(kind) => kind,
        }
    }
}

/// One reading of all settings.
pub(super) struct Reader<'t> {
    name: String,
    text: &'t str,
    given: BTreeMap<String, Given>,
    /// Sections of the file and their lines.
    sections: BTreeMap<String, String>,
    asked: BTreeSet<String>,
    open: BTreeSet<String>,
    mistakes: Vec<(usize, Mistake)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(name: &str, text: &'t str, env: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut reader = Self {
            name: name.to_owned(),
            text,
            given: BTreeMap::new(),
            sections: BTreeMap::new(),
            asked: BTreeSet::new(),
            open: BTreeSet::new(),
            mistakes: Vec::new(),
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let place = error.span().map_or_else(|| name.to_owned(), |span| reader.place(&span));
            reader.mistake(place, format!("this is not TOML: {}", error.message()));
        }
        reader.flatten("", root.get_ref());
        for (variable, value) in env {
            if let Some(path) = variable.strip_prefix(PREFIX) {
                let path = path.to_ascii_lowercase().replace("__", ".");
                reader.given.insert(path, Given { place: variable, value: Value::Env(value) });
            }
        }
        reader
    }

    fn flatten(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            let path =
                if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
            let place = self.place(&key.span());
            if let DeValue::Table(inner) = value.get_ref() {
                self.sections.insert(path.clone(), place);
                self.flatten(&path, inner);
            } else {
                self.given.insert(path, Given { place, value: convert(value.get_ref()) });
            }
        }
    }

    fn place(&self, span: &Range<usize>) -> String {
        let line = self.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        format!("{}:{line}", self.name)
    }

    fn mistake(&mut self, place: String, says: String) {
        let line = place.rsplit(':').next().and_then(|line| line.parse().ok()).unwrap_or(usize::MAX);
        self.mistakes.push((line, Mistake { place, says }));
    }

    /// Notes a mistake about a setting, where it was written or, if it was not, about the whole.
    pub(super) fn wrong(&mut self, path: &str, says: impl Display) {
        let place = self.given.get(path).map_or_else(|| self.name.clone(), |given| given.place.clone());
        self.mistake(place, format!("{path}: {says}"));
    }

    /// Whether somebody wrote this setting.
    pub(super) fn is_given(&self, path: &str) -> bool {
        self.given.contains_key(path)
    }

    /// Whether a text was left out or left empty, which is the same: [`Reader::text`] reads neither.
    pub(super) fn is_wanting(&self, path: &str) -> bool {
        match self.given.get(path).map(|given| &given.value) {
            None => true,
            Some(Value::Text(text) | Value::Env(text)) => text.trim().is_empty(),
            Some(_) => false,
        }
    }

    fn ask(&mut self, path: &str) -> Option<Value> {
        self.asked.insert(path.to_owned());
        if let Some(place) = self.sections.get(path).cloned() {
            self.mistake(place, format!("{path} is a single setting, not a section"));
        }
        self.given.get(path).map(|given| given.value.clone())
    }

    /// A text, or `None` when it was not given (or is empty, or has another type).
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        match self.ask(path)? {
            Value::Text(text) | Value::Env(text) => Some(text).filter(|text| !text.trim().is_empty()),
            other => {
                self.wrong(path, format!("must be a text in quotes, not {}", other.kind()));
                None
            }
        }
    }

    pub(super) fn text_or(&mut self, path: &str, default: &str) -> String {
        self.text(path).unwrap_or_else(|| default.to_owned())
    }

    /// A text that must make sense; `wanted` completes "is not …".
    pub(super) fn parse<T>(&mut self, path: &str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(path)?;
        let value = read(&text);
        if value.is_none() {
            self.wrong(path, format!("\"{text}\" is not {wanted}"));
        }
        value
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, path: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        self.parse(path, &format!("one of {}", names.join(", ")), |text| {
            choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
        })
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, path: &str, range: RangeInclusive<i64>, default: i64) -> i64 {
        let Some(value) = self.ask(path) else { return default };
        let number = match &value {
            Value::Int(number) => Some(*number),
            Value::Env(text) => text.trim().parse().ok(),
            _ => None,
        };
        let (least, most) = (range.start(), range.end());
        match number {
            Some(number) if range.contains(&number) => return number,
            Some(number) => self.wrong(path, format!("{number} is out of range; from {least} to {most} is allowed")),
            None => self.wrong(path, format!("must be a whole number from {least} to {most}, not {}", value.kind())),
        }
        default
    }

    pub(super) fn flag(&mut self, path: &str, default: bool) -> bool {
        let Some(value) = self.ask(path) else { return default };
        match &value {
            Value::Flag(flag) => return *flag,
            Value::Env(text) if text == "true" || text == "false" => return text == "true",
            other => self.wrong(path, format!("must be true or false, without quotes, not {}", other.kind())),
        }
        default
    }

    /// A list of texts, none of them empty; in the environment separated by commas.
    pub(super) fn list(&mut self, path: &str) -> Vec<String> {
        let list = self.texts(path);
        if list.iter().any(|text| text.trim().is_empty()) {
            // Every sentence holds the empty text, and every name begins with it.
            self.wrong(path, "holds an empty text");
            return Vec::new();
        }
        list
    }

    fn texts(&mut self, path: &str) -> Vec<String> {
        match self.ask(path) {
            None => Vec::new(),
            Some(Value::Env(text)) => {
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            }
            Some(Value::List(values)) => {
                let texts = values.iter().map(|value| match value {
                    Value::Text(text) => Ok(text.clone()),
                    other => Err(other.kind()),
                });
                texts.collect::<Result<_, _>>().unwrap_or_else(|kind| {
                    self.wrong(path, format!("must be a list of texts in quotes; it holds {kind}"));
                    Vec::new()
                })
            }
            Some(other) => {
                self.wrong(path, format!("must be a list of texts, for example [\"a\", \"b\"], not {}", other.kind()));
                Vec::new()
            }
        }
    }

    /// A list of texts, or the default where it is empty.
    pub(super) fn list_or(&mut self, path: &str, default: &[&str]) -> Vec<String> {
        let list = self.list(path);
        if list.is_empty() { default.iter().map(|text| (*text).to_owned()).collect() } else { list }
    }

    /// All texts of a section whose keys are free.
    pub(super) fn map(&mut self, section: &str) -> BTreeMap<String, String> {
        self.open.insert(section.to_owned());
        let prefix = format!("{section}.");
        let paths: Vec<String> = self.given.keys().filter(|path| path.starts_with(&prefix)).cloned().collect();
        let texts = paths.into_iter().filter_map(|path| {
            let text = self.text(&path)?;
            Some((path[prefix.len()..].to_owned(), text))
        });
        texts.collect()
    }

    /// Adds what nobody asked for to the mistakes, and ends with them all, in the file's order.
    pub(super) fn finish(mut self) -> Result<(), ConfigError> {
        self.note_unknown_sections();
        self.note_unknown_keys();
        if self.mistakes.is_empty() {
            return Ok(());
        }
        self.mistakes.sort_by_key(|(line, _)| *line);
        Err(ConfigError { mistakes: self.mistakes.into_iter().map(|(_, mistake)| mistake).collect() })
    }

    fn note_unknown_keys(&mut self) {
        let unknown: Vec<(String, String)> = self
            .given
            .iter()
            .filter(|(path, _)| !self.asked.contains(*path))
            .map(|(path, given)| (path.clone(), given.place.clone()))
            .collect();
        for (path, place) in unknown {
            let (section, key) = path.rsplit_once('.').unwrap_or(("", &path));
            if self.is_section(&path) {
                self.mistake(place, format!("{path} is a section: write [{path}] and its settings below"));
            } else if section.is_empty() || self.is_section(section) {
                let where_ = if section.is_empty() { "at the top".to_owned() } else { format!("in [{section}]") };
                let says =
                    format!("unknown setting `{key}` {where_}; known there: {}", self.keys_of(section).join(", "));
                self.mistake(place, says);
            } else if !self.sections.contains_key(section) {
                self.mistake(place, format!("unknown setting `{path}`; there is no section [{section}]"));
            }
        }
    }

    fn note_unknown_sections(&mut self) {
        let known: BTreeSet<String> =
            self.asked.iter().filter_map(|path| path.rsplit_once('.')).map(|(section, _)| section.to_owned()).collect();
        let unknown: Vec<(String, String)> = self
            .sections
            .iter()
            .filter(|(path, _)| !self.is_section(path) && !self.asked.contains(*path))
            .map(|(path, place)| (path.clone(), place.clone()))
            .collect();
        for (path, place) in unknown {
            let names: Vec<&str> = known.iter().chain(&self.open).map(String::as_str).collect();
            let says = format!("unknown section [{path}]; known: {}", names.join(", "));
            self.mistake(place, says);
        }
    }

    /// Whether settings of a section have been asked for.
    pub(super) fn is_section(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.open.contains(path) || self.asked.iter().any(|asked| asked.starts_with(&prefix))
    }

    fn keys_of(&self, section: &str) -> Vec<&str> {
        let parent = |path: &str| path.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
        self.asked
            .iter()
            .filter(|path| parent(path) == section)
            .map(|path| path.rsplit('.').next().unwrap_or(path))
            .collect()
    }
}

fn convert(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
            .map_or(Value::Other("a number that is too large"), Value::Int),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(values) => Value::List(values.iter().map(|value| convert(value.get_ref())).collect()),
        DeValue::Float(_) => Value::Other("a number with a decimal point"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Table(_) => Value::Other("a table"),
    }
}
