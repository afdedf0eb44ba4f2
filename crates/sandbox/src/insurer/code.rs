//! `CZ01`: the insurer's own code of a person (医保码), another one each minute.

use platform::db::DbFault;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::House;
use super::envelope;
use crate::partner::Reply;
use crate::people::{Insured, store};

/// How long a code is good, seconds.
const CODE_SECS: i64 = 60;

/// Answers `CZ01`. Only people who are insured now have a code.
pub(super) async fn answer(house: &House, input: &Value) -> Result<Reply, DbFault> {
    let field = |name: &str| input["data"][name].as_str().unwrap_or_default().to_owned();
    let (psn_no, number) = (field("psn_no"), field("certno"));
    let found = house.db.read("sandbox.insurer.code", move |tx| store::by_number(tx, &number)).await?;
    let insured = |insured| matches!(insured, Insured::Employee | Insured::Resident);
    let Some(person) = found.filter(|person| person.psn_no == psn_no && insured(person.insured)) else {
        return Ok(envelope::failed(house, "未查询到参保人信息"));
    };
    let minute = house.now().ms().div_euclid(CODE_SECS * 1000);
    let mut hash = Sha256::new();
    for part in [house.room.account.token.as_bytes(), person.psn_no.as_bytes(), &minute.to_be_bytes()] {
        hash.update(part);
    }
    let digits: String = hash.finalize().iter().take(22).map(|byte| char::from(b'0' + byte % 10)).collect();
    let until = kernel::Moment::from_ms((minute + 1) * CODE_SECS * 1000);
    Ok(envelope::done(
        house,
        json!({ "data": {
            "psn_no": person.psn_no,
            "ec_code": format!("320400{digits}"),
            "expi_time": crate::times::civil(until),
        } }),
    ))
}
