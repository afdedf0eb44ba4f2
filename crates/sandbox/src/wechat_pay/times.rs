//! RFC 3339: written with the offset of China, as the channel does; read with any.

use kernel::{DateTime, Moment};

pub(super) fn write(at: Moment) -> String {
    let civil = at.datetime();
    let (day, time) = (civil.date(), civil.time());
    format!("{day}T{:02}:{:02}:{:02}+08:00", time.hour(), time.minute(), time.second())
}

/// Date, time, perhaps a fraction of a second (which is left out), and an offset or `Z`.
pub(super) fn read(text: &str) -> Option<Moment> {
    let (civil, rest) = text.split_at_checked(19)?;
    let shape = civil.bytes().zip(b"0000-00-00T00:00:00").all(|(byte, like)| match like {
        b'0' => byte.is_ascii_digit(),
        like => byte.eq_ignore_ascii_case(like),
    });
    let civil: DateTime = civil.to_ascii_uppercase().parse().ok().filter(|_| shape)?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|sign: char| sign.is_ascii_digit());
            (offset.len() < fraction.len()).then_some(offset)?
        }
        None => rest,
    };
    // `Moment::at` reads the clocks of China.
    Some(Moment::at(civil.date(), civil.time()).plus_secs(8 * 3600 - offset_secs(offset)?))
}

fn offset_secs(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let ahead = match offset.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let number = |text: &str, most: i64| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| digits && *number <= most)
    };
    Some(ahead * (number(hours, 23)? * 3600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_is_read_and_nothing_else() {
        let wanted = Moment::from_ms(1_772_415_000_000);
        assert_eq!(write(wanted), "2026-03-02T09:30:00+08:00");
        for text in [
            "2026-03-02T09:30:00+08:00",
            "2026-03-02T01:30:00Z",
            "2026-03-02t01:30:00z",
            "2026-03-02T01:30:00.123456+00:00",
            "2026-03-01T20:30:00-05:00",
            "2026-03-02T07:00:00+05:30",
        ] {
            assert_eq!(read(text), Some(wanted), "{text}");
        }
        for text in [
            "",
            "2026-03-02",
            "2026-03-02 09:30:00+08:00",
            "2026-03-02T09:30:00",
            "2026-03-02T09:30:00+0800",
            "2026-03-02T09:30:00+08",
            "2026-03-02T09:30:00.+08:00",
            "2026-03-02T09:30:00+24:00",
            "2026-02-30T09:30:00+08:00",
            "2026-03-02T25:30:00+08:00",
            "20260302T093000+08:00",
            "1772415000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
