//! Face checks: the real adapter over HTTP, and a browser that sends frames.

use identity::ports::{FaceVerdict, Faces, Movement, PortError, StartFace, StartedFace};
use kernel::{IdNumber, PersonName};
use partners::acs3::{self, Call, Signed};
use partners::face::{AliyunFaces, FaceSettings};
use reqwest::Method;

use super::*;
use crate::FirstPerson;

const ORDER: &str = "e0c34a77f5ac40a5aa5e6ed20c353888";
const NAME: &str = "周明远";
const NUMBER: &str = "320402198001010012";
/// The smallest thing that begins like a JPEG, in base64.
const JPEG: &str = "/9j/4AAQSkZJRg==";
const DRAWN: [Movement; 2] = [Movement::Nod, Movement::Blink];

/// A sandbox with a face provider, an adapter to it, and somebody before the camera.
struct FaceStage {
    stage: Stage,
    faces: AliyunFaces,
}

impl FaceStage {
    async fn new() -> FaceStage {
        let folder = Folder::new();
        let clock = clock();
        let first = vec![FirstPerson::new(NAME, NUMBER)];
        let settings = SandboxSettings { first, ..settings(&folder, &clock) };
        let running = Sandbox::start(settings).await.unwrap();
        let carrier = carrier(format!("http://{}", running.at("sms").unwrap()), "sandbox", "sandbox-secret");
        let faces = adapter(&format!("http://{}", running.at("face").unwrap()), "sandbox-secret");
        let ctx = context(&folder, clock.clone());
        FaceStage { stage: Stage { running, clock, carrier, ctx, http: reqwest::Client::new(), folder }, faces }
    }

    async fn start(&self, order_no: &str, name: &str, number: &str) -> Result<StartedFace, PortError> {
        let today = self.stage.clock.now().date();
        let start = StartFace {
            order_no: order_no.into(),
            name: PersonName::parse(name).unwrap(),
            number: IdNumber::parse(number, today).unwrap(),
            movements: DRAWN.to_vec(),
        };
        self.faces.start(&self.stage.ctx, &start).await
    }

    /// A check that has begun, for the person who is there.
    async fn started(&self) -> StartedFace {
        self.start(ORDER, NAME, NUMBER).await.unwrap()
    }

    async fn result(&self, certify_id: &str) -> Result<FaceVerdict, PortError> {
        self.faces.result(&self.stage.ctx, certify_id).await
    }

    /// Sends one frame a movement, as the page does; the status.
    async fn film(&self, started: &StartedFace, movements: &[Movement]) -> u16 {
        let frames: Vec<Value> =
            movements.iter().map(|movement| json!({ "movement": movement.as_str(), "jpeg": JPEG })).collect();
        self.upload(&started.upload_url, &json!({ "frames": frames }).to_string()).await
    }

    async fn upload(&self, url: &str, body: &str) -> u16 {
        let request = self.stage.http.post(url).header("content-type", "application/json").body(body.to_owned());
        let reply = request.send().await.unwrap();
        assert_eq!(reply.headers()["access-control-allow-origin"], "*");
        assert!(!reply.headers().contains_key("access-control-allow-credentials"));
        reply.status().as_u16()
    }

    /// Starts and films; the verdict.
    async fn check(&self, order_no: &str, name: &str, number: &str) -> Result<FaceVerdict, PortError> {
        let started = self.start(order_no, name, number).await?;
        assert_eq!(self.film(&started, &DRAWN).await, 204);
        self.result(&started.certify_id).await
    }

    async fn fault(&self, mut rule: Value) {
        rule["partner"] = json!("face");
        let (status, answer) = self.stage.post("/control/faults", rule).await;
        assert_eq!(status, 201, "{answer}");
    }
}

fn adapter(endpoint: &str, secret: &str) -> AliyunFaces {
    AliyunFaces::new(FaceSettings {
        endpoint: endpoint.into(),
        key: AccessKey { id: "sandbox".into(), secret: secret.into() },
        scene_id: "1000000006".into(),
        upload_base: None,
        timeout_ms: TIMEOUT_MS,
        calls_max: 8,
    })
    .unwrap()
}

fn unknown<T: std::fmt::Debug>(found: &Result<T, PortError>) -> bool {
    matches!(found, Err(PortError::Unknown(_)))
}

