//! A visit before it is settled: the operator's sign-in (9001), its registration (2201, 2202) and
//! what it costs (2204).

use serde::{Deserialize, Serialize};

use crate::loose::{self, Exact, Told};

/// `input` of 9001.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignInQuery {
    /// Who signs in.
    #[serde(rename = "signIn")]
    pub sign_in: SignIn,
}

/// `signIn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignIn {
    /// C20: the operator.
    pub opter_no: String,
    /// C20: the machine.
    pub mac: String,
    /// C20: the machine's address.
    pub ip: String,
}

/// `signinoutb` of 9001's answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SignedIn {
    /// When.
    #[serde(default, deserialize_with = "loose::text")]
    pub sign_time: String,
    /// C30: the number that every message of this day carries.
    #[serde(default, deserialize_with = "loose::text")]
    pub sign_no: String,
}

/// 2201, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Registration {
    /// Whose visit.
    pub psn_no: String,
    /// [`insutype`](super::insutype).
    pub insutype: String,
    /// When it begins.
    pub begntime: String,
    /// [`cert_type`](super::cert_type).
    pub mdtrt_cert_type: String,
    /// The number of that certificate.
    pub mdtrt_cert_no: String,
    /// C30: the institution's number of the visit, used once.
    pub ipt_otp_no: String,
    /// C30: the doctor.
    pub atddr_no: String,
    /// C50: the doctor's name.
    pub dr_name: String,
    /// C30: the department.
    pub dept_code: String,
    /// C100: the department's name.
    pub dept_name: String,
    /// C6: 科别, by the national list of departments.
    pub caty: String,
}

/// `data` of 2201's answer.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct RegistrationReply {
    /// C30: the insurer's number of the visit.
    #[serde(default, deserialize_with = "loose::text")]
    pub mdtrt_id: String,
    /// Whose.
    #[serde(default, deserialize_with = "loose::text")]
    pub psn_no: String,
    /// The institution's number.
    #[serde(default, deserialize_with = "loose::text")]
    pub ipt_otp_no: String,
}

/// 2202, asked.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Cancellation {
    /// Whose.
    pub psn_no: String,
    /// The insurer's number of the visit.
    pub mdtrt_id: String,
    /// The institution's.
    pub ipt_otp_no: String,
}

/// `input` of 2204.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fees {
    /// The lines of one visit.
    pub feedetail: Vec<FeeDetail>,
}

/// `feedetail`: one line.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FeeDetail {
    /// C30: the line, unique in the visit.
    pub feedetl_sn: String,
    /// The visit.
    pub mdtrt_id: String,
    /// Whose.
    pub psn_no: String,
    /// C30: the batch of lines that are settled together.
    pub chrg_bchno: String,
    /// The illness, where a fee is one illness's.
    pub dise_codg: String,
    /// The prescription.
    pub rxno: String,
    /// 外购处方标志: whether the prescription is one to take elsewhere, 0 or 1.
    pub rx_circ_flag: String,
    /// When it was charged.
    pub fee_ocur_time: String,
    /// C50: the national code.
    pub med_list_codg: String,
    /// C150: the institution's own code.
    pub medins_list_codg: String,
    /// N16,2: the line's sum.
    pub det_item_fee_sumamt: Exact,
    /// N16,4: how many.
    pub cnt: Exact,
    /// N16,6: for one of them.
    pub pric: Exact,
    /// C30: the department that ordered it.
    pub bilg_dept_codg: String,
    /// Its name.
    pub bilg_dept_name: String,
    /// C30: the doctor who ordered it.
    pub bilg_dr_codg: String,
    /// That doctor's name.
    pub bilg_dr_name: String,
    /// The department that does it, where another.
    pub acord_dept_codg: String,
    /// Its name.
    pub acord_dept_name: String,
    /// The doctor who does it, where another.
    pub orders_dr_code: String,
    /// That doctor's name.
    pub orders_dr_name: String,
    /// Whether the institution has approved it: 0 no, 1 yes, 2 not asked for.
    pub hosp_appr_flag: String,
    /// 外检标志: whether it is examined elsewhere, 0 or 1.
    pub etip_flag: String,
}

/// `result` of 2204's answer, one line of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FeeResult {
    /// Which line.
    #[serde(default, deserialize_with = "loose::text")]
    pub feedetl_sn: String,
    /// The line's sum, where it is repeated.
    #[serde(default)]
    pub det_item_fee_sumamt: Told,
}

hidden!(Registration, RegistrationReply, Cancellation, FeeDetail);
