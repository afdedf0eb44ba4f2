//! How the insurer's refusals are worded. They differ by region; the constants are the defaults.

use payments::ports::Refusal;

/// Words by which an insurer says that the day's sign-in is not known, before it looks at a message.
pub const SIGN_IN: [&str; 2] = ["签到流水号无效", "请重新签到"];

/// Words that do not say whether something was done: a number that was used before, a failure inside.
pub const UNSURE: [&str; 13] = [
    "msgid重复",
    "报文重复",
    "重复提交",
    "超时",
    "系统异常",
    "系统错误",
    "处理中",
    "网络异常",
    "服务异常",
    "服务不可用",
    "timeout",
    "timed out",
    "exception",
];

/// Words of 5203 which say that nothing of this visit is settled. The same words about a person are not among them,
/// because the visit of a person who is not found may well be settled.
pub const NO_SETTLEMENT: [&str; 3] = ["未查询到结算", "未查询到该就诊的结算", "结算信息不存在"];

/// Words of 2601 which say that there is nothing to take back: no such message, it was taken back before, or the
/// settlement it made has been undone since.
pub const NO_ORIGINAL: [&str; 4] = ["原交易不存在", "未查询到原交易", "已冲正", "退费结算标志不为未退费"];

/// Words of 2208 which say that the settlement was undone before.
pub const VOIDED: [&str; 2] = ["结算已撤销", "已退费"];

/// Words of `err_msg` beside `infcode` 0, where nothing else is told: it was done.
pub const DONE: [&str; 2] = ["成功", "success"];

/// Words that never mean success, whatever else is said.
const FAILURE: [&str; 6] = ["不成功", "未成功", "失败", "错误", "异常", "fail"];

/// Words of other refusals, and as what they refuse; the first that fits counts.
pub const REFUSALS: [(&str, Refusal); 11] = [
    ("签到", Refusal::NotSignedIn),
    ("未参保", Refusal::NotInsured),
    ("参保状态异常", Refusal::NotInsured),
    ("余额不足", Refusal::AccountShort),
    ("已结算", Refusal::SettledAlready),
    ("结算已撤销", Refusal::VoidedAlready),
    ("已冲正", Refusal::ReversedAlready),
    ("已撤销", Refusal::Cancelled),
    ("就诊信息不存在", Refusal::NoVisit),
    ("与预结算结果不一致", Refusal::AdviceChanged),
    ("与参保地不一致", Refusal::AnotherRegion),
];

/// What we call the refusals that are told apart, each once: to each a region may add words.
pub(super) fn refusals() -> Vec<Refusal> {
    let mut all = Vec::new();
    for (_, ours) in REFUSALS {
        if !all.contains(&ours) {
            all.push(ours);
        }
    }
    all
}

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
    /// [`DONE`].
    pub done: Vec<String>,
    /// [`REFUSALS`].
    pub refusals: Vec<(String, Refusal)>,
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
            done: list(&DONE),
            refusals: REFUSALS.map(|(word, what)| (word.to_owned(), what)).to_vec(),
        }
    }
}

impl SettleWords {
    /// With a region's words for refusals, and as what they refuse. They are looked for before those of all regions.
    pub fn first<'a>(&mut self, refusals: impl Iterator<Item = (&'a str, Refusal)>) {
        self.refusals.splice(0..0, refusals.map(|(word, what)| (word.to_owned(), what)));
    }

    pub(super) fn is_sign_in(&self, says: &str) -> bool {
        self.sign_in.iter().any(|word| says.contains(word))
    }

    /// Whether these words, beside `infcode` 0, are none or those of success.
    pub(super) fn is_done(&self, says: &str) -> bool {
        let says = says.to_lowercase();
        let has = |word: &str| says.contains(&word.to_lowercase());
        says.is_empty() || (self.done.iter().any(|word| has(word)) && !FAILURE.iter().any(|word| has(word)))
    }

    /// Whether a refusal leaves open what was done.
    pub(super) fn is_unsure(&self, says: &str) -> bool {
        let says = says.to_lowercase();
        self.unsure.iter().any(|word| says.contains(&word.to_lowercase()))
    }

    /// Whether a word is empty: it would stand in every sentence, and every refusal would mean the same.
    pub(super) fn fits_everything(&self) -> bool {
        let lists = [&self.sign_in, &self.unsure, &self.no_settlement, &self.no_original, &self.voided, &self.done];
        let mut words = lists.into_iter().flatten().chain(self.refusals.iter().map(|(word, _)| word));
        words.any(|word| word.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::insurer::InsurerSettings;
    use crate::section::read;

    #[test]
    fn words_that_fit_everything_are_refused() {
        assert!(!SettleWords::default().fits_everything());
        let empty = SettleWords { voided: vec![" ".to_owned()], ..SettleWords::default() };
        assert!(empty.fits_everything());
        let everything = (String::new(), Refusal::NotInsured);
        assert!(SettleWords { refusals: vec![everything], ..SettleWords::default() }.fits_everything());
    }

    #[test]
    fn a_city_can_add_words_to_each_refusal() {
        let named: BTreeSet<Refusal> = Refusal::ALL.into_iter().filter(|what| *what != Refusal::Other).collect();
        assert_eq!(named, REFUSALS.map(|(_, what)| what).into());
        for what in named {
            let text = format!("[insurer.words]\n{what} = [\"一句本地话\"]\n");
            let words = read::<InsurerSettings>(&text).unwrap().words;
            assert_eq!(words.refusals.first(), Some(&("一句本地话".to_owned(), what)), "{what}");
        }
    }
}