#[tokio::test]
async fn who_makes_the_movements_passes() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    assert_eq!(started.certify_id.len(), 32);
    assert!(started.upload_url.starts_with(&stage.faces.upload_origin()));
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending));
    assert_eq!(stage.film(&started, &DRAWN).await, 204);
    for _ in 0..2 {
        assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Passed), "it may be asked again");
    }
    assert_eq!(stage.film(&started, &DRAWN).await, 409, "frames come once");
    let told = &stage.stage.get("/control/faces").await[0];
    assert_eq!((&told["state"], &told["sub_code"], &told["frames"]), (&json!("ended"), &json!("200"), &json!(2)));
    assert_eq!(told["actions"], json!(["nod", "blink"]));
}

#[tokio::test]
async fn a_repeated_start_is_known_by_its_order_number() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    assert_eq!(stage.started().await, started);
    let other = stage.start(ORDER, "林晓岚", "32040419900615002X").await;
    assert_eq!(other, Err(PortError::Refused("401".into())), "an order number stands for one person");
    let next = stage.start("e0c34a77f5ac40a5aa5e6ed20c353889", NAME, NUMBER).await.unwrap();
    assert_ne!(next.certify_id, started.certify_id);
    assert_eq!(stage.stage.get("/control/faces").await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn magic_numbers_and_people_decide_the_verdict() {
    let stage = FaceStage::new().await;
    for (index, (name, number, verdict)) in [
        ("样例·无照片", "320402199001019011", FaceVerdict::NoPhoto),
        ("样例·非本人", "32040219900101902X", FaceVerdict::FaceMismatch),
        ("样例·不动", "320402199001019038", FaceVerdict::LivenessFailed),
        ("样例·攻击", "320402199001019046", FaceVerdict::Risk),
        ("样例·人脸源故障", "320402199001019054", FaceVerdict::ProviderDown),
        ("周明近", NUMBER, FaceVerdict::IdentityMismatch),
        ("林晓岚", "32040419900615002X", FaceVerdict::IdentityMismatch),
        (NAME, NUMBER, FaceVerdict::Passed),
    ]
    .into_iter()
    .enumerate()
    {
        let order_no = format!("{index:032}");
        assert_eq!(stage.check(&order_no, name, number).await, Ok(verdict), "{name} {number}");
    }
    let (zh, en) = (page(&stage, "zh-CN").await, page(&stage, "en").await);
    for (zh_word, en_word) in
        [("没有照片", "no photo"), ("疑似攻击", "signs of an attack"), ("点头、眨眼", "nod, blink")]
    {
        assert!(zh.contains(zh_word) && en.contains(en_word), "{zh_word}");
    }
}

async fn page(stage: &FaceStage, language: &str) -> String {
    let request = stage.stage.http.get(stage.stage.url("/faces")).header("accept-language", language);
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn movements_count_only_in_the_order_drawn() {
    let stage = FaceStage::new().await;
    for (index, (shown, verdict)) in [
        (vec![Movement::Nod, Movement::Nod, Movement::Blink], FaceVerdict::Passed),
        (vec![Movement::Blink, Movement::Nod], FaceVerdict::LivenessFailed),
        (vec![Movement::Nod], FaceVerdict::LivenessFailed),
        (vec![Movement::Nod, Movement::OpenMouth, Movement::Blink], FaceVerdict::LivenessFailed),
    ]
    .into_iter()
    .enumerate()
    {
        let started = stage.start(&format!("{index:032}"), NAME, NUMBER).await.unwrap();
        assert_eq!(stage.film(&started, &shown).await, 204);
        assert_eq!(stage.result(&started.certify_id).await, Ok(verdict), "{shown:?}");
    }
}

#[tokio::test]
async fn frames_that_are_none_use_nothing_up() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    let one = |jpeg: &str| json!({ "frames": [{ "movement": "nod", "jpeg": jpeg }] }).to_string();
    let large = one(&"A".repeat(2 * 1024 * 1024));
    for (body, status) in [
        ("frames", 400),
        (r#"{"frames":[]}"#, 400),
        (one("iVBORw0KGgo=").as_str(), 422),
        (one("not base64").as_str(), 422),
        (large.as_str(), 413),
    ] {
        assert_eq!(stage.upload(&started.upload_url, body).await, status, "{}", &body[..body.len().min(60)]);
    }
    let plain = stage.stage.http.post(&started.upload_url).body(one(JPEG)).send().await.unwrap();
    assert_eq!(plain.status().as_u16(), 415, "what needs no preflight is not taken");
    let elsewhere = started.upload_url.replace(&started.certify_id, "91707dc296d469ad38e4c5efa6a0f24b");
    assert_eq!(stage.upload(&elsewhere, &one(JPEG)).await, 404);
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending));
    assert_eq!(stage.film(&started, &DRAWN).await, 204);
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Passed));
}

