//! The driver over the desk in memory, step for step as `orders::drive`, and the pages of the same order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{Fen, Moment};

use super::desk::Desk;
use super::faults::Fault;
use super::house::{Doing, House, No, Seen, Shop, Shown, Stands, in_one_life};
use super::judge::{Snapshot, waits_for_a_person};
use super::messages::{Call, News, NewsOf, Reply};
use super::planted::{Bug, bug};
use super::waiting::call;
use super::world::{Shared, held};
use crate::Way;
use crate::attempts::hear::{Act, Heard, may_reverse};
use crate::attempts::model::{Kind, State};
use crate::orders::act::all_say_so;
use crate::orders::model::{Cause, Next, next};
use crate::ports::{ChannelState, Split, Undone, Unsigned};

/// Steps of one drive.
const STEPS_MOST: usize = 24;

/// The service over an order in memory.
#[derive(Clone)]
pub(super) struct Pure {
    pub(super) world: Shared,
    pub(super) desk: Arc<Mutex<Desk>>,
}

impl Pure {
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        held(&self.world).now()
    }

    /// One closure, committed; the process may die before or after.
    fn commit<T>(&self, body: impl FnOnce(&mut Desk, Moment) -> T) -> Result<T, No> {
        let now = {
            let mut world = held(&self.world);
            if world.strikes(Fault::CrashBefore) {
                world.crash();
                return Err(No);
            }
            world.now()
        };
        let done = body(&mut self.desk(), now);
        let mut world = held(&self.world);
        if world.strikes(Fault::CrashAfter) {
            world.crash();
            return Err(No);
        }
        Ok(done)
    }

    /// Drives the order as far as it goes now.
    async fn steps(&self) -> Result<(), No> {
        for _ in 0..STEPS_MOST {
            let order = self.desk().clone();
            let went_on = match next(&order.view, self.now()) {
                Next::Nothing | Next::At(_) => return self.rest(),
                Next::Stop(cause) => self.commit(|desk, now| match next(&desk.view, now) {
                    Next::Stop(still) if still == cause => {
                        desk.stop(cause, now);
                        true
                    }
                    _ => false,
                })?,
                Next::Begin(undo) => self.commit(|desk, now| match next(&desk.view, now) {
                    Next::Begin(still) if still == undo => desk.undo(undo, now),
                    _ => false,
                })?,
                Next::Do(place, Act::Drop) => self.commit(|desk, now| {
                    let still = next(&desk.view, now) == Next::Do(place, Act::Drop);
                    if still {
                        desk.heard((place, Act::Drop), &Heard::Dropped, now);
                    }
                    still
                })?,
                Next::Do(place, act) => self.act_on(place, act).await?,
            };
            if !went_on {
                return Ok(());
            }
        }
        Ok(())
    }

    fn rest(&self) -> Result<(), No> {
        let wanted = match next(&self.desk().view, self.now()) {
            Next::At(at) => Some(at),
            _ => None,
        };
        if self.desk().next_at != wanted {
            self.commit(|desk, now| desk.follow(now))?;
        }
        Ok(())
    }

    async fn act_on(&self, place: usize, act: Act) -> Result<bool, No> {
        let taken = self.commit(|desk, now| {
            let held = desk.clone();
            desk.lease(place, act, now).map(|until| (until, held))
        })?;
        let Some((until, held)) = taken else { return Ok(false) };
        let heard = self.call(&held, place, act, until).await;
        self.commit(|desk, now| desk.unless_overtaken((place, until), act, &heard, now))?;
        Ok(true)
    }

    async fn call(&self, order: &Desk, place: usize, act: Act, until: Moment) -> Heard {
        let (view, row) = (&order.view.attempts[place], &order.rows[place]);
        let number = row.number.clone();
        match (act, view.kind) {
            (Act::Settle, _) => {
                let number = if bug(Bug::NewSettleNumber) { format!("{number}-{}", row.asks) } else { number };
                let asked =
                    self.ask(until, Call::Settle { number, use_personal_account: order.use_personal_account }).await;
                match asked {
                    Reply::Settled(Some(settled)) => Heard::Settled(settled),
                    other => failure(other),
                }
            }
            (Act::AskSettle, _) => self.ask_settlement(order, place, (true, until)).await,
            (Act::Watch, Kind::Settle) => self.ask_settlement(order, place, (false, until)).await,
            (Act::Void, _) => {
                let of = view.of.and_then(|of| order.rows.get(of)).and_then(|row| row.external.clone());
                let Some(setl_id) = of else { return Heard::Nothing("no settlement".to_owned()) };
                match self.ask(until, Call::Void { number, setl_id }).await {
                    Reply::Done => Heard::Voided(Undone::default()),
                    other => failure(other),
                }
            }
            (Act::AskVoid, _) => {
                let of = view.of.and_then(|of| order.rows.get(of)).and_then(|row| row.external.clone());
                match self.ask(until, Call::Settled { number }).await {
                    Reply::Settled(Some(one)) if of.is_none_or(|of| of == one.setl_id) => Heard::Settled(one),
                    Reply::Settled(_) => Heard::NoSettlement,
                    other => question(other),
                }
            }
            (Act::Offer, _) => {
                let expires_at = view.expires_at.unwrap_or(view.due_at);
                match self.ask(until, Call::Offer { number, amount: view.amount, expires_at }).await {
                    Reply::Done => Heard::Offered(String::new()),
                    other => failure(other),
                }
            }
            (Act::AskPay | Act::Watch, _) => self.query(until, number).await,
            (Act::Close, _) => self.close(until, number).await,
            (Act::Refund, _) => {
                let Some(of) = view.of else { return Heard::Nothing("no payment".to_owned()) };
                let number = if bug(Bug::NewRefundNumber) { format!("{number}-{}", row.asks) } else { number };
                let payment = order.rows[of].number.clone();
                match self.ask(until, Call::Refund { number, payment, amount: view.amount }).await {
                    Reply::Back(state) => Heard::Refund(state),
                    other => failure(other),
                }
            }
            (Act::AskRefund, _) => match self.ask(until, Call::RefundState { number }).await {
                Reply::Back(state) => Heard::Refund(state),
                other => question(other),
            },
            (Act::Drop, _) => Heard::Dropped,
        }
    }

    /// Nothing is sent after the lease, also not the second call of an act.
    async fn ask(&self, until: Moment, question: Call) -> Reply {
        if self.now() >= until && !bug(Bug::FenceOff) {
            return Reply::NotSent;
        }
        call(&self.world, question, Some(until)).await
    }

    async fn ask_settlement(&self, order: &Desk, place: usize, (reverses, until): (bool, Moment)) -> Heard {
        let number = order.rows[place].number.clone();
        match self.ask(until, Call::Settled { number: number.clone() }).await {
            Reply::Settled(Some(settled)) if settled.number.as_ref() == Some(&number) => {
                return Heard::Settled(settled);
            }
            Reply::Settled(Some(settled)) => match settled.number.as_deref().and_then(|told| order.sibling(told)) {
                Some(of) if order.view.attempts[of].state != State::Succeeded => return Heard::OfSibling(of, settled),
                Some(_) => {}
                None if !reverses => return Heard::NoSettlement,
                None => return Heard::Mismatch(format!("under another number, {}", settled.setl_id)),
            },
            Reply::Settled(None) => {}
            other => return question(other),
        }
        let held = self.now() < until || bug(Bug::FenceOff);
        if !reverses || !held || !may_reverse(order.view.attempts[place].sent_at, self.now()) {
            return Heard::NoSettlement;
        }
        match self.ask(until, Call::Reverse { number }).await {
            Reply::Done => Heard::Reversed,
            other => question(other),
        }
    }

    async fn query(&self, until: Moment, number: String) -> Heard {
        match self.ask(until, Call::Query { number }).await {
            Reply::State(state) => Heard::Channel(state),
            other => question(other),
        }
    }

    async fn close(&self, until: Moment, number: String) -> Heard {
        let first = match self.query(until, number.clone()).await {
            Heard::Channel(first @ (ChannelState::Open | ChannelState::NotFound { signed: false })) => first,
            settled => return settled,
        };
        if bug(Bug::CloseSkipped) {
            return Heard::Channel(ChannelState::Closed);
        }
        match self.ask(until, Call::Close { number: number.clone() }).await {
            Reply::Closing(_) if bug(Bug::PaidReadAsClosed) => Heard::Channel(ChannelState::Closed),
            Reply::Closing(answer) => all_say_so(&first, Some(answer), self.query(until, number).await),
            Reply::Unsigned => all_say_so(&first, None, self.query(until, number).await),
            other => failure(other),
        }
    }

    fn up(&self) -> Result<(), No> {
        if held(&self.world).is_up() { Ok(()) } else { Err(No) }
    }

    fn button(&self, body: impl FnOnce(&mut Desk, Moment) -> bool) -> Result<(), No> {
        self.up()?;
        if self.commit(body)? { Ok(()) } else { Err(No) }
    }
}

