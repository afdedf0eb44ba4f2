//! Settling with the insurer: who is insured, what is paid for, and what the insurer says of it.

use async_trait::async_trait;
use identity::CoveredPerson;
use kernel::{Fen, Moment};
use platform::Ctx;

use super::{PortError, Refusal};

/// `insutype` of employees (职工医保), the one insurance with a personal account (REG-3).
pub const EMPLOYEES: &str = "310";

/// What is paid for, as the insurer must be told of it: one visit with one fee.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Care {
    /// `ipt_otp_no`: the visit's number, unique, at most 30 characters.
    pub visit_no: String,
    /// `med_type`: 12 门诊挂号, 11 普通门诊.
    pub med_type: String,
    /// When the visit begins.
    pub begins_at: Moment,
    /// `dept_code`, at most 30 characters.
    pub department_code: String,
    /// `dept_name`.
    pub department: String,
    /// `atddr_no`, at most 30 characters.
    pub doctor_code: String,
    /// `dr_name`.
    pub doctor: String,
    /// `medins_list_codg`: the institution's own code of what is charged.
    pub item_code: String,
    /// `medfee_sumamt`.
    pub total: Fen,
}

/// A registered visit (2201) and its fee lines (2204), as the insurer knows them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Registered {
    /// `mdtrt_id`.
    pub mdtrt_id: String,
    /// `chrg_bchno` of the fee lines.
    pub batch_no: String,
}

/// How much comes from which purse. The four add up to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Split {
    /// `fund_pay_sumamt` without `oth_pay`: the pooled fund.
    pub fund: Fen,
    /// `acct_pay`, family mutual aid included.
    pub personal_account: Fen,
    /// `oth_pay` and `hosp_part_amt`: what others bear.
    pub other: Fen,
    /// `psn_cash_pay`: one's own money.
    pub cash: Fen,
}

impl Split {
    /// All of it in cash.
    pub const fn own_money(total: Fen) -> Split {
        Split { fund: Fen::ZERO, personal_account: Fen::ZERO, other: Fen::ZERO, cash: total }
    }

    /// The sum, or `None` when it does not fit.
    pub fn total(&self) -> Option<Fen> {
        Fen::sum([self.fund, self.personal_account, self.other, self.cash])
    }

    /// What the insurer settles.
    pub fn insured(&self) -> Option<Fen> {
        Fen::sum([self.fund, self.personal_account, self.other])
    }
}

/// What a pre-settlement (2206) says; advice, not a promise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Presettled {
    /// From which purse how much.
    pub split: Split,
    /// `balc`: the personal account afterwards; `None` if not told.
    pub balance: Option<Fen>,
    /// What 2207 must repeat: `fulamt_ownpay_amt`, `overlmt_selfpay`, `preselfpay_amt`, `inscp_scp_amt`.
    pub echo: [Fen; 4],
}

/// A settlement that the insurer has made (2207), or says it has (5203).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settled {
    /// `setl_id`.
    pub setl_id: String,
    /// `medins_setl_id`: the msgid of the settlement, that is our number; `None` where a region does not repeat it.
    pub number: Option<String>,
    /// From which purse how much.
    pub split: Split,
    /// `balc`.
    pub balance: Option<Fen>,
    /// What else it said, for reconciliation and clearing.
    #[serde(default)]
    pub facts: SettlementFacts,
}

/// A settlement that the insurer says it has undone (2208): that it is undone is certain, what it tells of it need not be.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Undone {
    /// From which purse how much, where it tells all of it.
    pub split: Option<Split>,
    /// What does not fit in what it tells, for people who look.
    pub doubt: Option<String>,
}

/// What the insurer tells of a settlement beside the money, as it told it: the day's statements and the
/// clearing are compared by it. Nothing is decided by it, so whatever was not told, or cannot be read,
/// is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct SettlementFacts {
    /// `setl_time`: when the insurer says that it settled.
    pub settled_at: Option<Moment>,
    /// `clr_optins` 清算经办机构: which agency clears, at most 6 characters.
    pub clr_optins: Option<String>,
    /// `clr_type` 清算类别: what kind of care it is cleared as, at most 30 characters.
    pub clr_type: Option<String>,
    /// `clr_way` 清算方式: how it is cleared, at most 30 characters.
    pub clr_way: Option<String>,
    /// `medins_setl_id`: the number by which the insurer's statements name the settlement; ours, where
    /// the region keeps to the specification. At most 30 characters.
    pub medins_setl_id: Option<String>,
}

/// One question or act about a registered visit.
#[derive(Debug, Clone)]
pub struct RegisteredVisit {
    /// Whose.
    pub person: CoveredPerson,
    /// For what.
    pub care: Care,
    /// Under which numbers.
    pub registered: Registered,
    /// `acct_used_flag`.
    pub use_personal_account: bool,
}

/// Why the insurer did not settle, where it said so for certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// Nothing was sent, nothing usable came, or it was refused before the insurer heard of it.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The insurer refused it, and nothing was done.
    #[error("refused: {what} ({says})")]
    Refused {
        /// As what.
        what: Refusal,
        /// By which code: `infcode -1`. Never the insurer's own words, which may quote the person.
        says: String,
    },
    /// It answered amounts that do not add up: a person must look before anything else is done.
    #[error("amounts that do not add up: {0}")]
    Amounts(String),
}

/// Settles visits with the insurer. `number` is the msgid, [`Settlements::number`] made it.
#[async_trait]
pub trait Settlements: Send + Sync {
    /// A number for one settlement or void: 30 characters, drawn before the intent is written.
    fn number(&self, ctx: &Ctx) -> String;
    /// 2201 and 2204. Repeated for the same `visit_no` it may make a second registration, which costs nothing
    /// and is cancelled with [`Settlements::unregister`].
    async fn register(&self, ctx: &Ctx, person: &CoveredPerson, care: &Care) -> Result<Registered, SettleError>;
    /// 2202.
    async fn unregister(
        &self,
        ctx: &Ctx,
        person: &CoveredPerson,
        care: &Care,
        registered: &Registered,
    ) -> Result<(), SettleError>;
    /// 2206.
    async fn presettle(&self, ctx: &Ctx, visit: &RegisteredVisit) -> Result<Presettled, SettleError>;
    /// 2207 under this msgid. Never sent again under another one.
    async fn settle(
        &self,
        ctx: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        advice: &Presettled,
    ) -> Result<Settled, SettleError>;
    /// 5203: the settlement in force of this visit; `None` if there is none.
    async fn settled(&self, ctx: &Ctx, visit: &RegisteredVisit) -> Result<Option<Settled>, SettleError>;
    /// 2601 for a 2207 of unknown outcome: afterwards it is as if it had never been sent. True also when the
    /// insurer knows no such message.
    async fn reverse(&self, ctx: &Ctx, visit: &RegisteredVisit, number: &str) -> Result<(), SettleError>;
    /// 2208 under this msgid: the settlement is undone, the personal account refilled. From which purse how much, where
    /// the insurer says so; one that was undone before is undone.
    async fn void(
        &self,
        ctx: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        setl_id: &str,
    ) -> Result<Undone, SettleError>;
}
