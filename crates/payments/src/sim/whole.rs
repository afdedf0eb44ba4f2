//! The whole simulator: the real use cases, statements and ledger over a real database in the inline mode, whose
//! commits can crash; only the partners, the person and the clock are simulated. What needs a thread of its own is
//! left out: the password's hash is taken as right.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use identity::pay_password::Pin;
use identity::{PersonId, Ports};
use kernel::{Fen, Moment, Pii, SeededRng};
use ledger::Account;
use platform::Ctx;
use platform::db::{CommitHook, Db, DbFault, Fate, LaneKey, Target};

use super::faults::Fault;
use super::house::{Doing, House, No, Seen, Shop, Shown, Stands, in_one_life};
use super::judge::{Ledger, Snapshot, waits_for_a_person};
use super::listener::Ear;
use super::messages::News;
use super::ports::Partners;
use super::room::Plan;
use super::stage::{Stage, order_of};
use super::told::Told;
use super::world::{Shared, WallClock, held};
use crate::attempts::model::{Kind, State};
use crate::orders::begin::{self, PayOwnMoney, Settle};
use crate::orders::quote::{Quoted, content_hash, quote};
use crate::orders::{Order, OrderId, open, refunds, stop, store, withdraw};
use crate::ports::{PayPorts, Recipient};
use crate::quotes::store as quotes;
use crate::{Cause, Payments, Pen, Subject, Way, calls, drive, receive, stop_subject};

pub(super) const SUBJECT: Subject = Subject::new("thing");

/// The process as it lives now.
struct Life {
    ctx: Ctx,
    pay: Arc<Payments>,
}

/// An order and its books, read at once.
#[derive(Clone)]
struct Read {
    order: Order,
    ledger: Ledger,
    sound: bool,
}

struct Inner {
    target: Target,
    base: Ctx,
    identity: Arc<Ports>,
    name: String,
    seed: u64,
    world: Shared,
    partners: Arc<Partners>,
    person: PersonId,
    order: OrderId,
    life: Mutex<Life>,
    ear: Arc<Ear>,
    /// What was read since the last commit.
    seen: Arc<Mutex<Option<Read>>>,
}

/// The service over a real database.
#[derive(Clone)]
pub(super) struct Whole(Arc<Inner>);

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value of a future that waits for nothing but the inline database. It is nobody's task, so it must not yield
/// as one.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(tokio::task::unconstrained(future)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("something that is not the database is waited for"),
    }
}

impl Inner {
    /// Another start of the program, with a name and a stream of ids that no other start has had.
    fn start(&self) -> Life {
        let number = held(&self.world).life;
        let (world, seen, ear) = (Arc::clone(&self.world), Arc::clone(&self.seen), Arc::clone(&self.ear));
        let hook: CommitHook = Arc::new(move |_| {
            locked(&seen).take();
            let fate = fate(&world, number);
            ear.committed(fate != Fate::CrashBefore);
            fate
        });
        let db = Db::open_inline(&self.target, &format!("{}-{number}", self.name), hook).unwrap();
        let ids = SeededRng::new((self.seed << 20) ^ u64::from(number) ^ 0x5EED_0000_0000_0000);
        let clock = Arc::new(WallClock(Arc::clone(&self.world)));
        let ctx = Ctx { db, clock, rng: Arc::new(ids), ..self.base.clone() };
        let ports = PayPorts { settlements: self.partners.clone(), wechat_pay: self.partners.clone() };
        let pay = Payments { ports, identity: Arc::clone(&self.identity), listeners: self.ear.alone() };
        Life { ctx, pay: Arc::new(pay) }
    }
}

/// What becomes of a commit of this life.
fn fate(world: &Shared, life: u32) -> Fate {
    let mut world = held(world);
    if world.life != life {
        return Fate::CrashBefore;
    }
    for (fault, fate) in [(Fault::CrashBefore, Fate::CrashBefore), (Fault::CrashAfter, Fate::CrashAfter)] {
        if world.strikes(fault) {
            world.crash();
            return fate;
        }
    }
    Fate::Commit
}