/// What an act's answer means when it is not the good one.
pub(super) fn failure(reply: Reply) -> Heard {
    match reply {
        Reply::NotSent => Heard::NotSent("not sent".to_owned()),
        Reply::Refused(why) => Heard::Refused { what: None, why },
        Reply::Unsigned => Heard::Unsigned { what: Unsigned::Other, says: "PARAM_ERROR".to_owned() },
        Reply::Odd => Heard::Mismatch("odd amounts".to_owned()),
        _ => Heard::Nothing("no answer".to_owned()),
    }
}

/// A question that is refused answers nothing.
fn question(reply: Reply) -> Heard {
    match reply {
        Reply::Unsigned => Heard::Unsigned { what: Unsigned::Other, says: "PARAM_ERROR".to_owned() },
        Reply::Odd => Heard::Mismatch("odd amounts".to_owned()),
        _ => Heard::Nothing("no answer".to_owned()),
    }
}

impl House for Pure {
    async fn look(&self) -> Result<Seen, No> {
        self.up()?;
        let desk = self.desk();
        let mut pays = desk.view.attempts.iter().zip(&desk.rows).filter(|(one, _)| one.kind == Kind::Pay);
        let cashier = pays.rfind(|(one, row)| row.linked && one.state != State::Requested);
        let to_pay = desk.view.own_money_needed().checked_sub(desk.view.paid()).unwrap_or(Fen::ZERO);
        let settled = desk.view.settlement().and_then(|(_, one)| one.split);
        Ok(Seen { state: desk.state, to_pay, settled, cashier: cashier.map(|(_, row)| row.number.clone()) })
    }

