//! How the insurer of one region or another speaks: the same answers under other names, in other spellings,
//! with more or less of what need not be told. The books know one form; a dialect is put on when an answer
//! leaves, so that one settlement can be asked about in all of them. Each but the first is made of what
//! regions were seen to answer (`docs/api/insurer.md`).

pub(crate) mod api;
mod shape;
mod spell;

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::db::{DbFault, Tx};

use crate::control::store;
use crate::partner::Reply;

/// A way to speak the insurer's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As the specification has it.
    #[default]
    National,
    /// Every number is a text.
    Text,
    /// Numbers as short as they can be, and nothing told that is not asked for.
    Bare,
    /// Numbers as Java prints a double.
    Doubles,
    /// Null for what is nothing or not known.
    Nulls,
    /// The list of who bears it names the account and the institution, which bears a part.
    Purses,
    /// 5203 and 2208 say what 2207 said.
    AsSettled,
}

impl Dialect {
    /// All, in the order of the control page.
    pub const ALL: [Dialect; 7] = [
        Dialect::National,
        Dialect::Text,
        Dialect::Bare,
        Dialect::Doubles,
        Dialect::Nulls,
        Dialect::Purses,
        Dialect::AsSettled,
    ];

    /// Its word in settings and in the control API.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::National => "national",
            Dialect::Text => "text",
            Dialect::Bare => "bare",
            Dialect::Doubles => "doubles",
            Dialect::Nulls => "nulls",
            Dialect::Purses => "purses",
            Dialect::AsSettled => "as_settled",
        }
    }

    /// The dialect of a word.
    pub fn named(word: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == word)
    }

    /// What is special about it, in Chinese and English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Dialect::National => (
                "全国规范：金额为数字 25.00；5203 用 psn_pay、cash_payamt；2208 为负数且无 psn_no",
                "the specification: numbers 25.00; psn_pay and cash_payamt in 5203; 2208 below nothing, without psn_no",
            ),
            Dialect::Text => (
                "数字一律为文本 \"25.00\"；infcode 为 \"0\"；err_msg 为“成功”；inf_refmsgid 为空",
                "every number a text \"25.00\"; infcode \"0\"; err_msg 成功; inf_refmsgid empty",
            ),
            Dialect::Bare => (
                "数字最短：25、7.5；无内容时没有 output；拒绝时只有 infcode 和 err_msg",
                "numbers at their shortest: 25, 7.5; no output where there is nothing to tell; bare refusals",
            ),
            Dialect::Doubles => {
                ("浮点写法：25.0、1.0E7；年龄带小数", "numbers as doubles: 25.0, 1.0E7; ages with a fraction")
            }
            Dialect::Nulls => (
                "没有或不知道的一律为 null；基金明细含个人账户 310200",
                "null for nothing and for what is not known; 310200 in setldetail",
            ),
            Dialect::Purses => (
                "基金明细含个人账户 310201 和医院 999996，医院承担一部分；两套名称并存",
                "310201 and 999996 in setldetail; the institution bears a part; both sets of names",
            ),
            Dialect::AsSettled => (
                "5203、2208 与 2207 同名同号（正数）；1101 只有一项参保时为对象",
                "5203 and 2208 name and sign as 2207 does; a single insurance in 1101 is an object",
            ),
        }
    }

    /// Whether the institution bears a part of what is above the cap.
    pub(super) const fn institution_bears(self) -> bool {
        matches!(self, Dialect::Purses)
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
            Dialect::National | Dialect::Purses | Dialect::AsSettled => spell::Spelling::Places,
        }
    }

    fn number(self) -> usize {
        Dialect::ALL.into_iter().position(|dialect| dialect == self).unwrap_or_default()
    }

    fn of(number: usize) -> Dialect {
        Dialect::ALL.get(number).copied().unwrap_or_default()
    }
}

/// Which dialect is spoken now.
#[derive(Debug, Default)]
pub(crate) struct Spoken(AtomicUsize);

impl Spoken {
    pub(crate) fn new(dialect: Dialect) -> Spoken {
        Spoken(AtomicUsize::new(dialect.number()))
    }

    pub(crate) fn get(&self) -> Dialect {
        Dialect::of(self.0.load(Ordering::SeqCst))
    }

    fn set(&self, dialect: Dialect) {
        self.0.store(dialect.number(), Ordering::SeqCst);
    }
}

/// The dialect that was spoken last.
pub(crate) fn kept(tx: &mut Tx<'_>) -> Result<Dialect, DbFault> {
    Ok(usize::try_from(store::insurer_dialect(tx)?).map(Dialect::of).unwrap_or_default())
}

/// Keeps it for the next start.
pub(crate) fn keep(tx: &mut Tx<'_>, dialect: Dialect) -> Result<(), DbFault> {
    store::set_insurer_dialect(tx, i64::try_from(dialect.number()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_word_and_is_found_by_it() {
        for dialect in Dialect::ALL {
            assert_eq!((Dialect::named(dialect.name()), Dialect::of(dialect.number())), (Some(dialect), dialect));
        }
        assert_eq!((Dialect::named("latin"), Dialect::of(99)), (None, Dialect::National));
    }
}
