//! The face-check provider: Alibaba Cloud Cloudauth, version 2019-03-07, `InitFaceVerify` and
//! `DescribeFaceVerify`, signed by `ACS3-HMAC-SHA256`, in the capture profile that
//! [`wire::aliyun_cloudauth`] describes; and the address that browsers send their frames to.
//!
//! Nobody looks at a picture here: frames are checked to be JPEGs that show the movements in the
//! order asked for, and dropped. Who stands before the camera is what the page of people says, or
//! digits 15 to 17 of the number: 901 no photo, 902 another face, 903 a still picture, 904 an
//! attack, 905 the source does not answer.

mod account;
mod capture;
mod check;
mod describe;
mod init;
mod page;
mod store;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use platform::db::DbFault;
use serde_json::json;
use wire::acs3::code as gateway;
use wire::aliyun_cloudauth::{self, Action, InitFaceVerifyReply, Outcome, Started, code};

use crate::about::{About, Page};
use crate::acs3;
use crate::entry::{Desk, Entry, Opening};
use crate::house::Office;
use crate::partner::{Manner, Partner, Raw, Reply, serve};
use crate::setup::StartError;
use account::FaceAccount;

/// The operation that rules know the browser's upload by; the provider has no name for it.
const CAPTURE: &str = "Capture";

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    place: aliyun_cloudauth::PARTNER,
    title_zh: "人脸核验服务商",
    title_en: "Face-check provider",
    protocol: "Alibaba Cloud Cloudauth 2019-03-07, ACS3-HMAC-SHA256, renshe-capture/1",
    operations: &["InitFaceVerify", "DescribeFaceVerify", CAPTURE],
    notices: &[],
    codes: &[
        code::INVALID_PARAMETER,
        code::NO_SCENE,
        code::INVALID_CERTIFY_ID,
        code::IN_ARREARS,
        code::FACE_NOT_USABLE,
        code::TOO_MANY_FAILURES,
        code::SYSTEM_ERROR,
    ],
    forgeries: &[],
    twists: &[],
};

/// What the house knows of it.
pub(crate) const ENTRY: Entry = Entry {
    about: &ABOUT,
    page: Some(Page { path: "/faces", zh: "人脸核验", en: "Face checks" }),
    open: |opening| Box::pin(async { open(opening) }),
    forget: |_, _| Ok(()),
};

/// What it keeps while it runs.
type Room = FaceAccount;
/// The house as it sees it.
type House = Office<Room>;

fn open(opening: &Opening<'_>) -> Result<Desk, StartError> {
    let house = Office::new(opening.house, opening.account::<FaceAccount>(ABOUT.place)?);
    Ok(Desk {
        routes: routes(&house),
        control: control().with_state(house.clone()),
        ..Desk::of::<FaceProvider>(&house, json!(*house.room))
    })
}

fn control() -> Router<House> {
    Router::new().route("/faces", get(page::faces)).route("/control/faces", get(page::list))
}

/// The partner.
pub(crate) struct FaceProvider;

/// A verified call.
#[derive(Clone)]
pub(crate) enum Call {
    /// From our server.
    Signed {
        action: Action,
        params: BTreeMap<String, String>,
        /// The signed `Host`: under which name the provider is reached.
        host: String,
    },
    /// From a browser: what is left of its frames.
    Capture(capture::Capture),
}

/// The port's paths: the provider's at the root, the browser's under `/capture/`.
fn routes(house: &House) -> Router {
    Router::new()
        .route("/capture/{certify_id}", post(capture::upload).options(capture::preflight))
        .fallback(any(serve::<FaceProvider>))
        .with_state(house.clone())
}

impl Partner for FaceProvider {
    type Call = Call;
    type Room = Room;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        if capture::is_upload(raw) { CAPTURE.to_owned() } else { raw.header("x-acs-action").to_owned() }
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        if capture::is_upload(raw) {
            return Ok(capture::read(raw).map(Call::Capture));
        }
        let key = acs3::Key { id: &house.room.access_key_id, secret: &house.room.access_key_secret };
        let verified = match acs3::admit(house, key, aliyun_cloudauth::VERSION, raw).await? {
            Ok(verified) => verified,
            Err(code) => return Ok(Err(FaceProvider::refusal(house, code))),
        };
        let host = raw.header("host").to_owned();
        let action = verified.action.parse::<Action>();
        Ok(action
            .map(|action| Call::Signed { action, params: verified.params, host })
            .map_err(|_| FaceProvider::refusal(house, gateway::ACTION_NOT_FOUND)))
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call {
            Call::Signed { action: Action::InitFaceVerify, params, host } => {
                init::init(house, params, host, manner).await
            }
            Call::Signed { action: Action::DescribeFaceVerify, params, .. } => describe::describe(house, params).await,
            Call::Capture(capture) => capture::take(house, capture, manner).await,
        }
    }

    fn refusal(house: &House, code: &str) -> Reply {
        // The product answers 200 even when it refuses; the gateway before it does not.
        let product = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
        let status = if product { StatusCode::OK } else { acs3::status(code) };
        let reply = InitFaceVerifyReply {
            code: code.to_owned(),
            message: format!("refused by the sandbox: {code}"),
            request_id: house.request_id(),
            result_object: None,
        };
        Reply { status, body: json!(reply) }
    }

    /// A start that sends the browser elsewhere, a pass that belongs to another check, or frames
    /// that are said to be taken and are not.
    fn forgery(house: &House, call: &Call) -> Reply {
        let certify_id = init::certify_id(house);
        let object = match call {
            Call::Capture(_) => return Reply { status: StatusCode::NO_CONTENT, body: json!(null) },
            Call::Signed { action: Action::InitFaceVerify, params, .. } => json!(Started {
                certify_url: format!("http://faces.invalid/capture/{certify_id}"),
                outer_order_no: params.get("OuterOrderNo").cloned().unwrap_or_default(),
                certify_id,
            }),
            Call::Signed { action: Action::DescribeFaceVerify, .. } => {
                json!(Outcome { passed: "T".to_owned(), sub_code: "200".to_owned(), certify_id, ..Outcome::default() })
            }
        };
        let request_id = house.request_id();
        Reply::ok(json!({ "Code": "200", "Message": "success", "RequestId": request_id, "ResultObject": object }))
    }
}
