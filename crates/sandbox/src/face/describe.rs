//! `DescribeFaceVerify`: tells how a check ended, as often as it is asked.

use std::collections::BTreeMap;

use platform::db::DbFault;
use serde_json::json;
use wire::aliyun_cloudauth::{DescribeFaceVerifyReply, MaterialInfo, Outcome, SubCode, code};

use super::House;
use super::check::{Check, Ending, Fate, State};
use super::{FaceProvider, store};
use crate::partner::{Partner, Reply};

/// Answers from what came of the frames.
pub(super) async fn describe(house: &House, params: &BTreeMap<String, String>) -> Result<Reply, DbFault> {
    let param = |name: &str| params.get(name).cloned().unwrap_or_default();
    let (scene_id, certify_id) = (param("SceneId"), param("CertifyId"));
    if scene_id.is_empty() || certify_id.is_empty() {
        return Ok(FaceProvider::refusal(house, code::MISSING_PARAMETER));
    }
    let found = house.db.read("sandbox.face.describe", move |tx| store::by_id(tx, &certify_id)).await?;
    let Some(check) = found.filter(|check| check.scene_id == scene_id) else {
        return Ok(FaceProvider::refusal(house, code::INVALID_CERTIFY_ID));
    };
    match check.state(house.now()) {
        State::Waiting => Ok(FaceProvider::refusal(house, code::NO_RECORD)),
        State::Looking => {
            if check.fate == Fate::Behind {
                let id = check.certify_id;
                house.db.write(store::lane(), "sandbox.face.release", move |tx| store::release(tx, &id)).await?;
            }
            Ok(FaceProvider::refusal(house, code::NOT_FINISHED))
        }
        State::Ended(ending) => Ok(ended(house, check, ending)),
    }
}

fn ended(house: &House, check: Check, ending: Ending) -> Reply {
    let flag = |is: bool| if is { "T" } else { "F" }.to_owned();
    // There is something to say about a face only if one was looked at.
    let looked_at = matches!(ending.sub_code, SubCode::Passed | SubCode::FaceMismatch | SubCode::Liveness);
    let material = MaterialInfo { face_attack: flag(ending.attacked), face_occlusion: flag(false) };
    Reply::ok(json!(DescribeFaceVerifyReply {
        code: code::OK.to_owned(),
        message: "success".to_owned(),
        request_id: house.request_id(),
        result_object: Some(Outcome {
            passed: flag(ending.sub_code.passes()),
            sub_code: ending.sub_code.as_str().to_owned(),
            material_info: looked_at.then(|| json!(material).to_string()),
            certify_id: check.certify_id,
            outer_order_no: check.order_no,
            ..Outcome::default()
        }),
    }))
}
