//! The partners' truth: what the insurer has settled and what the channel holds, by our numbers. They keep their
//! word as their documents say it; what goes wrong on the way is the world's.

use kernel::{Fen, Moment};

use crate::ports::{ChannelState, CloseAnswer, RefundState, Settled, SettlementFacts, Split};

/// A settlement of the one visit.
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    pub(super) number: String,
    setl_id: String,
    split: Split,
    pub(super) in_force: bool,
}

/// The insurer, as far as it concerns one visit of one person.
#[derive(Debug, Clone)]
pub(super) struct Insurer {
    pub(super) total: Fen,
    /// What the pooled fund bears.
    pub(super) fund: Fen,
    /// The personal account.
    pub(super) balance: Fen,
    pub(super) settled: Vec<Settlement>,
    voids: Vec<String>,
}

/// What an insurer's act came to.
pub(super) type Acted<T> = Result<T, String>;

impl Insurer {
    pub(super) fn new(total: Fen, fund: Fen, balance: Fen) -> Insurer {
        Insurer { total, fund, balance, settled: Vec::new(), voids: Vec::new() }
    }

    /// From which purse how much, as things stand (2206).
    pub(super) fn advice(&self, use_personal_account: bool) -> Split {
        let rest = self.total.checked_sub(self.fund).unwrap_or(Fen::ZERO);
        let personal_account = if use_personal_account { rest.min(self.balance) } else { Fen::ZERO };
        let cash = rest.checked_sub(personal_account).unwrap_or(Fen::ZERO);
        Split { fund: self.fund, personal_account, other: Fen::ZERO, cash }
    }

    fn told(one: &Settlement) -> Settled {
        let facts = SettlementFacts::default();
        Settled {
            setl_id: one.setl_id.clone(),
            number: Some(one.number.clone()),
            split: one.split,
            balance: None,
            facts,
        }
    }

    /// 2207: the number again is answered as before; a visit has one settlement at a time.
    pub(super) fn settle(&mut self, number: &str, use_personal_account: bool) -> Acted<Settled> {
        if let Some(one) = self.settled.iter().find(|one| one.number == number && one.in_force) {
            return Ok(Insurer::told(one));
        }
        if self.settled.iter().any(|one| one.in_force) {
            return Err("settled before".to_owned());
        }
        let split = self.advice(use_personal_account);
        self.balance = self.balance.checked_sub(split.personal_account).unwrap_or(Fen::ZERO);
        let setl_id = format!("S{}-{number}", self.settled.len() + 1);
        let one = Settlement { number: number.to_owned(), setl_id, split, in_force: true };
        let told = Insurer::told(&one);
        self.settled.push(one);
        Ok(told)
    }

    /// 5203.
    pub(super) fn in_force(&self) -> Option<Settled> {
        self.settled.iter().find(|one| one.in_force).map(Insurer::told)
    }

    /// 2601: done also when there is nothing.
    pub(super) fn reverse(&mut self, number: &str) {
        let found = self.settled.iter().position(|one| one.number == number && one.in_force);
        self.undo(found);
    }

    /// 2208: the number again is answered as before.
    pub(super) fn void(&mut self, number: &str, setl_id: &str) -> Acted<()> {
        if self.voids.iter().any(|done| done == number) {
            return Ok(());
        }
        let found = self.settled.iter().position(|one| one.setl_id == setl_id && one.in_force);
        if found.is_none() {
            return Err("not in force".to_owned());
        }
        self.undo(found);
        self.voids.push(number.to_owned());
        Ok(())
    }

    fn undo(&mut self, found: Option<usize>) {
        if let Some(one) = found.and_then(|at| self.settled.get_mut(at)) {
            one.in_force = false;
            let back = one.split.personal_account;
            self.balance = self.balance.checked_add(back).unwrap_or(self.balance);
        }
    }

    /// What it has paid for this visit and not taken back.
    pub(super) fn held(&self) -> Fen {
        Fen::sum(self.settled.iter().filter(|one| one.in_force).filter_map(|one| one.split.insured()))
            .unwrap_or(Fen::ZERO)
    }
}

/// A payment as the channel knows it.
#[derive(Debug, Clone)]
pub(super) struct Trade {
    pub(super) number: String,
    amount: Fen,
    expires_at: Moment,
    pub(super) paid: Option<Fen>,
    pub(super) closed: bool,
    /// The buyer has paid, and the channel does not know yet.
    pub(super) under_way: Option<Fen>,
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    Processing,
    /// The buyer has it.
    Done,
    /// The buyer's account does not take it: the channel keeps it until somebody says where to.
    Abnormal,
    /// Nothing went back, and nothing will under this number.
    Closed,
    /// It was done, and went to the merchant's own account.
    Merchant,
}

/// A refund as the channel knows it.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) number: String,
    payment: String,
    amount: Fen,
    pub(super) state: Back,
    /// Somebody has said that it goes to the merchant.
    to_merchant: bool,
}

/// The channel, as far as it concerns one order.
#[derive(Debug, Clone, Default)]
pub(super) struct Channel {
    pub(super) trades: Vec<Trade>,
    pub(super) refunds: Vec<Refund>,
}

