//! `POST /capture/{certify_id}`: the frames that a browser sends, once. They are looked through
//! and dropped; only what came of them is kept.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::db::DbFault;
use serde_json::json;
use wire::aliyun_cloudauth::{FRAMES_BYTES_MAX, Frames};

use super::House;
use super::check::{Check, Fate, judge};
use super::{FaceProvider, store};
use crate::listen::Cut;
use crate::partner::{Manner, Raw, Reply, receive};
use crate::people;

/// So many frames in one check, at most.
const FRAMES_MAX: usize = 64;

/// How every JPEG begins.
const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// Where browsers send their frames.
const PATH: &str = "/capture/";

/// Any page may send frames: it needs only the check's number, which nobody can guess, and no cookie is sent.
const CORS: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];

/// What is left of the frames of a request.
#[derive(Clone)]
pub(crate) struct Capture {
    certify_id: String,
    /// The movement of each frame, in the order taken.
    movements: Vec<String>,
}

/// `OPTIONS`: what a browser asks before it sends JSON to another origin.
pub(super) async fn preflight() -> Response {
    shared(StatusCode::NO_CONTENT.into_response())
}

/// `POST`: through the same faults as every call.
pub(super) async fn upload(
    State(house): State<House>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let mut response = receive::<FaceProvider>(house, cut, request, FRAMES_BYTES_MAX).await;
    if response.status() == StatusCode::NO_CONTENT {
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    } else if response.status() == StatusCode::OK {
        // The product refuses with status 200, which a browser must not take for success.
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    shared(response)
}

fn shared(mut response: Response) -> Response {
    for (name, value) in CORS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a request is the browser's.
pub(super) fn is_upload(raw: &Raw) -> bool {
    raw.method == Method::POST && raw.path.starts_with(PATH)
}

/// Looks through the frames; `Err` says what is wrong with them. No picture is passed on from here.
pub(super) fn read(raw: &Raw) -> Result<Capture, Reply> {
    if !raw.header("content-type").starts_with("application/json") {
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "frames come as application/json"));
    }
    let Ok(body) = serde_json::from_slice::<Frames>(&raw.body) else {
        return Err(refused(StatusCode::BAD_REQUEST, "not the JSON of frames"));
    };
    if !(1..=FRAMES_MAX).contains(&body.frames.len()) {
        return Err(refused(StatusCode::BAD_REQUEST, "1 to 64 frames"));
    }
    let jpeg = |text: &str| STANDARD.decode(text).is_ok_and(|bytes| bytes.starts_with(&JPEG));
    if !body.frames.iter().all(|frame| jpeg(&frame.jpeg)) {
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, "a frame is not a JPEG in base64"));
    }
    let certify_id = raw.path.strip_prefix(PATH).unwrap_or_default().to_owned();
    Ok(Capture { certify_id, movements: body.frames.into_iter().map(|frame| frame.movement).collect() })
}

/// Why frames were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Unknown,
    Used,
    Late,
}

/// Takes the frames and keeps what came of them.
pub(super) async fn take(house: &House, capture: &Capture, manner: Manner) -> Result<Reply, DbFault> {
    let now = house.now();
    let capture = capture.clone();
    let taken = house
        .db
        .write(store::lane(), "sandbox.face.capture", move |tx| {
            let Some(check) = store::by_id(tx, &capture.certify_id)? else {
                return Ok::<_, DbFault>(Err(Refusal::Unknown));
            };
            if check.taken_at.is_some() {
                return Ok(Err(Refusal::Used));
            }
            if check.expired(now) {
                return Ok(Err(Refusal::Late));
            }
            let person = people::store::by_number(tx, &check.id_number)?;
            let ending = judge(person.as_ref(), &check, &capture.movements);
            let frames = i64::try_from(capture.movements.len()).unwrap_or(i64::MAX);
            let check = Check { fate: fate(check.fate, manner), frames, ..check };
            Ok(if store::take(tx, &check, ending, now)? { Ok(()) } else { Err(Refusal::Used) })
        })
        .await?;
    Ok(match taken {
        Ok(()) => Reply { status: StatusCode::NO_CONTENT, body: json!(null) },
        Err(Refusal::Unknown) => refused(StatusCode::NOT_FOUND, "no such check"),
        Err(Refusal::Used) => refused(StatusCode::CONFLICT, "frames have come already"),
        Err(Refusal::Late) => refused(StatusCode::GONE, "the check's five minutes are over"),
    })
}

/// The result decided at the start holds, unless the upload makes it worse.
fn fate(begun: Fate, manner: Manner) -> Fate {
    match manner {
        Manner::Plain | Manner::Again => begun,
        Manner::Behind => Fate::Behind,
        Manner::Lost => Fate::Lost,
    }
}

fn refused(status: StatusCode, why: &str) -> Reply {
    Reply { status, body: json!({ "error": why }) }
}
