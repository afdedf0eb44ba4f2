//! Alibaba Cloud 金融级实人认证 (Cloudauth, version 2019-03-07): the two operations we use, with the
//! provider's names.
//!
//! `InitFaceVerify` begins a check and gives its `CertifyId`; `DescribeFaceVerify` tells how it
//! ended. Both are RPC calls (`POST /`, parameters in the query, empty body) signed by
//! [`crate::acs3`].
//!
//! # The capture profile
//!
//! The provider's own web client chooses the movements itself and does not document its upload. We choose them (RNA-3),
//! and the browser sends frames from our page. So three things are defined by us and agreed, under the name
//! [`PROFILE`], with whoever answers at the endpoint:
//!
//! - `MetaInfo` is a [`MetaInfo`] as JSON: the movements in the order drawn.
//! - `CertifyUrl` takes one `POST` of [`Frames`] as JSON and answers 204. It holds for
//!   [`SESSION_SECS`] and may be reached from a browser on another origin, without credentials.
//! - `ResultObject` repeats the numbers it is about, `CertifyId` and `OuterOrderNo`: an answer that
//!   does not say whose it is, is nobody's. A check whose frames never came ends as
//!   [`SubCode::TimedOut`].

mod codes;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::partner::Partner;

pub use codes::{Meaning, SubCode, code};

/// The face-check provider.
pub const PARTNER: Partner = Partner { name: "face", port: 3 };

/// The version of the API, `x-acs-version`.
pub const VERSION: &str = "2019-03-07";

/// The name of our profile, in [`MetaInfo`].
pub const PROFILE: &str = "renshe-capture/1";

/// How long `CertifyUrl` takes frames, seconds. The provider's own clients have 30 minutes; the
/// profile is stricter.
pub const SESSION_SECS: i64 = 5 * 60;

/// The longest body `CertifyUrl` takes, bytes.
pub const FRAMES_BYTES_MAX: usize = 2 * 1024 * 1024;

/// `OuterOrderNo` is exactly this long: letters and digits.
pub const ORDER_NO_CHARS: usize = 32;

/// `ProductCode`: name and number are compared with the authority's photo.
pub const PRODUCT_CODE: &str = "ID_PRO";

/// `Model`: movements in a random order.
pub const MODEL: &str = "MULTI_ACTION";

/// `CertType`: the only one there is.
pub const CERT_TYPE: &str = "IDENTITY_CARD";

/// The words for movements in [`MetaInfo`] and [`Frames`].
pub mod action {
    /// 眨眼
    pub const BLINK: &str = "blink";
    /// 张嘴
    pub const MOUTH: &str = "mouth";
    /// 摇头
    pub const SHAKE: &str = "shake";
    /// 点头
    pub const NOD: &str = "nod";
    /// All of them.
    pub const ALL: [&str; 4] = [BLINK, MOUTH, SHAKE, NOD];
}

kernel::words! {
    /// The operations we use, by the provider's names (`x-acs-action`), in the order pages show them.
    pub enum Action: "an operation of the face-check provider" {
        /// Begin a check.
        InitFaceVerify = "InitFaceVerify",
        /// Ask how it ended.
        DescribeFaceVerify = "DescribeFaceVerify",
    }
}

/// `InitFaceVerify`. It carries a name and a number: it is never printed, and has no `Debug`.
#[derive(Clone)]
pub struct InitFaceVerify {
    /// `SceneId`: a number given by the provider's console.
    pub scene_id: String,
    /// `OuterOrderNo`: ours, [`ORDER_NO_CHARS`] long. A repeated start is known by it.
    pub outer_order_no: String,
    /// `CertName`.
    pub cert_name: String,
    /// `CertNo`.
    pub cert_no: String,
    /// `MetaInfo`: a [`MetaInfo`] as JSON.
    pub meta_info: String,
    /// `ReturnUrl`: where the provider's own page would lead back to. The capture profile shows no
    /// page and needs none.
    pub return_url: Option<String>,
}

