//! `GET /v3/certificates`: the channel's certificates, sealed with the merchant's APIv3 key. An account with the public key
//! alone has none.

use serde_json::{Value, json};

use super::House;
use super::account;
use super::refusals::{self, refused};
use crate::partner::Reply;

/// As the certificates themselves say: since when the first is good, and the next.
const EFFECTIVE: [&str; 2] = ["2020-01-01T08:00:00+08:00", "2021-01-01T08:00:00+08:00"];
const EXPIRES: &str = "2099-12-31T08:00:00+08:00";
/// What is sealed with it.
const ASSOCIATED: &str = "certificate";

pub(super) fn answer(house: &House) -> Reply {
    let serials = account::certificates(house);
    if serials.is_empty() {
        let says = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。";
        return refused("RESOURCE_NOT_EXISTS", says);
    }
    let sealed: Option<Vec<Value>> = serials.iter().map(|serial| sealed(house, serial)).collect();
    match sealed {
        Some(data) => Reply::ok(json!({ "data": data })),
        None => refusals::by_code("SYSTEM_ERROR"),
    }
}

fn sealed(house: &House, serial: &str) -> Option<Value> {
    let seals = &house.room.seals;
    let (nonce, ciphertext) = seals.seal(&*house.rng, seals.certificate(serial)?, ASSOCIATED)?;
    Some(json!({
        "serial_no": serial,
        "effective_time": EFFECTIVE[usize::from(serial == house.room.account.platform_next_serial)],
        "expire_time": EXPIRES,
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": ASSOCIATED,
            "ciphertext": ciphertext,
        },
    }))
}
