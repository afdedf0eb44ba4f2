//! The national medical-insurance interface for designated institutions, with the specification's
//! own names (its two spellings `admvs` and `admdvs` included): the envelope, who somebody is
//! (1101), and a visit from its registration to its settlement and back (9001, 2201 to 2208, 5203,
//! 2601).
//!
//! `CZ01` is no transaction of the national interface: it asks for the insurer's own code (医保码)
//! by a profile of ours, `docs/api/insurer.md`.

/// Hides what is about a person: `Debug` names the type and nothing else.
macro_rules! hidden {
    ($($name:ident),* $(,)?) => {$(
        impl std::fmt::Debug for $name {
            /// The type, never the person.
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

mod envelope;
mod funds;
mod person;
mod settle;
mod visit;

use crate::partner::Partner;

pub use crate::loose::{BadNumber, Exact, Form, Node, Number, Told, Unreadable};
pub use envelope::{Data, Reply, Request, compact, day, inf_time, moment, msgid, time_in};
pub use funds::{ACCOUNT_FUNDS, FUNDS, HOSPITAL_FUNDS};
pub use person::{BaseInfo, CodeInfo, CodeQuery, IdetInfo, InsuInfo, PersonInfo, PersonQuery};
pub use settle::{
    Echo, Named, Presettlement, Reversal, SetlDetail, SetlInfo, Settlement, SettlementQuery, SettlementReply, Voiding,
};
pub use visit::{
    Cancellation, FeeDetail, FeeResult, Fees, Registration, RegistrationReply, SignIn, SignInQuery, SignedIn,
};

/// The insurer.
pub const PARTNER: Partner = Partner { name: "insurer", port: 4 };

/// Version of the interface, `infver`.
pub const INFVER: &str = "V1.0";
/// Person's information.
pub const PERSON: &str = "1101";
/// 签到: an operator signs in for the day.
pub const SIGN_IN: &str = "9001";
/// 门诊挂号: a visit is opened.
pub const REGISTER: &str = "2201";
/// 门诊挂号撤销.
pub const UNREGISTER: &str = "2202";
/// 门诊费用明细上传: what a visit costs.
pub const FEES: &str = "2204";
/// 门诊预结算: what a settlement would be.
pub const PRESETTLE: &str = "2206";
/// 门诊结算.
pub const SETTLE: &str = "2207";
/// 门诊结算撤销.
pub const VOID: &str = "2208";
/// 冲正: a message of unknown outcome is undone.
pub const REVERSE: &str = "2601";
/// 结算信息查询.
pub const SETTLED: &str = "5203";
/// The insurer's own code of a person for this minute; a profile of ours.
pub const CODE: &str = "CZ01";
/// `infcode` of an answer.
pub const OK: i64 = 0;
/// `infcode` of a refusal.
pub const FAILED: i64 = -1;

/// `mdtrt_cert_type`: how the person is known.
pub mod cert_type {
    /// 医保电子凭证
    pub const TOKEN: &str = "01";
    /// 居民身份证
    pub const ID_CARD: &str = "02";
    /// 社会保障卡
    pub const SOCIAL_CARD: &str = "03";
}

/// `psn_cert_type`: an identity card.
pub const PSN_CERT_ID_CARD: &str = "01";

/// `insutype`.
pub mod insutype {
    /// 职工基本医疗保险
    pub const EMPLOYEES: &str = "310";
    /// 城乡居民基本医疗保险
    pub const RESIDENTS: &str = "390";
}

/// `psn_insu_stas`. The words differ by region; these are the defaults of the configuration.
pub mod insu_state {
    /// 正常参保
    pub const ACTIVE: &str = "1";
    /// 暂停参保
    pub const PAUSED: &str = "2";
    /// 终止参保
    pub const ENDED: &str = "4";
}

/// `opter_type`: how a call came about.
pub mod opter_type {
    /// 经办人
    pub const CLERK: &str = "1";
    /// 自助终端
    pub const SELF_SERVICE: &str = "2";
    /// 移动终端
    pub const MOBILE: &str = "3";
}

/// `psn_setlway`: settled item by item (按项目).
pub const BY_ITEM: &str = "01";
