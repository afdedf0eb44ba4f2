//! The messages of booking and cancelling: in the app, and by SMS beside it (SVC-6).

use identity::PersonId;
use identity::messages::{self, PreparedMessage};
use identity::people::Reach;
use kernel::ShortNo;
use platform::Ctx;
use serde_json::{Value, json};

use super::model::AppointmentId;
use crate::clinics::model::SlotCard;

/// The message could not be prepared; nothing was done.
pub use identity::Failure as NoticeError;

/// 「预约成功」, with a link to the barcode.
pub(super) fn booked(
    ctx: &Ctx,
    reach: &Reach,
    (id, no): (&AppointmentId, Option<&ShortNo>),
    card: &SlotCard,
) -> Result<PreparedMessage, NoticeError> {
    messages::prepare_for(ctx, reach, "booked", &args(id, no, card), true)
}

/// 「已取消预约」.
pub(super) async fn cancelled(
    ctx: &Ctx,
    person: &PersonId,
    (id, no): (&AppointmentId, Option<&ShortNo>),
    card: &SlotCard,
) -> Result<PreparedMessage, NoticeError> {
    messages::prepare(ctx, person, "cancelled", &args(id, no, card), true).await
}

fn args(id: &AppointmentId, no: Option<&ShortNo>, card: &SlotCard) -> Value {
    let at = card.slot.starts_at.datetime();
    json!({
        "hospital": card.hospital.name,
        "doctor": card.doctor.name,
        "hospital_en": card.hospital.name_en,
        "doctor_en": card.doctor.name_en,
        // The app writes the moment in the reader's language; the SMS template has `time`, in Chinese.
        "starts_at": card.slot.starts_at.ms(),
        "time": format!("{}月{}日{}:{:02}", at.month(), at.day(), at.hour(), at.minute()),
        "link": format!("/appointments/{id}"),
        "no": no.map(ShortNo::as_str),
    })
}
