//! The insurer: 1101 of the national interface for designated institutions, and `CZ01` (the code of
//! a person for this minute, a profile of ours), behind the `x-tif` gateway.
//!
//! Steered on the page of people: insured as employee or resident, here or elsewhere, ended, not at
//! all. Samples: 320402199001019214 elsewhere, …9222 ended, …9230 unknown.

mod code;
mod envelope;
mod person;

use axum::http::StatusCode;
use platform::db::DbFault;
use serde_json::{Value, json};
use wire::insurer::{CODE, PERSON};

use crate::house::House;
use crate::partner::{About, Manner, Partner, Raw, Reply};
use crate::tif;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    name: "insurer",
    title_zh: "医保经办系统",
    title_en: "Insurer",
    protocol: "NHSA designated-institution interface V1.0 (1101), x-tif SHA-256",
    operations: &[PERSON, CODE],
    codes: &["SYSTEM_ERROR", "INVALID_SIGN_NO", tif::CODES[0], tif::CODES[1]],
};

/// The partner.
pub(crate) struct Insurer;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    infno: String,
    input: Value,
}

impl Partner for Insurer {
    type Call = Call;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        raw.path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        let account = &house.insurer;
        if let Err(refusal) = tif::admit(house, raw, &account.paasid, &account.token).await? {
            return Ok(Err(refusal));
        }
        let operation = Insurer::operation(raw);
        Ok(envelope::open(&raw.body, &operation, &account.fixmedins_code, house.now())
            .map(|input| Call { infno: operation, input })
            .map_err(|why| envelope::failed(house, &why)))
    }

    /// Questions only: the manners in which an act goes wrong change nothing here.
    async fn answer(house: &House, call: &Call, _manner: Manner) -> Result<Reply, DbFault> {
        match call.infno.as_str() {
            PERSON => person::answer(house, &call.input).await,
            _ => code::answer(house, &call.input).await,
        }
    }

    fn refusal(house: &House, code: &str) -> Reply {
        match code {
            _ if code.starts_with("TIF_") => tif::refusal(code),
            "SYSTEM_ERROR" => {
                Reply { status: StatusCode::INTERNAL_SERVER_ERROR, ..envelope::failed(house, "系统异常") }
            }
            "INVALID_SIGN_NO" => envelope::failed(house, "签到流水号无效，请重新签到"),
            other => envelope::failed(house, other),
        }
    }

    /// Another person's answer.
    fn forgery(house: &House, call: &Call) -> Reply {
        envelope::done(
            house,
            match call.infno.as_str() {
                PERSON => person::somebody_else(),
                _ => json!({ "data": {
                    "psn_no": "32049999999999999999",
                    "ec_code": "0000000000000000000000000000",
                    "expi_time": "2099-12-31 23:59:59",
                } }),
            },
        )
    }
}
