//! How the times and places of visits are said on a page.

use ui::Page;

use super::model::SlotCard;
pub(crate) use crate::hospitals::show::*;

/// 明天下午 1:30
pub(crate) fn when(page: &Page, card: &SlotCard) -> String {
    page.moment(card.slot.starts_at)
}

/// 常州市第一人民医院 · 眼科
pub(crate) fn place(page: &Page, card: &SlotCard) -> String {
    format!("{} · {}", hospital(page, &card.hospital), department(page, &card.department))
}

/// 市一院 · 眼科: in lists, as people call the hospital.
pub(crate) fn short_place(page: &Page, card: &SlotCard) -> String {
    format!("{} · {}", short_hospital(page, &card.hospital), department(page, &card.department))
}
