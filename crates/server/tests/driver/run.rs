//! One seed: steps, each followed by the invariants and a comparison of every row with the model.

use std::sync::{Arc, Mutex};

use health::appointments::code::VisitCode;
use health::clinics::policy::{BookingRules, CutOff};
use health::{AppointmentId, HospitalId};
use identity::PersonId;
use kernel::{ManualClock, Rng, SeededRng};
use platform::Ctx;
use platform::db::{DbFault, Fate, LaneKey, Target};
use testkit::a_monday_morning;

use crate::hospital::Hospital;
use crate::instance::{Instance, now};
use crate::model::{Figures, Model};
use crate::store::{self, Facts, Stored};
use crate::wish::{Answer, Order, Said, Wish, fulfil};

const STEPS: u64 = 24;
/// What `renshe check` lets a hold outlive its time by.
const GRACE_SECS: i64 = 60;
/// Keeps the stream of ids apart from the stream of choices.
const IDS: u64 = 0x5eed_0000_0000_0000;

/// The database, two instances over it, and what must be true of it.
pub struct World {
    target: Target,
    base: Ctx,
    clock: Arc<ManualClock>,
    people: Vec<PersonId>,
    instances: Vec<Instance>,
    /// Starts of instances so far: each has a name of its own.
    starts: u64,
    choose: SeededRng,
    hospital: HospitalId,
    model: Model,
    /// Wishes whose answer never came, to be tried again.
    unanswered: Vec<Wish>,
    history: Vec<String>,
}

impl World {
    /// Opens two instances over a migrated database.
    pub fn open(target: &Target, base: &Ctx, clock: &Arc<ManualClock>, people: Vec<PersonId>) -> World {
        let rules = base.policy.at::<BookingRules>(base.now().date()).expect("rules");
        let CutOff::BeforeSlot { minutes } = rules.cancel_cutoff.default else { panic!("another kind of cut-off") };
        let figures = Figures {
            hold_secs: rules.hold_secs,
            book_until_secs: rules.book_until_secs,
            cancel_until_secs: minutes * 60,
            visits_most: few(rules.visits_most),
            visits_a_day: few(rules.visits_a_day),
            department_a_day: few(rules.department_a_day),
            bookings_a_day: few(rules.bookings_a_day),
        };
        let mut world = World {
            target: target.clone(),
            base: base.clone(),
            clock: Arc::clone(clock),
            people,
            instances: Vec::new(),
            starts: 0,
            choose: SeededRng::new(0),
            hospital: base.id(),
            model: Model { figures, slots: Vec::new(), visits: Vec::new(), messages: 0 },
            unanswered: Vec::new(),
            history: Vec::new(),
        };
        world.instances = vec![world.start(), world.start()];
        world
    }

    fn start(&mut self) -> Instance {
        self.starts += 1;
        let ids = IDS ^ (self.choose.u64() >> 16);
        Instance::open(&self.target, &self.base, &format!("driver-{}", self.starts), ids)
    }

    /// Runs a seed from a clean database; returns how many steps it took.
    pub fn run(&mut self, seed: u64) -> Result<u64, String> {
        self.begin(seed)?;
        for _ in 0..STEPS {
            self.step()?;
        }
        while let Some(wish) = self.unanswered.pop() {
            self.act(wish, false)?;
        }
        self.clock.advance_secs(86_400);
        self.note("a day later".to_owned());
        self.sweep(false)?;
        if self.model.has_overdue(self.clock_now(), 0) {
            return Err("a hold outlived its time".to_owned());
        }
        Ok(STEPS)
    }

    fn begin(&mut self, seed: u64) -> Result<(), String> {
        self.choose = SeededRng::new(seed);
        self.clock.set(a_monday_morning_moment());
        for (number, instance) in (0..).zip(&mut self.instances) {
            instance.disarm();
            instance.reseed(IDS ^ (seed << 8) ^ number);
        }
        self.unanswered.clear();
        self.history.clear();
        let ctx = &self.instances[0].ctx;
        let drawn = Hospital::draw(ctx, &self.choose);
        (self.hospital, self.model.slots) = (drawn.id.clone(), drawn.slots());
        (self.model.visits, self.model.messages) = (Vec::new(), 0);
        let write = ctx.db.write(LaneKey::of("driver", "begin"), "driver.begin", move |tx| {
            store::clear(tx)?;
            store::insert(tx, &drawn)
        });
        now(write).map_err(|fault: DbFault| format!("the hospital: {fault}"))?;
        self.compare()
    }

    fn step(&mut self) -> Result<(), String> {
        if !self.unanswered.is_empty() && self.one_in(2) {
            let again = self.unanswered.remove(0);
            return self.act(again, true);
        }
        if self.one_in(6) {
            return self.move_clock();
        }
        let wish = self.draw();
        self.act(wish, true)
    }

