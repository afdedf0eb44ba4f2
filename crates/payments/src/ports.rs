//! What payments needs from outside, as small traits by capability: settling with the insurer, and
//! taking and returning money through a payment channel. `partners` implements them over HTTP; the
//! server hands them in.
//!
//! Every act carries a number of ours by which the partner knows it again. No transaction is open while
//! a call is under way, and nobody retries inside an adapter: what is unknown stays [`PortError::Unknown`]
//! until the partner is asked.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use identity::CoveredPerson;
use kernel::{Fen, IdNumber, Moment, PersonName, Pii};
use platform::Ctx;

pub use identity::ports::PortError;

/// `insutype` of employees (职工医保), the one insurance with a personal account (REG-3).
pub const EMPLOYEES: &str = "310";

/// A person as the insurer must be told of them.
#[derive(Debug, Clone)]
pub struct Insured {
    /// `psn_no`.
    pub psn_no: Pii<String>,
    /// 证件号码.
    pub number: IdNumber,
    /// The name.
    pub name: PersonName,
    /// `insutype`: 310 employees, 390 residents.
    pub kind: String,
    /// `insuplc_admdvs`: the region that insures.
    pub region: String,
}

impl From<CoveredPerson> for Insured {
    fn from(covered: CoveredPerson) -> Insured {
        let CoveredPerson { psn_no, number, name, kind, region } = covered;
        Insured { psn_no, number, name, kind, region }
    }
}

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

/// From which purse how much. The four add up to the total.
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
pub struct Visit {
    /// Whose.
    pub person: Insured,
    /// For what.
    pub care: Care,
    /// Under which numbers.
    pub registered: Registered,
    /// `acct_used_flag`.
    pub use_account: bool,
}

/// Why the insurer did not settle, where it said so for certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// Nothing was sent, nothing usable came, or it was refused as such.
    #[error(transparent)]
    Port(#[from] PortError),
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
    async fn register(&self, ctx: &Ctx, person: &Insured, care: &Care) -> Result<Registered, SettleError>;
    /// 2202.
    async fn unregister(
        &self,
        ctx: &Ctx,
        person: &Insured,
        care: &Care,
        registered: &Registered,
    ) -> Result<(), SettleError>;
    /// 2206.
    async fn presettle(&self, ctx: &Ctx, visit: &Visit) -> Result<Presettled, SettleError>;
    /// 2207 under this msgid. Never sent again under another one.
    async fn settle(&self, ctx: &Ctx, number: &str, visit: &Visit, advice: &Presettled)
    -> Result<Settled, SettleError>;
    /// 5203: the settlement in force of this visit; `None` if there is none.
    async fn settled(&self, ctx: &Ctx, visit: &Visit) -> Result<Option<Settled>, SettleError>;
    /// 2601 for a 2207 of unknown outcome: afterwards it is as if it had never been sent. True also when the
    /// insurer knows no such message.
    async fn reverse(&self, ctx: &Ctx, visit: &Visit, number: &str) -> Result<(), SettleError>;
    /// 2208 under this msgid: the settlement is undone, the personal account refilled. From which purse how much, where
    /// the insurer says so; one that was undone before is undone.
    async fn void(&self, ctx: &Ctx, number: &str, visit: &Visit, setl_id: &str) -> Result<Undone, SettleError>;
}

/// How the buyer reaches the cashier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cashier {
    /// A code on this screen, scanned by a phone (Native).
    Code,
    /// A link opened on this phone (H5).
    Link,
}

/// A payment to be offered to a buyer. The same number again must carry the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `out_trade_no`.
    pub number: String,
    /// `amount.total`.
    pub amount: Fen,
    /// `description`, at most 127 characters.
    pub description: String,
    /// `time_expire`: the channel itself takes no money after it.
    pub expires_at: Moment,
    /// How the buyer gets there.
    pub cashier: Cashier,
    /// The buyer's address, for H5.
    pub client_ip: String,
}

/// Why the channel did not do it, or did not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Nothing was sent, nothing usable came, or it was refused under the channel's signature.
    #[error(transparent)]
    Port(#[from] PortError),
    /// It was refused with this word, and nobody signed that: the channel signs only once it has verified who asks. Perhaps
    /// it is the channel's word, perhaps that of something on the way; by itself it ends nothing.
    #[error("refused with {0}, and nobody signed that")]
    Unsigned(String),
    /// It was signed under the name of a key that is not known here, nor told when the channel was asked for it.
    #[error("signed with {0}, a key that is not known here")]
    UnknownKey(String),
}

/// What the channel says of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelState {
    /// The channel knows no such number. One that nobody signed says so only together with others.
    NotFound {
        /// Whether the channel signed this.
        signed: bool,
    },
    /// Offered, not paid.
    Open,
    /// Paid, under the channel's number; also while or after it is refunded.
    Paid {
        /// `transaction_id`.
        channel_no: String,
        /// What the buyer paid for: `amount.total`.
        amount: Fen,
        /// When.
        paid_at: Moment,
    },
    /// Closed without money.
    Closed,
}

