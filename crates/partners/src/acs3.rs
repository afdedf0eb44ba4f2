//! Signing by Alibaba Cloud's third method: the texts come from [`wire::acs3`], the hash and the
//! key are applied here.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use kernel::Moment;
use sha2::{Digest, Sha256};
use wire::acs3::{self, Signable, header};

/// An access key. Its `Debug` shows the id only.
#[derive(Clone)]
pub struct AccessKey {
    /// The public half, sent with each request.
    pub id: String,
    /// The secret half, never sent and never printed.
    pub secret: String,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "AccessKey({})", self.id)
    }
}

/// One RPC call (`POST /`, parameters in the query, empty body) that is to be signed.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Host and, when not the scheme's own, port: exactly what the `Host` header will say.
    pub host: &'a str,
    /// The operation.
    pub action: &'a str,
    /// The version of the product's API.
    pub version: &'a str,
    /// The parameters, decoded.
    pub query: Vec<(String, String)>,
    /// When it is signed.
    pub now: Moment,
    /// A value never used before.
    pub nonce: String,
}

/// What to send: the encoded query and the headers to add (the client itself writes `Host`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The query, encoded just as it was signed.
    pub query: String,
    /// The headers to add.
    pub headers: Vec<(&'static str, String)>,
}

/// Signs a call.
pub fn sign(key: &AccessKey, call: &Call<'_>) -> Signed {
    let hashed_payload = hex(&Sha256::digest(b""));
    let sent = [
        (header::ACTION, call.action.to_owned()),
        (header::VERSION, call.version.to_owned()),
        (header::DATE, acs3::date(call.now)),
        (header::NONCE, call.nonce.clone()),
        (header::CONTENT_SHA256, hashed_payload.clone()),
    ];
    let mut signed: Vec<(String, String)> =
        sent.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    signed.push(("host".to_owned(), call.host.to_owned()));
    let canonical = acs3::canonical_request(&Signable {
        method: "POST",
        path: "/",
        query: &call.query,
        headers: &signed,
        hashed_payload: &hashed_payload,
    });
    let text = acs3::string_to_sign(&hex(&Sha256::digest(canonical.as_bytes())));
    let signature = hex(&hmac_sha256(key.secret.as_bytes(), text.as_bytes()));
    let authorization = acs3::authorization(&key.id, &acs3::signed_headers(&signed), &signature);
    let mut headers = Vec::from(sent);
    headers.push(("authorization", authorization));
    Signed { query: acs3::canonical_query(&call.query), headers }
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    // The key is brought to one block here, as the standard says, so that no length is an error.
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(data);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn signature_of(signed: &Signed) -> &str {
        let (_, authorization) = signed.headers.last().unwrap();
        authorization.rsplit("Signature=").next().unwrap()
    }

    /// The provider's own documented example; the same value comes from
    /// `printf 'ACS3-HMAC-SHA256\n%s' "$hash" | openssl dgst -sha256 -hmac YourAccessKeySecret`.
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let key = AccessKey { id: "YourAccessKeyId".into(), secret: "YourAccessKeySecret".into() };
        let signed = sign(
            &key,
            &Call {
                host: "ecs.cn-shanghai.aliyuncs.com",
                action: "RunInstances",
                version: "2014-05-26",
                query: pairs(&[
                    ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
                    ("RegionId", "cn-shanghai"),
                ]),
                now: Moment::from_ms(1_698_315_752_000),
                nonce: "3156853299f313e23d1673dc12e1703d".into(),
            },
        );
        assert_eq!(signature_of(&signed), "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    }

    /// Computed with `openssl dgst -sha256` and `openssl dgst -sha256 -hmac sandbox-secret`.
    #[test]
    fn a_text_message_has_the_signature_openssl_computes() {
        let key = AccessKey { id: "sandbox".into(), secret: "sandbox-secret".into() };
        let signed = sign(
            &key,
            &Call {
                host: "127.0.0.1:8091",
                action: "SendSms",
                version: "2017-05-25",
                query: pairs(&[
                    ("PhoneNumbers", "13800138000"),
                    ("SignName", "常州人社"),
                    ("TemplateCode", "SMS_100001"),
                    ("TemplateParam", r#"{"code":"012345"}"#),
                    ("OutId", "obx_01"),
                ]),
                now: Moment::from_ms(1_772_415_000_000),
                nonce: "0123456789abcdef0123456789abcdef".into(),
            },
        );
        assert_eq!(
            signed.query,
            "OutId=obx_01&PhoneNumbers=13800138000&SignName=%E5%B8%B8%E5%B7%9E%E4%BA%BA%E7%A4%BE\
             &TemplateCode=SMS_100001&TemplateParam=%7B%22code%22%3A%22012345%22%7D"
        );
        assert_eq!(signature_of(&signed), "4eba8c9d39f1333de561f689739693bb76fed9c978cb0ab5cde016c3e16c08bd");
    }

    /// The canonical request is the one in `wire::aliyun_cloudauth`'s tests. Its hash by `openssl
    /// dgst -sha256` is 758a7be7f771efba5358d8ceb6cdd33bd590c62e9f47b0258d2ba96afbe8d5e1, the
    /// signature by `printf 'ACS3-HMAC-SHA256\n%s' "$hash" | openssl dgst -sha256 -hmac sandbox-secret`.
    #[test]
    fn a_face_check_has_the_signature_openssl_computes() {
        let key = AccessKey { id: "sandbox".into(), secret: "sandbox-secret".into() };
        let signed = sign(
            &key,
            &Call {
                host: "127.0.0.1:8093",
                action: "InitFaceVerify",
                version: "2019-03-07",
                query: pairs(&[
                    ("SceneId", "1000000006"),
                    ("OuterOrderNo", "e0c34a77f5ac40a5aa5e6ed20c353888"),
                    ("ProductCode", "ID_PRO"),
                    ("Model", "MULTI_ACTION"),
                    ("CertType", "IDENTITY_CARD"),
                    ("CertName", "古丽娜尔·艾山"),
                    ("CertNo", "320412197001010029"),
                    ("MetaInfo", r#"{"profile":"renshe-capture/1","actions":["blink","nod"]}"#),
                ]),
                now: Moment::from_ms(1_772_415_000_000),
                nonce: "0123456789abcdef0123456789abcdef".into(),
            },
        );
        assert_eq!(signature_of(&signed), "0e7ba4cbede761b76f050ddb475684693833036f457900960ae730bae0b55c92");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let key = AccessKey { id: "id".into(), secret: "hidden".into() };
        assert!(!format!("{key:?}").contains("hidden"));
    }
}
