//! The world around the service: true time and the clock that people see, what is on its way, the two partners, and
//! the faults. Everything that happens is an event at a moment; between two events nothing moves.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{Clock, Fen, Moment};

use super::answers::unsigned;
use super::dice::{Dice, Trace};
use super::faults::{Fault, Faults};
use super::messages::{Call, News, NewsOf, Reply, What};
use super::partners::{Back, Channel, Insurer};
use crate::ports::ChannelState;

/// Nine in the morning of the seeds' day.
const BEGINS_MS: i64 = 1_772_413_200_000;
/// How long a caller waits for a partner.
const PATIENCE_MS: i64 = 8_000;
pub(super) const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// The world; see the module.
pub(super) struct World {
    true_ms: i64,
    offset_ms: i64,
    pub(super) dice: Dice,
    pub(super) faults: Faults,
    pub(super) trace: Trace,
    pub(super) insurer: Insurer,
    pub(super) channel: Channel,
    queue: BinaryHeap<Reverse<(i64, u64)>>,
    what: BTreeMap<u64, What>,
    counter: u64,
    answers: Vec<(u64, Reply)>,
    waiting: Vec<(u64, String)>,
    on_their_way: Vec<(u64, String)>,
    out_until: [i64; 2],
    /// The channel signs nothing until then.
    pub(super) unsigned_until: i64,
    /// How often the channel has said of a number that it knows no such payment.
    pub(super) not_found: BTreeMap<String, u32>,
    /// Refunds that went wrong.
    pub(super) astray: u32,
    /// Counts the lives of the process.
    pub(super) life: u32,
    pub(super) down_until: i64,
    pub(super) jumped: bool,
    /// When something last came from outside.
    pub(super) stirred_ms: i64,
    pub(super) broken: Option<String>,
    /// Cash and account to which the person said yes.
    pub(super) agreed: Vec<(Fen, Fen)>,
    pub(super) wake_ms: i64,
    /// A person has given it up, or cancelled it.
    pub(super) given_up: bool,
    /// A person has taken the offered payment back, just now.
    pub(super) withdrawn: bool,
}

/// Everybody's hold of the world.
pub(super) type Shared = Arc<Mutex<World>>;

