//! Who pays how much of a settlement, as an answer tells it: the exact purses, missing amounts worked out from the
//! others, and whether everything adds up. If it does not, nothing is corrected here: a person must look.
//!
//! Amounts on which no purse depends (single funds, the list of who bears it, the balance) cannot stop an order,
//! because at the insurer it is done. If they do not fit, that is a doubt, which is logged and counted.

use identity::ports::PortError;
use kernel::Fen;
use payments::ports::{RegisteredVisit, SettleError, Split, Undone};
use wire::insurer::{Named, SetlInfo, SettlementReply, Told};

use super::doubts::{Doubts, balance, doubts};
use super::settings::FundTypes;

/// A settlement whose purses add up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reckoned {
    pub(super) split: Split,
    /// The balance of the personal account afterwards.
    pub(super) balance: Option<Fen>,
    /// The amounts that do not fit and change no purse.
    pub(super) doubts: Doubts,
}

/// Why there are none: an amount is not told and cannot be worked out, or they do not add up.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Untold(String),
    Odd(String),
}

/// What 2206 or 2207 says. Where the visit says so, the account has paid nothing.
pub(super) fn reckon(
    infno: &str,
    reply: &SettlementReply,
    visit: &RegisteredVisit,
    types: &FundTypes,
) -> Result<Reckoned, SettleError> {
    reckoned(infno, reply, (visit.care.total, visit.use_personal_account), types)
}

/// The same of a settlement that is asked about: it may have been made when the account could be used.
pub(super) fn reckon_made(
    infno: &str,
    reply: &SettlementReply,
    visit: &RegisteredVisit,
    types: &FundTypes,
) -> Result<Reckoned, SettleError> {
    reckoned(infno, reply, (visit.care.total, true), types)
}

/// What was undone, purse by purse: regions write the record's amounts below nothing, all of them, or as they were.
/// It is undone whatever they are: those that cannot be read, or do not add up, are a doubt.
pub(super) fn reckon_undone(info: &SetlInfo, visit: &RegisteredVisit) -> Undone {
    let split = Purses::read(info).and_then(|told| {
        let below = sign(info) != Sign::Above;
        let righted = if below { told.turned() } else { Some(told) };
        righted.ok_or_else(|| Wrong::Odd("an amount is too large".to_owned()))?.split(visit.care.total, true, None)
    });
    match split {
        Ok(split) => Undone { split: Some(split), doubt: None },
        Err(Wrong::Untold(_)) => Undone::default(),
        Err(Wrong::Odd(why)) => Undone { split: None, doubt: Some(why) },
    }
}

/// Whether the total of a settlement is positive or negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is made; also where the whole is not told, and nothing is below nothing.
    Above,
    /// It is the record of an undoing.
    Below,
    /// The whole is not told, and a part of it is below nothing.
    Mixed,
}

/// By `medfee_sumamt`.
pub(super) fn sign(info: &SetlInfo) -> Sign {
    match info.medfee_sumamt.fen() {
        Ok(Some(total)) if total < Fen::ZERO => Sign::Below,
        Ok(Some(_)) => Sign::Above,
        _ if Purses::read(info).is_ok_and(|purses| purses.below_nothing().is_some()) => Sign::Mixed,
        _ => Sign::Above,
    }
}

fn reckoned(
    infno: &str,
    reply: &SettlementReply,
    (fee, use_personal_account): (Fen, bool),
    types: &FundTypes,
) -> Result<Reckoned, SettleError> {
    let share = types.sum(&types.hospital, reply);
    let made = Purses::read(&reply.setlinfo).and_then(|purses| purses.split(fee, use_personal_account, share));
    match made {
        Ok(split) => {
            let doubts = doubts(reply, &split, types);
            Ok(Reckoned { split, balance: balance(&reply.setlinfo), doubts })
        }
        Err(Wrong::Untold(why)) => Err(PortError::Unknown(format!("{infno}: {why}")).into()),
        Err(Wrong::Odd(why)) => Err(SettleError::Amounts(format!("{infno}: {why}"))),
    }
}

/// What the purses bear, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Purses {
    total: Option<Fen>,
    fund: Option<Fen>,
    person: Option<Fen>,
    account: Option<Fen>,
    cash: Option<Fen>,
    hospital: Option<Fen>,
    other: Option<Fen>,
    mutual_aid: Option<Fen>,
}

impl Purses {
    fn read(info: &SetlInfo) -> Result<Purses, Wrong> {
        let purses = Purses {
            total: amount(("medfee_sumamt", &info.medfee_sumamt))?,
            fund: amount(("fund_pay_sumamt", &info.fund_pay_sumamt))?,
            person: amount(info.person())?,
            account: amount(("acct_pay", &info.acct_pay))?,
            cash: amount(info.cash())?,
            hospital: amount(("hosp_part_amt", &info.hosp_part_amt))?,
            other: amount(("oth_pay", &info.oth_pay))?,
            mutual_aid: amount(("acct_mulaid_pay", &info.acct_mulaid_pay))?,
        };
        // If an amount is told under both names, the two must be equal.
        for (one, other) in [
            (("psn_part_amt", &info.psn_part_amt), ("psn_pay", &info.psn_pay)),
            (("psn_cash_pay", &info.psn_cash_pay), ("cash_payamt", &info.cash_payamt)),
        ] {
            if let (Some(first), Some(second)) = (amount(one)?, amount(other)?)
                && first != second
            {
                return Err(Wrong::Odd(format!("{} is {first}, {} is {second}", one.0, other.0)));
            }
        }
        Ok(purses)
    }

