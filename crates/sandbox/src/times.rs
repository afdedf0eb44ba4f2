//! Times as partners and pages write them.

use kernel::Moment;

/// `2026-03-02 09:30:01`, civil time in China.
pub(crate) fn civil(at: Moment) -> String {
    let time = at.datetime();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
