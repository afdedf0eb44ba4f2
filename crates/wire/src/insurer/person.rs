//! 1101, who somebody is and how insured, and `CZ01`, that person's code of this minute.

use kernel::Fen;
use serde::{Deserialize, Serialize};

use crate::loose;

/// 1101, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonQuery {
    /// [`cert_type`].
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInfo {
    /// Who it is.
    pub baseinfo: BaseInfo,
    /// Each insurance, ended ones too.
    #[serde(default)]
    pub insuinfo: Vec<InsuInfo>,
    /// Each special standing.
    #[serde(default)]
    pub idetinfo: Vec<IdetInfo>,
}

/// `baseinfo`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseInfo {
    /// C30: the insurer's number of the person.
    pub psn_no: String,
    /// Kind of `certno`.
    pub psn_cert_type: String,
    /// 证件号码.
    pub certno: String,
    /// The name.
    pub psn_name: String,
    /// 1 male, 2 female.
    #[serde(default)]
    pub gend: String,
    /// Nationality among the fifty-six.
    #[serde(default)]
    pub naty: String,
    /// `yyyy-MM-dd`.
    #[serde(default)]
    pub brdy: String,
    /// N4,1.
    #[serde(default, deserialize_with = "loose::text")]
    pub age: String,
}

/// `insuinfo`: one insurance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsuInfo {
    /// N16,2: the personal account.
    #[serde(default, with = "loose::yuan")]
    pub balc: Fen,
    /// [`insutype`].
    #[serde(deserialize_with = "loose::text")]
    pub insutype: String,
    /// 人员类别.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_type: String,
    /// [`insu_state`].
    #[serde(deserialize_with = "loose::text")]
    pub psn_insu_stas: String,
    /// Since when.
    #[serde(default)]
    pub psn_insu_date: Option<String>,
    /// Until when.
    #[serde(default)]
    pub paus_insu_date: Option<String>,
    /// Civil servant: 0 or 1.
    #[serde(default, deserialize_with = "loose::text")]
    pub cvlserv_flag: String,
    /// C6: where.
    #[serde(deserialize_with = "loose::text")]
    pub insuplc_admdvs: String,
    /// The employer.
    #[serde(default)]
    pub emp_name: Option<String>,
}

/// `idetinfo`: one special standing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdetInfo {
    /// Which.
    pub psn_idet_type: String,
    /// Its level.
    #[serde(default)]
    pub psn_type_lv: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub memo: Option<String>,
    /// Since when.
    #[serde(default)]
    pub begntime: Option<String>,
    /// Until when.
    #[serde(default)]
    pub endtime: Option<String>,
}

/// `CZ01`, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeQuery {
    /// Whose code.
    pub psn_no: String,
    /// That person's 证件号码.
    pub certno: String,
}

/// `CZ01`, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeInfo {
    /// Whose code it is.
    pub psn_no: String,
    /// The text of the code, at most 64 letters and digits.
    pub ec_code: String,
    /// Until when it is good, `yyyy-MM-dd HH:mm:ss`.
    pub expi_time: String,
}

hidden!(PersonQuery, PersonInfo, BaseInfo, InsuInfo, IdetInfo, CodeQuery, CodeInfo);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_codes_are_read_in_either_form_and_written_in_one() {
        let read = |json: &str| serde_json::from_str::<InsuInfo>(json);
        let row = read(r#"{"balc":"1234.50","insutype":310,"psn_insu_stas":"1","insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!((row.balc, row.insutype.as_str()), (Fen::new(123_450), "310"));
        assert!(serde_json::to_string(&row).unwrap().contains(r#""balc":"1234.50""#));
        let row = read(r#"{"balc":7,"insutype":"390","psn_insu_stas":1,"insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!(row.balc, Fen::new(700));
        let row = read(r#"{"balc":null,"insutype":"390","psn_insu_stas":1,"insuplc_admdvs":"320400"}"#).unwrap();
        assert_eq!(row.balc, Fen::ZERO);
        for bad in ["0.1", "\"1.234\"", "\"1,000.00\"", "true"] {
            let json = format!(r#"{{"balc":{bad},"insutype":"310","psn_insu_stas":"1","insuplc_admdvs":"320400"}}"#);
            assert!(read(&json).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_person_is_never_printed() {
        let query = CodeQuery { psn_no: "hidden".into(), certno: "hidden".into() };
        assert!(!format!("{query:?}").contains("hidden"));
    }
}
