//! 9002: an operator signs out before the day is over.

use platform::db::{DbFault, LaneKey};
use serde_json::json;

use super::House;
use super::fields::Fields;
use super::messages::store;
use super::{Call, envelope};
use crate::partner::{Manner, Reply};

/// Ends a sign-in: nothing can be asked under its number any more.
pub(super) async fn sign_out(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let fields = Fields(&call.input["signOut"]);
    let named = fields.must("sign_no", 30).and_then(|sign_no| Ok((sign_no, fields.must("opter_no", 20)?)));
    let (sign_no, opter) = match named {
        Ok((sign_no, opter)) => (sign_no.to_owned(), opter.to_owned()),
        Err(refusal) => return Ok(envelope::failed(house, &refusal.to_string())),
    };
    let now = house.now();
    let lane = LaneKey::of("sandbox_insurer_sign", &opter);
    let lost = manner == Manner::Lost;
    let signed = house.db.write(lane, "sandbox.insurer.sign_out", move |tx| {
        if lost {
            return Ok::<_, DbFault>(true);
        }
        store::delete_sign(tx, &sign_no, &opter, &now.date().to_string())
    });
    // The second of two has nothing left to end.
    Ok(match signed.await? || manner == Manner::Again {
        true => envelope::done(house, json!({ "signoutoutb": { "sign_time": crate::times::civil(now) } })),
        false => envelope::failed(house, "签到流水号无效，请重新签到"),
    })
}
