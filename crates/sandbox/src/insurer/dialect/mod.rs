//! How the insurer of one region or another speaks: the same answers under other names, in other spellings,
//! with more or less of what need not be told. The books know one form; a dialect is put on when an answer
//! leaves, so that one settlement can be asked about in all of them. Each but the first is made of what
//! regions were seen to answer (`docs/api/insurer.md`).

pub(crate) mod api;
mod shape;
mod spell;

use std::sync::{Mutex, PoisonError};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::db::{DbFault, Tx};
use serde::Serialize;

use crate::partner::Reply;
use crate::settings::store;

kernel::words! {
    /// A way to speak the insurer's interface, in the order of the control page; the words are those of settings and of the
    /// control API.
    #[derive(Default, Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Dialect: "a dialect of the insurer" {
        /// As the specification has it.
        #[default]
        National = "national",
        /// Every number is a text.
        Text = "text",
        /// Numbers as short as they can be, and nothing told that is not asked for.
        Bare = "bare",
        /// Numbers as Java prints a double.
        Doubles = "doubles",
        /// Null for what is nothing or not known.
        Nulls = "nulls",
        /// The list of who bears it names the account and the institution, which bears a part.
        Purses = "purses",
        /// 5203 and 2208 say what 2207 said.
        AsSettled = "as_settled",
        /// Every number with an exponent; 5203 lists what was undone beside what is in force.
        Exponents = "exponents",
    }
}

impl Dialect {
    /// What is special about it, in Chinese and English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Dialect::National => (
                "全国规范：金额为数字 25.00；5203 用 psn_pay、cash_payamt；2208 为负数且无 psn_no、medfee_sumamt",
                "the specification: numbers as 25.00; psn_pay and cash_payamt in 5203; negative amounts in 2208, no psn_no or medfee_sumamt",
            ),
            Dialect::Text => (
                "数字一律为文本 \"25.00\"；infcode 为 \"0\"；err_msg 为“成功”；inf_refmsgid 为空",
                "all numbers are texts: \"25.00\"; infcode is \"0\"; err_msg says success; inf_refmsgid is empty",
            ),
            Dialect::Bare => (
                "数字最短：25、7.5；无内容时没有 output；拒绝时只有 infcode 和 err_msg",
                "numbers as short as possible: 25, 7.5; no output where there is no content; refusals as short as possible",
            ),
            Dialect::Doubles => {
                ("浮点写法：25.0、1.0E7；年龄带小数", "numbers as doubles: 25.0, 1.0E7; ages with a fraction")
            }
            Dialect::Nulls => (
                "没有或不知道的一律为 null；基金明细含个人账户 310200",
                "null for whatever is empty or unknown; setldetail includes 310200 (personal account)",
            ),
            Dialect::Purses => (
                "基金明细含个人账户 310201 和医院 999996，医院承担一部分；两套名称并存",
                "setldetail includes 310201 (personal account) and 999996 (hospital), which pays a part; both sets of names",
            ),
            Dialect::AsSettled => (
                "5203、2208 与 2207 同名同号（正数）；1101 只有一项参保时为对象",
                "5203 and 2208 use the names and (positive) signs of 2207; a single insurance in 1101 is an object",
            ),
            Dialect::Exponents => (
                "数字一律带指数：2.5E+1；5203 将已撤销的结算及其红冲记录一并列出，且不回传 medins_setl_id",
                "all numbers with an exponent: 2.5E+1; 5203 also lists undone settlements and their reversals, without medins_setl_id",
            ),
        }
    }

    /// Whether the institution bears a part of what is above the cap.
    pub(super) const fn institution_bears(self) -> bool {
        matches!(self, Dialect::Purses)
    }

    /// Whether 5203 also lists what was undone, with the records of that.
    pub(super) const fn lists_undone(self) -> bool {
        matches!(self, Dialect::Exponents)
    }

    /// An answer to a transaction as it is said here.
    pub(super) fn respond(self, infno: &str, reply: Reply) -> Response {
        let Reply { status, mut body } = reply;
        // What is not the interface's own form is the gateway's, which speaks no dialect.
        if body.get("infcode").is_none() {
            return Reply { status, body }.into_response();
        }
        shape::shape(self, infno, &mut body);
        let text = spell::spelled(self.spelling(), &body);
        (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
    }

    const fn spelling(self) -> spell::Spelling {
        match self {
            Dialect::Text => spell::Spelling::Text,
            Dialect::Bare => spell::Spelling::Shortest,
            Dialect::Doubles | Dialect::Nulls => spell::Spelling::Double,
            Dialect::Exponents => spell::Spelling::Exponent,
            Dialect::National | Dialect::Purses | Dialect::AsSettled => spell::Spelling::Places,
        }
    }
}

/// Which dialect is spoken now.
#[derive(Debug, Default)]
pub(crate) struct Spoken(Mutex<Dialect>);

impl Spoken {
    pub(crate) fn new(dialect: Dialect) -> Spoken {
        Spoken(Mutex::new(dialect))
    }

    pub(crate) fn get(&self) -> Dialect {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, dialect: Dialect) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = dialect;
    }
}

/// The dialect that was spoken last; the first where there was none, or one that is no more.
pub(crate) fn kept(tx: &mut Tx<'_>) -> Result<Dialect, DbFault> {
    Ok(store::insurer_dialect(tx)?.and_then(|word| word.parse().ok()).unwrap_or_default())
}

/// Keeps it for the next start.
pub(crate) fn keep(tx: &mut Tx<'_>, dialect: Dialect) -> Result<(), DbFault> {
    store::set_insurer_dialect(tx, dialect.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_word_and_is_found_by_it() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.as_str().parse(), Ok(dialect));
            assert_eq!(serde_json::json!(dialect), dialect.as_str(), "accounts say it in the same word");
        }
        assert!("latin".parse::<Dialect>().is_err());
    }
}