impl Whole {
    pub(super) fn open(stage: &Stage, name: &str, seed: u64, world: &Shared, plan: &Plan) -> Whole {
        let ctx = Ctx { clock: Arc::new(WallClock(Arc::clone(world))), ..stage.base.clone() };
        let order: OrderId = ctx.id();
        let ear: Arc<Ear> = Arc::default();
        let inner = Inner {
            target: stage.target.clone(),
            base: stage.base.clone(),
            identity: Arc::clone(&stage.identity),
            name: name.to_owned(),
            seed,
            world: Arc::clone(world),
            partners: Arc::new(Partners::of(world)),
            person: stage.person.clone(),
            order: order.clone(),
            life: Mutex::new(Life {
                pay: Arc::new(Payments {
                    ports: PayPorts {
                        settlements: Arc::new(Partners::of(world)),
                        wechat_pay: Arc::new(Partners::of(world)),
                    },
                    identity: Arc::clone(&stage.identity),
                    listeners: ear.alone(),
                }),
                ctx: ctx.clone(),
            }),
            ear,
            seen: Arc::default(),
        };
        let hook: CommitHook = Arc::new(|_| Fate::Commit);
        let db = Db::open_inline(&stage.target, &format!("{name}-open"), hook).unwrap();
        let new = order_of(&order, &stage.person, plan, ctx.now());
        let opening = ctx.clone();
        let lane = LaneKey::of("visit", order.as_str());
        let opened = db.write(lane, "sim.open", move |tx| {
            quotes::forget_all(tx)?;
            open(tx, &opening, &new)
        });
        assert!(now(opened).unwrap());
        let first = inner.start();
        *locked(&inner.life) = first;
        Whole(Arc::new(inner))
    }

    fn ctx(&self) -> Ctx {
        locked(&self.0.life).ctx.clone()
    }

    fn pay(&self) -> Arc<Payments> {
        Arc::clone(&locked(&self.0.life).pay)
    }

    /// The order as it is stored.
    fn found(&self) -> Order {
        self.read().order
    }

    fn read(&self) -> Read {
        if let Some(read) = locked(&self.0.seen).clone() {
            return read;
        }
        let (ctx, id) = (self.ctx(), self.0.order.clone());
        let read = ctx.db.read("sim.find", move |tx| {
            let order = store::find(tx, &id)?.ok_or_else(|| DbFault::Corrupt("the order is gone".to_owned()))?;
            let (ledger, sound) = books(&ledger::trail(tx, id.as_str())?, &order);
            Ok::<_, DbFault>(Read { order, ledger, sound })
        });
        let read = now(read).unwrap();
        *locked(&self.0.seen) = Some(read.clone());
        read
    }

    /// A page or a button, in the process as it lives now.
    async fn served<T, E: Told>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, No> {
        in_one_life(&self.0.world, work).await?.map_err(|error| {
            self.hears(&error);
            No
        })
    }

    /// What is neither a rule's no nor a crash is a mistake of the program.
    fn hears(&self, error: &impl Told) {
        if !error.is_a_crash() && !error.is_a_no() {
            held(&self.0.world).breaks(format!("it broke: {error}"));
        }
    }
}

