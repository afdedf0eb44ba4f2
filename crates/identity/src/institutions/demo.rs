//! Institutions of the demo city (演示数据) but its hospitals: pharmacies, offices, banks and employers. All are invented, and so
//! are their codes.

use platform::db::DbFault;
use platform::{Actor, Ctx, Mode};

use super::add::NewInstitution;
use super::ids::{InstitutionId, Kind};
use super::model::{Capability, Facts, Institution, State};
use super::{lane, store};

/// Why the samples are not in.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A city has institutions of its own.
    #[error("sample institutions are for the demo only")]
    Production,
    /// The sample data in this file does not parse.
    #[error("sample data: {0}")]
    Sample(String),
    /// The database did not take them.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// An institution of the demo city.
struct Sample {
    kind: Kind,
    code: &'static str,
    name: &'static str,
    name_en: &'static str,
    credit_code: &'static str,
    /// Empty where the insurer has none for it.
    insurer_code: &'static str,
    district: &'static str,
    address: &'static str,
    phone: &'static str,
    hours: &'static str,
    capabilities: &'static [Capability],
}

const SHOP_HOURS: &str = "1-7 08:00-21:00";
const OFFICE_HOURS: &str = "1-5 09:00-12:00 13:30-17:00";

const SAMPLES: &[Sample] = &[
    Sample {
        kind: Kind::Pharmacy,
        code: "hengchun",
        name: "恒春大药房",
        name_en: "Hengchun Pharmacy",
        credit_code: "91320402MA7DEM0169",
        insurer_code: "P32040200001",
        district: "320402",
        address: "天宁区（演示地址）21 号",
        phone: "0519-00000021",
        hours: SHOP_HOURS,
        capabilities: &[Capability::CardScan],
    },
    Sample {
        kind: Kind::Pharmacy,
        code: "qingguo",
        name: "青果巷口大药房",
        name_en: "Qingguo Lane Pharmacy",
        credit_code: "91320404MA7DEM0241",
        insurer_code: "P32040400002",
        district: "320404",
        address: "钟楼区（演示地址）22 号",
        phone: "0519-00000022",
        hours: SHOP_HOURS,
        capabilities: &[Capability::CardScan],
    },
    Sample {
        kind: Kind::Agency,
        code: "jiuye-dong",
        name: "演示市劳动就业管理中心城东服务部",
        name_en: "Employment Centre, East Office",
        credit_code: "123204020141000105",
        insurer_code: "",
        district: "320402",
        address: "天宁区（演示地址）23 号",
        phone: "0519-00000023",
        hours: OFFICE_HOURS,
        capabilities: &[],
    },
    Sample {
        kind: Kind::Agency,
        code: "jiuye-xi",
        name: "演示市劳动就业管理中心城西服务部",
        name_en: "Employment Centre, West Office",
        credit_code: "12320404014100029Y",
        insurer_code: "",
        district: "320404",
        address: "钟楼区（演示地址）24 号",
        phone: "0519-00000024",
        hours: OFFICE_HOURS,
        capabilities: &[],
    },
    Sample {
        kind: Kind::TaxHall,
        code: "banshui",
        name: "演示市税务局第一办税服务厅",
        name_en: "First Tax Hall",
        credit_code: "1132040001400001XJ",
        insurer_code: "",
        district: "320404",
        address: "钟楼区（演示地址）25 号",
        phone: "0519-00000025",
        hours: OFFICE_HOURS,
        capabilities: &[],
    },
    Sample {
        kind: Kind::Bank,
        code: "piling",
        name: "毗陵演示银行城中支行",
        name_en: "Piling Demo Bank, Central Branch",
        credit_code: "91320400137000095A",
        insurer_code: "",
        district: "320402",
        address: "天宁区（演示地址）26 号",
        phone: "0519-00000026",
        hours: "1-7 09:00-17:00",
        capabilities: &[],
    },
    Sample {
        kind: Kind::Bank,
        code: "yunhe",
        name: "运河演示银行青果支行",
        name_en: "Canal Demo Bank, Qingguo Branch",
        credit_code: "913204001370001080",
        insurer_code: "",
        district: "320404",
        address: "钟楼区（演示地址）27 号",
        phone: "0519-00000027",
        hours: "1-6 09:00-17:00",
        capabilities: &[],
    },
    Sample {
        kind: Kind::Employer,
        code: "yunxi",
        name: "云溪演示精密机械有限公司",
        name_en: "Yunxi Demo Precision Machinery Ltd",
        credit_code: "91320400MA7Y002110",
        insurer_code: "",
        district: "320412",
        address: "武进区（演示地址）28 号",
        phone: "0519-00000028",
        hours: "",
        capabilities: &[],
    },
    Sample {
        kind: Kind::Employer,
        code: "qingchuan",
        name: "晴川演示软件有限公司",
        name_en: "Qingchuan Demo Software Ltd",
        credit_code: "91320411MA7Y0030X9",
        insurer_code: "",
        district: "320411",
        address: "新北区（演示地址）29 号",
        phone: "0519-00000029",
        hours: "",
        capabilities: &[],
    },
];

