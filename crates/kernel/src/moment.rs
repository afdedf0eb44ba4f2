//! Moments: points in time in milliseconds, and their civil date and time in Asia/Shanghai.
//!
//! The zone is a fixed +08:00. China has had no summer time since 1991, and moments here are
//! those of a running service; dates of birth are civil dates and never pass through this type.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const OFFSET_MS: i64 = 8 * 60 * 60 * 1000;

/// Seconds in a day, and in every one: Asia/Shanghai has no summer time.
pub const DAY_SECS: i64 = 86_400;

/// A point in time: milliseconds since the Unix epoch, a plain integer in JSON and the database. Arithmetic stops at
/// the ends of the range instead of wrapping.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// The moment `ms` milliseconds after the Unix epoch.
    pub const fn from_ms(ms: i64) -> Moment {
        Moment(ms)
    }

    /// The moment when clocks in Changzhou show this date and time.
    pub fn at(date: Date, time: Time) -> Moment {
        let local = date.to_datetime(time).duration_since(EPOCH).as_millis();
        // Civil dates span the years -9999 to 9999, far inside i64 milliseconds.
        Moment(i64::try_from(local).unwrap_or(i64::MAX).saturating_sub(OFFSET_MS))
    }

    /// When this date begins in Changzhou: its midnight.
    pub fn start_of(date: Date) -> Moment {
        Moment::at(date, Time::midnight())
    }

    /// When this date is over in Changzhou: the midnight on which the next one begins.
    pub fn end_of(date: Date) -> Moment {
        Moment::start_of(date).plus_secs(DAY_SECS)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The moment `secs` seconds later.
    pub const fn plus_secs(self, secs: i64) -> Moment {
        Moment(self.0.saturating_add(secs.saturating_mul(1000)))
    }

    /// The moment `secs` seconds earlier.
    pub const fn minus_secs(self, secs: i64) -> Moment {
        Moment(self.0.saturating_sub(secs.saturating_mul(1000)))
    }

    /// The moment `ms` milliseconds later.
    pub const fn plus_ms(self, ms: i64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }

    /// Seconds from this moment until `then`; negative when `then` is past.
    ///
    /// Part seconds are rounded up, so that waiting this long is always enough, and the answer is positive exactly when
    /// `then` is still to come.
    pub const fn secs_until(self, then: Moment) -> i64 {
        let ms = then.0.saturating_sub(self.0);
        ms.div_euclid(1000) + (ms.rem_euclid(1000) > 0) as i64
    }

    /// The civil date in Asia/Shanghai.
    pub fn date(self) -> Date {
        self.datetime().date()
    }

    /// The civil date and time in Asia/Shanghai; stops at the years -9999 and 9999.
    pub fn datetime(self) -> DateTime {
        EPOCH.saturating_add(SignedDuration::from_millis(self.0.saturating_add(OFFSET_MS)))
    }
}

impl Moment {
    /// Reads RFC 3339 with any offset and any fraction of a second, as partners write it: `2026-08-07T09:30:00+08:00`,
    /// `2026-08-07T01:30:00.123Z`. Anything finer than a millisecond is dropped; `None` where the text is not such a
    /// time.
    pub fn from_rfc3339(text: &str) -> Option<Moment> {
        // The library's reader accepts more than the standard does: hours alone, weeks, zones in brackets.
        let bytes = text.as_bytes();
        let shaped = bytes.len() >= 20
            && bytes[10].eq_ignore_ascii_case(&b'T')
            && bytes[..19].iter().zip(b"0000-00-00T00:00:00").all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                b'T' => true,
                like => byte == like,
            });
        let offset =
            text.get(19..).unwrap_or_default().trim_start_matches(|sign: char| sign == '.' || sign.is_ascii_digit());
        let zulu = offset.eq_ignore_ascii_case("z");
        // "+23:59" is the farthest of the standard.
        let numeric = offset.len() == 6
            && offset.starts_with(['+', '-'])
            && offset.as_bytes()[3] == b':'
            && offset.get(1..3).is_some_and(|hours| hours < "24");
        if !shaped || !(zulu || numeric) {
            return None;
        }
        text.to_ascii_uppercase().parse::<jiff::Timestamp>().ok().map(|at| Moment(at.as_millisecond()))
    }
}