/// What came of closing; only a question afterwards says how the payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseAnswer {
    /// Closed, or closed before.
    Closed,
    /// Nobody knows it.
    NotFound,
    /// It is paid.
    Paid,
}

/// A refund to be made. The same number again must carry the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giving {
    /// `out_refund_no`.
    pub number: String,
    /// `out_trade_no` of the payment.
    pub payment_number: String,
    /// What is given back.
    pub amount: Fen,
    /// What was paid.
    pub paid: Fen,
    /// Shown to the buyer, at most 80 characters.
    pub reason: String,
}

/// What the channel says of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    /// The channel knows no such number.
    NotFound,
    /// Under way.
    Processing {
        /// `refund_id`.
        channel_no: String,
    },
    /// The buyer has it.
    Done {
        /// `refund_id`.
        channel_no: String,
        /// `amount.refund`.
        amount: Fen,
        /// `success_time`, where the channel tells it.
        done_at: Option<Moment>,
    },
    /// ABNORMAL: the buyer's account does not take it. The channel keeps the money until somebody says where to.
    Abnormal {
        /// `refund_id`.
        channel_no: String,
    },
    /// Nothing went to the buyer, and nothing will under this number: the money is with the merchant.
    Closed {
        /// `refund_id`.
        channel_no: String,
        /// `CLOSED`, or `TO_MERCHANT` where it was done and went to the merchant's own account.
        why: &'static str,
    },
}

/// Where the money of a refund goes that the buyer's account did not take.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// `USER_BANK_CARD`: a bank card of the buyer's.
    Buyer {
        /// `bank_type`: `ICBC_DEBIT`.
        bank: String,
        /// `bank_account`.
        account: Pii<String>,
        /// `real_name`.
        name: Pii<String>,
    },
    /// `MERCHANT_BANK_CARD`: back to the merchant, who pays the buyer by other means.
    Merchant,
}

/// A notice of the channel that was verified and opened: the channel's word, under its signature. Its amount is
/// compared like an answer's, and whatever it leaves open is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same on repetitions.
    pub event_id: String,
    /// What it is about.
    pub about: About,
}

/// What a notice is about, by our number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A payment (`out_trade_no`).
    Payment {
        /// `out_trade_no`.
        number: String,
        /// What the channel says of it.
        state: ChannelState,
    },
    /// A refund (`out_refund_no`).
    Refund {
        /// `out_refund_no`.
        number: String,
        /// What the channel says of it.
        state: RefundState,
    },
}

/// Why a notice is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefusal {
    /// The channel tries out whether signatures are verified; it must be refused, and is no attack.
    #[error("a probe of the channel's")]
    Probe,
    /// Signed under the name of a key that is not known here.
    #[error("signed with {0}, a key that is not known here")]
    UnknownKey(String),
    /// Not signed by the channel, too old, not for this merchant, or not readable.
    #[error("not the channel's word to us: {0}")]
    NotBelieved(String),
}

/// Takes and returns money through a payment channel.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Whether a buyer at this address can be given a link; a code can be given to anybody.
    fn gives_links_to(&self, client_ip: &str) -> bool;
    /// Offers a payment; where the buyer pays: a link, or the text of a code.
    async fn offer(&self, ctx: &Ctx, offer: &Offer) -> Result<String, ChannelError>;
    /// Asks what became of a payment.
    async fn query(&self, ctx: &Ctx, number: &str) -> Result<ChannelState, ChannelError>;
    /// Closes a payment that has not been made.
    async fn close(&self, ctx: &Ctx, number: &str) -> Result<CloseAnswer, ChannelError>;
    /// Gives money back by the way it came.
    async fn refund(&self, ctx: &Ctx, giving: &Giving) -> Result<RefundState, ChannelError>;
    /// Asks what became of a refund.
    async fn refund_state(&self, ctx: &Ctx, number: &str) -> Result<RefundState, ChannelError>;
    /// Says where the money of an abnormal refund goes. `number` is ours, `channel_no` the channel's (`refund_id`).
    async fn redirect_refund(
        &self,
        ctx: &Ctx,
        number: &str,
        channel_no: &str,
        to: &Recipient,
    ) -> Result<RefundState, ChannelError>;
    /// Asks the channel for a key by which it signs (`/v3/certificates`); whether this one is known now.
    async fn learn_key(&self, ctx: &Ctx, serial: &str) -> bool;
    /// Verifies and opens a notice; no call is made.
    fn notice(&self, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, NoticeRefusal>;
}

/// All of them, as handlers and jobs are given them: `Extension<Arc<PayPorts>>`.
#[derive(Clone)]
pub struct PayPorts {
    /// The insurer.
    pub settlements: Arc<dyn Settlements>,
    /// WeChat Pay.
    pub wechat_pay: Arc<dyn Channel>,
}
