//! The partners' truth, in memory: one visit at the insurer, one channel.

mod steer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Clock, Fen, ManualClock, Moment};
use platform::Ctx;
use tokio::sync::Notify;

use crate::ports::{
    Care, Channel, ChannelError, ChannelState, CloseAnswer, CoveredPerson, Giving, Notice, NoticeRefusal, Offer,
    PortError, Presettled, Recipient, RefundState, Refusal, Registered, RegisteredVisit, SettleError, Settled,
    SettlementFacts, Settlements, Split, Undone, Unsigned,
};

/// A refund, and what has become of it.
#[derive(Debug, Clone)]
struct Refund {
    amount: Fen,
    state: RefundState,
}

#[derive(Default)]
struct Truth {
    account: i64,
    settled: BTreeMap<String, Settled>,
    payments: BTreeMap<String, (Fen, &'static str)>,
    refunds: BTreeMap<String, Refund>,
    /// When buyers paid.
    paid_at: Option<Moment>,
    /// What becomes of refunds that begin from now on.
    refunds_end: RefundsEnd,
    /// After so many calls the channel does not know who asks: it refuses everything, and signs nothing of that.
    knows_for: Option<u32>,
    /// It refuses our signatures, in nobody's name.
    refuses_signatures: bool,
    /// So many cards that an abnormal refund is sent to take it no more than the account before.
    wrong_cards: u32,
    /// The insurer refuses to settle, as this.
    refuse_settle: Option<Refusal>,
    /// So many offers are refused under the channel's signature, once nothing is lost any more.
    refuse_offers: u32,
    /// Every call takes so long.
    slow_secs: i64,
    /// What was asked for.
    calls: Vec<&'static str>,
    lose_answers: u32,
    lose_requests: u32,
    /// The insurer does not see what it has settled: it answers nothing, finds nothing, takes nothing back.
    unseen: bool,
    /// What is settled is answered only when somebody lets it.
    gate: Option<Arc<Notify>>,
    number: u32,
}

/// What becomes of a refund.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum RefundsEnd {
    #[default]
    Done,
    Abnormal,
    Closed,
}

/// Both partners.
pub(crate) struct World {
    truth: Mutex<Truth>,
    clock: Arc<ManualClock>,
}

impl World {
    pub(crate) fn new(clock: Arc<ManualClock>) -> World {
        World { truth: Mutex::new(Truth { account: 100_000, ..Truth::default() }), clock }
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request is lost on its way; then whether its answer is.
    fn arrives(&self, name: &'static str) -> Result<(), PortError> {
        let slow = {
            let mut truth = self.truth();
            truth.calls.push(name);
            truth.slow_secs
        };
        self.clock.advance_secs(slow);
        let mut truth = self.truth();
        if truth.lose_requests > 0 {
            truth.lose_requests -= 1;
            return Err(PortError::Unknown("no answer in time".into()));
        }
        Ok(())
    }

    /// The same at the channel, which may not know who asks.
    fn admits(&self, name: &'static str) -> Result<(), ChannelError> {
        self.arrives(name)?;
        self.signed()?;
        match self.knows_us() {
            false => Err(ChannelError::Unsigned { what: Unsigned::Other, says: "PARAM_ERROR".into() }),
            true => Ok(()),
        }
    }

    fn signed(&self) -> Result<(), ChannelError> {
        match self.truth().refuses_signatures {
            true => Err(ChannelError::Unsigned { what: Unsigned::Signature, says: "SIGN_ERROR".into() }),
            false => Ok(()),
        }
    }

    fn knows_us(&self) -> bool {
        let mut truth = self.truth();
        let knows = truth.knows_for != Some(0);
        truth.knows_for = truth.knows_for.map(|calls| calls.saturating_sub(1));
        knows
    }

    fn answer<T>(&self, answer: T) -> Result<T, PortError> {
        let mut truth = self.truth();
        if truth.lose_answers > 0 {
            truth.lose_answers -= 1;
            return Err(PortError::Unknown("no answer in time".into()));
        }
        Ok(answer)
    }

    fn split(&self, total: Fen, use_personal_account: bool) -> Split {
        let fund = 800;
        let account = if use_personal_account { self.truth().account.min(1_200) } else { 0 };
        Split {
            fund: Fen::new(fund),
            personal_account: Fen::new(account),
            other: Fen::ZERO,
            cash: Fen::new(total.get() - fund - account),
        }
    }
}

#[async_trait]
impl Settlements for World {
    fn number(&self, _: &Ctx) -> String {
        let mut truth = self.truth();
        truth.number += 1;
        format!("H32040000001{:018}", truth.number)
    }

