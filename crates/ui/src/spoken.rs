//! Days, times and spans as people say them. Every page takes them from here, so that one moment is said in one way.
//!
//! A day near today is 今天, 明天, 后天 or 昨天; another has its weekday while it is still to come, for that is how
//! people plan. Hours are those of the clock on the wall, with the part of the day before them where that is not the
//! morning: 「今天 8:30」, 「明天下午 1:30」. What is read on another day (a page kept for when there is no network) uses
//! [`Page::full_moment`], which names the day by its date.

use crate::locale::{JOINED, NEAR_DAYS, kept_together};
use crate::look::Lang;
use crate::page::Page;
use kernel::{DAY_SECS, Date, Moment, Time, Weekday};

/// People plan so far ahead by weekdays.
const PLANNED_DAYS: i32 = 92;
const YEAR_DAYS: i64 = 365;
const HOUR_SECS: i64 = 3_600;
const MINUTE_SECS: i64 = 60;

impl Page {
    /// A day: 今天, 11 月 23 日（周一）, 11 月 3 日 where it is over; the year only when it is not this one.
    pub fn date(&self, date: Date) -> String {
        match self.near(date) {
            Some(word) => self.pick(word.0, word.1).to_owned(),
            None => self.full_date(date),
        }
    }

    /// A day by its date, whatever day it is read on.
    pub fn full_date(&self, date: Date) -> String {
        let (today, weekday) = (self.today(), self.weekday(date));
        let year = (date.year() != today.year()).then(|| date.year());
        match self.look.lang {
            Lang::Zh => {
                let year = year.map_or_else(String::new, |year| format!("{year} 年 "));
                // The weekday is never alone on a line: it says which day this is.
                let weekday =
                    if plans_by_weekday(today, date) { format!("{JOINED}（{weekday}）") } else { String::new() };
                kept_together(&format!("{year}{} 月 {} 日{weekday}", date.month(), date.day()))
            }
            Lang::En => {
                let year = year.map_or_else(String::new, |year| format!(" {year}"));
                let weekday = if plans_by_weekday(today, date) { format!("{weekday}\u{a0}") } else { String::new() };
                format!("{weekday}{}\u{a0}{}{year}", date.day(), month(date))
            }
        }
    }

    /// The month of a day, as a heading: 11 月, 2025 年 12 月; November, December 2025.
    pub fn month(&self, date: Date) -> String {
        let year = (date.year() != self.today().year()).then(|| date.year());
        match (self.look.lang, year) {
            (Lang::Zh, None) => kept_together(&format!("{} 月", date.month())),
            (Lang::Zh, Some(year)) => kept_together(&format!("{year} 年 {} 月", date.month())),
            (Lang::En, None) => month_name(date).to_owned(),
            (Lang::En, Some(year)) => format!("{} {year}", month_name(date)),
        }
    }

    /// A day with its year, as texts are dated that hold for long: 2026 年 11 月 30 日.
    pub fn date_and_year(&self, date: Date) -> String {
        let (year, day) = (date.year(), date.day());
        match self.look.lang {
            Lang::Zh => kept_together(&format!("{year} 年 {} 月 {day} 日", date.month())),
            Lang::En => format!("{day}\u{a0}{} {year}", month(date)),
        }
    }

    /// The short weekday: 周一, Mon.
    pub fn weekday(&self, date: Date) -> String {
        let day = match date.weekday() {
            Weekday::Monday => ("周一", "Mon"),
            Weekday::Tuesday => ("周二", "Tue"),
            Weekday::Wednesday => ("周三", "Wed"),
            Weekday::Thursday => ("周四", "Thu"),
            Weekday::Friday => ("周五", "Fri"),
            Weekday::Saturday => ("周六", "Sat"),
            Weekday::Sunday => ("周日", "Sun"),
        };
        self.pick(day.0, day.1).to_owned()
    }

    /// A time of day: 8:30, 下午 1:30; 8:30 am, 1:30 pm.
    pub fn time(&self, time: Time) -> String {
        let clock = format!("{}:{:02}", twelve(self.look.lang, time.hour()), time.minute());
        match (self.look.lang, part_of_day(time.hour())) {
            (Lang::Zh, "") => clock,
            // 凌晨 is one word, and stays with its hour.
            (Lang::Zh, part) => format!("{}\u{a0}{clock}", in_one_piece(part)),
            (Lang::En, _) if time.hour() < 12 => format!("{clock}\u{a0}am"),
            (Lang::En, _) => format!("{clock}\u{a0}pm"),
        }
    }

    /// A time of day by twenty-four hours, for the tables of desks: 13:30.
    pub fn clock(&self, time: Time) -> String {
        format!("{}:{:02}", time.hour(), time.minute())
    }

