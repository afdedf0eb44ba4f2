//! Names, numbers and the text that is signed.

use super::*;
use crate::acs3;

#[test]
fn every_code_has_one_meaning() {
    for (code, meaning) in [
        ("200", Meaning::Served),
        ("403", Meaning::Pending),
        ("424", Meaning::Pending),
        ("400", Meaning::Refused),
        ("401", Meaning::Refused),
        ("404", Meaning::Refused),
        ("406", Meaning::Refused),
        ("412", Meaning::Refused),
        ("417", Meaning::Refused),
        ("418", Meaning::Refused),
        ("Throttling.User", Meaning::Refused),
        ("InvalidTimeStamp.Expired", Meaning::Refused),
        ("SignatureDoesNotMatch", Meaning::Refused),
        ("SignatureNonceUsed", Meaning::Unknown),
        ("ServiceUnavailable", Meaning::Unknown),
        ("500", Meaning::Unknown),
        ("299", Meaning::Unknown),
        ("", Meaning::Unknown),
    ] {
        assert_eq!(Meaning::of(code), meaning, "{code}");
    }
}

#[test]
fn every_ending_has_a_text_that_leads_back_to_it() {
    for code in SubCode::ALL {
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    assert!("299".parse::<SubCode>().is_err());
    let passing: Vec<&str> = SubCode::ALL.into_iter().filter(|c| c.passes()).map(SubCode::as_str).collect();
    assert_eq!(passing, ["200", "210"]);
}

#[test]
fn the_parameters_carry_the_providers_names() {
    let mut init = InitFaceVerify {
        scene_id: "1000000006".into(),
        outer_order_no: "e0c34a77f5ac40a5aa5e6ed20c353888".into(),
        cert_name: "周明远".into(),
        cert_no: "320402198001010012".into(),
        meta_info: "{}".into(),
        return_url: None,
    };
    let names = |init: &InitFaceVerify| init.query().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let expected = ["SceneId", "OuterOrderNo", "ProductCode", "Model", "CertType", "CertName", "CertNo", "MetaInfo"];
    assert_eq!(names(&init), expected);
    init.return_url = Some("https://example.test/back".into());
    assert_eq!(names(&init).last().unwrap(), "ReturnUrl");
    let describe = DescribeFaceVerify { scene_id: "1".into(), certify_id: "c".into() };
    assert_eq!(describe.query(), [("SceneId".into(), "1".into()), ("CertifyId".into(), "c".into())]);
    assert_eq!("InitFaceVerify".parse(), Ok(Action::InitFaceVerify));
    assert!("ContrastFaceVerify".parse::<Action>().is_err());
}

#[test]
fn an_ending_is_read_as_the_provider_writes_it() {
    let body = r#"{"RequestId":"130A2C10-B9EE","Message":"success","Code":"200","ResultObject":{"Passed":"F",
        "SubCode":"205","IdentityInfo":null,"DeviceToken":"McozS1ZW","DeviceRisk":"ROOT,VPN",
        "MaterialInfo":"{\"faceAttack\":\"T\",\"facialPictureFront\":{\"qualityScore\":88.3}}"}}"#;
    let reply: DescribeFaceVerifyReply = serde_json::from_str(body).unwrap();
    let outcome = reply.result_object.unwrap();
    assert_eq!((outcome.passed.as_str(), outcome.sub_code.parse()), ("F", Ok(SubCode::Liveness)));
    assert_eq!(outcome.certify_id, "", "the provider alone does not repeat it; the profile does");
    let material: MaterialInfo = serde_json::from_str(&outcome.material_info.unwrap()).unwrap();
    assert_eq!(material.face_attack, "T");
    let refused: DescribeFaceVerifyReply = serde_json::from_str(r#"{"Code":"406"}"#).unwrap();
    assert!(refused.result_object.is_none());
}

#[test]
fn a_start_is_read_as_the_provider_writes_it() {
    let body = r#"{"RequestId":"1","Message":"success","Code":"200","ResultObject":{
        "CertifyId":"91707dc296d469ad38e4c5efa6a0f24b","CertifyUrl":"https://example.test/c"}}"#;
    let reply: InitFaceVerifyReply = serde_json::from_str(body).unwrap();
    assert_eq!(reply.result_object.unwrap().certify_id, "91707dc296d469ad38e4c5efa6a0f24b");
}

/// The hash of this text by `openssl dgst -sha256`, and the signature made of it, are checked
/// where hashing is at home, in `partners::acs3`.
#[test]
fn the_canonical_request_is_the_one_openssl_hashed() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let meta_info = serde_json::to_string(&MetaInfo {
        profile: PROFILE.into(),
        actions: vec![action::BLINK.into(), action::NOD.into()],
    });
    let init = InitFaceVerify {
        scene_id: "1000000006".into(),
        outer_order_no: "e0c34a77f5ac40a5aa5e6ed20c353888".into(),
        cert_name: "古丽娜尔·艾山".into(),
        cert_no: "320412197001010029".into(),
        meta_info: meta_info.unwrap(),
        return_url: None,
    };
    let headers = [
        ("host", "127.0.0.1:8093"),
        (acs3::header::ACTION, Action::InitFaceVerify.as_str()),
        (acs3::header::CONTENT_SHA256, EMPTY),
        (acs3::header::DATE, "2026-03-02T01:30:00Z"),
        (acs3::header::NONCE, "0123456789abcdef0123456789abcdef"),
        (acs3::header::VERSION, VERSION),
    ];
    let text = acs3::canonical_request(&acs3::Signable {
        method: "POST",
        path: "/",
        query: &init.query(),
        headers: &pairs(headers),
        hashed_payload: EMPTY,
    });
    let expected = format!(
        "POST\n/\nCertName=%E5%8F%A4%E4%B8%BD%E5%A8%9C%E5%B0%94%C2%B7%E8%89%BE%E5%B1%B1&CertNo=320412197001010029\
         &CertType=IDENTITY_CARD&MetaInfo=%7B%22profile%22%3A%22renshe-capture%2F1%22%2C%22actions%22%3A%5B\
         %22blink%22%2C%22nod%22%5D%7D&Model=MULTI_ACTION&OuterOrderNo=e0c34a77f5ac40a5aa5e6ed20c353888\
         &ProductCode=ID_PRO&SceneId=1000000006\n\
         host:127.0.0.1:8093\nx-acs-action:InitFaceVerify\nx-acs-content-sha256:{EMPTY}\n\
         x-acs-date:2026-03-02T01:30:00Z\nx-acs-signature-nonce:0123456789abcdef0123456789abcdef\n\
         x-acs-version:2019-03-07\n\n\
         host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n{EMPTY}"
    );
    assert_eq!(text, expected);
}
