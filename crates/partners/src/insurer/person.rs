//! 1101: who somebody is to the insurer, and how insured. The interface has no code for a number that is
//! known under another name: some insurers say so in words, others answer whoever has the number.

use identity::ports::{Acquaintance, Insurance, InsuredPerson, PortError};
use kernel::{Fen, IdNumber, PersonName, Pii};
use platform::Ctx;
use wire::insurer::{Data, FAILED, InsuInfo, PERSON, PSN_CERT_ID_CARD, PersonInfo, PersonQuery, cert_type, inf_time};

use super::InsurerClient;
use super::answer::{read, somebody_else};
use super::call::{Message, Said};

/// Asks 1101 by the ID number, under the name as it is written and, if nobody is known under that, as most registers
/// write it. An answer about another number is not believed.
pub(super) async fn person(
    client: &InsurerClient,
    ctx: &Ctx,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Acquaintance, PortError> {
    match (under(client, ctx, name, number).await?, name.in_common_forms()) {
        (Acquaintance::OtherName(_) | Acquaintance::NotFound, Some(common)) => {
            under(client, ctx, &common, number).await
        }
        (said, _) => Ok(said),
    }
}

async fn under(
    client: &InsurerClient,
    ctx: &Ctx,
    name: &PersonName,
    number: &IdNumber,
) -> Result<Acquaintance, PortError> {
    let query = PersonQuery {
        mdtrt_cert_type: cert_type::ID_CARD.to_owned(),
        mdtrt_cert_no: number.expose().to_owned(),
        card_sn: String::new(),
        begntime: inf_time(ctx.now()),
        psn_cert_type: PSN_CERT_ID_CARD.to_owned(),
        certno: number.expose().to_owned(),
        psn_name: name.expose().to_owned(),
    };
    let (msgid, region) = (client.fresh_number(ctx), &client.settings.mdtrtarea_admvs);
    let input = Data { data: query };
    let said = client.send(ctx, &Message { infno: PERSON, number: &msgid, region, input: &input }, "").await?;
    match said {
        Said::Done(output) => known(client, ctx, read(&output)?, (name, number)),
        // The words may quote the person: they are not passed on.
        Said::Refused(FAILED, says) if client.settings.other_name.iter().any(|words| says.contains(words)) => {
            Ok(Acquaintance::OtherName(None))
        }
        Said::Refused(FAILED, says) if client.settings.not_known.iter().any(|words| says.contains(words)) => {
            Ok(Acquaintance::NotFound)
        }
        Said::Refused(infcode, _) => Err(PortError::Refused(format!("infcode {infcode}"))),
    }
}

/// Who was answered about.
fn known(
    client: &InsurerClient,
    ctx: &Ctx,
    info: PersonInfo,
    (name, number): (&PersonName, &IdNumber),
) -> Result<Acquaintance, PortError> {
    let unknown = |why: &str| PortError::Unknown(why.to_owned());
    let base = &info.baseinfo;
    if !IdNumber::parse(&base.certno, ctx.now().date()).is_ok_and(|answered| answered == *number) {
        return Err(somebody_else());
    }
    if base.psn_name.trim().is_empty() {
        return Err(unknown("the answer has no psn_name"));
    }
    if base.psn_no.is_empty() || base.psn_no.chars().count() > 30 {
        return Err(unknown("the answer has no psn_no"));
    }
    // A name that cannot be read is not the one that was asked for.
    let Ok(spelled) = PersonName::parse(&base.psn_name) else { return Ok(Acquaintance::OtherName(None)) };
    let active = &client.settings.active_states;
    let same = spelled.same_as(name);
    let person = InsuredPerson {
        psn_no: Pii::new(base.psn_no.clone()),
        name: spelled,
        insurances: info.insuinfo.into_iter().map(|row| insurance(row, active)).collect(),
    };
    Ok(if same { Acquaintance::Known(person) } else { Acquaintance::OtherName(Some(person)) })
}

fn insurance(row: InsuInfo, active: &[String]) -> Insurance {
    let region = row.region().to_owned();
    // A value that cannot be an account's balance is not reported as one.
    let balance = row.balc.fen().ok().flatten().filter(|balance| *balance >= Fen::ZERO);
    Insurance { active: active.contains(&row.psn_insu_stas), kind: row.insutype, region, balance }
}
