//! One run of either simulator: one order from its opening until nothing can happen to it any more, on one thread,
//! event by event.

use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use kernel::Fen;

use super::desk::Desk;
use super::dice::Dice;
use super::driver::Pure;
use super::faults::{Fault, Faults, KINDS};
use super::house::{Doing, Shop, Stands};
use super::judge::{Judge, at_rest, waits_for_a_person};
use super::messages::{News, What};
use super::partners::Insurer;
use super::person::{Deed, by_chance, person};
use super::scripts::Script;
use super::world::{Shared, World, held};
use crate::attempts::model::{Kind, State};

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

/// A known person in a known case, and more faults, each at the place where it strikes.
pub(super) fn by_script(script: &Script, more: &[(Fault, u32)]) -> Plan {
    let faults = Faults::at(script.with.iter().chain(more).copied().collect());
    let people = vec![script.deeds.to_vec()];
    let insurer = script.purses.insurer();
    Plan { insurer, faults, people, dice: Dice::new(7), open_secs: 900, calm_ms: None, jumps: 0 }
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) broken: Option<String>,
    pub(super) hash: u64,
    pub(super) events: u32,
    pub(super) end: crate::OrderState,
    /// How each attempt ended, and whether the place is free.
    pub(super) legs: Vec<(Kind, State, Fen)>,
    pub(super) freed: bool,
    /// How often each kind of fault struck.
    pub(super) struck: [u32; KINDS],
    /// Whether the last of the scripted faults had its place.
    pub(super) last_struck: bool,
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

/// Those who are about something.
struct Room<S> {
    shop: S,
    world: Shared,
    people: Vec<Doing>,
    workers: Vec<Doing>,
    life: u32,
    judge: Judge,
    /// Somebody has been told that a refund waits for a person, and is on the way or about it.
    called: bool,
}

/// Runs a plan on the decisions alone.
pub(super) fn pure(seed: u64, plan: Plan) -> Ran {
    run(seed, plan, |world, plan| {
        let desk = Desk::open(plan.insurer.total, held(world).now(), plan.open_secs);
        Pure { world: Arc::clone(world), desk: Arc::new(Mutex::new(desk)) }
    })
}

/// Runs a plan to its end.
pub(super) fn run<S: Shop>(seed: u64, plan: Plan, open: impl FnOnce(&Shared, &Plan) -> S) -> Ran {
    let world: Shared = Arc::new(Mutex::new(world_of(seed, &plan)));
    let shop = open(&world, &plan);
    let people = plan.people.into_iter().map(|deeds| {
        let (shop, world) = (shop.clone(), Arc::clone(&world));
        // Polled by hand, they are nobody's task and must not yield as one.
        Box::pin(tokio::task::unconstrained(async move { person(&shop, &world, &deeds).await })) as Doing
    });
    let people = people.collect();
    let mut room = Room {
        shop,
        world: Arc::clone(&world),
        people,
        workers: Vec::new(),
        life: 0,
        judge: Judge::default(),
        called: false,
    };
    let mut events = 0;
    room.go_on();
    while held(&world).broken.is_none() {
        let Some(what) = held(&world).pop() else { break };
        room.happens(what);
        room.jump_by_script();
        room.go_on();
        events += 1;
        if events > EVENTS_MOST {
            held(&world).breaks("it never ends");
        }
    }
    room.close(events)
}

impl<S: Shop> Room<S> {
    fn happens(&mut self, what: What) {
        let world = Arc::clone(&self.world);
        match what {
            What::Arrives { id, call } => held(&world).arrive(id, call),
            What::Answers { id, reply } => held(&world).answer(id, reply),
            What::Lands { number } => held(&world).land(&number),
            What::RefundEnds { number, state } => held(&world).end_refund(&number, state),
            What::Notice(news) => self.notice(news),
            What::Crash => held(&world).crash(),
            What::Jump => held(&world).jump(),
            What::Calm => held(&world).calm(),
            What::Clerk => self.clerk(),
            What::Wake => {}
        }
    }

    /// By chance the clock jumps at planned moments; by script behind any event.
    fn jump_by_script(&self) {
        let mut world = held(&self.world);
        if world.faults.by_script() && world.strikes(Fault::ClockJump) {
            world.jump();
        }
    }

    fn notice(&mut self, news: News) {
        if self.shop.receive(&news) || news.tries > 14 {
            return;
        }
        let again = News { tries: news.tries + 1, ..news };
        held(&self.world).plan(15_000, What::Notice(again));
    }

    /// Somebody at a desk looks after the refund; if it still waits then, they are called again.
    fn clerk(&mut self) {
        self.called = false;
        let (shop, world) = (self.shop.clone(), Arc::clone(&self.world));
        let to_merchant = held(&world).dice.chance(50);
        self.people.push(Box::pin(tokio::task::unconstrained(async move {
            let _ = shop.look_after(to_merchant).await;
        })));
    }

    /// Calls somebody to a refund that waits for a person: they come when they come.
    fn call_clerk(&mut self, stands: &Stands, world: &mut World) {
        if waits_for_a_person(&stands.order.view).is_none() || self.called {
            return;
        }
        self.called = true;
        let way = world.dice.between(600, 6 * 3_600) * 1_000;
        world.plan(way, What::Clerk);
        let there = world.true_ms() + way;
        world.stir(there);
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
        let life = held(&self.world).life;
        if life != self.life {
            self.life = life;
            self.workers.clear();
            self.shop.reborn();
        }
    }

    fn is_due(&self) -> bool {
        let now = held(&self.world).now();
        self.shop.next_at().is_some_and(|at| at <= now)
    }

    fn take_up(&mut self) {
        self.bury();
        let two = {
            let up = held(&self.world).is_up();
            if !up || !self.workers.is_empty() || !self.is_due() {
                return;
            }
            held(&self.world).strikes(Fault::TwoWorkers)
        };
        for _ in 0..1 + usize::from(two) {
            self.workers.push(self.shop.drive());
        }
    }

    /// The sweeper's next look.
    fn sleep(&mut self) {
        let next_at = self.shop.next_at();
        let mut world = held(&self.world);
        if let (Some(at), true) = (next_at, self.workers.is_empty()) {
            let soon = world.now().plus_ms(500);
            world.wake_at(at.max(soon));
        }
    }

    fn look(&mut self) {
        let stands = self.shop.stands();
        let shared = Arc::clone(&self.world);
        let mut world = held(&shared);
        self.judge.step(&stands, &mut world);
        self.call_clerk(&stands, &mut world);
    }

    fn close(self, events: u32) -> Ran {
        let stands = self.shop.stands();
        let last = self.shop.last_look(&stands);
        let mut world = held(&self.world);
        if world.broken.is_none()
            && let Err(why) = at_rest(&stands, &world).and(last)
        {
            world.breaks(why);
        }
        let order = &stands.order;
        world.trace.note(order.state.as_str().as_bytes());
        Ran {
            broken: world.broken.clone(),
            hash: world.trace.hash(),
            events,
            end: order.state,
            legs: order.view.attempts.iter().map(|one| (one.kind, one.state, one.amount)).collect(),
            freed: order.freed,
            struck: world.faults.struck(),
            last_struck: world.faults.last_struck(),
        }
    }
}
