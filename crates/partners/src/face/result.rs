//! Asks how a check ended.

use identity::ports::{FaceVerdict, PortError};
use platform::Ctx;
use wire::aliyun_cloudauth::{
    Action, DescribeFaceVerify, DescribeFaceVerifyReply, MaterialInfo, Meaning, Outcome, SubCode,
};

use super::{AliyunFaces, unanswered, unusable};

/// Calls `DescribeFaceVerify`.
pub(super) async fn result(faces: &AliyunFaces, ctx: &Ctx, certify_id: &str) -> Result<FaceVerdict, PortError> {
    let request = DescribeFaceVerify { scene_id: faces.scene_id.clone(), certify_id: certify_id.to_owned() };
    let reply: DescribeFaceVerifyReply =
        faces.gateway.call(ctx, Action::DescribeFaceVerify.as_str(), request.query()).await.map_err(unanswered)?;
    judge(certify_id, &reply)
}

/// What an answer says of the check that was asked about.
fn judge(certify_id: &str, reply: &DescribeFaceVerifyReply) -> Result<FaceVerdict, PortError> {
    if let Some(error) = unusable(&reply.code) {
        return Err(error);
    }
    if Meaning::of(&reply.code) == Meaning::Pending {
        return Ok(FaceVerdict::Pending);
    }
    let unknown = |why: &str| Err(PortError::Unknown(why.to_owned()));
    let Some(outcome) = &reply.result_object else {
        return unknown("the answer has no ending in it");
    };
    if outcome.certify_id != certify_id || outcome.outer_order_no.is_empty() {
        return unknown("the answer is not about the check that was asked for");
    }
    let Ok(sub_code) = outcome.sub_code.parse::<SubCode>() else {
        // The provider's number is not documented, so it counts neither as a pass nor as a failure.
        return Err(PortError::Unknown(format!("the check ended with {:?}", outcome.sub_code)));
    };
    let Some(attacked) = attacked(outcome) else {
        return unknown("the ending's material cannot be read");
    };
    match (outcome.passed.as_str(), sub_code.passes()) {
        // A pass with signs of an attack does not count as a pass.
        ("T", true) if attacked => unknown("the answer says passed and attacked at once"),
        ("T", true) => Ok(FaceVerdict::Passed),
        ("F", false) => Ok(failed(sub_code, attacked)),
        _ => unknown("the answer says passed and failed at once"),
    }
}

fn failed(sub_code: SubCode, attacked: bool) -> FaceVerdict {
    match sub_code {
        SubCode::NameMismatch | SubCode::NoRecord => FaceVerdict::IdentityMismatch,
        SubCode::NoPhoto => FaceVerdict::NoPhoto,
        SubCode::FaceMismatch | SubCode::CardFaceMismatch => FaceVerdict::FaceMismatch,
        SubCode::Liveness if attacked => FaceVerdict::Risk,
        SubCode::Liveness => FaceVerdict::LivenessFailed,
        SubCode::Policy | SubCode::Passed | SubCode::PassedByPolicy => FaceVerdict::Risk,
        SubCode::SourceDown => FaceVerdict::ProviderDown,
        SubCode::TimedOut => FaceVerdict::Timeout,
    }
}

/// Whether the provider saw an attack; none if it cannot be read.
fn attacked(outcome: &Outcome) -> Option<bool> {
    match outcome.material_info.as_deref() {
        None | Some("") => Some(false),
        Some(text) => serde_json::from_str::<MaterialInfo>(text).ok().map(|material| material.face_attack == "T"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(passed: &str, sub_code: &str, material: Option<&str>) -> DescribeFaceVerifyReply {
        DescribeFaceVerifyReply {
            code: "200".into(),
            message: String::new(),
            request_id: "1".into(),
            result_object: Some(Outcome {
                passed: passed.into(),
                sub_code: sub_code.into(),
                material_info: material.map(str::to_owned),
                certify_id: "c1".into(),
                outer_order_no: "o1".into(),
                ..Outcome::default()
            }),
        }
    }

    #[test]
    fn every_ending_has_one_verdict() {
        let attack = Some(r#"{"faceAttack":"T"}"#);
        let clean = Some(r#"{"faceAttack":"F","facialPictureFront":{}}"#);
        for (passed, sub_code, material, verdict) in [
            ("T", "200", clean, FaceVerdict::Passed),
            ("T", "210", None, FaceVerdict::Passed),
            ("F", "201", None, FaceVerdict::IdentityMismatch),
            ("F", "202", None, FaceVerdict::IdentityMismatch),
            ("F", "203", None, FaceVerdict::NoPhoto),
            ("F", "204", clean, FaceVerdict::FaceMismatch),
            ("F", "207", clean, FaceVerdict::FaceMismatch),
            ("F", "205", clean, FaceVerdict::LivenessFailed),
            ("F", "205", attack, FaceVerdict::Risk),
            ("F", "206", None, FaceVerdict::Risk),
            ("F", "209", None, FaceVerdict::ProviderDown),
            ("F", "Z1005", None, FaceVerdict::Timeout),
        ] {
            assert_eq!(judge("c1", &reply(passed, sub_code, material)), Ok(verdict), "{sub_code}");
        }
        for (code, found) in [
            ("403", Ok(FaceVerdict::Pending)),
            ("424", Ok(FaceVerdict::Pending)),
            ("406", Err(PortError::Refused("406".into()))),
            ("500", Err(PortError::Unknown(r#"the provider answered code "500""#.into()))),
        ] {
            let answer = DescribeFaceVerifyReply { code: code.into(), ..reply("T", "200", None) };
            assert_eq!(judge("c1", &answer), found, "{code}");
        }
    }

    #[test]
    fn an_answer_that_contradicts_itself_is_none() {
        for (passed, sub_code, material) in [
            ("T", "204", None),
            ("F", "200", None),
            ("", "200", None),
            ("true", "200", None),
            ("T", "", None),
            ("T", "299", None),
            ("F", "299", None),
            ("T", "200", Some(r#"{"faceAttack":"T"}"#)),
            ("T", "200", Some("{")),
        ] {
            let found = judge("c1", &reply(passed, sub_code, material));
            assert!(matches!(found, Err(PortError::Unknown(_))), "{passed} {sub_code} {material:?}: {found:?}");
        }
    }

    #[test]
    fn an_answer_about_another_check_is_none() {
        let good = reply("T", "200", None);
        assert!(matches!(judge("c2", &good), Err(PortError::Unknown(_))));
        let mut silent = good.clone();
        silent.result_object.as_mut().unwrap().outer_order_no = String::new();
        assert!(matches!(judge("c1", &silent), Err(PortError::Unknown(_))));
        let empty = DescribeFaceVerifyReply { result_object: None, ..good };
        assert!(matches!(judge("c1", &empty), Err(PortError::Unknown(_))));
    }
}
