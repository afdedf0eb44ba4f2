//! The working-day calendar: weekends, and the State Council's yearly notice of holidays and of weekend days worked in
//! exchange. There is one dated file for each year. A year without a file is an error; the program never guesses Monday
//! to Friday.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

/// The working days of the years that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    /// The notice that each year's days come from.
    sources: BTreeMap<i16, String>,
    /// Days off, with the holiday's name.
    off: BTreeMap<Date, String>,
    /// Weekend days worked.
    worked: BTreeSet<Date>,
}

impl WorkCalendar {
    /// Reads one year's file (`policy/calendar-2026.toml` shows the form).
    pub fn from_toml(text: &str) -> Result<WorkCalendar, CalendarError> {
        let file: YearFile = toml::from_str(text).map_err(|error| CalendarError::Format(error.to_string()))?;
        let mut calendar = WorkCalendar::default();
        for holiday in &file.holiday {
            let (from, to) = (file.day(&holiday.from)?, file.day(&holiday.to)?);
            if from > to {
                return Err(CalendarError::Backwards { name: holiday.name.clone() });
            }
            for day in days(from, to) {
                if calendar.off.insert(day, holiday.name.clone()).is_some() {
                    return Err(CalendarError::Twice { day });
                }
            }
            for text in &holiday.worked {
                let day = file.day(text)?;
                if !is_weekend(day) {
                    return Err(CalendarError::NotWeekend { day });
                }
                if !calendar.worked.insert(day) {
                    return Err(CalendarError::Twice { day });
                }
            }
        }
        if let Some(&day) = calendar.worked.iter().find(|day| calendar.off.contains_key(day)) {
            return Err(CalendarError::Twice { day });
        }
        calendar.sources.insert(file.year, file.source);
        Ok(calendar)
    }

    /// Takes in another calendar's years.
    ///
    /// # Errors
    /// When both know a year, or one calls a day off that the other calls worked.
    pub fn merge(&mut self, other: WorkCalendar) -> Result<(), CalendarError> {
        if let Some(&year) = other.sources.keys().find(|year| self.sources.contains_key(year)) {
            return Err(CalendarError::KnownYear { year });
        }
        let clash = other.worked.iter().find(|day| self.off.contains_key(day));
        let clash = clash.or_else(|| self.worked.iter().find(|day| other.off.contains_key(day)));
        if let Some(&day) = clash {
            return Err(CalendarError::Twice { day });
        }
        self.sources.extend(other.sources);
        self.off.extend(other.off);
        self.worked.extend(other.worked);
        Ok(())
    }

    /// Whether offices work on this day.
    pub fn is_working_day(&self, day: Date) -> Result<bool, NoCalendar> {
        if !self.sources.contains_key(&day.year()) {
            return Err(NoCalendar { year: day.year() });
        }
        Ok(self.worked.contains(&day) || !(is_weekend(day) || self.off.contains_key(&day)))
    }

    /// The day `count` working days after `day`, which itself is not counted; `day` for 0.
    pub fn add_working_days(&self, day: Date, count: u32) -> Result<Date, NoCalendar> {
        let (mut day, mut left) = (day, count);
        while left > 0 {
            day = day.tomorrow().map_err(|_| NoCalendar { year: day.year() })?;
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// The holiday's name if this day is a holiday, such as 「国庆节」.
    pub fn holiday(&self, day: Date) -> Option<&str> {
        self.off.get(&day).map(String::as_str)
    }

    /// The years that are known, in order.
    pub fn years(&self) -> Vec<i16> {
        self.sources.keys().copied().collect()
    }

    /// The address of the notice that a year's days come from.
    pub fn source(&self, year: i16) -> Option<&str> {
        self.sources.get(&year).map(String::as_str)
    }
}

/// The question was about a year whose calendar is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no working-day calendar for {year}")]
pub struct NoCalendar {
    /// The year whose calendar has to be provided.
    pub year: i16,
}

/// Why a calendar file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not TOML, or not of the calendar's form.
    #[error("the calendar file cannot be read: {0}")]
    Format(String),
    /// Not a date written YYYY-MM-DD.
    #[error("{0:?} is not a date")]
    NotADate(String),
    /// A day that belongs to another year.
    #[error("{day} is not a day of the calendar's year")]
    OtherYear {
        /// The day.
        day: Date,
    },
    /// A holiday that ends before it begins.
    #[error("the holiday {name} ends before it begins")]
    Backwards {
        /// The holiday's name.
        name: String,
    },
    /// A day listed twice, or both as off and as worked.
    #[error("{day} is listed twice")]
    Twice {
        /// The day.
        day: Date,
    },
    /// A day worked in exchange that is not a Saturday or Sunday.
    #[error("{day} is worked in exchange but is no weekend day")]
    NotWeekend {
        /// The day.
        day: Date,
    },
    /// Two files for one year.
    #[error("the calendar of {year} is there already")]
    KnownYear {
        /// The year.
        year: i16,
    },
}

/// One year's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i16,
    source: String,
    holiday: Vec<HolidayEntry>,
}

