//! `GET /v3/certificates`: the channel's certificate, sealed with the merchant's APIv3 key.

use serde_json::json;

use super::refusals;
use crate::house::House;
use crate::partner::Reply;

/// As the certificate itself says.
const EFFECTIVE: &str = "2020-01-01T08:00:00+08:00";
const EXPIRES: &str = "2099-12-31T08:00:00+08:00";
/// What is sealed with it.
const ASSOCIATED: &str = "certificate";

pub(super) fn answer(house: &House) -> Reply {
    let seals = &house.wechat_seals;
    let Some((nonce, ciphertext)) = seals.seal(&*house.rng, seals.certificate(), ASSOCIATED) else {
        return refusals::by_code("SYSTEM_ERROR");
    };
    Reply::ok(json!({ "data": [{
        "serial_no": house.wechat_pay.platform_serial,
        "effective_time": EFFECTIVE,
        "expire_time": EXPIRES,
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": ASSOCIATED,
            "ciphertext": ciphertext,
        },
    }] }))
}