/// Puts the sample institutions in; those whose code is there stay as they are, and so does a name of the same kind that was
/// there before the directory.
///
/// # Errors
/// [`SeedError::Production`] in production.
pub async fn seed(ctx: &Ctx) -> Result<(), SeedError> {
    if ctx.mode == Mode::Production {
        return Err(SeedError::Production);
    }
    let ctx = ctx.acting(Actor::System);
    for sample in SAMPLES {
        let new = NewInstitution::of(&ctx, sample.institution(&ctx)?);
        let id = new.institution().id.clone();
        let added = ctx.db.write(lane(&id), "demo.institution", move |tx| -> Result<bool, DbFault> {
            for namesake in store::by_name(tx, sample.name)? {
                if namesake.kind() == sample.kind {
                    return Ok(false);
                }
            }
            new.insert(tx)
        });
        added.await?;
    }
    Ok(())
}

impl Sample {
    fn institution(&self, ctx: &Ctx) -> Result<Institution, SeedError> {
        Ok(Institution {
            id: InstitutionId::make(self.kind, ctx.now(), ctx.rng.as_ref()),
            code: self.code.to_owned(),
            facts: self.facts().map_err(|why| SeedError::Sample(format!("{}: {why}", self.code)))?,
            demo: true,
            state: State::Open,
            capabilities: self.capabilities.iter().copied().collect(),
        })
    }

    fn facts(&self) -> Result<Facts, String> {
        let insurer_code = Some(self.insurer_code).filter(|code| !code.is_empty());
        let facts = Facts {
            name: self.name.to_owned(),
            short: String::new(),
            name_en: self.name_en.to_owned(),
            credit_code: Some(self.credit_code.parse().map_err(told)?),
            insurer_code: insurer_code.map(str::parse).transpose().map_err(told)?,
            district: Some(self.district.parse().map_err(told)?),
            address: self.address.to_owned(),
            phone: self.phone.to_owned(),
            hours: self.hours.parse().map_err(told)?,
        };
        facts.clean().map_err(told)
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::model::clean_code;
    use super::*;

    #[test]
    fn every_sample_is_fit_and_of_a_kind_and_code_of_its_own() {
        let codes: HashSet<&str> = SAMPLES.iter().map(|sample| sample.code).collect();
        assert_eq!(codes.len(), SAMPLES.len());
        for sample in SAMPLES {
            let facts = sample.facts().unwrap_or_else(|why| panic!("{}: {why}", sample.code));
            assert!(facts.credit_code.is_some_and(|code| code.is_organisation_code_sound()), "{}", sample.code);
            assert_eq!(clean_code(sample.code).as_deref(), Some(sample.code));
        }
        let kinds: HashSet<Kind> = SAMPLES.iter().map(|sample| sample.kind).collect();
        assert!(Kind::ALL.iter().all(|kind| *kind == Kind::Hospital || kinds.contains(kind)));
    }
}