/// What an order's transfers come to: on its account, with the institution, and whether any still pends; and whether
/// each movement stands once, and nothing is set aside that is not there.
fn books(lines: &[ledger::Line], order: &Order) -> (Ledger, bool) {
    let stands = |line: &&ledger::Line| line.direct || matches!(line.end, Some((ledger::End::Post, _)));
    let on = |account: &Account| {
        let mut sum = 0;
        for line in lines.iter().filter(stands) {
            sum += i64::from(line.credit == *account) * line.amount.get();
            sum -= i64::from(line.debit == *account) * line.amount.get();
        }
        Fen::new(sum)
    };
    let account = Account::order(order.id.as_str());
    let pending = || lines.iter().filter(|line| !line.direct && line.end.is_none());
    let aside: i64 = pending().filter(|line| line.debit == account).map(|line| line.amount.get()).sum();
    let mut names: Vec<&str> = lines.iter().map(|line| line.movement.as_str()).collect();
    names.sort_unstable();
    let once = names.windows(2).all(|pair| pair[0] != pair[1]);
    let institution = on(&Account::institution(order.institution.as_str()));
    let ledger = Ledger { order: on(&account), institution, expects: pending().next().is_some() };
    (ledger, once && ledger.order.get() >= aside)
}

impl House for Whole {
    async fn look(&self) -> Result<Seen, No> {
        self.served(async { Ok::<_, DbFault>(()) }).await?;
        let order = self.found();
        let mut pays = order.attempts.iter().filter(|one| one.view.kind == Kind::Pay);
        let cashier = pays.rfind(|one| one.link.is_some() && one.view.state != State::Requested);
        let to_pay = order.view.own_money_needed().checked_sub(order.view.paid()).unwrap_or(Fen::ZERO);
        let settled = order.view.settlement().and_then(|(_, one)| one.split);
        Ok(Seen { state: order.state, to_pay, settled, cashier: cashier.map(|one| one.number.clone()) })
    }

    async fn quote(&self, way: Way) -> Result<Shown, No> {
        let (pay, ctx, order) = (self.pay(), self.ctx(), self.found());
        match self.served(quote(&pay, &ctx, &order, way)).await? {
            Quoted::Shown(quote) => Ok(Shown { way, split: quote.advice.split }),
            _ => Err(No),
        }
    }

    async fn settle(&self, shown: &Shown) -> Result<(), No> {
        let (pay, ctx, order) = (self.pay(), self.ctx(), self.found());
        let (id, way) = (order.id.clone(), shown.way);
        let quote = ctx.db.read("sim.quote", move |tx| quotes::quote_for(tx, &id, way));
        let quote = self.served(quote).await?.ok_or(No)?;
        let hash = content_hash(&order, shown.way, &shown.split);
        if quote.hash != hash {
            return Err(No);
        }
        let command = Settle {
            person: self.0.person.clone(),
            session: "ses_1".to_owned(),
            order: order.id.clone(),
            hash,
            // Not looked at: the authorisation stands for it.
            pin: Pin::parse("000000").ok_or(No)?,
        };
        self.served(begin::settle_authorised(&pay, &ctx, command, order, quote)).await
    }

    async fn pay_own_money(&self, shown: Fen) -> Result<(), No> {
        let (pay, ctx) = (self.pay(), self.ctx());
        let command = PayOwnMoney {
            person: self.0.person.clone(),
            order: self.0.order.clone(),
            shown,
            code: true,
            client_ip: "127.0.0.1".to_owned(),
        };
        self.served(begin::pay_own_money(&pay, &ctx, command)).await
    }

    async fn agree(&self, shown: Fen) -> Result<(), No> {
        let (pay, ctx) = (self.pay(), self.ctx());
        self.served(begin::agree(&pay, &ctx, &self.0.person, &self.0.order, shown)).await
    }

    async fn withdraw(&self) -> Result<(), No> {
        let (pay, ctx) = (self.pay(), self.ctx());
        self.served(withdraw::withdraw(&pay, &ctx, &self.0.person, &self.0.order)).await
    }

    async fn give_up(&self) -> Result<(), No> {
        let (pay, ctx) = (self.pay(), self.ctx());
        self.served(stop::give_up(&pay, &ctx, &self.0.person, &self.0.order)).await.map(drop)
    }

