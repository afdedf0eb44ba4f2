//! A visit's settlement: what it would be (2206), made (2207), asked about (5203), undone (2208),
//! and a message of unknown outcome taken back (2601).
//!
//! 2206, 2207 and 2208 name what the person bears `psn_part_amt` and `psn_cash_pay`; 5203 names it `psn_pay` and
//! `cash_payamt`, and has no `hosp_part_amt`. Some regions write both, or use 2207's names in 5203, so either name is
//! read in each of them.

use serde::{Deserialize, Serialize};

use crate::loose::{self, Exact, Node, Told, Unreadable};

/// 2206, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Presettlement {
    /// Whose.
    pub psn_no: String,
    /// [`cert_type`](super::cert_type).
    pub mdtrt_cert_type: String,
    /// The number of that certificate.
    pub mdtrt_cert_no: String,
    /// 12 门诊挂号, 11 普通门诊.
    pub med_type: String,
    /// N16,2: the sum of the batch's lines.
    pub medfee_sumamt: Exact,
    /// [`BY_ITEM`](super::BY_ITEM).
    pub psn_setlway: String,
    /// The visit.
    pub mdtrt_id: String,
    /// The batch.
    pub chrg_bchno: String,
    /// C1: whether the personal account may pay, 0 or 1.
    pub acct_used_flag: String,
    /// [`insutype`](super::insutype).
    pub insutype: String,
}

/// What a settlement repeats of the pre-settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Echo {
    /// 全自费.
    pub fulamt_ownpay_amt: Exact,
    /// 超限价自费.
    pub overlmt_selfpay: Exact,
    /// 先行自付.
    pub preselfpay_amt: Exact,
    /// 符合范围.
    pub inscp_scp_amt: Exact,
}

/// 2207, asked: the same as 2206 and what that one answered.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// What is settled.
    #[serde(flatten)]
    pub of: Presettlement,
    /// C20: the invoice, where there is one already.
    pub invono: String,
    /// What the pre-settlement said.
    #[serde(flatten)]
    pub echo: Echo,
}

/// 2208, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Voiding {
    /// The settlement.
    pub setl_id: String,
    /// Its visit.
    pub mdtrt_id: String,
    /// Whose.
    pub psn_no: String,
}

/// 5203, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SettlementQuery {
    /// Whose.
    pub psn_no: String,
    /// The visit.
    pub mdtrt_id: String,
    /// The settlement; empty asks for the one in force.
    pub setl_id: String,
}

/// 2601, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Reversal {
    /// Whose.
    pub psn_no: String,
    /// The message to be undone.
    pub omsgid: String,
    /// Its transaction.
    pub oinfno: String,
}

/// `output` of 2206, 2207, 2208 and 5203.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SettlementReply {
    /// The settlement.
    #[serde(deserialize_with = "loose::one")]
    pub setlinfo: SetlInfo,
    /// Who bears it: the funds, and in some regions the account and the institution too.
    #[serde(default, deserialize_with = "loose::many")]
    pub setldetail: Vec<SetlDetail>,
}

/// An `output` in which any number of settlements stand.
#[derive(Deserialize)]
struct Several {
    #[serde(default, deserialize_with = "loose::many")]
    setlinfo: Vec<SetlInfo>,
    #[serde(default, deserialize_with = "loose::many")]
    setldetail: Vec<SetlDetail>,
}

impl SettlementReply {
    /// All that an `output` tells: none, one, or several where a region also lists what was undone. To which settlement
    /// the lines of `setldetail` belong is only clear if there is a single one; if there are several, none of them gets
    /// the lines.
    pub fn all(output: &Node) -> Result<Vec<SettlementReply>, Unreadable> {
        let parts = output.many::<Several>()?;
        let all = parts.into_iter().flat_map(|part| {
            let lines = if part.setlinfo.len() == 1 { part.setldetail } else { Vec::new() };
            part.setlinfo.into_iter().map(move |setlinfo| SettlementReply { setlinfo, setldetail: lines.clone() })
        });
        Ok(all.collect())
    }
}

