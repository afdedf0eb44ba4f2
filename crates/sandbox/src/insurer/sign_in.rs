//! 9001: an operator signs in for the day.

use platform::db::{DbFault, LaneKey};
use serde_json::json;

use super::House;
use super::fields::Fields;
use super::messages::store;
use super::{Call, envelope};
use crate::partner::{Manner, Reply};

/// Gives the number that everything from 2201 on must carry today.
pub(super) async fn sign_in(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let fields = Fields(&call.input["signIn"]);
    let opter = match fields.must("opter_no", 20).and_then(|opter| {
        fields.must("mac", 20)?;
        fields.must("ip", 20)?;
        Ok(opter.to_owned())
    }) {
        Ok(opter) => opter,
        Err(refusal) => return Ok(envelope::failed(house, &refusal.to_string())),
    };
    let (sign_no, now) = (envelope::number(house), house.now());
    let output = json!({ "signinoutb": { "sign_time": crate::times::civil(now), "sign_no": sign_no } });
    if manner != Manner::Lost {
        let lane = LaneKey::of("sandbox_insurer_sign", &opter);
        house
            .db
            .write(lane, "sandbox.insurer.sign_in", move |tx| {
                store::insert_sign(tx, &sign_no, &opter, &now.date().to_string(), now)
            })
            .await?;
    }
    Ok(envelope::done(house, output))
}
