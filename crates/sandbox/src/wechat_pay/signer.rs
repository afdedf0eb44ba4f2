//! Notices as the channel would send them, for whoever loads a platform with them: no order, no sandbox, only keys.

use std::io;

use kernel::{Fen, Moment, Rng};
use serde_json::json;

use super::keys::WechatPayAccount;
use super::seal::Seals;
use super::times;

/// Signs notices with the channel's keys.
pub struct NoticeSigner {
    account: WechatPayAccount,
    seals: Seals,
}

/// A notice: its headers and its body.
pub type SignedNotice = (Vec<(&'static str, String)>, String);

impl NoticeSigner {
    /// Reads the keys of an account.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn new(account: WechatPayAccount) -> io::Result<NoticeSigner> {
        let seals = Seals::read(&account)?;
        Ok(NoticeSigner { account, seals })
    }

    /// That a payment was made now; `None` if it cannot be sealed. Each has an id of its own.
    pub fn paid(&self, rng: &dyn Rng, out_trade_no: &str, total: Fen, now: Moment) -> Option<SignedNotice> {
        let told = json!({
            "appid": self.account.appid,
            "mchid": self.account.mchid,
            "out_trade_no": out_trade_no,
            "transaction_id": format!("4200{}", rng.digits(24)),
            "trade_state": "SUCCESS",
            "trade_type": "NATIVE",
            "success_time": times::write(now),
            "amount": { "total": total.get(), "payer_total": total.get(), "currency": "CNY", "payer_currency": "CNY" },
        });
        let (nonce, ciphertext) = self.seals.seal(rng, &told.to_string(), "transaction")?;
        // As the channel numbers its notices: 36 characters.
        let id = [8, 4, 4, 4, 12].map(|many| rng.digits(many)).join("-");
        let body = json!({
            "id": id,
            "create_time": times::write(now),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功",
            "resource": {
                "original_type": "transaction",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": ciphertext,
                "associated_data": "transaction",
                "nonce": nonce,
            },
        })
        .to_string();
        let (timestamp, nonce) = (now.ms().div_euclid(1000).to_string(), rng.digits(32));
        let serial = &self.account.platform_public_key_id;
        let signature = self.seals.sign(serial, &[&timestamp, &nonce, &body]);
        let headers = vec![
            ("wechatpay-timestamp", timestamp),
            ("wechatpay-nonce", nonce),
            ("wechatpay-signature", signature),
            (super::SIGNATURE_TYPE.0, super::SIGNATURE_TYPE.1.to_owned()),
            (super::SERIAL_HEADER, self.account.platform_public_key_id.clone()),
        ];
        Some((headers, body))
    }
}
