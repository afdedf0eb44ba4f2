//! Known people in known cases: what each does, what is in the purses, what goes wrong in any case, and how it ends
//! when nothing else does.

use kernel::Fen;

use super::faults::Fault;
use super::partners::Insurer;
use super::person::Deed::{self, Agree, Cancel, GiveUp, GoPay, PayOwnMoney, Settle, Wait, Withdraw};
use crate::OrderState::{self, Closed, Refunded, Settled};
use crate::Way::{Fund, PersonalAccount};

/// What the insurer bears of 25.00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purses {
    /// 8.00 by the fund, 12.00 by the account, 5.00 of one's own.
    All,
    /// The account has more than is left.
    NothingLeft,
    /// There is nothing in the account.
    NoAccount,
    /// The fund bears nothing.
    NoFund,
    /// The account bears all of it.
    AccountOnly,
    /// Nobody bears anything.
    Neither,
}

impl Purses {
    pub(super) fn insurer(self) -> Insurer {
        let (fund, balance) = match self {
            Purses::All => (800, 1_200),
            Purses::NothingLeft => (800, 5_000),
            Purses::NoAccount => (800, 0),
            Purses::NoFund => (0, 1_200),
            Purses::AccountOnly => (0, 5_000),
            Purses::Neither => (0, 0),
        };
        Insurer::new(Fen::new(2_500), Fen::new(fund), Fen::new(balance))
    }
}

/// One of them.
pub(crate) struct Script {
    pub(super) name: &'static str,
    pub(super) purses: Purses,
    pub(super) deeds: &'static [Deed],
    /// What goes wrong in any case, and at which place.
    pub(super) with: &'static [(Fault, u32)],
    /// The end when nothing else goes wrong.
    pub(super) end: OrderState,
}

const fn all(name: &'static str, deeds: &'static [Deed], end: OrderState) -> Script {
    Script { name, purses: Purses::All, deeds, with: &[], end }
}

const fn of(purses: Purses, name: &'static str, deeds: &'static [Deed], end: OrderState) -> Script {
    Script { name, purses, deeds, with: &[], end }
}

const fn when(with: &'static [(Fault, u32)], name: &'static str, deeds: &'static [Deed], end: OrderState) -> Script {
    Script { name, purses: Purses::All, deeds, with, end }
}

