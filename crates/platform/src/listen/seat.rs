//! What one connection is doing, for the decision whose place is taken.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::neighbourhood::Neighbourhood;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Shaking hands, or nothing has come yet of its first request, or not all of a head.
    Beginning,
    /// Between two requests.
    Idle,
    /// A request's body is waited for.
    Reading,
    /// A request is being worked on.
    Working,
    /// The other side takes its time to read an answer.
    Writing,
}

impl Doing {
    const ALL: [Doing; 5] = [Doing::Beginning, Doing::Idle, Doing::Reading, Doing::Working, Doing::Writing];

    /// A request has begun that must not be dropped when the service stops.
    pub(super) fn is_under_way(self) -> bool {
        matches!(self, Doing::Reading | Doing::Working | Doing::Writing)
    }

    /// How readily its place is given to somebody else after this long in its state; `None`: never. Between two
    /// requests nobody loses anything, browsers connect again, but who has just been answered will soon ask again. Who
    /// reads or sends slowly may be on a bad network, and so may who has only just come: they are the last to give.
    fn taken_after(self, age: Duration) -> Option<u8> {
        let secs = age.as_secs();
        match self {
            Doing::Beginning if secs >= 1 => Some(3),
            Doing::Idle if secs >= 5 => Some(3),
            Doing::Idle => Some(2),
            Doing::Reading | Doing::Writing if secs >= 3 => Some(1),
            Doing::Beginning | Doing::Reading | Doing::Writing => Some(0),
            Doing::Working => None,
        }
    }
}

/// What a connection has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    /// The service stops: finish what is under way.
    Finish,
    /// Somebody else needs the place, or there is no more time.
    Leave,
}

/// One connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    /// The neighbourhood it comes from; `None` for a proxy, which stands for everybody behind it.
    pub(super) whose: Option<Neighbourhood>,
    /// Where it stands among all, and among its neighbourhood's. Written under the crowd's lock only.
    pub(super) places: [AtomicUsize; 2],
    born: Instant,
    doing: AtomicU8,
    since_ms: AtomicU64,
    told: AtomicU8,
    call: Notify,
    /// The answer to the request in hand has been made; what is left of it is to be written.
    answered: AtomicBool,
}

impl Seat {
    pub(super) fn new(whose: Option<Neighbourhood>) -> Seat {
        Seat {
            whose,
            places: [AtomicUsize::new(0), AtomicUsize::new(0)],
            born: Instant::now(),
            doing: AtomicU8::new(0),
            since_ms: AtomicU64::new(0),
            told: AtomicU8::new(0),
            call: Notify::new(),
            answered: AtomicBool::new(false),
        }
    }

    pub(super) fn doing(&self) -> Doing {
        Doing::ALL.get(usize::from(self.doing.load(Ordering::Relaxed))).copied().unwrap_or(Doing::Working)
    }

    /// Changes what the connection is doing; the time in that state starts anew.
    pub(super) fn goes_over(&self, doing: Doing) {
        if self.doing() == doing {
            return;
        }
        let at = Doing::ALL.iter().position(|one| *one == doing).unwrap_or(0);
        self.since_ms.store(millis(self.born.elapsed()), Ordering::Relaxed);
        self.doing.store(u8::try_from(at).unwrap_or(0), Ordering::Relaxed);
    }

    /// How worthwhile it is to take this place: the lightness first, then the time.
    pub(super) fn worth_taking(&self) -> Option<(u8, Duration)> {
        let since = Duration::from_millis(self.since_ms.load(Ordering::Relaxed));
        let age = self.born.elapsed().saturating_sub(since);
        Some((self.doing().taken_after(age)?, age))
    }

    /// Tells the connection what to do; a later word never weakens an earlier one.
    pub(super) fn tell(&self, what: Told) {
        let code = match what {
            Told::Nothing => 0,
            Told::Finish => 1,
            Told::Leave => 2,
        };
        self.told.fetch_max(code, Ordering::SeqCst);
        self.call.notify_one();
    }

    /// What it has been told so far.
    pub(super) fn told(&self) -> Told {
        match self.told.load(Ordering::SeqCst) {
            0 => Told::Nothing,
            1 => Told::Finish,
            _ => Told::Leave,
        }
    }

    /// Waits until it is told something; a word that came before counts.
    pub(super) async fn is_told(&self) -> Told {
        self.call.notified().await;
        self.told()
    }

    pub(super) fn answer_is_made(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) fn takes_next(&self) {
        self.answered.store(false, Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