    fn all(&self) -> [(&'static str, Option<Fen>); 8] {
        [
            ("medfee_sumamt", self.total),
            ("fund_pay_sumamt", self.fund),
            ("psn_part_amt", self.person),
            ("acct_pay", self.account),
            ("psn_cash_pay", self.cash),
            ("hosp_part_amt", self.hospital),
            ("oth_pay", self.other),
            ("acct_mulaid_pay", self.mutual_aid),
        ]
    }

    /// The first purse with a negative amount.
    fn below_nothing(&self) -> Option<(&'static str, Fen)> {
        self.all().into_iter().find_map(|(name, told)| Some((name, told.filter(|amount| *amount < Fen::ZERO)?)))
    }

    /// All purses with the other sign; `None` if one does not fit.
    fn turned(self) -> Option<Purses> {
        let turn = |told: Option<Fen>| match told {
            Some(amount) => Fen::ZERO.checked_sub(amount).map(Some),
            None => Some(None),
        };
        Some(Purses {
            total: turn(self.total)?,
            fund: turn(self.fund)?,
            person: turn(self.person)?,
            account: turn(self.account)?,
            cash: turn(self.cash)?,
            hospital: turn(self.hospital)?,
            other: turn(self.other)?,
            mutual_aid: turn(self.mutual_aid)?,
        })
    }

    /// Works out what is not told and splits the fee. `share` is the institution's in the list of who bears it.
    ///
    /// fee = fund + person + institution; person = account + cash. Of each sum one part may be missing.
    fn split(self, fee: Fen, use_personal_account: bool, share: Option<Fen>) -> Result<Split, Wrong> {
        if let Some((name, less)) = self.below_nothing() {
            return Err(Wrong::Odd(format!("{name} is {less}")));
        }
        if let Some(total) = self.total.filter(|total| *total != fee) {
            return Err(Wrong::Odd(format!("medfee_sumamt is {total}, the fee is {fee}")));
        }
        let person = match (self.person, self.account, self.cash) {
            (Some(person), ..) => person,
            (None, Some(account), Some(cash)) => sum("acct_pay + psn_cash_pay", [account, cash])?,
            _ => return Err(untold("psn_part_amt")),
        };
        let (account, cash) = match (self.account, self.cash) {
            (Some(account), Some(cash)) => (account, cash),
            (Some(account), None) => (account, rest("psn_part_amt", person, "acct_pay", account)?),
            (None, Some(cash)) => (rest("psn_part_amt", person, "psn_cash_pay", cash)?, cash),
            (None, None) => return Err(untold("psn_cash_pay")),
        };
        equal("psn_part_amt", person, "acct_pay + psn_cash_pay", sum("acct_pay + psn_cash_pay", [account, cash])?)?;
        let (fund, hospital) = match (self.fund, self.hospital.or(share)) {
            (Some(fund), Some(hospital)) => (fund, hospital),
            (Some(fund), None) => {
                let borne = sum("fund_pay_sumamt + psn_part_amt", [fund, person])?;
                (fund, rest("the fee", fee, "fund_pay_sumamt + psn_part_amt", borne)?)
            }
            (None, Some(hospital)) => {
                let borne = sum("psn_part_amt + hosp_part_amt", [person, hospital])?;
                (rest("the fee", fee, "psn_part_amt + hosp_part_amt", borne)?, hospital)
            }
            (None, None) => return Err(untold("fund_pay_sumamt")),
        };
        let borne = "fund_pay_sumamt + psn_part_amt + hosp_part_amt";
        equal("the fee", fee, borne, sum(borne, [fund, person, hospital])?)?;
        if let Some(aid) = self.mutual_aid.filter(|aid| *aid > account) {
            return Err(Wrong::Odd(format!("acct_mulaid_pay is {aid}, acct_pay is {account}")));
        }
        if !use_personal_account && account != Fen::ZERO {
            return Err(Wrong::Odd(format!("acct_pay is {account} and the account was not to be used")));
        }
        // What others bear of the fund's part is only told apart where it is told.
        let of_others = self.other.unwrap_or(Fen::ZERO);
        let pooled = rest("fund_pay_sumamt", fund, "oth_pay", of_others)?;
        let other = sum("oth_pay + hosp_part_amt", [of_others, hospital])?;
        Ok(Split { fund: pooled, personal_account: account, other, cash })
    }
}

fn amount((name, told): Named<'_>) -> Result<Option<Fen>, Wrong> {
    Told::fen(told).map_err(|why| Wrong::Odd(format!("{name} is {why}")))
}

fn untold(name: &str) -> Wrong {
    Wrong::Untold(format!("{name} is not told"))
}

fn sum<const N: usize>(of: &str, amounts: [Fen; N]) -> Result<Fen, Wrong> {
    Fen::sum(amounts).ok_or_else(|| Wrong::Odd(format!("{of} is too large")))
}

/// What is left of an amount; it cannot be negative.
fn rest(of: &str, all: Fen, name: &str, part: Fen) -> Result<Fen, Wrong> {
    let left = all.checked_sub(part).filter(|left| *left >= Fen::ZERO);
    left.ok_or_else(|| Wrong::Odd(format!("{of} is {all}, {name} is {part}")))
}

fn equal(name: &str, amount: Fen, of: &str, wanted: Fen) -> Result<(), Wrong> {
    if amount == wanted { Ok(()) } else { Err(Wrong::Odd(format!("{name} is {amount}, {of} is {wanted}"))) }
}

#[cfg(test)]
#[path = "amounts_tests.rs"]
mod tests;
