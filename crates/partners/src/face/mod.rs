//! Face checks at Alibaba Cloud 金融级实人认证, in the capture profile that
//! [`wire::aliyun_cloudauth`] describes (RNA-3).
//!
//! Both calls can be repeated: the provider knows a start by our number, and a result may be asked for again. Whether
//! somebody passed is the provider's word to the server, never the browser's (T07), and an answer that contradicts
//! itself, or does not say which check it is about, does not count as an answer.

mod result;
mod settings;
mod start;

use async_trait::async_trait;
use identity::ports::{FaceVerdict, Faces, PortError, StartFace, StartedFace};
use platform::Ctx;
use wire::aliyun_cloudauth::{Meaning, VERSION};

use crate::aliyun::{Access, BadAccess, Failure, Gateway};
pub use settings::{BadFaceSettings, FaceSettings};

/// Checks faces at one provider's account.
pub struct AliyunFaces {
    gateway: Gateway,
    origins: settings::Origins,
    scene_id: String,
}

impl AliyunFaces {
    /// An adapter for one account. Fails on settings that could never work.
    pub fn new(settings: FaceSettings) -> Result<AliyunFaces, BadFaceSettings> {
        let access = Access {
            partner: "face",
            version: VERSION,
            endpoint: &settings.endpoint,
            key: &settings.key,
            timeout_ms: settings.timeout_ms,
            calls_max: settings.calls_max,
        };
        let gateway = Gateway::new(&access).map_err(|bad| match bad {
            BadAccess::Endpoint => BadFaceSettings::Endpoint(settings.endpoint.clone()),
            BadAccess::Client(why) => BadFaceSettings::Client(why),
        })?;
        let origins = settings.origins()?;
        if !settings::is_scene(&settings.scene_id) {
            return Err(BadFaceSettings::SceneId(settings.scene_id));
        }
        Ok(AliyunFaces { gateway, origins, scene_id: settings.scene_id })
    }
}

#[async_trait]
impl Faces for AliyunFaces {
    fn provider(&self) -> (&'static str, &'static str) {
        ("阿里云金融级实人认证", "Alibaba Cloud ID Verification")
    }

    fn upload_origin(&self) -> String {
        self.origins.browser.clone()
    }

    async fn start(&self, ctx: &Ctx, start: &StartFace) -> Result<StartedFace, PortError> {
        start::start(self, ctx, start).await
    }

    async fn result(&self, ctx: &Ctx, certify_id: &str) -> Result<FaceVerdict, PortError> {
        result::result(self, ctx, certify_id).await
    }
}

fn unanswered(failure: Failure) -> PortError {
    match failure {
        Failure::NotSent(why) => PortError::NotSent(why),
        Failure::Unknown(why) => PortError::Unknown(why),
    }
}

/// Why an answer cannot be used; none when it was served or is yet to come. Only the code is kept:
/// the message beside it may quote the person.
fn unusable(code: &str) -> Option<PortError> {
    match Meaning::of(code) {
        Meaning::Served | Meaning::Pending => None,
        Meaning::Refused => Some(PortError::Refused(code.to_owned())),
        Meaning::Unknown => Some(PortError::Unknown(format!("the provider answered code {code:?}"))),
    }
}