impl InitFaceVerify {
    /// The parameters as the provider names them.
    pub fn query(&self) -> Vec<(String, String)> {
        let mut pairs = pairs([
            ("SceneId", &self.scene_id),
            ("OuterOrderNo", &self.outer_order_no),
            ("ProductCode", PRODUCT_CODE),
            ("Model", MODEL),
            ("CertType", CERT_TYPE),
            ("CertName", &self.cert_name),
            ("CertNo", &self.cert_no),
            ("MetaInfo", &self.meta_info),
        ]);
        pairs.extend(self.return_url.iter().map(|url| ("ReturnUrl".to_owned(), url.clone())));
        pairs
    }
}

/// What `MetaInfo` says in the capture profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaInfo {
    /// [`PROFILE`].
    pub profile: String,
    /// Words of [`action`], in the order drawn.
    pub actions: Vec<String>,
}

/// The answer to [`InitFaceVerify`], and to any request that the gateway refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InitFaceVerifyReply {
    /// See [`code`] and [`crate::acs3::code`].
    pub code: String,
    /// For people; never decided on.
    #[serde(default)]
    pub message: String,
    /// The provider's number for this request.
    #[serde(default)]
    pub request_id: String,
    /// Present when served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_object: Option<Started>,
}

/// A check that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Started {
    /// The provider's number for the check.
    #[serde(default)]
    pub certify_id: String,
    /// Where frames go.
    #[serde(default)]
    pub certify_url: String,
    /// Our number again (capture profile).
    #[serde(default)]
    pub outer_order_no: String,
}

/// `DescribeFaceVerify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeFaceVerify {
    /// `SceneId`: the same as at the start.
    pub scene_id: String,
    /// `CertifyId`.
    pub certify_id: String,
}

impl DescribeFaceVerify {
    /// The parameters as the provider names them.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs([("SceneId", &self.scene_id), ("CertifyId", &self.certify_id)])
    }
}

/// The answer to [`DescribeFaceVerify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeFaceVerifyReply {
    /// See [`code`] and [`crate::acs3::code`].
    pub code: String,
    /// For people; never decided on.
    #[serde(default)]
    pub message: String,
    /// The provider's number for this request.
    #[serde(default)]
    pub request_id: String,
    /// Present when the check has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_object: Option<Outcome>,
}

/// How a check ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outcome {
    /// `T` or `F`: what counts.
    #[serde(default)]
    pub passed: String,
    /// See [`SubCode`].
    #[serde(default)]
    pub sub_code: String,
    /// Mostly empty.
    #[serde(default)]
    pub identity_info: Option<String>,
    /// The provider's word for the device; empty where its client did not run.
    #[serde(default)]
    pub device_token: Option<String>,
    /// `ROOT,VPN,HOOK`.
    #[serde(default)]
    pub device_risk: Option<String>,
    /// A [`MaterialInfo`] as JSON. Pictures that it may name are neither fetched nor kept.
    #[serde(default)]
    pub material_info: Option<String>,
    /// The check it is about (capture profile).
    #[serde(default)]
    pub certify_id: String,
    /// Our number (capture profile).
    #[serde(default)]
    pub outer_order_no: String,
}

/// What is read of `MaterialInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaterialInfo {
    /// `T` when the provider saw an attack.
    #[serde(default)]
    pub face_attack: String,
    /// `T` when something covered the face.
    #[serde(default)]
    pub face_occlusion: String,
}

/// The body of the one `POST` to `CertifyUrl`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Frames {
    /// In the order taken; several may show one movement.
    pub frames: Vec<Frame>,
}

/// One frame. It is a face: it is never printed, and has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Frame {
    /// A word of [`action`].
    pub movement: String,
    /// A JPEG in base64.
    pub jpeg: String,
}

fn pairs<const N: usize>(list: [(&str, &str); N]) -> Vec<(String, String)> {
    list.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
