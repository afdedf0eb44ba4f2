//! Visits, fee lines and settlements as the insurer keeps them, and how a settlement is told
//! (`setlinfo`, `setldetail`).

use kernel::{Fen, Moment};
use platform::db::Tx;
use serde_json::{Value, json};

use super::fields::{Refusal, says};
use super::rules::{SCALE, Scheme, Split};
use super::store;
use crate::people::Person;

kernel::words! {
    /// Where a visit stands.
    pub(super) enum VisitState: "a state of a visit" { Open = "open", Settled = "settled", Cancelled = "cancelled" }
}

kernel::words! {
    /// Where a settlement stands: in force, undone by 2208, or undone by 2601 as if it had never been.
    pub(super) enum SettlementState: "a state of a settlement" {
        Settled = "settled",
        Voided = "voided",
        Reversed = "reversed",
    }
}

/// A visit (2201).
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) mdtrt_id: String,
    pub(super) institution: String,
    pub(super) ipt_otp_no: String,
    pub(super) psn_no: String,
    pub(super) scheme: Scheme,
    /// Which region insured the person then.
    pub(super) region: String,
    pub(super) state: VisitState,
    pub(super) opened_at: Moment,
}

impl Visit {
    /// The visit of a number, if it is this person's.
    pub(super) fn find(tx: &mut Tx<'_>, mdtrt_id: &str, psn_no: &str) -> Result<Visit, Refusal> {
        match store::visit(tx, mdtrt_id)? {
            Some(visit) if visit.psn_no == psn_no => Ok(visit),
            _ => says("就诊信息不存在"),
        }
    }

    /// The same, when fees may be charged and settled on it.
    pub(super) fn open(tx: &mut Tx<'_>, mdtrt_id: &str, psn_no: &str) -> Result<Visit, Refusal> {
        let visit = Visit::find(tx, mdtrt_id, psn_no)?;
        match visit.state {
            VisitState::Open => Ok(visit),
            VisitState::Settled => says("该就诊已结算"),
            VisitState::Cancelled => says("挂号已撤销"),
        }
    }
}

/// A fee line (2204).
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) mdtrt_id: String,
    pub(super) feedetl_sn: String,
    pub(super) batch_no: String,
    pub(super) item_code: String,
    pub(super) sum: Fen,
    pub(super) over_limit: Fen,
}

/// A settlement (2207), or what one would be (2206).
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    /// Empty while the settlement is only calculated.
    pub(super) setl_id: String,
    pub(super) mdtrt_id: String,
    pub(super) psn_no: String,
    pub(super) msgid: String,
    pub(super) batch_no: String,
    pub(super) scheme: Scheme,
    pub(super) med_type: String,
    pub(super) split: Split,
    pub(super) state: SettlementState,
    pub(super) settled_at: Moment,
}

impl Settlement {
    /// A settlement of this person's by its number, whatever became of it.
    pub(super) fn find(tx: &mut Tx<'_>, setl_id: &str, psn_no: &str) -> Result<Option<Settlement>, Refusal> {
        Ok(store::settlement(tx, setl_id)?.filter(|found| found.psn_no == psn_no))
    }

    /// `output` of 2206, 2207, 2208 and 5203, before a dialect is put on it.
    pub(super) fn tell(&self, person: &Person, balance: Fen) -> Result<Value, Refusal> {
        let Split { total, over_limit, in_scope, fund, account, cash, .. } = self.split;
        let (Some(own), Some(institution)) = (self.split.own(), self.split.institution()) else {
            return says("金额超出范围");
        };
        let zero = Fen::ZERO.to_string();
        let mut setlinfo = json!({
            "setl_id": self.setl_id,
            "mdtrt_id": self.mdtrt_id,
            "psn_no": self.psn_no,
            "psn_name": person.name,
            "psn_cert_type": "01",
            "certno": person.id_number,
            "insutype": self.scheme.insutype(),
            "med_type": self.med_type,
            "mdtrt_cert_type": "02",
            "setl_time": crate::times::civil(self.settled_at),
            "medfee_sumamt": total.to_string(),
            "fulamt_ownpay_amt": zero,
            "overlmt_selfpay": over_limit.to_string(),
            "preselfpay_amt": zero,
            "inscp_scp_amt": in_scope.to_string(),
            "pool_prop_selfpay": format!("0.{:04}", self.scheme.fund_bp() % SCALE),
            "hifp_pay": fund.to_string(),
            "fund_pay_sumamt": fund.to_string(),
            "psn_part_amt": own.to_string(),
            "acct_pay": account.to_string(),
            "psn_cash_pay": cash.to_string(),
            "hosp_part_amt": institution.to_string(),
            "balc": balance.to_string(),
            "medins_setl_id": self.msgid,
            "refd_setl_flag": if self.state == SettlementState::Settled { "0" } else { "1" },
            "clr_optins": "320400",
            "clr_way": "1",
            "clr_type": "11",
        });
        for name in NOTHING {
            setlinfo[name] = json!(zero);
        }
        let (kind, name) = self.scheme.fund();
        let detail = json!({
            "fund_pay_type": kind,
            "fund_pay_type_name": name,
            "inscp_scp_amt": in_scope.to_string(),
            "crt_payb_lmt_amt": in_scope.to_string(),
            "fund_payamt": fund.to_string(),
            "setl_proc_info": "",
        });
        let details: Vec<Value> = if fund == Fen::ZERO { Vec::new() } else { vec![detail] };
        Ok(json!({ "setlinfo": setlinfo, "setldetail": details }))
    }
}

/// Purses that pay nothing for a visit here.
const NOTHING: [&str; 8] =
    ["act_pay_dedc", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "acct_mulaid_pay"];