/// `setlinfo`; amounts N16,2. What is not told is not known.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SetlInfo {
    /// C30: the settlement; empty in a pre-settlement. In 2208 the record of the undoing, where regions number it.
    #[serde(deserialize_with = "loose::text")]
    pub setl_id: String,
    /// C30: the visit.
    #[serde(deserialize_with = "loose::text")]
    pub mdtrt_id: String,
    /// C30: whose; 2208 need not say it.
    #[serde(deserialize_with = "loose::text")]
    pub psn_no: String,
    /// The whole.
    pub medfee_sumamt: Told,
    /// 全自费.
    pub fulamt_ownpay_amt: Told,
    /// 超限价自费.
    pub overlmt_selfpay: Told,
    /// 先行自付.
    pub preselfpay_amt: Told,
    /// 符合范围.
    pub inscp_scp_amt: Told,
    /// 起付线.
    pub act_pay_dedc: Told,
    /// 统筹基金.
    pub hifp_pay: Told,
    /// 公务员补助.
    pub cvlserv_pay: Told,
    /// 企业补充.
    pub hifes_pay: Told,
    /// 大病保险.
    pub hifmi_pay: Told,
    /// 大额补助.
    pub hifob_pay: Told,
    /// 伤残人员医疗保障; some regions only.
    pub hifdm_pay: Told,
    /// 医疗救助.
    pub maf_pay: Told,
    /// 其他.
    pub oth_pay: Told,
    /// 基金合计.
    pub fund_pay_sumamt: Told,
    /// 个人负担, as 2206, 2207 and 2208 name it; [`SetlInfo::person`].
    pub psn_part_amt: Told,
    /// 个人支付, as 5203 names the same.
    pub psn_pay: Told,
    /// 个人账户.
    pub acct_pay: Told,
    /// 现金, as 2206, 2207 and 2208 name it; [`SetlInfo::cash`].
    pub psn_cash_pay: Told,
    /// 现金支付, as 5203 names the same.
    pub cash_payamt: Told,
    /// 医院负担; not in 5203.
    pub hosp_part_amt: Told,
    /// 余额: the balance of the personal account afterwards.
    pub balc: Told,
    /// 家庭共济, inside `acct_pay`.
    pub acct_mulaid_pay: Told,
    /// C30: the sender's msgid.
    #[serde(deserialize_with = "loose::text")]
    pub medins_setl_id: String,
    /// Whether it has been undone: 0 or 1; only 5203 says it.
    #[serde(deserialize_with = "loose::text")]
    pub refd_setl_flag: String,
    /// `yyyy-MM-dd HH:mm:ss`: when it was made. [`moment`](super::moment) reads it.
    #[serde(deserialize_with = "loose::text")]
    pub setl_time: String,
    /// C6: 清算经办机构, which agency clears it.
    #[serde(deserialize_with = "loose::text")]
    pub clr_optins: String,
    /// C30: 清算类别, as what kind of care.
    #[serde(deserialize_with = "loose::text")]
    pub clr_type: String,
    /// C30: 清算方式, how.
    #[serde(deserialize_with = "loose::text")]
    pub clr_way: String,
}

/// An amount beside the name of its field.
pub type Named<'a> = (&'static str, &'a Told);

impl SetlInfo {
    /// What the person bears, by the name under which it is told.
    pub fn person(&self) -> Named<'_> {
        either(("psn_part_amt", &self.psn_part_amt), ("psn_pay", &self.psn_pay))
    }

    /// What of it is cash.
    pub fn cash(&self) -> Named<'_> {
        either(("psn_cash_pay", &self.psn_cash_pay), ("cash_payamt", &self.cash_payamt))
    }

    /// The funds, each by name. `fund_pay_sumamt` is their sum.
    pub fn funds(&self) -> [Named<'_>; 8] {
        [
            ("hifp_pay", &self.hifp_pay),
            ("cvlserv_pay", &self.cvlserv_pay),
            ("hifes_pay", &self.hifes_pay),
            ("hifmi_pay", &self.hifmi_pay),
            ("hifob_pay", &self.hifob_pay),
            ("hifdm_pay", &self.hifdm_pay),
            ("maf_pay", &self.maf_pay),
            ("oth_pay", &self.oth_pay),
        ]
    }
}

fn either<'a>(first: Named<'a>, second: Named<'a>) -> Named<'a> {
    if first.1.is_unknown() && !second.1.is_unknown() { second } else { first }
}

/// `setldetail`: what one of them bears.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SetlDetail {
    /// Which; [`FUNDS`](super::FUNDS) and the lists beside.
    #[serde(default, deserialize_with = "loose::text")]
    pub fund_pay_type: String,
    /// So much.
    #[serde(default)]
    pub fund_payamt: Told,
}

hidden!(Presettlement, Settlement, Voiding, SettlementQuery, Reversal, SettlementReply, SetlInfo);

#[cfg(test)]
mod tests {
    use kernel::Fen;

    use super::*;
    use crate::loose::Form;