#[tokio::test]
async fn a_browser_on_another_origin_may_ask_and_send() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    let ask = stage.stage.http.request(Method::OPTIONS, &started.upload_url);
    let reply = ask.header("origin", "http://127.0.0.1:8080").header("access-control-request-method", "POST");
    let reply = reply.header("access-control-request-headers", "content-type").send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 204);
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
    assert_eq!(reply.headers()["access-control-allow-methods"], "POST");
    assert_eq!(reply.headers()["access-control-allow-headers"], "content-type");
    let get = stage.stage.http.get(&started.upload_url).send().await.unwrap();
    assert_eq!(get.status().as_u16(), 405);
}

#[tokio::test]
async fn five_minutes_are_the_end() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    stage.stage.advance(290).await;
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending));
    stage.stage.advance(20).await;
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Timeout));
    assert_eq!(stage.film(&started, &DRAWN).await, 410);
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Timeout));
}

#[tokio::test]
async fn keys_that_are_wrong_and_checks_that_are_not_ours_are_refused() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    let wrong = adapter(&stage.faces.upload_origin(), "another");
    let refused = Err(PortError::Refused("SignatureDoesNotMatch".into()));
    assert_eq!(wrong.result(&stage.stage.ctx, &started.certify_id).await, refused);
    let nobody = stage.result("91707dc296d469ad38e4c5efa6a0f24b").await;
    assert_eq!(nobody, Err(PortError::Refused("406".into())));
    let short = stage.start("too-short", NAME, NUMBER).await;
    assert!(matches!(short, Err(PortError::NotSent(_))), "{short:?}");
    let late = clock();
    late.advance_secs(16 * 60);
    let ctx = Ctx { clock: late, ..stage.stage.ctx.clone() };
    let expired = stage.faces.result(&ctx, &started.certify_id).await;
    assert_eq!(expired, Err(PortError::Refused("InvalidTimeStamp.Expired".into())));
}

#[tokio::test]
async fn a_request_cannot_be_changed_or_repeated() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    let pairs = [("SceneId", "1000000006"), ("CertifyId", &started.certify_id)];
    let signed = acs3::sign(
        &AccessKey { id: "sandbox".into(), secret: "sandbox-secret".into() },
        &Call {
            host: &stage.stage.running.at("face").unwrap().to_string(),
            action: "DescribeFaceVerify",
            version: "2019-03-07",
            query: pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            now: stage.stage.clock.now(),
            nonce: "once".into(),
        },
    );
    let forged = Signed { query: signed.query.replace("1000000006", "1000000007"), ..signed.clone() };
    assert_eq!(raw(&stage, &forged).await, "SignatureDoesNotMatch");
    assert_eq!(raw(&stage, &signed).await, "424", "a forgery does not use the nonce up");
    assert_eq!(raw(&stage, &signed).await, "SignatureNonceUsed");
}

async fn raw(stage: &FaceStage, signed: &Signed) -> String {
    let mut request = stage.stage.http.post(format!("{}/?{}", stage.faces.upload_origin(), signed.query));
    for (name, value) in &signed.headers {
        request = request.header(*name, value);
    }
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    body["Code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_forged_answer_is_not_believed() {
    let stage = FaceStage::new().await;
    stage.fault(json!({ "operation": "InitFaceVerify", "kind": "forge", "times": 1 })).await;
    let found = stage.start(ORDER, NAME, NUMBER).await;
    assert!(unknown(&found), "a face is not sent to a foreign address: {found:?}");

    let started = stage.started().await;
    stage.fault(json!({ "operation": "DescribeFaceVerify", "kind": "forge", "times": 1 })).await;
    let found = stage.result(&started.certify_id).await;
    assert!(unknown(&found), "a pass of another check: {found:?}");
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending));

    stage.fault(json!({ "operation": "Capture", "kind": "forge", "times": 1 })).await;
    assert_eq!(stage.film(&started, &DRAWN).await, 204);
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending), "they were not taken");
}