    async fn cancel(&self) -> Result<(), No> {
        let (pay, ctx, order) = (self.pay(), self.ctx(), self.found());
        let pen = Pen::new(&ctx, Arc::clone(&pay.listeners), "page").map_err(|_| No)?;
        let write = ctx.db.write(order.lane_key(), "sim.cancel", move |tx| {
            pen.fresh();
            stop_subject(tx, &pen, (SUBJECT, &order.subject_id), Cause::Cancelled)
        });
        self.served(write).await.map(drop)
    }

    async fn look_after(&self, to_merchant: bool) -> Result<(), No> {
        let (pay, ctx, order) = (self.pay(), self.ctx(), self.found());
        let Some((place, state)) = waits_for_a_person(&order.view) else { return Err(No) };
        let which = (&order.id, order.attempts.get(place).map(|one| one.n));
        if state == State::Closed {
            let said = ("周会计", "从医院账户转到本人的卡");
            return self.served(refunds::paid_outside(&pay.listeners, &ctx, which, said)).await.map(drop);
        }
        let secret = |text: &str| Pii::new(text.to_owned());
        let (account, name) = (secret("6222020903001234567"), secret("单文"));
        let to = if to_merchant {
            Recipient::Merchant
        } else {
            Recipient::Buyer { bank: "ICBC_DEBIT".to_owned(), account, name }
        };
        self.served(refunds::redirect(&pay, &ctx, which, (&to, "somebody"))).await.map(drop)
    }
}

impl Shop for Whole {
    fn drive(&self) -> Doing {
        let (whole, pay, ctx, id) = (self.clone(), self.pay(), self.ctx(), self.0.order.clone());
        Box::pin(tokio::task::unconstrained(async move {
            if let Err(error) = drive(&pay, &ctx, &id).await {
                whole.hears(&error);
            }
        }))
    }

    fn receive(&self, news: &News) -> bool {
        if !held(&self.0.world).is_up() {
            return false;
        }
        self.0.partners.deliver(format!("{}-{}", self.0.order, news.event_id), news.clone());
        let (pay, ctx) = (self.pay(), self.ctx());
        match now(receive(&pay, &ctx, &http::HeaderMap::new(), b"{}")) {
            Ok(_) => true,
            Err(error) => {
                self.hears(&error);
                false
            }
        }
    }

    fn stands(&self) -> Stands {
        let Read { order, ledger, sound } = self.read();
        Stands {
            order: Snapshot {
                state: order.state,
                stopped_at: order.stopped_at,
                numbers: order.attempts.iter().map(|one| one.number.clone()).collect(),
                closed_at: order.attempts.iter().map(|one| one.closed_at).collect(),
                view: order.view,
                freed: self.0.ear.freed(),
            },
            ledger,
            sound,
            odd: self.0.ear.odd(),
        }
    }

    fn next_at(&self) -> Option<Moment> {
        self.found().next_at
    }

    fn last_look(&self, stands: &Stands) -> Result<(), String> {
        let (ctx, order) = (self.ctx(), self.found());
        let read = ctx.db.read("sim.last", move |tx| {
            let mut holds = |account: Account| Ok::<_, DbFault>(Fen::new(-ledger::balance(tx, &account)?.get()));
            let balances =
                (holds(Account::order(order.id.as_str()))?, holds(Account::institution(order.institution.as_str()))?);
            Ok::<_, DbFault>((balances, calls::store::reasons(tx, &order.id)?))
        });
        let (balances, reasons) = now(read).map_err(|fault| fault.to_string())?;
        if balances != (stands.ledger.order, stands.ledger.institution) {
            return Err(format!("the balances are {balances:?}, and the transfers come to {}", stands.ledger));
        }
        match reasons.iter().find(|reason| matches!(reason.as_str(), "odd_answer" | calls::TROUBLE)) {
            Some(reason) => Err(format!("a person was called: {reason}")),
            None => Ok(()),
        }
    }

    fn reborn(&self) {
        let life = self.0.start();
        *locked(&self.0.life) = life;
    }
}