    fn read(json: &str) -> serde_json::Result<SettlementReply> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_settlement_is_read_in_either_form_and_an_amount_left_out_is_not_known() {
        let reply = read(
            r#"{"setlinfo":{"setl_id":7,"mdtrt_id":"M","psn_no":32,"medfee_sumamt":"25.00","hifp_pay":8,
                "fund_pay_sumamt":8.00,"psn_part_amt":17,"acct_pay":"12","psn_cash_pay":5.0,"oth_pay":null,
                "maf_pay":"","balc":"","refd_setl_flag":0,"pool_prop_selfpay":0.4000,"age":35.1},
                "setldetail":{"fund_pay_type":310100,"fund_payamt":8,"setl_proc_info":null}}"#,
        )
        .unwrap();
        let info = &reply.setlinfo;
        assert_eq!((info.setl_id.as_str(), info.psn_no.as_str(), info.refd_setl_flag.as_str()), ("7", "32", "0"));
        let fen = |told: &Told| told.fen().unwrap().map(Fen::get);
        assert_eq!([&info.psn_part_amt, &info.psn_cash_pay].map(fen), [Some(1_700), Some(500)]);
        for told in [&info.oth_pay, &info.maf_pay, &info.hosp_part_amt, &info.balc] {
            assert!(told.is_unknown());
        }
        assert_eq!(fen(&reply.setldetail[0].fund_payamt), Some(800));
        assert_eq!(reply.setldetail[0].fund_pay_type, "310100");
        assert!(!format!("{reply:?}").contains("32"));
        assert!(read(r#"{"setlinfo":null}"#).is_err() && read(r#"{"setldetail":[]}"#).is_err());
        assert!(read(r#"{"setlinfo":{},"setldetail":null}"#).unwrap().setldetail.is_empty());
    }

    #[test]
    fn an_answer_may_tell_no_settlement_one_or_several() {
        let all = |json: &str| {
            let told = SettlementReply::all(&serde_json::from_str(json).unwrap()).unwrap();
            told.iter().map(|one| (one.setlinfo.setl_id.clone(), one.setldetail.len())).collect::<Vec<_>>()
        };
        let line = r#""setldetail":[{"fund_pay_type":"310100","fund_payamt":8}]"#;
        let (one, two) = (r#"{"setl_id":1}"#, r#"[{"setl_id":1},{"setl_id":2}]"#);
        assert_eq!(all(&format!("{{\"setlinfo\":{one},{line}}}")), [("1".to_owned(), 1)]);
        assert_eq!(all(&format!("{{\"setlinfo\":[{one}],{line}}}")), [("1".to_owned(), 1)]);
        assert_eq!(all(&format!("{{\"setlinfo\":{two},{line}}}")), [("1".to_owned(), 0), ("2".to_owned(), 0)]);
        let parts = format!("[{{\"setlinfo\":{one},{line}}},{{\"setlinfo\":{{\"setl_id\":2}}}}]");
        assert_eq!(all(&parts), [("1".to_owned(), 1), ("2".to_owned(), 0)]);
        for nothing in ["null", "{}", "[]", r#"{"setlinfo":null,"setldetail":[]}"#, r#"{"setlinfo":[]}"#] {
            assert_eq!(all(nothing), [], "{nothing}");
        }
        for other in ["7", r#""PznBlnVSzpDlyl54Vk3/hg==""#, r#"{"setlinfo":7}"#] {
            assert!(SettlementReply::all(&serde_json::from_str(other).unwrap()).is_err(), "{other}");
        }
    }

    #[test]
    fn either_name_is_read_and_the_settlements_own_comes_first() {
        let told = |fields: &str| read(&format!(r#"{{"setlinfo":{{{fields}}}}}"#)).unwrap().setlinfo;
        let info = told(r#""psn_pay":17,"cash_payamt":5"#);
        assert_eq!((info.person().0, info.cash().0), ("psn_pay", "cash_payamt"));
        let info = told(r#""psn_pay":"","psn_part_amt":17,"psn_cash_pay":5,"cash_payamt":null"#);
        assert_eq!((info.person().0, info.cash().0), ("psn_part_amt", "psn_cash_pay"));
        let info = told(r#""psn_part_amt":17,"psn_pay":16"#);
        assert_eq!((info.person().0, info.cash().0), ("psn_part_amt", "psn_cash_pay"));
    }

    #[test]
    fn a_settlement_asked_for_is_one_flat_object() {
        let asked = |form: Form| {
            let yuan = |fen| Exact::fen(Fen::new(fen), form);
            let of = Presettlement {
                psn_no: "P".into(),
                mdtrt_cert_type: "02".into(),
                mdtrt_cert_no: "N".into(),
                med_type: "12".into(),
                medfee_sumamt: yuan(2_500),
                psn_setlway: "01".into(),
                mdtrt_id: "M".into(),
                chrg_bchno: "B".into(),
                acct_used_flag: "1".into(),
                insutype: "310".into(),
            };
            let echo = Echo {
                fulamt_ownpay_amt: yuan(0),
                overlmt_selfpay: yuan(500),
                preselfpay_amt: yuan(0),
                inscp_scp_amt: yuan(2_000),
            };
            serde_json::to_string(&Settlement { of, invono: String::new(), echo }).unwrap()
        };
        let (text, number) = (asked(Form::Text), asked(Form::Number));
        assert!(text.contains(r#""medfee_sumamt":"25.00""#) && text.contains(r#""invono":"""#), "{text}");
        assert!(number.contains(r#""medfee_sumamt":25.00,"#), "{number}");
        assert!(number.contains(r#""overlmt_selfpay":5.00,"#) && !text.contains("{\"of"), "{number}");
    }
}
