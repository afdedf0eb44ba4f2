//! When an institution is open: spans of weekdays, each with its times of day. Pure.

use std::fmt;
use std::str::FromStr;

use kernel::{Time, typing};

/// Opening hours, as `1-5 08:30-11:30 13:00-17:00; 6 09:00-12:00`: weekdays (1 = Monday … 7 = Sunday), then times. None: not
/// said. Days off of the calendar are not known here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    first: i8,
    last: i8,
    times: Vec<(Time, Time)>,
}

/// What was typed does not say hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "hours are written as 1-5 08:30-11:30 13:00-17:00; 6 09:00-12:00, weekdays from 1 (Monday) to 7, each in one place, in at most 300 characters"
)]
pub struct NotHours;

/// How many characters hours may have as they are written; what is typed may have more, with blanks and the like.
const MOST: usize = 300;
const MOST_TYPED: usize = 400;

impl Hours {
    /// Whether nothing is said of them.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Hours {
    type Err = NotHours;

    fn from_str(typed: &str) -> Result<Self, NotHours> {
        let text = typing::line(typed, MOST_TYPED + 1);
        if text.chars().count() > MOST_TYPED {
            return Err(NotHours);
        }
        let text = text.replace(['–', '—', '－', '~', '～'], "-").replace('：', ":").replace('；', ";");
        let spans = text.split(';').map(str::trim).filter(|span| !span.is_empty());
        let spans: Vec<Span> = spans.map(span).collect::<Option<_>>().ok_or(NotHours)?;
        let rises = spans.windows(2).all(|pair| pair[0].last < pair[1].first);
        let hours = Self(spans);
        if rises && hours.to_string().len() <= MOST { Ok(hours) } else { Err(NotHours) }
    }
}

fn span(text: &str) -> Option<Span> {
    let mut words = text.split_whitespace();
    let days = words.next()?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (weekday(first)?, weekday(last)?);
    let times: Vec<(Time, Time)> = words.map(stretch).collect::<Option<_>>()?;
    let rises = times.windows(2).all(|pair| pair[0].1 <= pair[1].0);
    (first <= last && !times.is_empty() && rises).then_some(Span { first, last, times })
}

fn weekday(text: &str) -> Option<i8> {
    text.parse().ok().filter(|day| text.len() == 1 && (1..=7).contains(day))
}

fn stretch(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (time(from)?, time(to)?);
    (from < to).then_some((from, to))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let plain = |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(hour, 2) || !plain(minute, 2) || minute.len() != 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, span) in self.0.iter().enumerate() {
            f.write_str(if n > 0 { "; " } else { "" })?;
            write!(f, "{}", span.first)?;
            if span.last > span.first {
                write!(f, "-{}", span.last)?;
            }
            for (from, to) in &span.times {
                write!(f, " {:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), to.hour(), to.minute())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_as_they_are_read() {
        for (typed, written) in [
            ("", ""),
            (" ; ", ""),
            ("1-5 08:30-11:30 13:00-17:00; 6 09:00-12:00", "1-5 08:30-11:30 13:00-17:00; 6 09:00-12:00"),
            ("1-7  8:00-20:30", "1-7 08:00-20:30"),
            ("3 00:00-23:59", "3 00:00-23:59"),
            ("1-1 9:00–12:00；2 9：00～12：00", "1 09:00-12:00; 2 09:00-12:00"),
        ] {
            let hours: Hours = typed.parse().unwrap_or_else(|_| panic!("{typed}"));
            assert_eq!(hours.to_string(), written);
            assert_eq!(written.parse(), Ok(hours));
        }
    }

    #[test]
    fn long_hours_are_kept_whole_or_refused() {
        let week = |times: &str| (1..=7).map(|day| format!("{day} {times}")).collect::<Vec<_>>().join(";");
        let hours: Hours = week("8:00-11:30 13:00-17:30 18:00-20:00").parse().expect("a week of three stretches");
        assert_eq!(hours.to_string().parse(), Ok(hours), "a row is read as it was written");
        for times in [
            "08:00-10:00 10:00-12:00 13:00-17:00 18:00-20:00",
            "8:00-9:00 9:00-9:30 10:00-11:00 12:00-13:00 14:00-15:00 16:00-17:00",
        ] {
            assert_eq!(week(times).parse::<Hours>(), Err(NotHours), "{times}");
        }
    }

    #[test]
    fn what_says_no_hours() {
        for typed in [
            "always",
            "1-5",
            "0 08:00-09:00",
            "1-8 08:00-09:00",
            "5-1 08:00-09:00",
            "1 09:00-08:00",
            "1 08:00-08:00",
            "1 08:00",
            "1 24:00-25:00",
            "1 08:60-09:00",
            "1 8:0-9:00",
            "1 +8:00-9:00",
            "08:00-09:00",
            "1 08:00-12:00 11:00-13:00",
            "1-3 08:00-09:00; 3 10:00-11:00",
            "2 08:00-09:00; 1 08:00-09:00",
        ] {
            assert_eq!(typed.parse::<Hours>(), Err(NotHours), "{typed}");
        }
    }
}
