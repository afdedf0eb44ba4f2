//! How values are said on a page, in the visitor's language. Each folder says its own in its `show`, which also has all
//! that is said below it.

use kernel::{Fen, Moment};
use ui::Page;

/// 免费, or an amount.
pub(crate) fn fee(page: &Page, fee: Fen) -> String {
    if fee == Fen::ZERO { page.t("health-free") } else { page.t1("health-fee-yuan", "yuan", fee) }
}

/// 余 n, or 约满.
pub(crate) fn left(page: &Page, left: i64) -> String {
    if left > 0 { page.t1("health-left", "count", left) } else { page.t("health-full") }
}

/// 下午 1:30
pub(crate) fn time(page: &Page, moment: Moment) -> String {
    page.time(moment.datetime().time())
}

/// 13:30, in the tables of the desk.
pub(crate) fn clock(page: &Page, moment: Moment) -> String {
    page.clock(moment.datetime().time())
}

/// A text of several lines as its lines.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