/// RFC 3339 with the offset, as in `2026-08-07T09:30:00+08:00`; milliseconds only when not zero.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+08:00", self.datetime())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({self})")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn civil_time_is_that_of_shanghai() {
        for (ms, shown) in [
            (0, "1970-01-01T08:00:00+08:00"),
            (-1, "1970-01-01T07:59:59.999+08:00"),
            (1_786_066_200_000, "2026-08-07T09:30:00+08:00"),
            // 16:00 UTC is midnight in Shanghai; a millisecond earlier is the day before.
            (1_798_732_799_999, "2026-12-31T23:59:59.999+08:00"),
            (1_798_732_800_000, "2027-01-01T00:00:00+08:00"),
        ] {
            assert_eq!(Moment::from_ms(ms).to_string(), shown);
        }
    }

    #[test]
    fn partners_times_are_read_with_any_offset_and_any_fraction() {
        let wanted = Moment::from_ms(1_772_415_000_000);
        for (text, ms) in [
            ("2026-03-02T09:30:00+08:00", 0),
            ("2026-03-02T01:30:00Z", 0),
            ("2026-03-02t01:30:00z", 0),
            ("2026-03-02T09:30:00.123+08:00", 123),
            ("2026-03-02T01:30:00.1239999Z", 123),
            ("2026-03-01T20:30:00-05:00", 0),
            ("2026-03-02T07:00:00.5+05:30", 500),
        ] {
            assert_eq!(Moment::from_rfc3339(text), Some(wanted.plus_ms(ms)), "{text}");
        }
        for text in [
            "",
            "2026-03-02",
            "2026-03-02 09:30:00+08:00",
            "2026-03-02T09:30:00",
            "2026-03-02T09:30:00+0800",
            "2026-03-02T09:30:00+08",
            "2026-03-02T09:30:00.+08:00",
            "2026-03-02T09:30:00.1.2Z",
            "2026-03-02T09:30:00+24:00",
            "2026-03-02T09:30:00+08:60",
            "2026-02-30T09:30:00+08:00",
            "2026-03-02T25:30:00+08:00",
            "2026-03-02T09:30:00+08:00[Asia/Shanghai]",
            "20260302T093000+08:00",
            "1772415000",
            "２０26-03-02T09:30:00Z",
        ] {
            assert_eq!(Moment::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn at_and_datetime_are_inverse() {
        for (day, clock) in [
            (date(2026, 8, 7), time(9, 30, 0, 0)),
            (date(2026, 1, 1), time(0, 0, 0, 0)),
            (date(1949, 12, 31), time(23, 59, 59, 999_000_000)),
            (date(2024, 2, 29), time(7, 59, 59, 0)),
        ] {
            let moment = Moment::at(day, clock);
            assert_eq!(moment.datetime(), day.to_datetime(clock));
            assert_eq!(moment.date(), day);
        }
        assert_eq!(Moment::at(date(1970, 1, 1), time(8, 0, 0, 0)).ms(), 0);
    }

    #[test]
    fn a_day_begins_where_the_one_before_it_ends() {
        let day = date(2026, 12, 31);
        assert_eq!(Moment::start_of(day).to_string(), "2026-12-31T00:00:00+08:00");
        assert_eq!(Moment::end_of(day), Moment::start_of(date(2027, 1, 1)));
        assert_eq!(Moment::end_of(day).plus_ms(-1).date(), day);
    }

    #[test]
    fn seconds_left_are_enough_to_wait() {
        let now = Moment::from_ms(10_000);
        for (then, secs) in [(10_000, 0), (10_001, 1), (11_000, 1), (11_001, 2), (9_999, 0), (9_000, -1)] {
            assert_eq!(now.secs_until(Moment::from_ms(then)), secs, "{then}");
        }
        assert_eq!(now.plus_secs(60).secs_until(now), -60);
        assert_eq!(now.plus_secs(60).minus_secs(60).plus_ms(1).ms(), 10_001);
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        let (first, last) = (Moment::from_ms(i64::MIN), Moment::from_ms(i64::MAX));
        assert_eq!(last.plus_secs(i64::MAX), last);
        assert_eq!(first.minus_secs(i64::MAX), first);
        assert_eq!(last.plus_ms(1), last);
        assert!(first.secs_until(last) > 0);
        assert!(last.secs_until(first) < 0);
        assert_eq!(last.date(), Date::MAX);
        assert_eq!(first.date(), Date::MIN);
        assert!(Moment::at(Date::MAX, Time::MAX) > Moment::at(Date::MIN, Time::MIN));
    }

    #[test]
    fn debug_is_readable() {
        assert_eq!(format!("{:?}", Moment::from_ms(0)), "Moment(1970-01-01T08:00:00+08:00)");
    }
}
