//! Begins a check.

use identity::ports::{PortError, StartFace, StartedFace};
use platform::Ctx;
use wire::aliyun_cloudauth::{
    Action, InitFaceVerify, InitFaceVerifyReply, Meaning, MetaInfo, ORDER_NO_CHARS, PROFILE, Started,
};

use super::{AliyunFaces, unanswered, unusable};

/// The longest `CertifyId` that is taken; the provider's have 32 characters.
const CERTIFY_ID_CHARS_MAX: usize = 64;

/// Calls `InitFaceVerify`.
pub(super) async fn start(faces: &AliyunFaces, ctx: &Ctx, start: &StartFace) -> Result<StartedFace, PortError> {
    let request = draft(faces, start)?;
    let reply: InitFaceVerifyReply =
        faces.gateway.call(ctx, Action::InitFaceVerify.as_str(), request.query()).await.map_err(unanswered)?;
    if let Some(error) = unusable(&reply.code) {
        return Err(error);
    }
    let started = reply.result_object.filter(|_| Meaning::of(&reply.code) == Meaning::Served);
    let started = started.ok_or_else(|| PortError::Unknown("the answer has no check in it".to_owned()))?;
    read(faces, &start.order_no, &started)
}

fn draft(faces: &AliyunFaces, start: &StartFace) -> Result<InitFaceVerify, PortError> {
    let order_no = &start.order_no;
    if order_no.len() != ORDER_NO_CHARS || !order_no.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(PortError::NotSent("the order number is not 32 letters and digits".to_owned()));
    }
    let actions = start.movements.iter().map(|movement| movement.as_str().to_owned()).collect();
    let meta_info = serde_json::to_string(&MetaInfo { profile: PROFILE.to_owned(), actions })
        .map_err(|error| PortError::NotSent(error.to_string()))?;
    Ok(InitFaceVerify {
        scene_id: faces.scene_id.clone(),
        outer_order_no: order_no.clone(),
        cert_name: start.name.expose().to_owned(),
        cert_no: start.number.expose().to_owned(),
        meta_info,
        return_url: None,
    })
}

fn read(faces: &AliyunFaces, order_no: &str, started: &Started) -> Result<StartedFace, PortError> {
    let unknown = |why: &str| Err(PortError::Unknown(why.to_owned()));
    if started.outer_order_no != order_no {
        return unknown("the answer is not about our check");
    }
    let id = &started.certify_id;
    let sound = (1..=CERTIFY_ID_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !sound {
        return unknown("the provider's number for the check cannot be one");
    }
    let Some(upload_url) = faces.origins.upload_url(&started.certify_url) else {
        return unknown("the address for frames is not of the configured origin");
    };
    Ok(StartedFace { certify_id: id.clone(), upload_url })
}

#[cfg(test)]
mod tests {
    use identity::ports::Movement;
    use wire::aliyun_cloudauth::action;

    #[test]
    fn movements_have_the_profiles_words() {
        assert_eq!(Movement::ALL.map(Movement::as_str), action::ALL);
    }
}