    /// An instant, in the city's time: 今天 8:30, 明天下午 1:30, 11 月 23 日（周一）8:30.
    pub fn moment(&self, moment: Moment) -> String {
        let at = moment.datetime();
        match (self.look.lang, self.near(at.date())) {
            // "8:30 am today" can stand in a sentence as well as alone.
            (Lang::En, Some((_, day))) => format!("{} {day}", self.time(at.time())),
            _ => self.on(&self.date(at.date()), at.time()),
        }
    }

    /// An instant by its date, whatever day it is read on.
    pub fn full_moment(&self, moment: Moment) -> String {
        let at = moment.datetime();
        self.on(&self.full_date(at.date()), at.time())
    }

    /// What is left, or how long something takes: 不到 1 分钟, 14 分钟, 1 小时 5 分钟, 3 天. Part minutes are not counted: nobody is
    /// promised more than there is.
    pub fn span(&self, secs: i64) -> String {
        let (days, hours, minutes) = (secs / DAY_SECS, secs % DAY_SECS / HOUR_SECS, secs % HOUR_SECS / MINUTE_SECS);
        match (days, hours, minutes) {
            (..=0, ..=0, ..=0) => self.t("span-moment"),
            (..=0, ..=0, minutes) => self.t1("span-minutes", "minutes", minutes),
            (..=0, hours, 0) => self.t1("span-hours", "hours", hours),
            (..=0, hours, minutes) => self.t2("span-hours-minutes", "hours", hours, "minutes", minutes),
            (days, ..) => self.t1("span-days", "days", days),
        }
    }

    /// How long something is kept: 30 天, and 2 年 where it is full years.
    pub fn span_of_days(&self, days: i64) -> String {
        if days >= YEAR_DAYS && days % YEAR_DAYS == 0 {
            return self.t1("span-years", "years", days / YEAR_DAYS);
        }
        self.span(days * DAY_SECS)
    }

    fn on(&self, day: &str, time: Time) -> String {
        match self.look.lang {
            // A closing full-width bracket brings its own space, and so does a word before a word.
            Lang::Zh if day.ends_with('）') || !part_of_day(time.hour()).is_empty() => {
                format!("{day}{}", self.time(time))
            }
            Lang::Zh => format!("{day} {}", self.time(time)),
            Lang::En => format!("{day}, {}", self.time(time)),
        }
    }

    /// What a day near today is called, in both languages.
    fn near(&self, date: Date) -> Option<(&'static str, &'static str)> {
        let today = self.today();
        let days = [
            (today.yesterday().ok(), "yesterday"),
            (Some(today), "today"),
            (today.tomorrow().ok(), "tomorrow"),
            (today.tomorrow().and_then(Date::tomorrow).ok(), "the day after tomorrow"),
        ];
        let named = days.into_iter().zip(NEAR_DAYS).find(|((day, _), _)| *day == Some(date));
        named.map(|((_, english), chinese)| (chinese, english))
    }
}

/// Whether a weekday helps: on days that are to come, and near enough to plan for.
fn plans_by_weekday(today: Date, date: Date) -> bool {
    let days = today.until(date).map_or(i32::MAX, |span| span.get_days());
    (0..=PLANNED_DAYS).contains(&days)
}

/// The part of the day, as one says it before the hour; nothing in the morning.
const fn part_of_day(hour: i8) -> &'static str {
    match hour {
        0..=4 => "凌晨",
        12 => "中午",
        13..=17 => "下午",
        18..=23 => "晚上",
        _ => "",
    }
}

/// A short word whose characters stay on one line.
fn in_one_piece(word: &str) -> String {
    let mut out = String::new();
    for sign in word.chars() {
        if !out.is_empty() {
            out.push(JOINED);
        }
        out.push(sign);
    }
    out
}

/// The hour on the wall: 13 is 1. The hour after midnight is 0 in Chinese counting and 12 in English.
const fn twelve(lang: Lang, hour: i8) -> i8 {
    match (lang, hour) {
        (Lang::En, 0) => 12,
        (_, 13..) => hour - 12,
        (_, hour) => hour,
    }
}

fn month_name(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = usize::try_from(date.month()).unwrap_or(1);
    NAMES.get(at.saturating_sub(1)).copied().unwrap_or("")
}

