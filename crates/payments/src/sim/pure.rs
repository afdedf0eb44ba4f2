//! The pure simulator: the decisions alone, no database, no threads. One seed is one order from its opening until
//! nothing can happen to it any more.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use kernel::Fen;

use super::desk::Desk;
use super::dice::Dice;
use super::driver::Pure;
use super::faults::{Fault, Faults};
use super::judge::{Judge, Ledger, Snapshot, at_rest};
use super::partners::Insurer;
use super::person::{Deed, by_chance, person};
use super::world::{News, Shared, What, World, held};

/// More events than any honest run has.
const EVENTS_MOST: u32 = 20_000;

/// What a run is made of.
pub(super) struct Plan {
    pub(super) insurer: Insurer,
    pub(super) faults: Faults,
    pub(super) people: Vec<Vec<Deed>>,
    pub(super) dice: Dice,
    /// How long the order is open, seconds.
    pub(super) open_secs: i64,
    /// Faults stop after this, milliseconds; `None` where they are by script.
    pub(super) calm_ms: Option<i64>,
    pub(super) jumps: u32,
}

/// A run by chance.
pub(super) fn by_seed(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let total = dice.between(1, 30_000);
    let fund = if dice.chance(60) { total * dice.between(0, 100) / 100 } else { 0 };
    let balance = if dice.chance(80) { total * dice.between(0, 130) / 100 } else { 0 };
    let insurer = Insurer::new(Fen::new(total), Fen::new(fund), Fen::new(balance));
    let faults = Faults::by_chance(&mut dice);
    let mut people = vec![by_chance(&mut dice)];
    if dice.chance(20) {
        people.push(by_chance(&mut dice));
    }
    let calm_ms = Some(dice.between(60, 3 * 3_600) * 1_000);
    let open_secs = [900, 1_800][usize::from(dice.chance(30))];
    let jumps = if dice.chance(25) { u32::try_from(dice.between(1, 2)).unwrap_or(1) } else { 0 };
    Plan { insurer, faults, people, dice, open_secs, calm_ms, jumps }
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) broken: Option<String>,
    pub(super) hash: u64,
    pub(super) events: u32,
    pub(super) end: crate::OrderState,
}

/// The world of a plan, with what is planned from outside.
pub(super) fn world_of(seed: u64, plan: &Plan) -> World {
    let mut world = World::new(seed, plan.insurer.clone(), plan.faults.clone(), plan.dice.clone());
    if let Some(calm) = plan.calm_ms {
        world.plan(calm, What::Calm);
        for _ in 0..plan.jumps {
            let at = world.dice.between(1_000, calm);
            world.plan(at, What::Jump);
        }
    }
    world
}

type Doing = Pin<Box<dyn Future<Output = ()>>>;

/// Those who are about something.
struct Room {
    pure: Pure,
    people: Vec<Doing>,
    workers: Vec<Doing>,
    life: u32,
    judge: Judge,
}

/// Runs a plan to its end.
pub(super) fn run(seed: u64, plan: Plan) -> Ran {
    let world = world_of(seed, &plan);
    let desk = Desk::open(plan.insurer.total, world.now(), plan.open_secs);
    let world: Shared = Arc::new(Mutex::new(world));
    let pure = Pure { world: Arc::clone(&world), desk: Arc::new(Mutex::new(desk)) };
    let people = plan.people.into_iter().map(|deeds| {
        let (pure, world) = (pure.clone(), Arc::clone(&world));
        Box::pin(async move { person(&pure, &world, &deeds).await }) as Doing
    });
    let people = people.collect();
    let mut room = Room { pure, people, workers: Vec::new(), life: 0, judge: Judge::default() };
    let mut events = 0;
    room.go_on();
    while held(&world).broken.is_none() {
        let Some(what) = held(&world).pop() else { break };
        room.happens(what);
        room.go_on();
        events += 1;
        if events > EVENTS_MOST {
            held(&world).breaks("it never ends");
        }
    }
    room.close(events)
}

