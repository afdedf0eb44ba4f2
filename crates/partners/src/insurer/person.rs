//! 1101: who somebody is to the insurer, and how insured.

use identity::ports::{Insurance, InsuredPerson, PortError};
use kernel::{IdNumber, PersonName, Pii};
use platform::Ctx;
use wire::insurer::{Data, InsuInfo, PERSON, PSN_CERT_ID_CARD, PersonInfo, PersonQuery, cert_type, inf_time};

use super::InsurerClient;

/// Asks 1101 by the ID number. What answers about another number or name is not believed.
pub(super) async fn person(
    client: &InsurerClient,
    ctx: &Ctx,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Option<InsuredPerson>, PortError> {
    let query = PersonQuery {
        mdtrt_cert_type: cert_type::ID_CARD.to_owned(),
        mdtrt_cert_no: number.expose().to_owned(),
        card_sn: String::new(),
        begntime: inf_time(ctx.now()),
        psn_cert_type: PSN_CERT_ID_CARD.to_owned(),
        certno: number.expose().to_owned(),
        psn_name: name.expose().to_owned(),
    };
    let Some(info) = client.ask::<_, PersonInfo>(ctx, PERSON, Data { data: query }).await? else {
        return Ok(None);
    };
    let base = &info.baseinfo;
    let same_number = IdNumber::parse(&base.certno, ctx.now().date()).is_ok_and(|answered| answered == *number);
    let same_name = PersonName::parse(&base.psn_name).is_ok_and(|answered| answered.same_as(name));
    if !same_number || !same_name {
        return Err(PortError::Unknown("the answer is about somebody else".to_owned()));
    }
    if base.psn_no.is_empty() || base.psn_no.chars().count() > 30 {
        return Err(PortError::Unknown("the answer has no psn_no".to_owned()));
    }
    let active = &client.settings.active_states;
    Ok(Some(InsuredPerson {
        psn_no: Pii::new(base.psn_no.clone()),
        insurances: info.insuinfo.into_iter().map(|row| insurance(row, active)).collect(),
    }))
}

fn insurance(row: InsuInfo, active: &[String]) -> Insurance {
    Insurance {
        active: active.contains(&row.psn_insu_stas),
        kind: row.insutype,
        region: row.insuplc_admdvs,
        balance: row.balc,
    }
}