fn month(date: Date) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(date.month()).unwrap_or(1);
    NAMES.get(at.saturating_sub(1)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::preview::page;

    /// As one reads it: a space that does not break is a space, and what only joins is nothing.
    fn read(text: &str) -> String {
        text.replace('\u{a0}', " ").replace(JOINED, "")
    }

    #[test]
    fn a_weekday_stays_with_its_date_and_the_half_of_the_day_with_its_hour() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        let monday = at(Date::constant(2026, 11, 30), 13, 30);
        assert_eq!(zh.full_moment(monday), "11\u{a0}月 30\u{a0}日\u{2060}（周一）下\u{2060}午\u{a0}1:30");
        assert_eq!(en.full_moment(monday), "Mon\u{a0}30\u{a0}Nov, 1:30\u{a0}pm");
    }

    fn at(date: Date, hour: i8, minute: i8) -> Moment {
        Moment::at(date, Time::constant(hour, minute, 0, 0))
    }

    #[test]
    fn a_day_near_today_is_called_by_its_name() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        let today = zh.today();
        let tomorrow = today.tomorrow().unwrap();
        assert_eq!(read(&zh.moment(at(today, 8, 30))), "今天 8:30");
        assert_eq!(read(&en.moment(at(today, 8, 30))), "8:30 am today");
        assert_eq!(read(&zh.moment(at(tomorrow, 13, 30))), "明天下午 1:30");
        assert_eq!(read(&en.moment(at(tomorrow, 13, 30))), "1:30 pm tomorrow");
        assert_eq!(read(&zh.moment(at(today.yesterday().unwrap(), 19, 5))), "昨天晚上 7:05");
        assert_eq!(read(&zh.date(tomorrow.tomorrow().unwrap())), "后天");
    }

    #[test]
    fn other_days_have_their_date_and_their_weekday_while_they_are_to_come() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        let (monday, new_year) = (Date::constant(2026, 11, 30), Date::constant(2027, 1, 1));
        assert_eq!(read(&zh.date(monday)), "11 月 30 日（周一）");
        assert_eq!(read(&en.date(monday)), "Mon 30 Nov");
        assert_eq!(read(&zh.date(new_year)), "2027 年 1 月 1 日（周五）");
        assert_eq!(read(&en.date(new_year)), "Fri 1 Jan 2027");
        assert_eq!(read(&zh.moment(at(monday, 9, 5))), "11 月 30 日（周一）9:05");
        assert_eq!(read(&en.moment(at(monday, 9, 5))), "Mon 30 Nov, 9:05 am");
        assert_eq!(read(&zh.moment(at(monday, 13, 30))), "11 月 30 日（周一）下午 1:30");
        assert_eq!(read(&zh.date(Date::constant(2032, 6, 1))), "2032 年 6 月 1 日");
        assert_eq!(read(&zh.date_and_year(monday)), "2026 年 11 月 30 日");
        assert_eq!(read(&en.date_and_year(monday)), "30 Nov 2026");
        let over = Date::constant(2026, 3, 5);
        assert_eq!((read(&zh.date(over)), read(&en.date(over))), ("3 月 5 日".to_owned(), "5 Mar".to_owned()));
    }

    #[test]
    fn a_month_has_its_year_only_when_it_is_not_this_one() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        let (this_year, last_year) = (Date::constant(2026, 3, 5), Date::constant(2025, 12, 31));
        assert_eq!((read(&zh.month(this_year)), en.month(this_year)), ("3 月".to_owned(), "March".to_owned()));
        assert_eq!(
            (read(&zh.month(last_year)), en.month(last_year)),
            ("2025 年 12 月".to_owned(), "December 2025".to_owned())
        );
    }

    #[test]
    fn what_is_read_on_another_day_names_the_day_by_its_date() {
        let zh = page(Lang::Zh, false, "/");
        let today = zh.today();
        let weekday = zh.weekday(today);
        let said = format!("{} 月 {} 日（{weekday}）8:30", today.month(), today.day());
        assert_eq!(read(&zh.full_moment(at(today, 8, 30))), said);
    }

    #[test]
    fn hours_are_those_on_the_wall() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        for (hour, chinese, english) in [
            (0, "凌晨 0:07", "12:07 am"),
            (5, "5:07", "5:07 am"),
            (11, "11:07", "11:07 am"),
            (12, "中午 12:07", "12:07 pm"),
            (13, "下午 1:07", "1:07 pm"),
            (18, "晚上 6:07", "6:07 pm"),
            (23, "晚上 11:07", "11:07 pm"),
        ] {
            let time = Time::constant(hour, 7, 0, 0);
            assert_eq!((read(&zh.time(time)), read(&en.time(time))), (chinese.to_owned(), english.to_owned()));
        }
        assert_eq!(read(&zh.clock(Time::constant(13, 7, 0, 0))), "13:07");
    }

    #[test]
    fn a_span_promises_no_more_than_there_is() {
        let (zh, en) = (page(Lang::Zh, false, "/"), page(Lang::En, false, "/"));
        for (secs, chinese, english) in [
            (0, "不到 1 分钟", "less than a minute"),
            (59, "不到 1 分钟", "less than a minute"),
            (60, "1 分钟", "1 minute"),
            (899, "14 分钟", "14 minutes"),
            (3_600, "1 小时", "1 hour"),
            (3_900, "1 小时 5 分钟", "1 h 5 min"),
            (200_000, "2 天", "2 days"),
        ] {
            assert_eq!(
                (read(&zh.span(secs)), read(&en.span(secs))),
                (chinese.to_owned(), english.to_owned()),
                "{secs}"
            );
        }
    }
}