impl Room {
    fn happens(&mut self, what: What) {
        let world = Arc::clone(&self.pure.world);
        match what {
            What::Arrives { id, call } => held(&world).arrive(id, call),
            What::Answers { id, reply } => held(&world).answer(id, reply),
            What::Lands { number } => held(&world).land(&number),
            What::RefundEnds { number, state } => held(&world).end_refund(&number, state),
            What::Notice(news) => self.notice(news),
            What::Crash => held(&world).crash(),
            What::Jump => held(&world).jump(),
            What::Calm => held(&world).calm(),
            What::Wake => {}
        }
    }

    fn notice(&mut self, news: News) {
        if self.pure.receive(&news) || news.tries > 14 {
            return;
        }
        let again = News { tries: news.tries + 1, ..news };
        held(&self.pure.world).plan(15_000, What::Notice(again));
    }

    /// Lets everybody do what they can, then looks at what has become of it.
    fn go_on(&mut self) {
        self.take_up();
        let mut context = Context::from_waker(Waker::noop());
        self.people.retain_mut(|one| one.as_mut().poll(&mut context).is_pending());
        self.bury();
        loop {
            let before = self.workers.len();
            self.workers.retain_mut(|one| one.as_mut().poll(&mut context).is_pending());
            self.bury();
            if self.workers.len() == before {
                break;
            }
        }
        self.look();
        self.sleep();
    }

    /// What a dead process was about ends with it.
    fn bury(&mut self) {
        let life = held(&self.pure.world).life;
        if life != self.life {
            self.life = life;
            self.workers.clear();
        }
    }

    fn is_due(&self) -> bool {
        let now = held(&self.pure.world).now();
        self.pure.desk().next_at.is_some_and(|at| at <= now)
    }

    fn take_up(&mut self) {
        self.bury();
        let two = {
            let up = held(&self.pure.world).is_up();
            if !up || !self.workers.is_empty() || !self.is_due() {
                return;
            }
            held(&self.pure.world).strikes(Fault::TwoWorkers)
        };
        for _ in 0..1 + usize::from(two) {
            let pure = self.pure.clone();
            self.workers.push(Box::pin(async move {
                let _ = pure.drive().await;
            }));
        }
    }

    /// The sweeper's next look.
    fn sleep(&mut self) {
        let next_at = self.pure.desk().next_at;
        let mut world = held(&self.pure.world);
        if let (Some(at), true) = (next_at, self.workers.is_empty()) {
            let soon = world.now().plus_ms(500);
            world.wake_at(at.max(soon));
        }
    }

    fn look(&mut self) {
        let snapshot = snapshot(&self.pure.desk());
        let mut world = held(&self.pure.world);
        self.judge.step(&snapshot, &mut world);
        if !self.pure.desk().books.sound() {
            world.breaks("the ledger: a movement twice, or more set aside than there is");
        }
    }

    fn close(self, events: u32) -> Ran {
        let desk = self.pure.desk();
        let mut world = held(&self.pure.world);
        let books = &desk.books;
        let ledger =
            Ledger { order: books.on("order"), institution: books.on("institution"), expects: books.expects() };
        if world.broken.is_none()
            && let Err(why) = at_rest(&snapshot(&desk), ledger, &world)
        {
            world.breaks(why);
        }
        world.trace.note(desk.state.as_str().as_bytes());
        let (broken, hash) = (world.broken.clone(), world.trace.hash());
        Ran { broken, hash, events, end: desk.state }
    }
}

fn snapshot(desk: &Desk) -> Snapshot {
    Snapshot {
        view: desk.view.clone(),
        state: desk.state,
        stopped_at: desk.stopped_at,
        numbers: desk.rows.iter().map(|row| row.number.clone()).collect(),
        closed_at: desk.rows.iter().map(|row| row.closed_at).collect(),
    }
}
