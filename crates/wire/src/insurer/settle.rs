//! A visit's settlement: what it would be (2206), made (2207), asked about (5203), undone (2208),
//! and a message of unknown outcome taken back (2601).

use kernel::Fen;
use serde::{Deserialize, Deserializer, Serialize};

use super::visit::yuan_or_none;
use crate::loose;

/// 2206, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(with = "loose::yuan")]
    pub medfee_sumamt: Fen,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// 全自费.
    #[serde(with = "loose::yuan")]
    pub fulamt_ownpay_amt: Fen,
    /// 超限价自费.
    #[serde(with = "loose::yuan")]
    pub overlmt_selfpay: Fen,
    /// 先行自付.
    #[serde(with = "loose::yuan")]
    pub preselfpay_amt: Fen,
    /// 符合范围.
    #[serde(with = "loose::yuan")]
    pub inscp_scp_amt: Fen,
}

/// 2207, asked: the same as 2206 and what that one answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voiding {
    /// The settlement.
    pub setl_id: String,
    /// Its visit.
    pub mdtrt_id: String,
    /// Whose.
    pub psn_no: String,
}

/// 5203, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementQuery {
    /// Whose.
    pub psn_no: String,
    /// The visit.
    pub mdtrt_id: String,
    /// The settlement; empty asks for the one in force.
    pub setl_id: String,
}

/// 2601, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub setlinfo: SetlInfo,
    /// The funds that bear it.
    #[serde(default, deserialize_with = "list")]
    pub setldetail: Vec<SetlDetail>,
}

/// `setlinfo`; amounts N16,2. What is left out is nothing, except where nothing would be a claim.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SetlInfo {
    /// C30: the settlement; empty in a pre-settlement.
    #[serde(default, deserialize_with = "loose::text")]
    pub setl_id: String,
    /// C30: the visit.
    #[serde(deserialize_with = "loose::text")]
    pub mdtrt_id: String,
    /// C30: whose.
    #[serde(deserialize_with = "loose::text")]
    pub psn_no: String,
    /// The whole.
    #[serde(with = "loose::yuan")]
    pub medfee_sumamt: Fen,
    /// 全自费.
    #[serde(default, with = "loose::yuan")]
    pub fulamt_ownpay_amt: Fen,
    /// 超限价自费.
    #[serde(default, with = "loose::yuan")]
    pub overlmt_selfpay: Fen,
    /// 先行自付.
    #[serde(default, with = "loose::yuan")]
    pub preselfpay_amt: Fen,
    /// 符合范围.
    #[serde(default, with = "loose::yuan")]
    pub inscp_scp_amt: Fen,
    /// 起付线.
    #[serde(default, with = "loose::yuan")]
    pub act_pay_dedc: Fen,
    /// 统筹基金.
    #[serde(default, with = "loose::yuan")]
    pub hifp_pay: Fen,
    /// 公务员补助.
    #[serde(default, with = "loose::yuan")]
    pub cvlserv_pay: Fen,
    /// 企业补充.
    #[serde(default, with = "loose::yuan")]
    pub hifes_pay: Fen,
    /// 大病保险.
    #[serde(default, with = "loose::yuan")]
    pub hifmi_pay: Fen,
    /// 大额补助.
    #[serde(default, with = "loose::yuan")]
    pub hifob_pay: Fen,
    /// 医疗救助.
    #[serde(default, with = "loose::yuan")]
    pub maf_pay: Fen,
    /// 其他.
    #[serde(default, with = "loose::yuan")]
    pub oth_pay: Fen,
    /// 基金合计.
    #[serde(with = "loose::yuan")]
    pub fund_pay_sumamt: Fen,
    /// 个人负担.
    #[serde(with = "loose::yuan")]
    pub psn_part_amt: Fen,
    /// 个人账户.
    #[serde(with = "loose::yuan")]
    pub acct_pay: Fen,
    /// 现金.
    #[serde(with = "loose::yuan")]
    pub psn_cash_pay: Fen,
    /// 医院负担.
    #[serde(default, with = "loose::yuan")]
    pub hosp_part_amt: Fen,
    /// 余额: the personal account then.
    #[serde(default, deserialize_with = "yuan_or_none")]
    pub balc: Option<Fen>,
    /// 家庭共济, inside `acct_pay`.
    #[serde(default, with = "loose::yuan")]
    pub acct_mulaid_pay: Fen,
    /// C30: the sender's msgid.
    #[serde(default, deserialize_with = "loose::text")]
    pub medins_setl_id: String,
    /// Whether it has been undone: 0 or 1.
    #[serde(default, deserialize_with = "loose::text")]
    pub refd_setl_flag: String,
    /// `yyyy-MM-dd HH:mm:ss`: when it was made. [`moment`](super::moment) reads it.
    #[serde(default, deserialize_with = "loose::text")]
    pub setl_time: String,
    /// C6: 清算经办机构, which agency clears it.
    #[serde(default, deserialize_with = "loose::text")]
    pub clr_optins: String,
    /// C30: 清算类别, as what kind of care.
    #[serde(default, deserialize_with = "loose::text")]
    pub clr_type: String,
    /// C30: 清算方式, how.
    #[serde(default, deserialize_with = "loose::text")]
    pub clr_way: String,
}

