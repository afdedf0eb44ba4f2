//! An instance of the program as the driver sees it: an inline door whose commits can be made to
//! crash, and randomness whose first draw can be made to wait for somebody else.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use kernel::{Rng, SeededRng};
use platform::Ctx;
use platform::db::{Db, Fate, Target};

type Armed = Arc<Mutex<Plan>>;
type Between = Box<dyn FnOnce() + Send>;

/// What becomes of the next commits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Plan {
    #[default]
    Commit,
    /// So many are made, and the next one crashes.
    Crash(usize, Fate),
    /// It has crashed: a dead process commits nothing, whatever its use case still tries.
    Dead,
}

/// One instance.
pub struct Instance {
    pub ctx: Ctx,
    armed: Armed,
    draws: Arc<Draws>,
}

/// Use cases draw ids after their first look at the database and before the closure that writes. So
/// whatever runs at a draw happens between the two.
struct Draws {
    stream: SeededRng,
    between: Mutex<Option<Between>>,
}

impl Rng for Draws {
    fn fill(&self, out: &mut [u8]) {
        let between = self.between.lock().expect("no panic in here").take();
        if let Some(between) = between {
            between();
        }
        self.stream.fill(out);
    }
}

impl Instance {
    /// Opens an instance with a name that no other start has had. `seed` decides its ids.
    pub fn open(target: &Target, ctx: &Ctx, name: &str, seed: u64) -> Instance {
        let armed: Armed = Arc::default();
        let at_commit = Arc::clone(&armed);
        let hook = Arc::new(move |_| fate(&at_commit));
        let db = Db::open_inline(target, name, hook).expect("the inline door opens");
        let draws = Arc::new(Draws { stream: SeededRng::new(seed), between: Mutex::default() });
        Instance { ctx: Ctx { db, rng: draws.clone(), ..ctx.clone() }, armed, draws }
    }

    /// The same door with ids from another seed.
    pub fn reseed(&mut self, seed: u64) {
        self.draws = Arc::new(Draws { stream: SeededRng::new(seed), between: Mutex::default() });
        self.ctx.rng = self.draws.clone();
    }

    /// The commit after `skip` others crashes.
    pub fn crash_at(&self, skip: usize, fate: Fate) {
        *self.armed.lock().expect("no panic in here") = Plan::Crash(skip, fate);
    }

    /// `work` runs when the next id is drawn.
    pub fn at_next_draw(&self, work: impl FnOnce() + Send + 'static) {
        *self.draws.between.lock().expect("no panic in here") = Some(Box::new(work));
    }

    /// Whatever was ordered and did not happen is forgotten.
    pub fn disarm(&self) {
        *self.armed.lock().expect("no panic in here") = Plan::Commit;
        *self.draws.between.lock().expect("no panic in here") = None;
    }
}

fn fate(armed: &Armed) -> Fate {
    let mut plan = armed.lock().expect("no panic in here");
    let (next, fate) = match *plan {
        Plan::Commit => (Plan::Commit, Fate::Commit),
        Plan::Crash(0, fate) => (Plan::Dead, fate),
        Plan::Crash(left, fate) => (Plan::Crash(left - 1, fate), Fate::Commit),
        Plan::Dead => (Plan::Dead, Fate::CrashBefore),
    };
    *plan = next;
    fate
}

/// The value of a future that never waits: with the inline door every use case is one.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a use case waited for something that is not the database"),
    }
}
