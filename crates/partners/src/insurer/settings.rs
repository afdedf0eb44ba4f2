//! What the adapter must be told, as plain values; the server fills it from the configuration.

use std::sync::Arc;

use wire::insurer::insu_state;

use super::number::Numbers;
use crate::tif::{BadTifSettings, TifAccount};

/// Where transactions are when nobody says otherwise; `{infno}` is the transaction's number. Paths
/// differ by region.
pub const PATH: &str = "/fsi/api/rsfComIfService/{infno}";

/// Words of `err_msg` by which insurers say that they know nobody of that name and number. They
/// differ by region.
pub const NOT_KNOWN: [&str; 3] = ["未查询到", "不存在", "姓名与证件号码不一致"];

/// Words by which an insurer says that the day's sign-in is not known, before it looks at a message.
pub const SIGN_IN: [&str; 2] = ["签到流水号无效", "请重新签到"];

/// Words that do not say whether something was done: a number that was used before, a failure inside.
pub const UNSURE: [&str; 7] = ["msgid重复", "报文重复", "重复提交", "超时", "系统异常", "系统错误", "处理中"];

/// Words of 5203 that nothing of this visit is settled. The same words about a person are not among
/// them: who is not known may well be settled.
pub const NO_SETTLEMENT: [&str; 3] = ["未查询到结算", "未查询到该就诊的结算", "结算信息不存在"];

/// Words of 2601 that there is nothing to take back: no such message, or it was taken back before.
pub const NO_ORIGINAL: [&str; 3] = ["原交易不存在", "未查询到原交易", "已冲正"];

/// Words of 2208 that the settlement has been undone before.
pub const VOIDED: [&str; 2] = ["结算已撤销", "已退费"];

/// Words of other refusals, and ours for them; the first that fits counts.
pub const REFUSALS: [(&str, &str); 11] = [
    ("签到", "not_signed_in"),
    ("未参保", "not_insured"),
    ("参保状态异常", "not_insured"),
    ("余额不足", "account_short"),
    ("已结算", "settled_already"),
    ("结算已撤销", "voided_already"),
    ("已冲正", "reversed_already"),
    ("已撤销", "cancelled"),
    ("就诊信息不存在", "no_visit"),
    ("与预结算结果不一致", "advice_changed"),
    ("与参保地不一致", "another_region"),
];

/// How the insurer's refusals are worded. They differ by region; the defaults are the constants of
/// this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleWords {
    /// [`SIGN_IN`].
    pub sign_in: Vec<String>,
    /// [`UNSURE`].
    pub unsure: Vec<String>,
    /// [`NO_SETTLEMENT`].
    pub no_settlement: Vec<String>,
    /// [`NO_ORIGINAL`].
    pub no_original: Vec<String>,
    /// [`VOIDED`].
    pub voided: Vec<String>,
    /// [`REFUSALS`].
    pub refusals: Vec<(String, String)>,
}

impl Default for SettleWords {
    fn default() -> SettleWords {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        SettleWords {
            sign_in: list(&SIGN_IN),
            unsure: list(&UNSURE),
            no_settlement: list(&NO_SETTLEMENT),
            no_original: list(&NO_ORIGINAL),
            voided: list(&VOIDED),
            refusals: REFUSALS.map(|(word, code)| (word.to_owned(), code.to_owned())).to_vec(),
        }
    }
}

impl SettleWords {
    pub(super) fn is_sign_in(&self, says: &str) -> bool {
        self.sign_in.iter().any(|word| says.contains(word))
    }

    /// Nothing is in every sentence: an empty word would make every refusal mean the same.
    pub(super) fn check(&self) -> Result<(), BadTifSettings> {
        let lists = [&self.sign_in, &self.unsure, &self.no_settlement, &self.no_original, &self.voided];
        let mut words = lists.into_iter().flatten().chain(self.refusals.iter().map(|(word, _)| word));
        if words.any(|word| word.trim().is_empty()) {
            return Err(BadTifSettings::Value("words of a refusal are not empty".to_owned()));
        }
        let code =
            |code: &String| (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !self.refusals.iter().all(|(_, ours)| code(ours)) {
            return Err(BadTifSettings::Value("our word for a refusal is small letters and _".to_owned()));
        }
        Ok(())
    }
}

/// One institution's account at the insurer.
#[derive(Debug, Clone)]
pub struct InsurerSettings {
    /// `https://host`, or the sandbox's address.
    pub endpoint: String,
    /// The account at the gateway.
    pub account: TifAccount,
    /// 定点医药机构编号: twelve characters.
    pub fixmedins_code: String,
    /// 定点医药机构名称.
    pub fixmedins_name: String,
    /// 就医地医保区划: six digits.
    pub mdtrtarea_admvs: String,
    /// Where transactions are; see [`PATH`].
    pub path: String,
    /// Values of `psn_insu_stas` with which contributions run.
    pub active_states: Vec<String>,
    /// Words of a refusal that mean *nobody*; see [`NOT_KNOWN`].
    pub not_known: Vec<String>,
    /// Whether the insurer gives codes of its own (医保码) by `CZ01`.
    pub gives_code: bool,
    /// What messages are numbered by; one for all clients of a process.
    pub numbers: Arc<Numbers>,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

impl InsurerSettings {
    /// An account with everything that differs by region at its default.
    pub fn new(endpoint: &str, account: TifAccount, fixmedins_code: &str) -> InsurerSettings {
        InsurerSettings {
            endpoint: endpoint.to_owned(),
            account,
            fixmedins_code: fixmedins_code.to_owned(),
            fixmedins_name: "常州人社线上服务".to_owned(),
            mdtrtarea_admvs: "320400".to_owned(),
            path: PATH.to_owned(),
            active_states: vec![insu_state::ACTIVE.to_owned()],
            not_known: NOT_KNOWN.map(str::to_owned).to_vec(),
            gives_code: true,
            numbers: Arc::default(),
            timeout_ms: 5_000,
            calls_max: 16,
        }
    }

    pub(super) fn check(&self) -> Result<(), BadTifSettings> {
        let bad = |says: &str| Err(BadTifSettings::Value(says.to_owned()));
        if self.fixmedins_code.len() != 12 || !self.fixmedins_code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return bad("fixmedins_code is twelve letters and digits");
        }
        if self.mdtrtarea_admvs.len() != 6 || !self.mdtrtarea_admvs.bytes().all(|b| b.is_ascii_digit()) {
            return bad("mdtrtarea_admvs is six digits");
        }
        if !self.path.starts_with('/') || !self.path.contains("{infno}") {
            return bad("path begins with / and holds {infno}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_fit_everything_are_refused() {
        assert_eq!(SettleWords::default().check(), Ok(()));
        let empty = SettleWords { voided: vec![" ".to_owned()], ..SettleWords::default() };
        assert!(empty.check().is_err());
        let person = ("未参保".to_owned(), "周明远".to_owned());
        assert!(SettleWords { refusals: vec![person], ..SettleWords::default() }.check().is_err());
    }
}