#[tokio::test]
async fn a_refusal_means_what_its_code_means() {
    let stage = FaceStage::new().await;
    for (code, error) in [
        ("412", PortError::Refused("412".into())),
        ("418", PortError::Refused("418".into())),
        ("Throttling.User", PortError::Refused("Throttling.User".into())),
        ("500", PortError::Unknown(r#"the provider answered code "500""#.into())),
        ("777", PortError::Unknown(r#"the provider answered code "777""#.into())),
        ("ServiceUnavailable", PortError::Unknown("the provider answered status 503".into())),
    ] {
        stage.fault(json!({ "operation": "InitFaceVerify", "kind": "refuse", "code": code, "times": 1 })).await;
        assert_eq!(stage.start(ORDER, NAME, NUMBER).await, Err(error), "{code}");
    }
    let started = stage.started().await;
    stage.fault(json!({ "operation": "Capture", "kind": "refuse", "code": "500", "times": 1 })).await;
    assert_eq!(stage.film(&started, &DRAWN).await, 422);
    stage.fault(json!({ "operation": "DescribeFaceVerify", "kind": "refuse", "code": "403", "times": 1 })).await;
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Pending));
}

#[tokio::test]
async fn time_outs_and_broken_lines_leave_it_open() {
    let stage = FaceStage::new().await;
    for kind in ["time_out_before", "time_out_after", "down"] {
        stage.fault(json!({ "operation": "InitFaceVerify", "kind": kind, "times": 1 })).await;
        let found = stage.start(ORDER, NAME, NUMBER).await;
        assert!(unknown(&found), "{kind}: {found:?}");
    }
    let started = stage.started().await;
    assert_eq!(stage.stage.get("/control/faces").await.as_array().unwrap().len(), 1, "one check, however often begun");
    assert_eq!(stage.film(&started, &DRAWN).await, 204);
    for kind in ["time_out_before", "down"] {
        stage.fault(json!({ "operation": "DescribeFaceVerify", "kind": kind, "times": 1 })).await;
        let found = stage.result(&started.certify_id).await;
        assert!(unknown(&found), "{kind}: {found:?}");
    }
    stage.fault(json!({ "kind": "slow", "ms": 300, "times": 1 })).await;
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Passed));
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nowhere = adapter(&format!("http://{closed}"), "sandbox-secret").result(&stage.stage.ctx, "c1").await;
    assert!(matches!(nowhere, Err(PortError::NotSent(_))), "{nowhere:?}");
}

#[tokio::test]
async fn a_lost_verdict_never_comes_and_a_late_one_waits_for_a_question() {
    let stage = FaceStage::new().await;
    let lost = stage.started().await;
    stage.fault(json!({ "operation": "Capture", "kind": "lose", "times": 1 })).await;
    assert_eq!(stage.film(&lost, &DRAWN).await, 204);
    stage.stage.advance(600).await;
    assert_eq!(stage.result(&lost.certify_id).await, Ok(FaceVerdict::Pending));

    let behind = stage.start("e0c34a77f5ac40a5aa5e6ed20c353889", NAME, NUMBER).await.unwrap();
    stage.fault(json!({ "operation": "Capture", "kind": "reorder", "times": 1 })).await;
    assert_eq!(stage.film(&behind, &DRAWN).await, 204);
    assert_eq!(stage.result(&behind.certify_id).await, Ok(FaceVerdict::Pending));
    assert_eq!(stage.result(&behind.certify_id).await, Ok(FaceVerdict::Passed));
}

#[tokio::test]
async fn no_picture_is_kept() {
    let stage = FaceStage::new().await;
    let started = stage.started().await;
    let mark = "RkFDRUZBQ0VGQUNF";
    let body = json!({ "frames": [
        { "movement": "nod", "jpeg": format!("/9j/4AAQ{mark}") },
        { "movement": "blink", "jpeg": format!("/9j/4AAQ{mark}") },
    ] });
    assert_eq!(stage.upload(&started.upload_url, &body.to_string()).await, 204);
    assert_eq!(stage.result(&started.certify_id).await, Ok(FaceVerdict::Passed));
    let mut folders = vec![stage.stage.folder.0.join("sandbox")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(file).unwrap();
        for needle in [mark.as_bytes(), b"FACEFACEFACE"] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
}
