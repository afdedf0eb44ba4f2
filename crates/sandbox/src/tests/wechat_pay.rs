//! The channel as a merchant's program sees it that was written by others: signs, verifies and opens by itself. The stories
//! are in the files beside.

mod buying;
mod notices;
mod offering;
mod refunding;
mod signing;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::WechatPayAccount;

/// A merchant with a place where notices come in.
struct Merchant {
    stage: Stage,
    key: RsaKeyPair,
    door: TcpListener,
    /// `Wechatpay-Serial` of requests; none if empty.
    serial: String,
}

/// What the channel answered: status, headers, body.
struct Told {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and code of a refusal.
    fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether there is nothing in it that says who it is from.
    fn is_unsigned(&self) -> bool {
        self.headers.keys().all(|name| !name.as_str().starts_with("wechatpay-"))
    }
}

fn key_in(path: &std::path::Path) -> RsaKeyPair {
    let pem = std::fs::read_to_string(path).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()
}

/// The account as the channel has made it.
fn kept(stage: &Stage) -> &WechatPayAccount {
    stage.running.kept::<WechatPayAccount>().unwrap()
}

impl Merchant {
    async fn new() -> Merchant {
        let stage = Stage::new().await;
        let account = kept(&stage);
        let (key, serial) = (key_in(&account.merchant_key), account.platform_public_key_id.clone());
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Merchant { stage, key, door, serial }
    }

    fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        STANDARD.encode(signature)
    }

    /// The fields of `Authorization` for a request, made now.
    fn fields(&self, method: &str, target: &str, body: &str) -> Vec<(&'static str, String)> {
        let (secs, nonce) = ((self.stage.clock.now().ms() / 1000).to_string(), OsRng.digits(32));
        let signature = self.sign(&format!("{method}\n{target}\n{secs}\n{nonce}\n{body}\n"));
        let account = kept(&self.stage);
        vec![
            ("mchid", account.mchid.clone()),
            ("nonce_str", nonce),
            ("signature", signature),
            ("timestamp", secs),
            ("serial_no", account.merchant_serial.clone()),
        ]
    }

    /// Sends with this `Authorization`.
    async fn send(&self, method: &str, target: &str, body: &str, authorization: &str) -> Told {
        let head = [
            ("accept", "application/json"),
            ("user-agent", "merchant/1"),
            ("content-type", "application/json"),
            ("authorization", authorization),
            ("wechatpay-serial", &self.serial),
        ];
        self.send_with(method, target, body, &head).await
    }

    /// Sends with these headers and no others; what is empty is left out. The client of the stage would add some.
    async fn send_with(&self, method: &str, target: &str, body: &str, head: &[(&str, &str)]) -> Told {
        let mut stream = TcpStream::connect(self.stage.running.at("wechat_pay").unwrap()).await.unwrap();
        let mut text = format!("{method} {target} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n");
        for (name, value) in head.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut read = Vec::new();
        stream.read_to_end(&mut read).await.unwrap();
        let text = String::from_utf8(read).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
            headers.insert(reqwest::header::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        Told { status, headers, text: body.to_owned() }
    }

    /// Sends, and believes the answer only as the channel's; what the channel has not read is in nobody's name.
    async fn call(&self, method: &str, target: &str, body: Value) -> Told {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let told = self.send(method, target, &body, &written(&self.fields(method, target, &body))).await;
        let unread = ["PARAM_ERROR", "SIGN_ERROR", "MCH_NOT_EXISTS"].contains(&told.refusal().1.as_str());
        match unread {
            true => assert!(told.is_unsigned(), "{method} {target}: {}", told.text),
            false => assert!(self.is_channels(&told.headers, &told.text), "{method} {target}: {}", told.text),
        }
        told
    }

    /// Whether these headers have the channel's signature under this body, by the key that they name.
    fn is_channels(&self, headers: &HeaderMap, body: &str) -> bool {
        let said = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        let mut keys = kept(&self.stage).channel_keys.iter();
        let Some((_, path)) = keys.find(|(serial, _)| serial == said("wechatpay-serial")) else { return false };
        let channel = key_in(path);
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, channel.public_key().as_ref());
        let text = format!("{}\n{}\n{body}\n", said("wechatpay-timestamp"), said("wechatpay-nonce"));
        let signature = STANDARD.decode(said("wechatpay-signature")).unwrap_or_default();
        key.verify(text.as_bytes(), &signature).is_ok()
            && said("wechatpay-signature-type") == "WECHATPAY2-SHA256-RSA2048"
    }

    /// Seals for the channel, with the key that requests name.
    fn seal(&self, plain: &str) -> String {
        let mut keys = kept(&self.stage).channel_keys.iter();
        let (_, path) = keys.find(|(serial, _)| *serial == self.serial).unwrap();
        let key = key_in(path);
        let key =
            PublicEncryptingKey::from_der(AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key()).unwrap().as_ref());
        let key = OaepPublicEncryptingKey::new(key.unwrap()).unwrap();
        let mut sealed = vec![0; key.ciphertext_size()];
        let sealed = key.encrypt(&OAEP_SHA1_MGF1SHA1, plain.as_bytes(), &mut sealed, None).unwrap();
        STANDARD.encode(sealed)
    }

    /// Opens what was sealed with the APIv3 key.
    fn open(&self, sealed: &Value) -> String {
        let text = |name: &str| sealed[name].as_str().unwrap();
        let key: &Key<Aes256Gcm> = kept(&self.stage).apiv3_key.as_bytes().try_into().unwrap();
        let nonce: &Nonce<_> = text("nonce").as_bytes().try_into().unwrap();
        let bytes = STANDARD.decode(text("ciphertext")).unwrap();
        let payload = Payload { msg: &bytes, aad: text("associated_data").as_bytes() };
        String::from_utf8(Aes256Gcm::new(key).decrypt(nonce, payload).unwrap()).unwrap()
    }

    /// Takes one notice and answers it with this status: its headers and body.
    async fn notice(&self, status: u16) -> (HeaderMap, String) {
        let (mut stream, _) = self.door.accept().await.unwrap();
        let (mut read, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let many = stream.read(&mut chunk).await.unwrap();
            read.extend_from_slice(&chunk[..many]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let mut headers = HeaderMap::new();
            for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
                headers.insert(reqwest::header::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
            }
            if body.len() >= headers["content-length"].to_str().unwrap().parse().unwrap() {
                let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                return (headers, body.to_owned());
            }
        }
    }

    /// A notice that is the channel's, opened.
    async fn told(&self) -> Value {
        let (headers, body) = self.notice(204).await;
        assert!(self.is_channels(&headers, &body), "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        serde_json::from_str(&self.open(&body["resource"])).unwrap()
    }

    /// The body of an offer over 5.00.
    fn offer(&self, number: &str) -> Value {
        json!({
            "appid": kept(&self.stage).appid,
            "mchid": kept(&self.stage).mchid,
            "description": "测试医院 挂号费",
            "out_trade_no": number,
            "notify_url": format!("http://{}/notify", self.door.local_addr().unwrap()),
            "amount": { "total": 500, "currency": "CNY" },
        })
    }

    /// The same for a link on the buyer's phone.
    fn link(&self, number: &str) -> Value {
        let mut body = self.offer(number);
        body["scene_info"] = json!({ "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Wap" } });
        body
    }

    async fn native(&self, body: Value) -> Told {
        self.call("POST", "/v3/pay/transactions/native", body).await
    }

    async fn h5(&self, body: Value) -> Told {
        self.call("POST", "/v3/pay/transactions/h5", body).await
    }

    /// The account is to be so.
    async fn account(&self, wanted: Value) {
        let (status, answer) = self.stage.post("/control/wechat_pay/account", wanted).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn query(&self, number: &str) -> Told {
        let mchid = &kept(&self.stage).mchid;
        self.call("GET", &format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}"), Value::Null).await
    }

    /// Offers 5.00 and has the buyer pay: the channel's number.
    async fn paid(&self, number: &str) -> String {
        assert_eq!(self.native(self.offer(number)).await.status, 200);
        let (status, answer) = self.stage.post(&format!("/control/wechat_pay/pay/{number}"), json!({})).await;
        assert_eq!(status, 200, "{answer}");
        answer["transaction_id"].as_str().unwrap().to_owned()
    }

    async fn fault(&self, mut rule: Value) {
        rule["partner"] = json!("wechat_pay");
        let (status, answer) = self.stage.post("/control/faults", rule).await;
        assert_eq!(status, 201, "{answer}");
    }
}

/// `Authorization` of these fields.
fn written(fields: &[(&'static str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    format!("WECHATPAY2-SHA256-RSA2048 {}", fields.join(","))
}
