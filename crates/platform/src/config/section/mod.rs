//! Sections that this crate does not know: each adapter to a partner reads its own, and so the platform names no partner.
//!
//! The program hands in which there are ([`Sections`]); a section that is not among them is refused like any other that
//! nobody reads.

mod part;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use part::Part;

use super::reader::Reader;
use super::{Config, ConfigError, Mistake};

/// One partner's part of the configuration: the adapter's own settings, read and checked by it. Its `Debug` is printed,
/// so that a secret must not be in it.
pub trait Section: Clone + fmt::Debug + Send + Sync + 'static {
    /// The table in the file, which is the partner's name.
    const NAME: &'static str;
    /// The place of the partner's port after the sandbox's control port; from 1 on, no two alike.
    const PORT: u16;

    /// Reads every setting of the section. Mistakes are noted (the methods of `part` do so, and [`Part::wrong`]), what
    /// production demands among them; what is returned then is thrown away.
    fn read(part: &mut Part<'_, '_>) -> Self;

    /// How many calls may run at once: a job that took them all would make people wait behind it.
    fn places(&self) -> usize;

    /// What the partner must know of our account, secrets in clear: for a sandbox to stand in for it, and for whoever
    /// starts one by hand. `Null`: nothing.
    fn account(&self) -> Value {
        Value::Null
    }
}

/// A section that some part of the program reads.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    name: &'static str,
    port: u16,
    read: fn(&mut Part<'_, '_>) -> Arc<dyn Held>,
}

impl Known {
    /// The section of a type.
    pub const fn of<T: Section>() -> Known {
        Known { name: T::NAME, port: T::PORT, read: |part| Arc::new(T::read(part)) }
    }
}

/// What a program adds to the settings that the platform reads itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sections<'a> {
    /// Its partners' sections.
    pub known: &'a [Known],
    /// Names of the texts that go to phones: a section of who sends them may demand something for each.
    pub texts: &'a [&'static str],
}

impl Sections<'_> {
    /// Reads each section, once the settings of the platform itself have been read.
    pub(super) fn read(&self, config: &Config, reader: &mut Reader<'_>) -> Vec<Partner> {
        let mut partners = Vec::new();
        for &Known { name, port, read } in self.known {
            if reader.is_section(name) {
                // A fault of the program, told like one of the file: the second reader would see the first one's keys.
                reader.wrong(name, "two parts of this program read the section of this name");
                continue;
            }
            let settings = read(&mut Part::of(name, config, self.texts, reader));
            partners.push(Partner { name, port, settings });
        }
        partners
    }
}

/// A partner of this program, with what was read for it.
#[derive(Debug, Clone)]
pub struct Partner {
    /// Its name, which is its section's.
    pub name: &'static str,
    /// The place of its port after the sandbox's control port.
    pub port: u16,
    settings: Arc<dyn Held>,
}

impl Partner {
    /// How many calls may run at once ([`Section::places`]).
    pub fn places(&self) -> usize {
        self.settings.places()
    }

    /// What the partner must know of our account ([`Section::account`]): holds secrets.
    pub fn account(&self) -> Value {
        self.settings.account()
    }
}

impl Config {
    /// The settings of one partner.
    ///
    /// # Errors
    /// Where the configuration was read without that section: a fault of the program, not of the file.
    pub fn section<T: Section>(&self) -> Result<&T, ConfigError> {
        let found = self.partners.iter().find_map(|partner| partner.settings.any().downcast_ref::<T>());
        found.ok_or_else(|| {
            let known: Vec<&str> = self.partners.iter().map(|partner| partner.name).collect();
            let says = format!("the settings were read without this section; read were: {}", known.join(", "));
            ConfigError { mistakes: vec![Mistake { place: format!("[{}]", T::NAME), says }] }
        })
    }

    /// The partners whose sections were read, in the order in which the program named them.
    pub fn partners(&self) -> impl Iterator<Item = &Partner> {
        self.partners.iter()
    }
}

/// The settings of a section whose type only its reader knows.
trait Held: fmt::Debug + Send + Sync {
    fn any(&self) -> &dyn Any;
    fn places(&self) -> usize;
    fn account(&self) -> Value;
}

impl<T: Section> Held for T {
    fn any(&self) -> &dyn Any {
        self
    }

    fn places(&self) -> usize {
        Section::places(self)
    }

    fn account(&self) -> Value {
        Section::account(self)
    }
}