/// Nobody panics with it in hand that would be listened to afterwards.
pub(super) fn held(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The world's clock, as the program sees it.
pub(super) struct WallClock(pub(super) Shared);

impl Clock for WallClock {
    fn now(&self) -> Moment {
        held(&self.0).now()
    }
}

impl World {
    pub(super) fn new(seed: u64, insurer: Insurer, faults: Faults, dice: Dice) -> World {
        let mut trace = Trace::new();
        trace.note(&seed.to_le_bytes());
        World {
            true_ms: BEGINS_MS,
            offset_ms: 0,
            dice,
            faults,
            trace,
            insurer,
            channel: Channel::default(),
            queue: BinaryHeap::new(),
            what: BTreeMap::new(),
            counter: 0,
            answers: Vec::new(),
            waiting: Vec::new(),
            on_their_way: Vec::new(),
            out_until: [0; 2],
            unsigned_until: 0,
            not_found: BTreeMap::new(),
            astray: 0,
            life: 0,
            down_until: 0,
            jumped: false,
            stirred_ms: BEGINS_MS,
            broken: None,
            agreed: Vec::new(),
            wake_ms: i64::MAX,
            given_up: false,
            withdrawn: false,
        }
    }

    /// What the clocks on the walls say; the partners' and ours are one.
    pub(super) fn now(&self) -> Moment {
        Moment::from_ms(self.true_ms + self.offset_ms)
    }

    pub(super) fn true_ms(&self) -> i64 {
        self.true_ms
    }

    /// The first thing that is wrong stays.
    pub(super) fn breaks(&mut self, why: impl Into<String>) {
        let why = why.into();
        self.broken.get_or_insert(why);
    }

    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let struck = self.faults.strikes(fault, &mut self.dice);
        if struck {
            self.trace.note(&[0xF0, fault as u8]);
        }
        struck
    }

    pub(super) fn stir(&mut self, until_ms: i64) {
        self.stirred_ms = self.stirred_ms.max(until_ms);
    }

    pub(super) fn plan(&mut self, in_ms: i64, what: What) {
        self.counter += 1;
        self.queue.push(Reverse((self.true_ms + in_ms.max(0), self.counter)));
        self.what.insert(self.counter, what);
    }

    /// Has the workers look again at a moment of the clock.
    pub(super) fn wake_at(&mut self, at: Moment) {
        let at_ms = (at.ms() - self.offset_ms).max(self.true_ms).max(self.down_until);
        if at_ms < self.wake_ms {
            self.wake_ms = at_ms;
            self.plan(at_ms - self.true_ms, What::Wake);
        }
    }

    /// The next thing that happens; time goes on to it.
    pub(super) fn pop(&mut self) -> Option<What> {
        let Reverse((at, id)) = self.queue.pop()?;
        self.true_ms = at;
        let what = self.what.remove(&id)?;
        if self.wake_ms <= at {
            self.wake_ms = i64::MAX;
        }
        self.trace.note(&at.to_le_bytes());
        self.trace.note(&[match &what {
            What::Arrives { .. } => 1,
            What::Answers { .. } => 2,
            What::Lands { .. } => 3,
            What::RefundEnds { .. } => 4,
            What::Notice(_) => 5,
            What::Wake => 6,
            What::Crash => 7,
            What::Calm => 8,
            What::Jump => 9,
            What::Clerk => 10,
        }]);
        Some(what)
    }

    /// The process dies; what it waited for, nobody waits for any more.
    pub(super) fn crash(&mut self) {
        self.life += 1;
        let down = self.dice.between(1, 20) * SECOND;
        self.down_until = self.true_ms + down;
        self.wake_ms = i64::MAX;
        let again = self.now().plus_ms(down);
        self.wake_at(again);
    }

    pub(super) fn is_up(&self) -> bool {
        self.true_ms >= self.down_until
    }

    pub(super) fn jump(&mut self) {
        let secs = if self.dice.chance(50) { self.dice.between(-3_600, 0) } else { self.dice.between(0, 86_400) };
        self.offset_ms += secs * SECOND;
        self.jumped = true;
        self.faults.happened(Fault::ClockJump);
        let now = self.now();
        self.wake_ms = i64::MAX;
        self.wake_at(now);
    }

    /// From now on nothing goes wrong any more; the person has gone home.
    pub(super) fn calm(&mut self) {
        self.faults.calm();
        (self.out_until, self.unsigned_until) = ([0; 2], 0);
        self.stir(self.true_ms);
    }

    /// A call begins. Of the driver's, which end with a lease, no two may be about the same number, and none is sent
    /// after its lease.
    pub(super) fn dial(&mut self, call: Call, leased_until: Option<Moment>) -> u64 {
        self.counter += 1;
        let id = self.counter;
        let number = call.number().to_owned();
        let worker = leased_until.is_some();
        if leased_until.is_some_and(|until| self.now() >= until) {
            self.breaks(format!("sent after its lease had ended: {number}"));
        }
        if worker && self.waiting.iter().any(|(_, other)| *other == number) {
            self.breaks(format!("two at once about {number}"));
        }
        self.waiting.push((id, if worker { number.clone() } else { "-".to_owned() }));
        if worker && self.strikes(Fault::CrashWaiting) {
            let soon = self.dice.between(1, 300);
            self.plan(soon, What::Crash);
        }
        let side = usize::from(call.to_insurer());
        if self.true_ms >= self.out_until[side] && self.strikes(Fault::Outage) {
            self.out_until[side] = self.true_ms + self.dice.between(10, 3 * 3_600) * SECOND;
            let end = self.out_until[side];
            self.stir(end);
        }
        if self.true_ms < self.out_until[side] {
            let reply = if self.dice.chance(50) { (50, Reply::NotSent) } else { (PATIENCE_MS, Reply::Nothing) };
            self.plan(reply.0, What::Answers { id, reply: reply.1 });
        } else if self.strikes(Fault::NotSent) {
            self.plan(50, What::Answers { id, reply: Reply::NotSent });
        } else {
            self.plan(PATIENCE_MS, What::Answers { id, reply: Reply::Nothing });
            if !self.strikes(Fault::CallLost) {
                let slow = self.strikes(Fault::CallSlow);
                let way = if slow { self.dice.between(1_000, 40_000) } else { self.dice.between(10, 150) };
                // A question on its way moves nothing.
                if matches!(call, Call::Settle { .. } | Call::Offer { .. }) {
                    self.on_their_way.push((id, number));
                }
                self.plan(way, What::Arrives { id, call });
            }
        }
        id
    }

    /// Whether something about this number may still reach a partner.
    pub(super) fn on_its_way(&self, number: &str) -> bool {
        self.on_their_way.iter().any(|(_, other)| other == number)
    }

    pub(super) fn arrive(&mut self, id: u64, call: Call) {
        self.on_their_way.retain(|(other, _)| *other != id);
        if call.to_insurer() && self.strikes(Fault::Spent) {
            self.insurer.balance = Fen::new(self.insurer.balance.get() * self.dice.between(0, 100) / 100);
        }
        let reply = match self.turns_away(&call) {
            Some(reply) => reply,
            None => self.told(&call),
        };
        let reply = if call.to_insurer() || self.signs() { reply } else { unsigned(reply) };
        let not_found = matches!(reply, Reply::State(ChannelState::NotFound { .. }));
        *self.not_found.entry(call.number().to_owned()).or_default() += u32::from(not_found);
        self.trace.note(format!("{call:?}{reply:?}").as_bytes());
        if !self.strikes(Fault::AnswerLost) {
            let way = self.dice.between(10, 150);
            self.plan(way, What::Answers { id, reply });
        }
    }

    pub(super) fn end_refund(&mut self, number: &str, state: Back) {
        self.channel.refund_ends(number, state);
        let about = NewsOf::Refund(self.channel.refund_state(number, self.now()));
        self.stir(self.true_ms);
        self.tell(number, about);
    }

    /// The buyer confirms at the cashier.
    pub(super) fn buyer_pays(&mut self, number: &str) {
        let forged = self.strikes(Fault::ForgedPayment).then_some(Fen::new(1));
        let now = self.now();
        if !self.channel.buyer_pays(number, forged, now) {
            return;
        }
        let long = if self.strikes(Fault::InFlightLong) {
            self.dice.between(60, 20 * 3_600) * SECOND
        } else if self.strikes(Fault::InFlight) {
            self.dice.between(1, 600) * SECOND
        } else {
            0
        };
        if long == 0 {
            self.land(number);
        } else {
            self.plan(long, What::Lands { number: number.to_owned() });
        }
    }

    pub(super) fn land(&mut self, number: &str) {
        self.channel.land(number);
        self.stir(self.true_ms);
        let now = self.now();
        let about = NewsOf::Payment(self.channel.query(number, now));
        self.tell(number, about);
    }

    fn tell(&mut self, number: &str, about: NewsOf) {
        if self.strikes(Fault::NoticeLost) {
            return;
        }
        self.counter += 1;
        let news = News { event_id: format!("N{}", self.counter), number: number.to_owned(), about, tries: 0 };
        let times = if self.strikes(Fault::NoticeDoubled) { self.dice.between(2, 5) } else { 1 };
        for _ in 0..times {
            let late = self.strikes(Fault::NoticeLate);
            let way = if late { self.dice.between(1_000, 48 * HOUR) } else { self.dice.between(200, 2_000) };
            self.plan(way, What::Notice(news.clone()));
        }
    }

    /// A pause begins; who is waiting is told under this number.
    pub(super) fn pause(&mut self, ms: i64) -> u64 {
        self.counter += 1;
        let id = self.counter;
        self.waiting.push((id, "-".to_owned()));
        self.plan(ms, What::Answers { id, reply: Reply::Rested });
        id
    }

    /// The answer, once.
    pub(super) fn take(&mut self, id: u64) -> Option<Reply> {
        let at = self.answers.iter().position(|(other, _)| *other == id)?;
        Some(self.answers.swap_remove(at).1)
    }

    /// Nobody waits for it any more.
    pub(super) fn forget(&mut self, id: u64) {
        self.waiting.retain(|(other, _)| *other != id);
        self.answers.retain(|(other, _)| *other != id);
    }

    pub(super) fn answer(&mut self, id: u64, reply: Reply) {
        let about = self.waiting.iter().position(|(other, number)| *other == id && number != "-");
        if let Some(at) = about
            && self.strikes(Fault::Stalled)
        {
            // It has come, and whoever waited for it does not go on yet.
            "-".clone_into(&mut self.waiting[at].1);
            let later = self.dice.between(1, 120) * SECOND;
            self.plan(later, What::Answers { id, reply });
            self.stir(self.true_ms + later);
            return;
        }
        if self.waiting.iter().any(|(other, _)| *other == id) {
            self.answers.push((id, reply));
            self.waiting.retain(|(other, _)| *other != id);
        }
    }
}
