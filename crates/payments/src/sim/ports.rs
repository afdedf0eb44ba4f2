//! The simulated partners behind the traits that the real adapters implement.

use std::sync::Mutex;
use std::sync::PoisonError;

use async_trait::async_trait;
use http::HeaderMap;
use kernel::Fen;
use platform::Ctx;

use super::messages::{Call, News, NewsOf, Reply};
use super::waiting::call;
use super::world::Shared;
use crate::attempts::AttemptId;
use crate::ports::{
    About, Care, Channel, ChannelState, CloseAnswer, Giving, Insured, Notice, NoticeRefusal, Offer, PortError,
    Presettled, RefundState, Registered, SettleError, Settled, Settlements, Undone, Visit,
};

/// Both partners of one run.
pub(super) struct Partners {
    world: Shared,
    /// The notice that is being received: its signature and seal are the adapter's, and proven there.
    post: Mutex<Option<(String, News)>>,
}

impl Partners {
    pub(super) fn of(world: &Shared) -> Partners {
        Partners { world: Shared::clone(world), post: Mutex::new(None) }
    }

    /// Lays a notice where [`Channel::notice`] finds it.
    pub(super) fn deliver(&self, event_id: String, news: News) {
        *self.post.lock().unwrap_or_else(PoisonError::into_inner) = Some((event_id, news));
    }

    async fn ask(&self, question: Call) -> Result<Reply, PortError> {
        let worker = !matches!(question, Call::Presettle { .. });
        match call(&self.world, question, worker).await {
            Reply::NotSent => Err(PortError::NotSent("not sent".to_owned())),
            Reply::Nothing => Err(PortError::Unknown("no answer".to_owned())),
            Reply::Refused(why) => Err(PortError::Refused(why)),
            other => Ok(other),
        }
    }
}

/// What no partner of the simulation answers to this question.
fn odd(reply: &Reply) -> PortError {
    PortError::Unknown(format!("{reply:?}"))
}

fn settled(reply: Reply) -> Result<Option<Settled>, SettleError> {
    match reply {
        Reply::Settled(settled) => Ok(settled),
        Reply::Odd => Err(SettleError::Amounts("odd amounts".to_owned())),
        other => Err(odd(&other).into()),
    }
}

#[async_trait]
impl Settlements for Partners {
    fn number(&self, ctx: &Ctx) -> String {
        ctx.id::<AttemptId>().as_str().to_owned()
    }

    async fn register(&self, _: &Ctx, _: &Insured, care: &Care) -> Result<Registered, SettleError> {
        Ok(Registered { mdtrt_id: care.visit_no.clone(), batch_no: "1".to_owned() })
    }

    async fn unregister(&self, _: &Ctx, _: &Insured, _: &Care, _: &Registered) -> Result<(), SettleError> {
        Ok(())
    }

    async fn presettle(&self, _: &Ctx, visit: &Visit) -> Result<Presettled, SettleError> {
        match self.ask(Call::Presettle { use_account: visit.use_account }).await? {
            Reply::Advice(split) => Ok(Presettled { split, balance: None, echo: [Fen::ZERO; 4] }),
            other => Err(odd(&other).into()),
        }
    }

    async fn settle(&self, _: &Ctx, number: &str, visit: &Visit, _: &Presettled) -> Result<Settled, SettleError> {
        let number = number.to_owned();
        let reply = self.ask(Call::Settle { number, use_account: visit.use_account }).await?;
        settled(reply)?.ok_or_else(|| PortError::Unknown("no settlement".to_owned()).into())
    }

    async fn settled(&self, _: &Ctx, visit: &Visit) -> Result<Option<Settled>, SettleError> {
        let number = visit.registered.mdtrt_id.clone();
        settled(self.ask(Call::Settled { number }).await?)
    }

    async fn reverse(&self, _: &Ctx, _: &Visit, number: &str) -> Result<(), SettleError> {
        self.ask(Call::Reverse { number: number.to_owned() }).await?;
        Ok(())
    }

    async fn void(&self, _: &Ctx, number: &str, _: &Visit, setl_id: &str) -> Result<Undone, SettleError> {
        self.ask(Call::Void { number: number.to_owned(), setl_id: setl_id.to_owned() }).await?;
        Ok(Undone::default())
    }
}

#[async_trait]
impl Channel for Partners {
    async fn offer(&self, _: &Ctx, offer: &Offer) -> Result<String, PortError> {
        let Offer { number, amount, expires_at, .. } = offer.clone();
        self.ask(Call::Offer { number, amount, expires_at }).await?;
        Ok("weixin://wxpay/bizpayurl?pr=1".to_owned())
    }

    async fn query(&self, _: &Ctx, number: &str) -> Result<ChannelState, PortError> {
        match self.ask(Call::Query { number: number.to_owned() }).await? {
            Reply::State(state) => Ok(state),
            other => Err(odd(&other)),
        }
    }

    async fn close(&self, _: &Ctx, number: &str) -> Result<CloseAnswer, PortError> {
        match self.ask(Call::Close { number: number.to_owned() }).await? {
            Reply::Closing(answer) => Ok(answer),
            other => Err(odd(&other)),
        }
    }

    async fn refund(&self, _: &Ctx, giving: &Giving) -> Result<RefundState, PortError> {
        let Giving { number, payment_number: payment, amount, .. } = giving.clone();
        match self.ask(Call::Refund { number, payment, amount }).await? {
            Reply::Back(state) => Ok(state),
            other => Err(odd(&other)),
        }
    }

    async fn refund_state(&self, _: &Ctx, number: &str) -> Result<RefundState, PortError> {
        match self.ask(Call::RefundState { number: number.to_owned() }).await? {
            Reply::Back(state) => Ok(state),
            other => Err(odd(&other)),
        }
    }

    fn notice(&self, _: &Ctx, _: &HeaderMap, _: &[u8]) -> Result<Notice, NoticeRefusal> {
        let post = self.post.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (event_id, news) = post.ok_or_else(|| NoticeRefusal::NotBelieved("nothing was delivered".to_owned()))?;
        let number = news.number;
        let about = match news.about {
            NewsOf::Payment(state) => About::Payment { number, state },
            NewsOf::Refund(state) => About::Refund { number, state },
        };
        Ok(Notice { event_id, about })
    }
}
