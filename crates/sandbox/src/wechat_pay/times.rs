//! RFC 3339 with the offset of China, as the channel writes it.

use kernel::{DateTime, Moment};

pub(super) fn write(at: Moment) -> String {
    let civil = at.datetime();
    let (day, time) = (civil.date(), civil.time());
    format!("{day}T{:02}:{:02}:{:02}+08:00", time.hour(), time.minute(), time.second())
}

pub(super) fn read(text: &str) -> Option<Moment> {
    let (civil, offset) = text.split_at_checked(19)?;
    let civil: DateTime = civil.parse().ok()?;
    let china = Moment::at(civil.date(), civil.time());
    match offset {
        "+08:00" => Some(china),
        "Z" => Some(china.plus_secs(8 * 3600)),
        _ => None,
    }
}