/// `setldetail`: what one fund bears.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SetlDetail {
    /// Which.
    #[serde(default, deserialize_with = "loose::text")]
    pub fund_pay_type: String,
    /// So much.
    #[serde(with = "loose::yuan")]
    pub fund_payamt: Fen,
}

hidden!(Presettlement, Settlement, Voiding, SettlementQuery, Reversal, SettlementReply, SetlInfo);

/// A list that may be null.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(source: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settlement_is_read_in_either_form_and_an_amount_left_out_is_nothing() {
        let read = |json: &str| serde_json::from_str::<SettlementReply>(json);
        let reply = read(
            r#"{"setlinfo":{"setl_id":7,"mdtrt_id":"M","psn_no":32,"medfee_sumamt":"25.00","hifp_pay":8,
                "fund_pay_sumamt":"8.00","psn_part_amt":17,"acct_pay":"12","psn_cash_pay":"5.0","oth_pay":null,
                "maf_pay":"","balc":"","refd_setl_flag":0},
                "setldetail":[{"fund_pay_type":310100,"fund_payamt":8}]}"#,
        )
        .unwrap();
        let info = &reply.setlinfo;
        assert_eq!((info.setl_id.as_str(), info.psn_no.as_str(), info.refd_setl_flag.as_str()), ("7", "32", "0"));
        assert_eq!([info.psn_part_amt, info.psn_cash_pay].map(Fen::get), [1_700, 500]);
        assert_eq!(
            (info.oth_pay, info.maf_pay, info.hosp_part_amt, info.balc),
            (Fen::ZERO, Fen::ZERO, Fen::ZERO, None)
        );
        assert_eq!(reply.setldetail[0].fund_payamt, Fen::new(800));
        assert!(!format!("{reply:?}").contains("32"));
        let bare = r#""mdtrt_id":"M","psn_no":"P","fund_pay_sumamt":"0","psn_part_amt":"1","acct_pay":"0""#;
        let told = read(&format!(
            r#"{{"setlinfo":{{{bare},"medfee_sumamt":"1","psn_cash_pay":"1","balc":3}},"setldetail":null}}"#
        ));
        assert_eq!(told.unwrap().setlinfo.balc, Some(Fen::new(300)));
        for bad in [
            r#""medfee_sumamt":"1""#,
            r#""medfee_sumamt":"1","psn_cash_pay":1.5"#,
            r#""psn_cash_pay":"1.234","medfee_sumamt":"1""#,
        ] {
            assert!(read(&format!(r#"{{"setlinfo":{{{bare},{bad}}}}}"#)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_settlement_asked_for_is_one_flat_object() {
        let of = Presettlement {
            psn_no: "P".into(),
            mdtrt_cert_type: "02".into(),
            mdtrt_cert_no: "N".into(),
            med_type: "12".into(),
            medfee_sumamt: Fen::new(2_500),
            psn_setlway: "01".into(),
            mdtrt_id: "M".into(),
            chrg_bchno: "B".into(),
            acct_used_flag: "1".into(),
            insutype: "310".into(),
        };
        let [a, b, c, d] = [0, 500, 0, 2_000].map(Fen::new);
        let echo = Echo { fulamt_ownpay_amt: a, overlmt_selfpay: b, preselfpay_amt: c, inscp_scp_amt: d };
        let json = serde_json::to_value(Settlement { of, invono: String::new(), echo }).unwrap();
        assert_eq!(
            (&json["medfee_sumamt"], &json["overlmt_selfpay"], &json["invono"]),
            (&"25.00".into(), &"5.00".into(), &"".into())
        );
        assert_eq!(json.as_object().unwrap().len(), 15);
    }
}