    fn draw(&self) -> Wish {
        let below = |n: usize| usize::try_from(self.choose.below(n as u64)).expect("small");
        let person = below(self.people.len());
        let visits = self.model.visits.len();
        match below(16) {
            8..=11 if visits > 0 => {
                let visit = below(visits);
                let stranger = below(8) == 0;
                Wish::Cancel { visit, person: if stranger { person } else { self.model.visits[visit].person } }
            }
            12..=13 if visits > 0 => Wish::CheckIn { visit: below(visits), elsewhere: below(8) == 0 },
            14..=15 => Wish::Expire,
            _ => Wish::Book { person, slot: below(self.model.slots.len()) },
        }
    }

    /// A little later, or hours; the sweeper then comes as its job would.
    fn move_clock(&mut self) -> Result<(), String> {
        let most = if self.one_in(6) { 6 * 3_600 } else { 1_200 };
        let secs = self.choose.below(most) as i64;
        self.clock.advance_secs(secs);
        self.note(format!("{secs} s later"));
        if self.model.has_overdue(self.clock_now(), GRACE_SECS) {
            self.sweep(true)?;
        }
        self.compare()
    }

    fn sweep(&mut self, crashes: bool) -> Result<(), String> {
        while self.model.has_overdue(self.clock_now(), 0) {
            self.act(Wish::Expire, crashes)?;
        }
        Ok(())
    }

    /// Does a wish on one instance, perhaps with a crash at a commit, perhaps with somebody else's
    /// wish between its look and its closure; then everything must be as foretold.
    fn act(&mut self, wish: Wish, trouble: bool) -> Result<(), String> {
        let at = usize::from(self.one_in(2));
        let crash = (trouble && self.one_in(5)).then(|| {
            let fate = if self.one_in(2) { Fate::CrashBefore } else { Fate::CrashAfter };
            (usize::from(self.one_in(4)), fate)
        });
        let other = (trouble && self.one_in(3)).then(|| self.draw());
        let overtaken: Arc<Mutex<Option<Answer>>> = Arc::default();
        if let Some((skip, fate)) = crash {
            self.instances[at].crash_at(skip, fate);
        }
        if let Some(other) = other {
            let (ctx, order, answer) = (self.instances[1 - at].ctx.clone(), self.order(other), Arc::clone(&overtaken));
            self.instances[at].at_next_draw(move || *answer.lock().expect("alone") = Some(fulfil(&ctx, order)));
        }
        let answer = fulfil(&self.instances[at].ctx, self.order(wish));
        self.instances[at].disarm();
        let between = overtaken.lock().expect("alone").take().and_then(|answer| other.map(|other| (other, answer)));
        self.note(format!("{wish:?} on {at}, crash {crash:?}, between {between:?}: {answer:?}"));
        self.judge(wish, &answer, crash, between)?;
        if answer.0 == Said::Unknown {
            self.unanswered.push(wish);
            self.instances[at] = self.start();
        }
        self.compare()
    }

    /// Moves the model on, and says what should have been answered instead.
    fn judge(
        &mut self,
        wish: Wish,
        answer: &Answer,
        crash: Option<(usize, Fate)>,
        between: Option<(Wish, Answer)>,
    ) -> Result<(), String> {
        let moment = self.clock_now();
        let late = between.is_some();
        let seen = self.model.clone();
        if let Some((other, answer)) = between {
            let (said, states) = self.model.foretell(other, moment, false);
            expect(&format!("between: {other:?}"), &said, &answer.0)?;
            self.move_on(states.into_iter().last(), answer.1.as_deref());
        }
        let (said, mut states) = match wish {
            Wish::Expire => self.model.expire(&seen, moment),
            other => self.model.foretell(other, moment, late),
        };
        match crash.filter(|(skip, _)| *skip < states.len()) {
            None => {
                expect(&format!("{wish:?}"), &said, &answer.0)?;
                self.move_on(states.pop(), answer.1.as_deref());
            }
            Some((skip, fate)) => {
                expect(&format!("{wish:?}"), &Said::Unknown, &answer.0)?;
                states.truncate(if fate == Fate::CrashAfter { skip + 1 } else { skip });
                self.move_on(states.pop(), None);
            }
        }
        Ok(())
    }

    fn move_on(&mut self, after: Option<Model>, id: Option<&str>) {
        if let Some(after) = after {
            self.model = after;
            if let (Some(id), Some(new)) = (id, self.model.visits.last_mut()) {
                new.id = id.to_owned();
            }
        }
    }