    async fn quote(&self, way: Way) -> Result<Shown, No> {
        self.up()?;
        let asked = call(&self.world, Call::Presettle { use_personal_account: way == Way::PersonalAccount }, None);
        match in_one_life(&self.world, asked).await? {
            Reply::Advice(split) => Ok(Shown { way, split }),
            _ => Err(No),
        }
    }

    async fn settle(&self, shown: &Shown) -> Result<(), No> {
        let (way, split): (Way, Split) = (shown.way, shown.split);
        self.button(|desk, now| desk.begin_settle(way == Way::PersonalAccount, split, now))
    }

    async fn pay_own_money(&self, shown: Fen) -> Result<(), No> {
        self.button(|desk, now| desk.begin_own_money(shown, now))
    }

    async fn agree(&self, shown: Fen) -> Result<(), No> {
        self.button(|desk, now| desk.agree(shown, now))
    }

    async fn withdraw(&self) -> Result<(), No> {
        self.button(Desk::withdraw)
    }

    async fn give_up(&self) -> Result<(), No> {
        self.button(|desk, now| {
            let may = desk.state != crate::OrderState::Settled && desk.state != crate::OrderState::Blocked;
            if may && !desk.state.is_over() {
                desk.stop(Cause::Cancelled, now);
            }
            may
        })
    }

    async fn cancel(&self) -> Result<(), No> {
        self.button(|desk, now| {
            desk.stop(Cause::Cancelled, now);
            true
        })
    }

    async fn look_after(&self, to_merchant: bool) -> Result<(), No> {
        self.up()?;
        let Some((place, state)) = waits_for_a_person(&self.desk().view) else { return Err(No) };
        let still = |desk: &Desk| desk.view.attempts[place].state == state;
        if state == State::Closed {
            return self.button(|desk, now| {
                let waits = still(desk);
                if waits {
                    desk.heard((place, Act::AskRefund), &Heard::Outside, now);
                }
                waits
            });
        }
        let taken = self.commit(|desk, now| if still(desk) { desk.take(place, now) } else { None })?;
        let Some(until) = taken else { return Err(No) };
        let number = self.desk().rows[place].number.clone();
        // A person's call, not the driver's, as `ports` makes it: the clock may jump over its lease while it is out.
        let asked = call(&self.world, Call::Redirect { number, to_merchant }, None);
        let heard = match in_one_life(&self.world, asked).await? {
            Reply::Back(told) => Heard::Refund(told),
            other => question(other),
        };
        self.commit(|desk, now| desk.unless_overtaken((place, until), Act::AskRefund, &heard, now))?;
        if matches!(heard, Heard::Refund(_)) { Ok(()) } else { Err(No) }
    }
}

impl Shop for Pure {
    fn drive(&self) -> Doing {
        let pure = self.clone();
        Box::pin(async move {
            let _ = pure.steps().await;
        })
    }

    fn receive(&self, news: &News) -> bool {
        let heard = match &news.about {
            NewsOf::Payment(state) => (Act::AskPay, Heard::Channel(state.clone())),
            NewsOf::Refund(state) => (Act::AskRefund, Heard::Refund(state.clone())),
        };
        let place = self.desk().rows.iter().position(|row| row.number == news.number);
        let Some(place) = place else { return true };
        held(&self.world).is_up()
            && self.commit(|desk, now| desk.notice(&news.event_id, (place, heard.0), &heard.1, now)).is_ok()
    }

    fn stands(&self) -> Stands {
        let desk = self.desk();
        let (ledger, sound) = (desk.books.ledger(), desk.books.sound());
        Stands { order: snapshot(&desk), ledger, sound, odd: desk.odd.clone() }
    }

    fn next_at(&self) -> Option<Moment> {
        self.desk().next_at
    }

    fn last_look(&self, _: &Stands) -> Result<(), String> {
        Ok(())
    }

    /// What is in memory here stands for what is in the database: it outlives the process.
    fn reborn(&self) {}
}

fn snapshot(desk: &Desk) -> Snapshot {
    Snapshot {
        view: desk.view.clone(),
        state: desk.state,
        stopped_at: desk.stopped_at,
        freed: desk.freed,
        numbers: desk.rows.iter().map(|row| row.number.clone()).collect(),
        closed_at: desk.rows.iter().map(|row| row.closed_at).collect(),
    }
}
