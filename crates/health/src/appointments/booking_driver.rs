//! Seeded driver: random interleavings of several people at one small clinic, against the pure
//! model, with the invariants after each step.
//!
//! `RENSHE_SEEDS` sets how many seeds run (default 20,000); `RENSHE_SEED` runs one of them.

use kernel::{Fen, Moment, Rng, SeededRng};

use super::model::{
    Booking, Change, ClinicState, Decision, Event, Limits, Load, Mine, SlotView, State, Take, View, decide,
    decide_book, free_seat,
};

const PEOPLE: u64 = 5;
const STEPS: u64 = 60;
const HOLD_SECS: i64 = 900;
/// Few enough that they are met, and more than the one visit that a patient may have with a doctor in a half-day.
const LIMITS: Limits =
    Limits { hold_secs: HOLD_SECS, visits_most: 2, visits_a_day: 2, department_a_day: 2, bookings_a_day: 2 };

/// A mistake planted on purpose: the driver is only worth something if it finds each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    None,
    Oversell,
    PlaceLost,
    CancelledTwice,
    SeatByCount,
    SecondVisit,
    DeadHold,
    Hoard,
}

struct Row {
    person: u64,
    slot: usize,
    seat: i64,
    state: State,
    hold_until: Option<Moment>,
}

struct World {
    now: Moment,
    starts: Moment,
    slots: Vec<SlotView>,
    rows: Vec<Row>,
    bug: Bug,
}

impl World {
    fn new(rng: &SeededRng, bug: Bug) -> Self {
        let now = Moment::from_ms(1_760_000_000_000);
        let starts = now.plus_secs(4 * 3_600);
        let fee = if rng.below(2) == 0 { Fen::ZERO } else { Fen::new(2_500) };
        let count = 1 + rng.below(3);
        let slots = (0..count).map(|_| SlotView {
            capacity: 1 + i64::try_from(rng.below(3)).unwrap(),
            held: 0,
            booked: 0,
            state: if rng.below(10) > 0 { ClinicState::Open } else { ClinicState::CalledOff },
            book_until: starts,
            fee,
        });
        Self { now, starts, slots: slots.collect(), rows: Vec::new(), bug }
    }

    fn step(&mut self, rng: &SeededRng) {
        match rng.below(10) {
            0..=3 => self.book(rng.below(PEOPLE), usize::try_from(rng.below(self.slots.len() as u64)).unwrap()),
            4..=5 => self.event(rng, Event::Cancel),
            6 => self.event(rng, Event::Confirm),
            7 if rng.below(4) == 0 => self.event(rng, Event::UndoCheckIn),
            7 => self.event(rng, Event::CheckIn),
            8 => self.sweep(),
            _ => self.now = self.now.plus_secs(i64::try_from(rng.below(1_200)).unwrap()),
        }
    }

    fn book(&mut self, person: u64, slot: usize) {
        let active = self.rows.iter().find(|row| row.person == person && row.state.is_active());
        let mine = match active {
            None => Mine::None,
            Some(row) if row.slot == slot => Mine::SameSlot,
            Some(_) if self.bug == Bug::SecondVisit => Mine::None,
            Some(_) => Mine::OtherSlot,
        };
        let mut seen = self.slots[slot];
        if self.bug == Bug::Oversell {
            seen.capacity += 1;
        }
        let load = self.load(person, slot);
        if let Ok(Booking::Take(take)) = decide_book(&seen, mine, &load, &LIMITS, self.now) {
            self.take(person, slot, take);
        }
    }

    /// What a patient has, counted anew.
    fn load(&self, person: u64, slot: usize) -> Load {
        if self.bug == Bug::Hoard {
            return Load::default();
        }
        let own = || self.rows.iter().filter(move |row| row.person == person);
        let of = |count: usize| i64::try_from(count).unwrap();
        let active = || own().filter(|row| row.state.is_active());
        Load {
            visits: of(active().filter(|row| row.state != State::Attended).count()),
            that_day: of(active().count()),
            in_department: of(active().count()),
            at_that_time: of(active().filter(|row| row.slot == slot).count()),
            made_today: of(own().count()),
        }
    }

    fn take(&mut self, person: u64, slot: usize, take: Take) {
        let taken: Vec<i64> =
            self.rows.iter().filter(|row| row.slot == slot && row.state.is_active()).map(|row| row.seat).collect();
        let seat = if self.bug == Bug::SeatByCount { taken.len() as i64 + 1 } else { free_seat(&taken) };
        self.slots[slot] = self.slots[slot].plus(take.places);
        self.rows.push(Row { person, slot, seat, state: take.state, hold_until: take.hold_until });
    }