/// One holiday of a year's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayEntry {
    name: String,
    from: String,
    to: String,
    #[serde(default)]
    worked: Vec<String>,
}

impl YearFile {
    /// A day of the year. The days about New Year may lie in the December before: the notice for
    /// 2023 began its first holiday on 2022-12-31.
    fn day(&self, text: &str) -> Result<Date, CalendarError> {
        let day = parse_day(text).ok_or_else(|| CalendarError::NotADate(text.to_owned()))?;
        let before = day.month() == 12 && day.year().checked_add(1) == Some(self.year);
        if day.year() == self.year || before { Ok(day) } else { Err(CalendarError::OtherYear { day }) }
    }
}

/// Strictly `YYYY-MM-DD`: jiff alone would also take other forms of ISO 8601.
fn parse_day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn both_years() -> WorkCalendar {
        let mut calendar = WorkCalendar::from_toml(include_str!("../../../policy/calendar-2025.toml")).unwrap();
        let next = include_str!("../../../policy/calendar-2026.toml");
        calendar.merge(WorkCalendar::from_toml(next).unwrap()).unwrap();
        calendar
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn each_year_has_248_working_days() {
        let calendar = both_years();
        assert_eq!(calendar.years(), [2025, 2026]);
        for year in calendar.years() {
            let working =
                days(date(year, 1, 1), date(year, 12, 31)).filter(|day| calendar.is_working_day(*day).unwrap()).count();
            assert_eq!(working, 248, "{year}");
        }
    }

    #[test]
    fn the_weekend_days_worked_are_those_of_the_notices() {
        let calendar = both_years();
        let worked: Vec<String> = days(date(2025, 1, 1), date(2026, 12, 31))
            .filter(|day| is_weekend(*day) && calendar.is_working_day(*day).unwrap())
            .map(|day| day.to_string())
            .collect();
        assert_eq!(
            worked,
            [
                "2025-01-26",
                "2025-02-08",
                "2025-04-27",
                "2025-09-28",
                "2025-10-11",
                "2026-01-04",
                "2026-02-14",
                "2026-02-28",
                "2026-05-09",
                "2026-09-20",
                "2026-10-10",
            ]
        );
    }

    #[test]
    fn working_days_are_counted_over_holidays() {
        let calendar = both_years();
        for (from, next, after) in [
            ("2026-02-13", "2026-02-14", "2026-02-24"),
            ("2026-02-14", "2026-02-24", "2026-02-25"),
            ("2026-02-15", "2026-02-24", "2026-02-25"),
            ("2026-09-18", "2026-09-20", "2026-09-21"),
            ("2026-09-24", "2026-09-28", "2026-09-29"),
            ("2026-09-30", "2026-10-08", "2026-10-09"),
            ("2026-10-08", "2026-10-09", "2026-10-10"),
            ("2025-09-30", "2025-10-09", "2025-10-10"),
            ("2026-04-30", "2026-05-06", "2026-05-07"),
            ("2025-12-31", "2026-01-04", "2026-01-05"),
        ] {
            assert_eq!(calendar.add_working_days(day(from), 1), Ok(day(next)), "{from}");
            assert_eq!(calendar.add_working_days(day(from), 2), Ok(day(after)), "{from}");
            assert_eq!(calendar.add_working_days(day(from), 0), Ok(day(from)), "{from}");
        }
    }

    #[test]
    fn a_year_without_a_calendar_is_an_error() {
        let calendar = both_years();
        let none = |year| Err(NoCalendar { year });
        assert_eq!(calendar.is_working_day(date(2027, 1, 4)), Err(NoCalendar { year: 2027 }));
        assert_eq!(calendar.is_working_day(date(2024, 12, 31)), Err(NoCalendar { year: 2024 }));
        assert_eq!(calendar.add_working_days(date(2026, 12, 30), 1), Ok(date(2026, 12, 31)));
        assert_eq!(calendar.add_working_days(date(2026, 12, 31), 1), none(2027));
        assert_eq!(calendar.add_working_days(date(2026, 6, 1), u32::MAX), none(2027));
        assert_eq!(calendar.add_working_days(Date::MAX, 1), none(9999));
        let empty = WorkCalendar::default();
        assert_eq!(empty.add_working_days(date(2026, 8, 7), 1), none(2026));
    }

    #[test]
    fn holidays_are_named_and_years_have_sources() {
        let calendar = both_years();
        assert_eq!(calendar.holiday(date(2026, 2, 17)), Some("春节"));
        assert_eq!(calendar.holiday(date(2026, 10, 1)), Some("国庆节"));
        assert_eq!(calendar.holiday(date(2026, 8, 8)), None);
        assert!(calendar.source(2025).unwrap().contains("6986383"));
        assert!(calendar.source(2026).unwrap().contains("7047091"));
        assert_eq!(calendar.source(2027), None);
    }

    fn year_file(year: i16, holidays: &str) -> Result<WorkCalendar, CalendarError> {
        WorkCalendar::from_toml(&format!("year = {year}\nsource = \"x\"\n{holidays}"))
    }

    fn entry(from: &str, to: &str, worked: &str) -> String {
        let dates = format!("from = \"{from}\"\nto = \"{to}\"\nworked = [{worked}]");
        format!("[[holiday]]\nname = \"x\"\n{dates}\n")
    }

    #[test]
    fn new_year_may_begin_in_december() {
        let mut calendar = both_years();
        let notice = year_file(2023, &entry("2022-12-31", "2023-01-02", "")).unwrap();
        calendar.merge(notice).unwrap();
        assert_eq!(calendar.years(), [2023, 2025, 2026]);
        assert_eq!(calendar.is_working_day(date(2023, 1, 2)), Ok(false));
        // The day is known to be off, but the rest of its year is not.
        assert_eq!(calendar.is_working_day(date(2022, 12, 31)), Err(NoCalendar { year: 2022 }));
    }

    #[test]
    fn files_that_contradict_themselves_are_refused() {
        let twice = |text| Err(CalendarError::Twice { day: day(text) });
        let not_weekend = |text| Err(CalendarError::NotWeekend { day: day(text) });
        let no_date = |text: &str| Err(CalendarError::NotADate(text.to_owned()));
        let backwards = Err(CalendarError::Backwards { name: "x".to_owned() });
        let other = |text| Err(CalendarError::OtherYear { day: day(text) });
        let sunday = "\"2023-01-08\"";
        for (holidays, expected) in [
            (entry("2023-01-03", "2023-01-01", ""), backwards),
            (entry("2023-02-30", "2023-03-01", ""), no_date("2023-02-30")),
            (entry("20230101", "2023-01-02", ""), no_date("20230101")),
            (entry("2023-12-31", "2024-01-01", ""), other("2024-01-01")),
            (entry("2022-11-30", "2023-01-01", ""), other("2022-11-30")),
            (entry("2023-01-01", "2023-01-02", "\"2023-01-09\""), not_weekend("2023-01-09")),
            (entry("2023-01-01", "2023-01-02", &format!("{sunday}, {sunday}")), twice("2023-01-08")),
            (entry("2023-01-01", "2023-01-08", sunday), twice("2023-01-08")),
            (entry("2023-01-01", "2023-01-02", "").repeat(2), twice("2023-01-01")),
        ] {
            assert_eq!(year_file(2023, &holidays), expected, "{holidays}");
        }
        for text in ["", "year = 2023", "year = 2023\nsource = \"x\"\nholiday = []\nextra = 1", "year ="] {
            assert!(matches!(WorkCalendar::from_toml(text), Err(CalendarError::Format(_))), "{text}");
        }
    }

    #[test]
    fn calendars_that_clash_are_not_merged() {
        let mut calendar = both_years();
        let before = calendar.clone();
        let again = calendar.merge(both_years());
        assert_eq!(again, Err(CalendarError::KnownYear { year: 2025 }));
        // A notice for 2027 that takes back a working day of December 2026, and the reverse.
        let clash = Err(CalendarError::Twice { day: date(2026, 12, 26) });
        let old = year_file(2026, &entry("2026-12-25", "2026-12-25", "\"2026-12-26\""));
        let new = year_file(2027, &entry("2026-12-26", "2027-01-01", ""));
        assert_eq!(old.clone().unwrap().merge(new.clone().unwrap()), clash);
        assert_eq!(new.unwrap().merge(old.unwrap()), clash);
        assert_eq!(calendar, before, "a refused merge changes nothing");
    }
}