    async fn register(&self, _: &Ctx, _: &CoveredPerson, _: &Care) -> Result<Registered, SettleError> {
        Ok(Registered { mdtrt_id: "m1".into(), batch_no: "b1".into() })
    }

    async fn unregister(&self, _: &Ctx, _: &CoveredPerson, _: &Care, _: &Registered) -> Result<(), SettleError> {
        self.arrives("unregister")?;
        Ok(())
    }

    async fn presettle(&self, _: &Ctx, visit: &RegisteredVisit) -> Result<Presettled, SettleError> {
        self.arrives("presettle")?;
        let split = self.split(visit.care.total, visit.use_personal_account);
        Ok(Presettled { split, balance: None, echo: [Fen::ZERO; 4] })
    }

    async fn settle(
        &self,
        _: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        _: &Presettled,
    ) -> Result<Settled, SettleError> {
        self.arrives("settle")?;
        if let Some(what) = self.truth().refuse_settle {
            return Err(SettleError::Refused { what, says: "infcode -1".to_owned() });
        }
        let split = self.split(visit.care.total, visit.use_personal_account);
        let facts = SettlementFacts {
            settled_at: Some(self.clock.now().minus_secs(2)),
            clr_optins: Some("320400".into()),
            clr_type: Some("11".into()),
            clr_way: Some("1".into()),
            medins_setl_id: Some(number.into()),
        };
        let setl_id = format!("s{number}");
        let settled = Settled { setl_id, number: Some(number.into()), split, balance: None, facts };
        {
            let mut truth = self.truth();
            if truth.settled.insert(number.to_owned(), settled.clone()).is_none() {
                truth.account -= split.personal_account.get();
            }
        }
        if self.truth().unseen {
            return Err(PortError::Unknown("no answer in time".into()).into());
        }
        let gate = self.truth().gate.clone();
        if let Some(gate) = gate {
            gate.notified().await;
        }
        Ok(self.answer(settled)?)
    }

    async fn settled(&self, _: &Ctx, _: &RegisteredVisit) -> Result<Option<Settled>, SettleError> {
        self.arrives("settled")?;
        let unseen = self.truth().unseen || self.truth().gate.is_some();
        let found = self.truth().settled.values().next().cloned().filter(|_| !unseen);
        Ok(self.answer(found)?)
    }

    async fn reverse(&self, _: &Ctx, _: &RegisteredVisit, number: &str) -> Result<(), SettleError> {
        self.arrives("reverse")?;
        if !self.truth().unseen {
            self.truth().settled.remove(number);
        }
        Ok(self.answer(())?)
    }

    async fn void(&self, _: &Ctx, _: &str, _: &RegisteredVisit, setl_id: &str) -> Result<Undone, SettleError> {
        self.arrives("void")?;
        self.truth().settled.retain(|_, one| one.setl_id != setl_id);
        Ok(self.answer(Undone::default())?)
    }
}

#[async_trait]
impl Channel for World {
    fn gives_links_to(&self, _: &str) -> bool {
        true
    }

    async fn offer(&self, _: &Ctx, offer: &Offer) -> Result<String, ChannelError> {
        self.admits("offer")?;
        if self.truth().lose_answers == 0 && self.truth().refuse_offers > 0 {
            self.truth().refuse_offers -= 1;
            return Err(PortError::Refused("FREQUENCY_LIMITED".into()).into());
        }
        self.truth().payments.entry(offer.number.clone()).or_insert((offer.amount, "open"));
        Ok(self.answer("weixin://wxpay/bizpayurl?pr=1".to_owned())?)
    }

