//! 1101: who somebody is, and how insured.

use kernel::{Date, IdNumber, Sex};
use platform::db::DbFault;
use serde_json::{Value, json};

use super::House;
use super::envelope;
use crate::partner::Reply;
use crate::people::{Insured, Person, store};

/// Answers 1101. A name that does not belong to the number is answered as if nobody were known.
pub(super) async fn answer(house: &House, input: &Value) -> Result<Reply, DbFault> {
    let field = |name: &str| input["data"][name].as_str().unwrap_or_default().to_owned();
    let (kind, certificate, number, name) =
        (field("mdtrt_cert_type"), field("mdtrt_cert_no"), field("certno"), field("psn_name"));
    if certificate.is_empty() {
        return Ok(envelope::failed(house, "mdtrt_cert_no不能为空"));
    }
    let wanted = match kind.as_str() {
        "02" => certificate,
        "03" if field("card_sn").is_empty() => return Ok(envelope::failed(house, "card_sn不能为空")),
        "01" | "03" => return Ok(envelope::failed(house, "沙箱仅支持身份证件")),
        _ => return Ok(envelope::failed(house, "mdtrt_cert_type字典值错误")),
    };
    if !number.is_empty() && number != wanted {
        return Ok(envelope::failed(house, "certno与mdtrt_cert_no不一致"));
    }
    let found = house.db.read("sandbox.insurer.person", move |tx| store::by_number(tx, &wanted)).await?;
    let Some(person) = found.filter(|person| person.insured != Insured::Nowhere) else {
        return Ok(envelope::failed(house, "未查询到参保人信息"));
    };
    if !name.is_empty() && !person.is_called(&name) {
        return Ok(envelope::failed(house, "姓名与证件号码不一致"));
    }
    Ok(envelope::done(house, describe(&person, house.now().date())))
}

/// `output` of 1101.
fn describe(person: &Person, today: Date) -> Value {
    // Everybody here has a number that reads; a number that did not would have no birthday.
    let number = IdNumber::parse(&person.id_number, today).ok();
    let birth = number.as_ref().map(IdNumber::birth);
    let age = number.as_ref().map(|number| number.age_on(today)).unwrap_or_default();
    // A tenth is a tenth of the year since the last birthday, as far as its months tell.
    let months = birth.map_or(0, |day| (i32::from(today.month()) - i32::from(day.month())).rem_euclid(12));
    let male = number.as_ref().is_some_and(|number| number.sex() == Sex::Male);
    let mut insurances = Vec::new();
    // Somebody who works now was insured as a pupil before, so an ended insurance comes first.
    if person.insured == Insured::Employee && age < 40 {
        insurances.push(insurance(person, "390", "4", "0.00"));
    }
    insurances.push(match person.insured {
        Insured::Resident => insurance(person, "390", "1", "0.00"),
        Insured::Ended => insurance(person, "310", "4", &person.balance.to_string()),
        Insured::Employee | Insured::Nowhere => insurance(person, "310", "1", &person.balance.to_string()),
    });
    json!({
        "baseinfo": {
            "psn_no": person.psn_no,
            "psn_cert_type": "01",
            "certno": person.id_number,
            "psn_name": person.name,
            "gend": if male { "1" } else { "2" },
            "naty": "01",
            "brdy": birth.map(|day| day.to_string()).unwrap_or_default(),
            "age": format!("{age}.{}", months * 10 / 12),
        },
        "insuinfo": insurances,
        "idetinfo": [],
    })
}

fn insurance(person: &Person, insutype: &str, state: &str, balc: &str) -> Value {
    let retired = person.insured == Insured::Employee && person.id_number.get(6..10) < Some("1966");
    json!({
        "balc": balc,
        "insutype": insutype,
        "psn_type": if insutype == "390" { "15" } else if retired { "12" } else { "11" },
        "psn_insu_stas": state,
        "psn_insu_date": person.insured_on.to_string(),
        "paus_insu_date": if state == "1" { Value::Null } else { json!("2024-12-31") },
        "cvlserv_flag": "0",
        "insuplc_admdvs": person.region,
        "emp_name": if insutype == "310" { json!("常州市演示单位") } else { Value::Null },
    })
}

/// What a forged answer says: true in form, about somebody else.
pub(super) fn somebody_else() -> Value {
    json!({
        "baseinfo": {
            "psn_no": "32049999999999999999",
            "psn_cert_type": "01",
            "certno": "11010519491231002X",
            "psn_name": "冒名者",
            "gend": "2",
            "naty": "01",
            "brdy": "1949-12-31",
            "age": "76.1",
        },
        "insuinfo": [{
            "balc": "99999.99",
            "insutype": "310",
            "psn_type": "11",
            "psn_insu_stas": "1",
            "psn_insu_date": "1990-01-01",
            "cvlserv_flag": "0",
            "insuplc_admdvs": "320400",
        }],
        "idetinfo": [],
    })
}
