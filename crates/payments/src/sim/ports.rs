//! The simulated partners behind the traits that the real adapters implement.

use std::sync::Mutex;
use std::sync::PoisonError;

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Fen, Moment};
use platform::Ctx;

use super::messages::{Call, News, NewsOf, Reply};
use super::waiting::call;
use super::world::Shared;
use crate::attempts::AttemptId;
use crate::ports::{
    About, Care, Channel, ChannelError, ChannelState, CloseAnswer, CoveredPerson, Giving, Notice, NoticeRefusal, Offer,
    PortError, Presettled, Recipient, RefundState, Registered, RegisteredVisit, SettleError, Settled, Settlements,
    Undone, Unsigned,
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

    /// Asks with the lease that the context carries; pages and desks have none.
    async fn ask(&self, leased_until: Option<Moment>, question: Call) -> Result<Reply, ChannelError> {
        match call(&self.world, question, leased_until).await {
            Reply::NotSent => Err(PortError::NotSent("not sent".to_owned()).into()),
            Reply::Nothing => Err(PortError::Unknown("no answer".to_owned()).into()),
            Reply::Refused(why) => Err(PortError::Refused(why).into()),
            Reply::Unsigned => Err(ChannelError::Unsigned { what: Unsigned::Other, says: "PARAM_ERROR".to_owned() }),
            other => Ok(other),
        }
    }

    async fn ask_insurer(&self, leased_until: Option<Moment>, question: Call) -> Result<Reply, PortError> {
        self.ask(leased_until, question).await.map_err(|error| match error {
            ChannelError::Port(error) => error,
            other => PortError::Unknown(other.to_string()),
        })
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

    async fn register(&self, _: &Ctx, _: &CoveredPerson, care: &Care) -> Result<Registered, SettleError> {
        Ok(Registered { mdtrt_id: care.visit_no.clone(), batch_no: "1".to_owned() })
    }

    async fn unregister(&self, _: &Ctx, _: &CoveredPerson, _: &Care, _: &Registered) -> Result<(), SettleError> {
        Ok(())
    }

    async fn presettle(&self, _: &Ctx, visit: &RegisteredVisit) -> Result<Presettled, SettleError> {
        match self.ask_insurer(None, Call::Presettle { use_personal_account: visit.use_personal_account }).await? {
            Reply::Advice(split) => Ok(Presettled { split, balance: None, echo: [Fen::ZERO; 4] }),
            other => Err(odd(&other).into()),
        }
    }

    async fn settle(
        &self,
        ctx: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        _: &Presettled,
    ) -> Result<Settled, SettleError> {
        let number = number.to_owned();
        let reply = self
            .ask_insurer(ctx.not_after, Call::Settle { number, use_personal_account: visit.use_personal_account })
            .await?;
        settled(reply)?.ok_or_else(|| PortError::Unknown("no settlement".to_owned()).into())
    }

    async fn settled(&self, ctx: &Ctx, visit: &RegisteredVisit) -> Result<Option<Settled>, SettleError> {
        let number = visit.registered.mdtrt_id.clone();
        settled(self.ask_insurer(ctx.not_after, Call::Settled { number }).await?)
    }

    async fn reverse(&self, ctx: &Ctx, _: &RegisteredVisit, number: &str) -> Result<(), SettleError> {
        self.ask_insurer(ctx.not_after, Call::Reverse { number: number.to_owned() }).await?;
        Ok(())
    }

    async fn void(&self, ctx: &Ctx, number: &str, _: &RegisteredVisit, setl_id: &str) -> Result<Undone, SettleError> {
        self.ask_insurer(ctx.not_after, Call::Void { number: number.to_owned(), setl_id: setl_id.to_owned() }).await?;
        Ok(Undone::default())
    }
}

#[async_trait]
impl Channel for Partners {
    fn gives_links_to(&self, _: &str) -> bool {
        true
    }

    async fn offer(&self, ctx: &Ctx, offer: &Offer) -> Result<String, ChannelError> {
        let Offer { number, amount, expires_at, .. } = offer.clone();
        self.ask(ctx.not_after, Call::Offer { number, amount, expires_at }).await?;
        Ok("weixin://wxpay/bizpayurl?pr=1".to_owned())
    }

    async fn query(&self, ctx: &Ctx, number: &str) -> Result<ChannelState, ChannelError> {
        match self.ask(ctx.not_after, Call::Query { number: number.to_owned() }).await? {
            Reply::State(state) => Ok(state),
            other => Err(odd(&other).into()),
        }
    }

    async fn close(&self, ctx: &Ctx, number: &str) -> Result<CloseAnswer, ChannelError> {
        match self.ask(ctx.not_after, Call::Close { number: number.to_owned() }).await? {
            Reply::Closing(answer) => Ok(answer),
            other => Err(odd(&other).into()),
        }
    }

    async fn refund(&self, ctx: &Ctx, giving: &Giving) -> Result<RefundState, ChannelError> {
        let Giving { number, payment_number: payment, amount, .. } = giving.clone();
        match self.ask(ctx.not_after, Call::Refund { number, payment, amount }).await? {
            Reply::Back(state) => Ok(state),
            other => Err(odd(&other).into()),
        }
    }

    async fn refund_state(&self, ctx: &Ctx, number: &str) -> Result<RefundState, ChannelError> {
        match self.ask(ctx.not_after, Call::RefundState { number: number.to_owned() }).await? {
            Reply::Back(state) => Ok(state),
            other => Err(odd(&other).into()),
        }
    }

    async fn redirect_refund(
        &self,
        _: &Ctx,
        number: &str,
        _: &str,
        to: &Recipient,
    ) -> Result<RefundState, ChannelError> {
        let (number, to_merchant) = (number.to_owned(), matches!(to, Recipient::Merchant));
        match self.ask(None, Call::Redirect { number, to_merchant }).await? {
            Reply::Back(state) => Ok(state),
            other => Err(odd(&other).into()),
        }
    }

    async fn learn_key(&self, _: &Ctx, _: &str) -> bool {
        false
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