    fn order(&self, wish: Wish) -> Order {
        match wish {
            Wish::Book { person, slot } => {
                Order::Book(self.people[person].clone(), self.model.slots[slot].id.parse().expect("a slot's id"))
            }
            Wish::Cancel { person, visit } => {
                let id: AppointmentId = self.model.visits[visit].id.parse().expect("an appointment's id");
                Order::Cancel(self.people[person].clone(), id)
            }
            Wish::CheckIn { visit, elsewhere } => {
                let code = VisitCode::parse(&self.model.visits[visit].code).expect("a code");
                Order::CheckIn(if elsewhere { self.base.id() } else { self.hospital.clone() }, code)
            }
            Wish::Expire => Order::Expire,
        }
    }

    /// The invariants and every row, on one snapshot.
    fn compare(&mut self) -> Result<(), String> {
        let moment = self.clock_now();
        // A sweeper that died leaves holds behind until its next round.
        let behind = self.model.has_overdue(moment, GRACE_SECS);
        let read = self.instances[0].ctx.db.read("driver.compare", move |tx| {
            let mut broken = Vec::new();
            for check in health::checks().into_iter().filter(|check| !behind || check.id != "I-B04") {
                let result = (check.run)(tx, moment)?;
                broken.extend(result.broken.into_iter().map(|line| format!("{} broken: {line}", check.id)));
            }
            Ok::<_, DbFault>((broken, store::facts(tx)?))
        });
        let (broken, facts) = now(read).map_err(|fault| format!("reading: {fault}"))?;
        if !broken.is_empty() {
            return Err(broken.join("; "));
        }
        self.adopt(&facts);
        let expected = self.facts();
        if facts == expected { Ok(()) } else { Err(format!("stored: {facts:#?}\nexpected: {expected:#?}")) }
    }

    /// The id of a visit whose acknowledgement never came, and the barcodes, are read.
    fn adopt(&mut self, facts: &Facts) {
        let strangers: Vec<&Stored> =
            facts.visits.iter().filter(|stored| self.model.visits.iter().all(|visit| visit.id != stored.id)).collect();
        if let ([stranger], Some(visit)) = (&strangers[..], self.model.visits.iter_mut().find(|v| v.id.is_empty())) {
            visit.id.clone_from(&stranger.id);
        }
        for visit in self.model.visits.iter_mut().filter(|visit| visit.code.is_empty()) {
            if let Some(stored) = facts.visits.iter().find(|stored| stored.id == visit.id) {
                visit.code.clone_from(&stored.code);
            }
        }
    }

    fn facts(&self) -> Facts {
        let visit = |visit: &crate::model::Visit| Stored {
            id: visit.id.clone(),
            code: visit.code.clone(),
            person: self.people[visit.person].to_string(),
            slot: self.model.slots[visit.slot].id.clone(),
            seat: visit.seat,
            state: visit.state,
            hold_until: visit.hold_until,
            changed_at: visit.changed_at,
            version: visit.events,
            events: visit.events,
        };
        let counters = |(number, slot): (usize, &crate::model::Slot)| {
            let (held, booked) = self.model.counters(number);
            (slot.id.clone(), held, booked)
        };
        let mut visits: Vec<Stored> = self.model.visits.iter().map(visit).collect();
        visits.sort_by(|a, b| a.id.cmp(&b.id));
        let mut slots: Vec<_> = self.model.slots.iter().enumerate().map(counters).collect();
        slots.sort();
        Facts { visits, counters: slots, messages: self.model.messages, texts: self.model.messages }
    }

    /// After all seeds: whatever else the program promises of its tables, and the audit chains of
    /// every instance that died.
    pub fn close(&self) {
        let (moment, vault) = (self.clock_now(), Arc::clone(&self.base.vault));
        let read = self.instances[0].ctx.db.read("driver.close", move |tx| {
            let mut broken = platform::audit::verify(tx, &vault)?.broken;
            for check in renshe::halls::Halls::new().expect("no twins").checks() {
                broken.extend((check.run)(tx, moment)?.broken.into_iter().map(|line| format!("{}: {line}", check.id)));
            }
            Ok::<_, DbFault>(broken)
        });
        assert_eq!(now(read).expect("read"), Vec::<String>::new());
    }

    /// The steps of the seed that failed.
    pub fn told(&self) -> String {
        self.history.join("\n")
    }

    fn note(&mut self, what: String) {
        self.history.push(format!("  {}  {what}", self.clock_now().datetime()));
    }

    fn clock_now(&self) -> kernel::Moment {
        self.base.now()
    }

    fn one_in(&self, n: u64) -> bool {
        self.choose.below(n) == 0
    }
}

fn few(figure: i64) -> usize {
    usize::try_from(figure).expect("a small figure")
}

fn a_monday_morning_moment() -> kernel::Moment {
    kernel::Clock::now(a_monday_morning().as_ref())
}

fn expect(of: &str, wanted: &Said, got: &Said) -> Result<(), String> {
    if wanted == got { Ok(()) } else { Err(format!("{of}: {wanted:?} expected, {got:?} answered")) }
}
