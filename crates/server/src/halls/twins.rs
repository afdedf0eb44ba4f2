//! What only one hall may have: of two, whose would be used were a matter of luck.

use std::collections::BTreeMap;

use hall::Hall;

use crate::failure::StartError;

/// Looks through what halls hand up. Routes, the navigation as a whole and kinds of orders are not here: what they are put
/// together into refuses twins itself.
///
/// # Errors
/// Two halls have the same.
pub(super) fn refuse(all: &[Hall]) -> Result<(), StartError> {
    Once::each("name", all, |hall| [hall.name])?;
    Once::each("first part of paths", all, |hall| hall.nav.places.iter().map(|place| place.first))?;
    Once::each("tab", all, |hall| hall.nav.tabs.iter().map(|tab| tab.name))?;
    Once::each("place among the tabs", all, |hall| hall.nav.tabs.iter().map(|tab| tab.at))?;
    Once::each("page of the desks", all, |hall| hall.desks.iter().map(|link| link.href))?;
    Once::each("rank among the desks' pages", all, |hall| hall.desks.iter().map(|link| link.rank))?;
    Once::each("service", all, |hall| hall.services.iter().map(|service| service.path))?;
    Once::each("text", all, |hall| hall.texts.iter().map(|text| text.name))?;
    Once::each("template", all, |hall| hall.texts.iter().map(|text| text.demo_code))?;
    Once::each("kind of institution", all, |hall| hall.institutions.iter().map(|makes| makes.kind.as_str()))
}

/// Things of one sort, with the hall that has each.
pub(super) struct Once {
    sort: &'static str,
    of: BTreeMap<String, &'static str>,
}

impl Once {
    /// None yet.
    pub(super) fn new(sort: &'static str) -> Once {
        Once { sort, of: BTreeMap::new() }
    }

    fn each<'a, T>(sort: &'static str, all: &'a [Hall], things: impl Fn(&'a Hall) -> T) -> Result<(), StartError>
    where
        T: IntoIterator<Item: ToString>,
    {
        let mut once = Once::new(sort);
        all.iter().try_for_each(|hall| things(hall).into_iter().try_for_each(|thing| once.take(hall.name, thing)))
    }

    /// A thing of a hall.
    ///
    /// # Errors
    /// Another has it already.
    pub(super) fn take(&mut self, hall: &'static str, thing: impl ToString) -> Result<(), StartError> {
        let thing = thing.to_string();
        let says = |other: &str| format!("two halls have the {} «{thing}»: {other} and {hall}", self.sort);
        if let Some(other) = self.of.get(&thing) {
            return Err(StartError(says(other)));
        }
        self.of.insert(thing, hall);
        Ok(())
    }
}
