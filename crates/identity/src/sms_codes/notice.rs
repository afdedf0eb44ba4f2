//! What a page says when a code was not sent or not accepted.

use ui::Page;

/// A line above a form.
pub(crate) struct Notice {
    /// `danger`, `due`, `done` or `blue`.
    pub(crate) tone: &'static str,
    pub(crate) text: String,
}

impl Notice {
    /// Asked too early or too often.
    pub(crate) fn wait(page: &Page, secs: i64) -> Notice {
        Notice { tone: "due", text: page.t1("sms-wait", "time", wait_text(page, secs)) }
    }

    /// Too many tries from here; what was typed is still there.
    pub(crate) fn too_many_tries(page: &Page, secs: i64) -> Notice {
        Notice { tone: "due", text: page.t1("sign-up-wait", "time", wait_text(page, secs)) }
    }

    /// Another code is on its way.
    pub(crate) fn sent_again(page: &Page) -> Notice {
        Notice { tone: "done", text: page.t("sms-sent-again") }
    }
}

/// A waiting time as one says it: seconds up to two minutes, then minutes, then hours; rounded up,
/// so that whoever waits that long is not refused again.
pub(crate) fn wait_text(page: &Page, secs: i64) -> String {
    let (key, count) = wait_unit(secs);
    page.t1(key, "count", count)
}

fn wait_unit(secs: i64) -> (&'static str, i64) {
    match secs {
        ..=120 => ("wait-seconds", secs.max(1)),
        121..=7200 => ("wait-minutes", (secs + 59) / 60),
        _ => ("wait-hours", (secs + 3599) / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_fitting_units() {
        let cases = [
            (0, ("wait-seconds", 1)),
            (59, ("wait-seconds", 59)),
            (120, ("wait-seconds", 120)),
            (121, ("wait-minutes", 3)),
            (3600, ("wait-minutes", 60)),
            (7201, ("wait-hours", 3)),
        ];
        for (secs, expected) in cases {
            assert_eq!(wait_unit(secs), expected, "{secs}");
        }
    }
}