impl Channel {
    pub(super) fn offer(&mut self, number: &str, amount: Fen, expires_at: Moment) -> Acted<()> {
        match self.trade(number) {
            Some(trade) if trade.closed => Err("closed".to_owned()),
            Some(trade) if trade.paid.is_some() => Err("paid".to_owned()),
            Some(trade) if trade.amount != amount || trade.expires_at != expires_at => Err("other terms".to_owned()),
            Some(_) => Ok(()),
            None => {
                let number = number.to_owned();
                self.trades.push(Trade { number, amount, expires_at, paid: None, closed: false, under_way: None });
                Ok(())
            }
        }
    }

    pub(super) fn trade(&mut self, number: &str) -> Option<&mut Trade> {
        self.trades.iter_mut().find(|one| one.number == number)
    }

    pub(super) fn query(&mut self, number: &str, now: Moment) -> ChannelState {
        match self.trade(number) {
            None => ChannelState::NotFound { signed: true },
            Some(Trade { paid: Some(amount), .. }) => {
                ChannelState::Paid { channel_no: format!("T{number}"), amount: *amount, paid_at: now }
            }
            Some(trade) if trade.closed => ChannelState::Closed,
            Some(_) => ChannelState::Open,
        }
    }

    pub(super) fn close(&mut self, number: &str) -> CloseAnswer {
        match self.trade(number) {
            None => CloseAnswer::NotFound,
            Some(trade) if trade.paid.is_some() => CloseAnswer::Paid,
            Some(trade) => {
                trade.closed = true;
                CloseAnswer::Closed
            }
        }
    }

    /// The buyer confirms at the cashier; false when the channel takes nothing any more.
    pub(super) fn buyer_pays(&mut self, number: &str, amount: Option<Fen>, now: Moment) -> bool {
        let Some(trade) = self.trade(number) else { return false };
        if trade.closed || trade.paid.is_some() || trade.under_way.is_some() || now >= trade.expires_at {
            return false;
        }
        trade.under_way = Some(amount.unwrap_or(trade.amount));
        true
    }

    /// What was under way has arrived, closed or not.
    pub(super) fn land(&mut self, number: &str) {
        if let Some(trade) = self.trade(number) {
            trade.paid = trade.under_way.take().or(trade.paid);
        }
    }

    /// Takes a refund on; whether it begins. The number again is answered by where it stands, whatever that is: what is
    /// abnormal or closed is not begun anew by it.
    pub(super) fn refund(&mut self, number: &str, payment: &str, amount: Fen) -> Acted<bool> {
        if self.refunds.iter().any(|one| one.number == number) {
            return Ok(false);
        }
        let paid = self.trade(payment).and_then(|trade| trade.paid).ok_or("not paid")?;
        let given = self.refunds.iter().filter(|one| one.payment == payment && one.state != Back::Closed);
        let given = Fen::sum(given.map(|one| one.amount)).unwrap_or(Fen::ZERO);
        if given.checked_add(amount).is_none_or(|sum| sum > paid) {
            return Err("more than was paid".to_owned());
        }
        let (number, payment) = (number.to_owned(), payment.to_owned());
        self.refunds.push(Refund { number, payment, amount, state: Back::Processing, to_merchant: false });
        Ok(true)
    }

    /// Says where an abnormal refund goes; whether it begins anew by that.
    pub(super) fn redirect(&mut self, number: &str, to_merchant: bool) -> Acted<bool> {
        let found = self.refunds.iter_mut().find(|one| one.number == number);
        let one = found.ok_or("no such refund")?;
        let begins = one.state == Back::Abnormal;
        if begins {
            (one.state, one.to_merchant) = (Back::Processing, to_merchant);
        }
        Ok(begins)
    }

    pub(super) fn refund_state(&self, number: &str, now: Moment) -> RefundState {
        let Some(one) = self.refunds.iter().find(|one| one.number == number) else { return RefundState::NotFound };
        let channel_no = format!("R{number}");
        match one.state {
            Back::Processing => RefundState::Processing { channel_no },
            Back::Done => RefundState::Done { channel_no, amount: one.amount, done_at: Some(now) },
            Back::Abnormal => RefundState::Abnormal { channel_no },
            Back::Closed => RefundState::Closed { channel_no, why: "CLOSED" },
            Back::Merchant => RefundState::Closed { channel_no, why: "TO_MERCHANT" },
        }
    }

    pub(super) fn refund_ends(&mut self, number: &str, state: Back) {
        let found = self.refunds.iter_mut().find(|one| one.number == number && one.state == Back::Processing);
        if let Some(one) = found {
            one.state = if one.to_merchant && state == Back::Done { Back::Merchant } else { state };
        }
    }

    /// What buyers have paid and not got back.
    pub(super) fn held(&self) -> Fen {
        let sum = |amounts: &mut dyn Iterator<Item = Fen>| Fen::sum(amounts).unwrap_or(Fen::ZERO);
        let paid = sum(&mut self.trades.iter().filter_map(|one| one.paid));
        let back = sum(&mut self.refunds.iter().filter(|one| one.state == Back::Done).map(|one| one.amount));
        paid.checked_sub(back).unwrap_or(Fen::new(-1))
    }
}