/// All of them; chance makes its own from what they do.
pub(crate) const SCRIPTS: &[Script] = &[
    all("pays from both purses", &[Settle(PersonalAccount), PayOwnMoney, GoPay], Settled),
    all("pays without the account", &[Settle(Fund), PayOwnMoney, GoPay], Settled),
    all("pays all of one's own", &[PayOwnMoney, GoPay], Settled),
    all("agrees again", &[Settle(PersonalAccount), Agree, PayOwnMoney, GoPay], Settled),
    all("pays and cancels", &[Settle(PersonalAccount), Agree, PayOwnMoney, GoPay, Wait(60), Cancel], Refunded),
    all("cancels what was paid in cash", &[PayOwnMoney, GoPay, Wait(3_600), Cancel], Refunded),
    all("leaves before the cash", &[Settle(PersonalAccount)], Refunded),
    all("leaves at the cashier", &[Settle(PersonalAccount), Agree, PayOwnMoney], Refunded),
    all("leaves at the cashier, all one's own", &[PayOwnMoney], Closed),
    all("gives up while it is settled", &[Settle(PersonalAccount), GiveUp], Refunded),
    all("gives up half paid", &[Settle(PersonalAccount), Wait(30), GiveUp], Refunded),
    all("gives up at the cashier", &[Settle(PersonalAccount), PayOwnMoney, GiveUp, GoPay], Refunded),
    all("pays at the last moment", &[Settle(PersonalAccount), Agree, PayOwnMoney, Wait(1_665), GoPay], Settled),
    all("pays too late", &[PayOwnMoney, Wait(775), GoPay, Wait(120)], Closed),
    all("gives up at 29:59", &[Settle(PersonalAccount), PayOwnMoney, Wait(1_790), GiveUp], Refunded),
    all("changes the way", &[PayOwnMoney, Wait(800), Settle(PersonalAccount), PayOwnMoney, GoPay], Settled),
    all("never comes", &[], Closed),
    all("takes the payment back", &[PayOwnMoney, Withdraw, Wait(15), PayOwnMoney, GoPay], Settled),
    all(
        "takes it back and goes to the insurer",
        &[PayOwnMoney, Withdraw, Wait(15), Settle(PersonalAccount), PayOwnMoney, GoPay],
        Settled,
    ),
    all(
        "takes it back half paid",
        &[Settle(PersonalAccount), PayOwnMoney, Withdraw, GoPay, Wait(15), PayOwnMoney, GoPay],
        Settled,
    ),
    of(Purses::NothingLeft, "has nothing left to pay", &[Settle(PersonalAccount)], Settled),
    of(
        Purses::NothingLeft,
        "has nothing left to pay, and cancels",
        &[Settle(PersonalAccount), Wait(60), Cancel],
        Refunded,
    ),
    of(Purses::NoAccount, "has nothing in the account", &[Settle(PersonalAccount), PayOwnMoney, GoPay], Settled),
    of(
        Purses::NoFund,
        "pays without the fund",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay, Wait(60), Cancel],
        Refunded,
    ),
    of(Purses::AccountOnly, "pays by the account only", &[Settle(PersonalAccount), Wait(60), Cancel], Refunded),
    of(
        Purses::Neither,
        "is helped by nobody",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay, Wait(60), Cancel],
        Refunded,
    ),
    when(
        &[(Fault::FalseRefusal, 1)],
        "pays all, and is settled after all",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay],
        Settled,
    ),
    when(
        &[(Fault::FalseRefusal, 1), (Fault::Refused, 4)],
        "pays all, is settled after all, and the void is refused",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay],
        Settled,
    ),
    when(&[(Fault::FalseRefusal, 1)], "leaves, and is settled after all", &[Settle(PersonalAccount)], Refunded),
    when(&[(Fault::Outage, 2)], "gives up what was not sent", &[Settle(PersonalAccount), GiveUp], Closed),
    when(&[(Fault::InFlight, 1)], "gives up as the money lands", &[PayOwnMoney, GoPay, Wait(21), GiveUp], Refunded),
    when(&[(Fault::InFlightLong, 1)], "gives up, and pays later", &[PayOwnMoney, GoPay, GiveUp], Refunded),
    when(
        &[(Fault::FalseRefusal, 1)],
        "is settled after all, and asks again",
        &[Settle(PersonalAccount), Wait(20), Settle(PersonalAccount), PayOwnMoney, GoPay],
        Settled,
    ),
    when(
        &[(Fault::RefundAbnormal, 1)],
        "cancels, and the account does not take it",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay, Wait(60), Cancel],
        Refunded,
    ),
    when(
        &[(Fault::RefundClosed, 1)],
        "cancels, and the refund is closed",
        &[Settle(PersonalAccount), PayOwnMoney, GoPay, Wait(60), Cancel],
        Refunded,
    ),
    when(
        &[(Fault::UnsignedRefusal, 1)],
        "is turned away at the channel, and asks again",
        &[Settle(PersonalAccount), PayOwnMoney, Wait(15), PayOwnMoney, GoPay],
        Settled,
    ),
    when(
        &[(Fault::UnsignedRefusal, 1), (Fault::Unsigned, 1)],
        "is turned away, nobody signs anything, and gives up",
        &[Settle(PersonalAccount), PayOwnMoney, Wait(15), GiveUp],
        Refunded,
    ),
    when(&[(Fault::UnsignedLie, 1)], "pays what was refused by somebody", &[PayOwnMoney, Wait(15), GoPay], Settled),
];