    fn event(&mut self, rng: &SeededRng, event: Event) {
        if !self.rows.is_empty() {
            let index = usize::try_from(rng.below(self.rows.len() as u64)).unwrap();
            self.apply(index, event);
        }
    }

    fn sweep(&mut self) {
        if self.bug == Bug::DeadHold {
            self.now = self.now.plus_secs(0);
        } else {
            (0..self.rows.len()).for_each(|index| self.apply(index, Event::Expire));
        }
    }

    fn apply(&mut self, index: usize, event: Event) {
        let row = &self.rows[index];
        let date = self.starts.date();
        let undo_until = (row.state == State::Attended).then(|| self.starts.plus_secs(1_800));
        let cancel_until = self.starts.minus_secs(1_800);
        let view = View { state: row.state, date, hold_until: row.hold_until, cancel_until, undo_until };
        match decide(&view, event, self.now) {
            Ok(Decision::Change(change)) => self.write(index, change),
            Ok(Decision::Already) if self.bug == Bug::CancelledTwice && event == Event::Cancel => {
                let slot = self.rows[index].slot;
                self.slots[slot].booked -= 1;
            }
            Ok(Decision::Already) | Err(_) => {}
        }
    }

    fn write(&mut self, index: usize, change: Change) {
        let row = &mut self.rows[index];
        assert_eq!(row.state, change.from);
        row.state = change.to;
        row.hold_until = None;
        if self.bug != Bug::PlaceLost || change.event != Event::Cancel {
            self.slots[row.slot] = self.slots[row.slot].plus(change.places);
        }
    }

    /// The invariants by their names in `renshe check`; the first broken one is returned.
    fn broken(&self) -> Option<&'static str> {
        for (index, slot) in self.slots.iter().enumerate() {
            let of = |state| self.rows.iter().filter(|row| row.slot == index && row.state == state).count() as i64;
            if slot.held < 0 || slot.booked < 0 || slot.left() < 0 {
                return Some("I-B01");
            }
            if slot.held != of(State::Held) || slot.booked != of(State::Booked) + of(State::Attended) {
                return Some("I-B02");
            }
        }
        for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| row.state.is_active()) {
            let others = || self.rows[index + 1..].iter().filter(|other| other.state.is_active());
            if others().any(|other| (other.slot, other.seat) == (row.slot, row.seat)) {
                return Some("I-B03");
            }
            if others().any(|other| other.person == row.person) {
                return Some("I-B05");
            }
            if (row.state == State::Held) != row.hold_until.is_some() {
                return Some("I-B04");
            }
        }
        let most = usize::try_from(LIMITS.bookings_a_day).unwrap();
        if (0..PEOPLE).any(|person| self.rows.iter().filter(|row| row.person == person).count() > most) {
            return Some("T43");
        }
        None
    }

    /// After the last sweep no hold may be past its time.
    fn dead_holds(&self) -> Option<&'static str> {
        self.rows
            .iter()
            .any(|row| row.state == State::Held && row.hold_until.is_some_and(|until| until <= self.now))
            .then_some("I-B04")
    }
}

fn run(seed: u64, bug: Bug) -> Result<(), String> {
    let rng = SeededRng::new(seed);
    let mut world = World::new(&rng, bug);
    for step in 0..STEPS {
        world.step(&rng);
        if let Some(name) = world.broken() {
            return Err(format!("{name} broken after step {step}"));
        }
    }
    world.now = world.now.plus_secs(HOLD_SECS);
    world.sweep();
    world.broken().or_else(|| world.dead_holds()).map_or(Ok(()), |name| Err(format!("{name} broken at the end")))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn booking_driver_keeps_the_invariants() {
    let seeds = match number("RENSHE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RENSHE_SEEDS").unwrap_or(20_000),
    };
    for seed in seeds {
        if let Err(what) = run(seed, Bug::None) {
            panic!("seed {seed}: {what}\nreplay: cargo xtask test --only driver --seed {seed}");
        }
    }
}

#[test]
fn booking_driver_finds_planted_bugs() {
    let bugs = [
        Bug::Oversell,
        Bug::PlaceLost,
        Bug::CancelledTwice,
        Bug::SeatByCount,
        Bug::SecondVisit,
        Bug::DeadHold,
        Bug::Hoard,
    ];
    for bug in bugs {
        let found = (0..2_000).find(|seed| run(*seed, bug).is_err());
        assert!(found.is_some(), "{bug:?} survived 2,000 seeds");
    }
}
