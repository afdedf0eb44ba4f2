//! A person as the insurer must be told of them, for what is settled with it.

use std::sync::Arc;

use kernel::{Date, IdNumber, Moment, PersonName, Pii};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::vault::Vault;

use super::insurance::{Occasion, refresh};
use super::store;
use crate::failure::Failure;
use crate::people::{PersonId, store as people};
use crate::ports::Ports;

/// Who somebody is to the insurer, and by which insurance.
#[derive(Debug, Clone)]
pub struct CoveredPerson {
    /// `psn_no`.
    pub psn_no: Pii<String>,
    /// 社会保障号码.
    pub number: IdNumber,
    /// The name.
    pub name: PersonName,
    /// `insutype`: 310 employees, 390 residents.
    pub kind: String,
    /// `insuplc_admdvs`.
    pub region: String,
}

/// What the insurer said last of a person who has been authenticated; `None` where it named no insurance.
///
/// # Errors
/// What broke beneath, also a row that does not open.
pub fn covered(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    today: Date,
) -> Result<Option<CoveredPerson>, DbFault> {
    let (_, record) = store::known(tx, person)?;
    let (Some(cover), Some(sealed)) = (record.insurance, store::psn_no(tx, person)?) else { return Ok(None) };
    let Some(reach) = people::reach(tx, vault, person)? else { return Ok(None) };
    let Some((name, number)) = people::real_identity(tx, vault, person, today)? else { return Ok(None) };
    let psn_no = Pii::new(store::PSN_NO.open(&reach.key, person.as_str(), &sealed)?);
    Ok(Some(CoveredPerson { psn_no, number, name, kind: cover.kind, region: cover.region }))
}

/// When the insurer last said how a person is insured; `None` where it never has.
///
/// # Errors
/// What broke beneath.
pub fn insurer_said_at(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Moment>, DbFault> {
    Ok(store::known(tx, person)?.1.checked_at)
}

/// Asks the insurer (1101) who somebody is and how insured, and keeps what it says. Its silence is no failure:
/// what was known stays.
///
/// # Errors
/// What broke beneath.
pub async fn ask_insurer(ctx: &Ctx, ports: &Arc<Ports>, person: &PersonId) -> Result<(), Failure> {
    refresh(ctx, ports, person, Occasion::Needed).await.map(drop)
}
