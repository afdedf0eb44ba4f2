//! 1101, who somebody is and how insured, and `CZ01`, that person's code of this minute.

use serde::{Deserialize, Serialize};

use crate::loose::{self, Told};

/// 1101, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PersonQuery {
    /// [`cert_type`](super::cert_type).
    pub mdtrt_cert_type: String,
    /// The number of that certificate.
    pub mdtrt_cert_no: String,
    /// C32: 卡识别码, with a card only.
    pub card_sn: String,
    /// When care begins.
    pub begntime: String,
    /// Kind of `certno`.
    pub psn_cert_type: String,
    /// 证件号码.
    pub certno: String,
    /// The name.
    pub psn_name: String,
}

/// 1101, answered.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct PersonInfo {
    /// Who it is.
    #[serde(deserialize_with = "loose::one")]
    pub baseinfo: BaseInfo,
    /// Each insurance, ended ones too; null where there is none.
    #[serde(default, deserialize_with = "loose::many")]
    pub insuinfo: Vec<InsuInfo>,
    /// Each special standing.
    #[serde(default, deserialize_with = "loose::many")]
    pub idetinfo: Vec<IdetInfo>,
}

/// `baseinfo`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct BaseInfo {
    /// C30: the insurer's number of the person.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_no: String,
    /// Kind of `certno`.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_cert_type: String,
    /// 证件号码.
    #[serde(default, deserialize_with = "loose::text")]
    pub certno: String,
    /// The name.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_name: String,
    /// 1 male, 2 female.
    #[serde(default, deserialize_with = "loose::text")]
    pub gend: String,
    /// Nationality among the fifty-six.
    #[serde(default, deserialize_with = "loose::text")]
    pub naty: String,
    /// `yyyy-MM-dd`.
    #[serde(default, deserialize_with = "loose::text")]
    pub brdy: String,
    /// N4,1: years, often with a fraction.
    #[serde(default)]
    pub age: Told,
}

/// `insuinfo`: one insurance.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct InsuInfo {
    /// N16,2: the personal account.
    #[serde(default)]
    pub balc: Told,
    /// [`insutype`](super::insutype).
    #[serde(default, deserialize_with = "loose::text")]
    pub insutype: String,
    /// 人员类别.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_type: String,
    /// [`insu_state`](super::insu_state); empty where a region does not tell it.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_insu_stas: String,
    /// Since when.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_insu_date: String,
    /// Until when.
    #[serde(default, deserialize_with = "loose::text")]
    pub paus_insu_date: String,
    /// Civil servant: 0 or 1.
    #[serde(default, deserialize_with = "loose::text")]
    pub cvlserv_flag: String,
    /// C6: where.
    #[serde(default, deserialize_with = "loose::text")]
    insuplc_admdvs: String,
    /// The same by the name of an earlier specification.
    #[serde(default, deserialize_with = "loose::text")]
    insu_admdvs: String,
    /// The employer.
    #[serde(default, deserialize_with = "loose::text")]
    pub emp_name: String,
}

impl InsuInfo {
    /// `insuplc_admdvs`: the region that insures.
    pub fn region(&self) -> &str {
        if self.insuplc_admdvs.is_empty() { &self.insu_admdvs } else { &self.insuplc_admdvs }
    }
}

/// `idetinfo`: one special standing.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct IdetInfo {
    /// Which.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_idet_type: String,
    /// Its level.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_type_lv: String,
    /// Anything else.
    #[serde(default, deserialize_with = "loose::text")]
    pub memo: String,
    /// Since when.
    #[serde(default, deserialize_with = "loose::text")]
    pub begntime: String,
    /// Until when.
    #[serde(default, deserialize_with = "loose::text")]
    pub endtime: String,
}

/// `CZ01`, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CodeQuery {
    /// Whose code.
    pub psn_no: String,
    /// That person's 证件号码.
    pub certno: String,
}

/// `CZ01`, answered.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CodeInfo {
    /// Whose code it is.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_no: String,
    /// The text of the code, at most 64 letters and digits.
    #[serde(default, deserialize_with = "loose::text")]
    pub ec_code: String,
    /// Until when it is good, `yyyy-MM-dd HH:mm:ss`.
    #[serde(default, deserialize_with = "loose::text")]
    pub expi_time: String,
}

hidden!(PersonQuery, PersonInfo, BaseInfo, InsuInfo, IdetInfo, CodeQuery, CodeInfo);

#[cfg(test)]
mod tests {
    use kernel::{Decimal, Fen};

    use super::*;

    #[test]
    fn a_person_is_read_with_whatever_is_not_told() {
        let info: PersonInfo = serde_json::from_str(
            r#"{"baseinfo":{"psn_no":801874939,"certno":"11010519491231002X","psn_name":"张明远","age":35.1},
                "insuinfo":{"balc":5000,"insutype":310,"insu_admdvs":"131002"},"idetinfo":null}"#,
        )
        .unwrap();
        assert_eq!((info.baseinfo.psn_no.as_str(), info.baseinfo.gend.as_str()), ("801874939", ""));
        assert_eq!(info.baseinfo.age.decimal::<1>(), Ok(Some(Decimal::from_units(351))));
        let [row] = info.insuinfo.as_slice() else { panic!("one insurance") };
        assert_eq!((row.region(), row.insutype.as_str(), row.psn_insu_stas.as_str()), ("131002", "310", ""));
        assert_eq!(row.balc.fen(), Ok(Some(Fen::new(500_000))));
        let info: PersonInfo = serde_json::from_str(r#"{"baseinfo":{},"insuinfo":null}"#).unwrap();
        assert!(info.insuinfo.is_empty() && info.baseinfo.psn_no.is_empty());
        assert!(serde_json::from_str::<PersonInfo>(r#"{"insuinfo":[]}"#).is_err());
    }

    #[test]
    fn a_person_is_never_printed() {
        let query = CodeQuery { psn_no: "hidden".into(), certno: "hidden".into() };
        assert!(!format!("{query:?}").contains("hidden"));
    }
}
