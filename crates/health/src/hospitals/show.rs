//! How hospitals, departments, doctors and half-days are said on a page.

use ui::Page;

use super::model::{Department, Doctor, Half, Hospital};
pub(crate) use crate::show::*;

pub(crate) fn hospital<'a>(page: &Page, hospital: &'a Hospital) -> &'a str {
    page.pick(&hospital.name, &hospital.name_en)
}

/// 市一院, where people have a short name for it.
pub(crate) fn short_hospital<'a>(page: &Page, hospital: &'a Hospital) -> &'a str {
    let short = if hospital.short.is_empty() { &hospital.name } else { &hospital.short };
    page.pick(short, &hospital.name_en)
}

pub(crate) fn department<'a>(page: &Page, department: &'a Department) -> &'a str {
    page.pick(&department.name, &department.name_en)
}

/// 周雅文 副主任医师
pub(crate) fn doctor_line(page: &Page, doctor: &Doctor) -> String {
    let title = page.t(doctor.title.key());
    let name = page.pick(&doctor.name, &doctor.name_en);
    page.pick(&format!("{name} {title}"), &format!("{name}, {title}")).to_owned()
}

/// 明天上午, 11 月 23 日（周一）下午
pub(crate) fn half_day(page: &Page, date: kernel::Date, half: Half) -> String {
    let (date, half) = (page.date(date), page.t(half.key()));
    page.pick(&format!("{date}{half}"), &format!("{date}, {half}")).to_owned()
}
