//! Notices: verified, opened, and read as what they are about. No call is made.

use http::HeaderMap;
use payments::ports::{About, Notice, NoticeRefusal};
use platform::Ctx;
use wire::wechat_pay::{ALGORITHM, Envelope, Refund, Transaction, header};

use super::WechatPay;
use super::call::{NotBelieved, Signed};

/// Verifies and opens a notice.
pub(super) fn open(pay: &WechatPay, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, NoticeRefusal> {
    let no = |why: &str| NoticeRefusal::NotBelieved(why.to_owned());
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let text = std::str::from_utf8(body).map_err(|_| no("no text"))?;
    let (signature, timestamp) = (said(header::SIGNATURE), said(header::TIMESTAMP));
    let signed = Signed { timestamp, nonce: said(header::NONCE), signature, serial: said(header::SERIAL) };
    pay.verify(ctx, &pay.keys.platform(), &signed, text).map_err(|why| match why {
        NotBelieved::Probe => NoticeRefusal::Probe,
        NotBelieved::UnknownKey(serial) if !serial.is_empty() => NoticeRefusal::UnknownKey(serial),
        NotBelieved::UnknownKey(_) => no("not signed"),
        NotBelieved::Other(why) => no(why),
    })?;
    let envelope: Envelope = serde_json::from_str(text).map_err(|_| no("not a notice"))?;
    if envelope.resource.algorithm != ALGORITHM || envelope.id.is_empty() || envelope.id.len() > 64 {
        return Err(no("not sealed as agreed"));
    }
    let plain = pay.keys.open(&envelope.resource).ok_or_else(|| no("it does not open"))?;
    let about = if envelope.event_type.starts_with("TRANSACTION.") {
        let told: Transaction = serde_json::from_slice(&plain).map_err(|_| no("not a payment"))?;
        let number = told.out_trade_no.clone();
        About::Payment { state: pay.payment(&told, &number).map_err(|error| no(&error.to_string()))?, number }
    } else if envelope.event_type.starts_with("REFUND.") {
        let told: Refund = serde_json::from_slice(&plain).map_err(|_| no("not a refund"))?;
        if told.mchid.as_ref().is_some_and(|mchid| *mchid != pay.settings.mchid) {
            return Err(no("another merchant's"));
        }
        let state = super::refund_state(&told).map_err(|error| no(&error.to_string()))?;
        About::Refund { number: told.out_refund_no.clone(), state }
    } else {
        return Err(no("about something else"));
    };
    Ok(Notice { event_id: envelope.id, about })
}
