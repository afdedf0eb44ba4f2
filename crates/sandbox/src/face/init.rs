//! `InitFaceVerify`: begins a check, or says why not. A repeated start is known by its order
//! number and gets the check it began.

use std::collections::BTreeMap;

use kernel::{IdNumber, PersonName};
use platform::db::DbFault;
use serde_json::json;
use wire::aliyun_cloudauth::{
    CERT_TYPE, InitFaceVerifyReply, MODEL, MetaInfo, ORDER_NO_CHARS, PRODUCT_CODE, PROFILE, Started, action, code,
};

use super::House;
use super::check::{Check, Fate};
use super::{FaceProvider, store};
use crate::partner::{Manner, Partner, Reply};

/// The most movements in one check.
const ACTIONS_MAX: usize = 8;
/// Older checks are forgotten.
const KEPT_SECS: i64 = 31 * 86_400;

/// Begins a check.
pub(super) async fn init(
    house: &House,
    params: &BTreeMap<String, String>,
    host: &str,
    manner: Manner,
) -> Result<Reply, DbFault> {
    let asked = match read(house, params, manner) {
        Ok(asked) => asked,
        Err(code) => return Ok(FaceProvider::refusal(house, code)),
    };
    let before = asked.started_at.minus_secs(KEPT_SECS);
    let check = asked.clone();
    let begun = house
        .db
        .write(store::lane(), "sandbox.face.init", move |tx| {
            store::forget(tx, before)?;
            if store::insert(tx, &check)? {
                return Ok::<_, DbFault>(Some(check.certify_id.clone()));
            }
            let known = store::by_order(tx, &check.order_no)?;
            Ok(known.filter(|known| same(known, &check)).map(|known| known.certify_id))
        })
        .await?;
    let Some(certify_id) = begun else {
        return Ok(FaceProvider::refusal(house, code::INVALID_PARAMETER));
    };
    Ok(Reply::ok(json!(InitFaceVerifyReply {
        code: code::OK.to_owned(),
        message: "success".to_owned(),
        request_id: house.request_id(),
        result_object: Some(Started {
            certify_url: format!("http://{host}/capture/{certify_id}"),
            certify_id,
            outer_order_no: asked.order_no,
        }),
    })))
}

/// The provider's number: 32 characters that nobody can guess, since whoever knows it may send
/// frames.
pub(super) fn certify_id(house: &House) -> String {
    let mut bytes = [0_u8; 16];
    house.rng.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(house: &House, params: &BTreeMap<String, String>, manner: Manner) -> Result<Check, &'static str> {
    let param = |name: &str| {
        let text = params.get(name).map_or("", String::as_str);
        if text.is_empty() { Err(code::MISSING_PARAMETER) } else { Ok(text) }
    };
    let scene_id = param("SceneId")?;
    let order_no = param("OuterOrderNo")?;
    let fixed = [("ProductCode", PRODUCT_CODE), ("Model", MODEL), ("CertType", CERT_TYPE)];
    for (name, only) in fixed {
        if param(name)? != only {
            return Err(code::INVALID_PARAMETER);
        }
    }
    let (name, id_number, meta_info) = (param("CertName")?, param("CertNo")?, param("MetaInfo")?);
    if !scene_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(code::NO_SCENE);
    }
    let ours = order_no.len() == ORDER_NO_CHARS && order_no.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let now = house.now();
    // The provider does not correct numbers.
    let exact = IdNumber::parse(id_number, now.date()).is_ok_and(|number| number.expose() == id_number);
    if !ours || !exact || PersonName::parse(name).is_err() {
        return Err(code::INVALID_PARAMETER);
    }
    Ok(Check {
        certify_id: certify_id(house),
        order_no: order_no.to_owned(),
        scene_id: scene_id.to_owned(),
        name: name.to_owned(),
        id_number: id_number.to_owned(),
        actions: actions(meta_info)?,
        fate: match manner {
            Manner::Plain | Manner::Again => Fate::Plain,
            Manner::Behind => Fate::Behind,
            Manner::Lost => Fate::Lost,
        },
        frames: 0,
        ending: None,
        started_at: now,
        taken_at: None,
    })
}

fn actions(meta_info: &str) -> Result<Vec<String>, &'static str> {
    let info: MetaInfo = serde_json::from_str(meta_info).map_err(|_| code::INVALID_PARAMETER)?;
    let known = info.actions.iter().all(|word| action::ALL.contains(&word.as_str()));
    if info.profile != PROFILE || !known || !(1..=ACTIONS_MAX).contains(&info.actions.len()) {
        return Err(code::INVALID_PARAMETER);
    }
    Ok(info.actions)
}

/// Whether an order number that comes again asks for the same check.
fn same(known: &Check, asked: &Check) -> bool {
    known.scene_id == asked.scene_id
        && known.name == asked.name
        && known.id_number == asked.id_number
        && known.actions == asked.actions
}
