//! 2201 and 2204: a visit is opened, and told what it costs.

use identity::ports::PortError;
use kernel::{Decimal, Fen};
use payments::ports::{Care, CoveredPerson, Registered, SettleError};
use platform::Ctx;
use wire::insurer::{
    Data, Exact, FEES, FeeDetail, FeeResult, Fees, REGISTER, Registration, RegistrationReply, cert_type, inf_time,
};

use super::{InsurerClient, answer};

/// `med_list_codg`, the national code of what is charged: 挂号费. A visit has one fee here, whatever the
/// institution's own code of it.
pub(super) const VISIT_FEE: &str = "001101000010000";
/// `caty`, 科别 of the national list: 其他业务科室. Which one of that list a department is, nobody tells us.
const CATY: &str = "A69";
/// `hosp_appr_flag`: approval is not asked for.
const NO_APPROVAL: &str = "2";

/// Opens a visit and sends its one line. The batch and the line have one fresh number, so that a
/// visit opened again has another line and never the same one twice.
pub(super) async fn register(
    client: &InsurerClient,
    ctx: &Ctx,
    person: &CoveredPerson,
    care: &Care,
) -> Result<Registered, SettleError> {
    fits(care)?;
    let input = Data { data: registration(person, care) };
    let output = client.act(ctx, REGISTER, &client.fresh_number(ctx), person, &input).await?;
    let data: RegistrationReply = answer::read(&output.inside("data"))?;
    if data.psn_no != *person.psn_no.expose() || data.ipt_otp_no != care.visit_no {
        return Err(answer::somebody_else().into());
    }
    let mdtrt_id = answer::number("mdtrt_id", data.mdtrt_id)?;
    let number = client.fresh_number(ctx);
    // Time and sequence; whose they are, the envelope says.
    let batch_no = number.get(12..).unwrap_or(&number).to_owned();
    let registered = Registered { mdtrt_id, batch_no };
    let fees = Fees { feedetail: vec![line(client, ctx, (person, care), &registered)?] };
    let output = client.act(ctx, FEES, &number, person, &fees).await?;
    let told =
        output.inside("result").many().map_err(|_| PortError::Unknown("the answer cannot be read".to_owned()))?;
    check(&told, care.total, &registered.batch_no)?;
    Ok(registered)
}

/// Whether the values fit the insurer's fields; if one does not, nothing is sent.
fn fits(care: &Care) -> Result<(), PortError> {
    for (name, text, most) in [
        ("ipt_otp_no", &care.visit_no, 30),
        ("atddr_no", &care.doctor_code, 30),
        ("dr_name", &care.doctor, 50),
        ("dept_code", &care.department_code, 30),
        ("dept_name", &care.department, 100),
        ("medins_list_codg", &care.item_code, 150),
    ] {
        if !(1..=most).contains(&text.chars().count()) {
            return Err(PortError::NotSent(format!("{name} has 1 to {most} characters")));
        }
    }
    if care.total <= Fen::ZERO {
        return Err(PortError::NotSent("nothing is charged".to_owned()));
    }
    Ok(())
}

fn registration(person: &CoveredPerson, care: &Care) -> Registration {
    Registration {
        psn_no: person.psn_no.expose().clone(),
        insutype: person.kind.clone(),
        begntime: inf_time(care.begins_at),
        mdtrt_cert_type: cert_type::ID_CARD.to_owned(),
        mdtrt_cert_no: person.number.expose().to_owned(),
        ipt_otp_no: care.visit_no.clone(),
        atddr_no: care.doctor_code.clone(),
        dr_name: care.doctor.clone(),
        dept_code: care.department_code.clone(),
        dept_name: care.department.clone(),
        caty: CATY.to_owned(),
    }
}

/// One piece at the whole price, charged now.
fn line(
    client: &InsurerClient,
    ctx: &Ctx,
    (person, care): (&CoveredPerson, &Care),
    registered: &Registered,
) -> Result<FeeDetail, PortError> {
    let form = client.settings.form;
    // N16,6: an amount has two places already.
    let price = care.total.get().checked_mul(10_000).map(Decimal::<6>::from_units);
    let (Some(price), Some(one)) = (price, Decimal::<4>::whole(1)) else {
        return Err(PortError::NotSent("the fee does not fit".to_owned()));
    };
    Ok(FeeDetail {
        feedetl_sn: registered.batch_no.clone(),
        mdtrt_id: registered.mdtrt_id.clone(),
        psn_no: person.psn_no.expose().clone(),
        chrg_bchno: registered.batch_no.clone(),
        dise_codg: String::new(),
        rxno: String::new(),
        rx_circ_flag: "0".to_owned(),
        fee_ocur_time: inf_time(ctx.now()),
        med_list_codg: VISIT_FEE.to_owned(),
        medins_list_codg: care.item_code.clone(),
        det_item_fee_sumamt: Exact::fen(care.total, form),
        cnt: Exact::decimal(one, form),
        pric: Exact::decimal(price, form),
        bilg_dept_codg: care.department_code.clone(),
        bilg_dept_name: care.department.clone(),
        bilg_dr_codg: care.doctor_code.clone(),
        bilg_dr_name: care.doctor.clone(),
        acord_dept_codg: String::new(),
        acord_dept_name: String::new(),
        orders_dr_code: String::new(),
        orders_dr_name: String::new(),
        hosp_appr_flag: NO_APPROVAL.to_owned(),
        etip_flag: "0".to_owned(),
    })
}

/// The one line that was sent, for the sum that was sent.
fn check(told: &[FeeResult], total: Fen, line: &str) -> Result<(), SettleError> {
    let [result] = told else {
        return Err(PortError::Unknown("the answer is not about one line".to_owned()).into());
    };
    if result.feedetl_sn != line {
        return Err(PortError::Unknown("the answer is about another line".to_owned()).into());
    }
    let odd = |why: &str| SettleError::Amounts(format!("{FEES}: det_item_fee_sumamt is {why}"));
    match result.det_item_fee_sumamt.fen().map_err(|why| odd(&why.to_string()))? {
        Some(sum) if sum != total => Err(odd(&format!("{sum}, the fee is {total}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_line_that_was_sent_is_a_good_answer() {
        let check = |lines: serde_json::Value| {
            let told: Vec<FeeResult> = serde_json::from_str(&lines.to_string()).unwrap();
            check(&told, Fen::new(2_500), "1")
        };
        for sum in [json!("25.00"), json!(25.0), json!(null), json!("")] {
            assert_eq!(check(json!([{ "feedetl_sn": 1, "det_item_fee_sumamt": sum }])), Ok(()), "{sum}");
        }
        assert_eq!(check(json!([{ "feedetl_sn": "1" }])), Ok(()));
        for (sum, wanted) in
            [(json!("0.01"), "0.01, the fee is 25.00"), (json!(25.001), "25.001, with more than 2 places")]
        {
            let odd = check(json!([{ "feedetl_sn": "1", "det_item_fee_sumamt": sum }])).unwrap_err();
            assert_eq!(odd, SettleError::Amounts(format!("2204: det_item_fee_sumamt is {wanted}")));
        }
        for lines in [json!([]), json!([{ "feedetl_sn": "2" }]), json!([{ "feedetl_sn": "1" }, { "feedetl_sn": "1" }])]
        {
            assert!(matches!(check(lines.clone()), Err(SettleError::Port(PortError::Unknown(_)))), "{lines}");
        }
    }
}
