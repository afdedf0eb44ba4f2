//! RFC 3339 with the offset of China and whole seconds, as the channel writes it. It reads any ([`Moment::from_rfc3339`]).

use kernel::Moment;

pub(super) fn write(at: Moment) -> String {
    let civil = at.datetime();
    let (day, time) = (civil.date(), civil.time());
    format!("{day}T{:02}:{:02}:{:02}+08:00", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_has_whole_seconds() {
        let at = Moment::from_ms(1_772_415_000_789);
        assert_eq!(write(at), "2026-03-02T09:30:00+08:00");
        assert_eq!(Moment::from_rfc3339(&write(at)), Some(Moment::from_ms(1_772_415_000_000)));
    }
}