    async fn query(&self, _: &Ctx, number: &str) -> Result<ChannelState, ChannelError> {
        self.arrives("query")?;
        self.signed()?;
        let signed = self.knows_us();
        let found = self.truth().payments.get(number).copied();
        Ok(self.answer(match found.filter(|_| signed) {
            None => ChannelState::NotFound { signed },
            Some((amount, "paid")) => {
                let paid_at = self.truth().paid_at.unwrap_or(self.clock.now());
                ChannelState::Paid { channel_no: format!("4200{number}"), amount, paid_at }
            }
            Some((_, "closed" | "landing")) => ChannelState::Closed,
            Some(_) => ChannelState::Open,
        })?)
    }

    async fn close(&self, _: &Ctx, number: &str) -> Result<CloseAnswer, ChannelError> {
        self.arrives("close")?;
        // In whose name it says that it knows no such payment is not told apart: it is asked again in any case.
        let knows = self.knows_us();
        let answer = match self.truth().payments.get_mut(number).filter(|_| knows) {
            None => CloseAnswer::NotFound,
            Some((_, "paid")) => CloseAnswer::Paid,
            Some((_, state)) => {
                *state = if *state == "flying" { "landing" } else { "closed" };
                CloseAnswer::Closed
            }
        };
        Ok(self.answer(answer)?)
    }

    async fn refund(&self, _: &Ctx, giving: &Giving) -> Result<RefundState, ChannelError> {
        self.admits("refund")?;
        let (channel_no, amount) = (format!("5030{}", giving.number), giving.amount);
        {
            let mut truth = self.truth();
            let done_at = Some(self.clock.now());
            let no = channel_no.clone();
            let state = match truth.refunds_end {
                RefundsEnd::Done => RefundState::Done { channel_no: no, amount, done_at },
                RefundsEnd::Abnormal => RefundState::Abnormal { channel_no: no },
                RefundsEnd::Closed => RefundState::Closed { channel_no: no, why: "CLOSED" },
            };
            truth.refunds.entry(giving.number.clone()).or_insert(Refund { amount, state });
        }
        Ok(self.answer(RefundState::Processing { channel_no })?)
    }

    async fn refund_state(&self, _: &Ctx, number: &str) -> Result<RefundState, ChannelError> {
        self.admits("refund_state")?;
        let found = self.truth().refunds.get(number).map(|one| one.state.clone());
        Ok(self.answer(found.unwrap_or(RefundState::NotFound))?)
    }

    async fn redirect_refund(
        &self,
        _: &Ctx,
        number: &str,
        channel_no: &str,
        to: &Recipient,
    ) -> Result<RefundState, ChannelError> {
        self.admits("redirect_refund")?;
        let channel_no = channel_no.to_owned();
        {
            let Truth { refunds, wrong_cards, .. } = &mut *self.truth();
            let done_at = Some(self.clock.now());
            let refused = || PortError::Refused("RESOURCE_NOT_EXISTS".into());
            let one = refunds.get_mut(number).ok_or_else(refused)?;
            if *wrong_cards > 0 {
                *wrong_cards -= 1;
            } else if matches!(one.state, RefundState::Abnormal { .. }) {
                one.state = match to {
                    Recipient::Buyer { .. } => {
                        RefundState::Done { channel_no: channel_no.clone(), amount: one.amount, done_at }
                    }
                    Recipient::Merchant => RefundState::Closed { channel_no: channel_no.clone(), why: "TO_MERCHANT" },
                };
            }
        }
        Ok(self.answer(RefundState::Processing { channel_no })?)
    }

    async fn learn_key(&self, _: &Ctx, _: &str) -> bool {
        false
    }

    fn notice(&self, _: &Ctx, _: &HeaderMap, _: &[u8]) -> Result<Notice, NoticeRefusal> {
        Err(NoticeRefusal::NotBelieved("none is sent here".into()))
    }
}
