//! How this crate's values are said on a page, in the visitor's language.

use kernel::{Fen, Moment};
use ui::Page;

use crate::appointments::model::State;
use crate::clinics::model::{Half, SlotCard};
use crate::hospitals::model::{Department, Doctor, Hospital};

/// 免费, or an amount.
pub(crate) fn fee(page: &Page, fee: Fen) -> String {
    if fee == Fen::ZERO { page.t("health-free") } else { page.t1("health-fee-yuan", "yuan", fee) }
}

/// 余 n, or 约满.
pub(crate) fn left(page: &Page, left: i64) -> String {
    if left > 0 { page.t1("health-left", "count", left) } else { page.t("health-full") }
}

/// 明天上午, 11 月 23 日（周一）下午
pub(crate) fn half_day(page: &Page, date: kernel::Date, half: Half) -> String {
    let (date, half) = (page.date(date), page.t(half.key()));
    page.pick(&format!("{date}{half}"), &format!("{date}, {half}")).to_owned()
}

/// 明天下午 1:30
pub(crate) fn when(page: &Page, card: &SlotCard) -> String {
    page.moment(card.slot.starts_at)
}

/// 下午 1:30
pub(crate) fn time(page: &Page, moment: Moment) -> String {
    page.time(moment.datetime().time())
}

/// 13:30, in the tables of the desk.
pub(crate) fn clock(page: &Page, moment: Moment) -> String {
    page.clock(moment.datetime().time())
}

/// 常州市第一人民医院 · 眼科
pub(crate) fn place(page: &Page, card: &SlotCard) -> String {
    format!("{} · {}", hospital(page, &card.hospital), department(page, &card.department))
}

/// 市一院 · 眼科: in lists, as people call the hospital.
pub(crate) fn short_place(page: &Page, card: &SlotCard) -> String {
    format!("{} · {}", short_hospital(page, &card.hospital), department(page, &card.department))
}

/// 市一院, where people have a short name for it.
pub(crate) fn short_hospital<'a>(page: &Page, hospital: &'a Hospital) -> &'a str {
    let short = if hospital.short.is_empty() { &hospital.name } else { &hospital.short };
    page.pick(short, &hospital.name_en)
}

/// 周雅文 副主任医师
pub(crate) fn doctor_line(page: &Page, doctor: &Doctor) -> String {
    let title = page.t(doctor.title.key());
    let name = page.pick(&doctor.name, &doctor.name_en);
    page.pick(&format!("{name} {title}"), &format!("{name}, {title}")).to_owned()
}

pub(crate) fn hospital<'a>(page: &Page, hospital: &'a Hospital) -> &'a str {
    page.pick(&hospital.name, &hospital.name_en)
}

pub(crate) fn department<'a>(page: &Page, department: &'a Department) -> &'a str {
    page.pick(&department.name, &department.name_en)
}

/// A text of several lines as its lines.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The words and the colour of a state: 「预约成功」, `done`.
pub(crate) fn state(page: &Page, state: State) -> (String, &'static str) {
    let tone = match state {
        State::Held => "due",
        State::Booked | State::Attended => "done",
        State::Cancelled | State::Expired => "plain",
    };
    (page.t(&format!("health-state-{state}")), tone)
}
