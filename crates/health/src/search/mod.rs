//! What a search finds here: hospitals, departments and doctors, in Chinese, in English, by pinyin and by its initials
//! (REG-1); and the services by their names. The page is the program's, which asks every hall.

pub(crate) mod found;
pub(crate) mod refresh;
mod store;
pub(crate) mod synonyms;

use hall::search::Service;

#[cfg(test)]
pub(crate) use store::{Found, find};

/// Pages that somebody looks for by their names.
pub(crate) const SERVICES: [Service; 2] = [
    Service::new(10, "/hospitals", "find-booking", "预约 预约挂号 看病 看医生 门诊 约号 book appointment doctor"),
    Service::new(30, "/code", "find-code", "条码 就诊条码 签到 取号 报到 barcode check-in"),
];
