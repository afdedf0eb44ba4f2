//! Running one story on one engine: what `#[db_test]` writes calls this.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::must;
use crate::place::{Engine, Place, TestDb};
use crate::template::Ground;

/// What a story may ask for: the database itself, or an app built over it.
pub trait Fixture: Sized {
    /// The name of what lies in its databases from the beginning, of small letters; empty for the tables alone.
    const GROUND: &'static str = "";

    /// Lays the ground: called once for each engine, and each story has a copy. What is written must be the same every time.
    fn lay(db: TestDb) -> impl Future<Output = ()> {
        drop(db);
        async {}
    }

    /// Builds it over a fresh database.
    fn open(db: TestDb) -> impl Future<Output = Self>;
}

impl Fixture for TestDb {
    async fn open(db: TestDb) -> TestDb {
        db
    }
}

/// Makes a database on `engine`, runs the story with it and removes it again, however it ends.
///
/// Must not be called inside an async context: it builds the runtime itself, so that the database's
/// threads outlive every task that uses them.
///
/// # Panics
/// When the story does, or when the database cannot be made.
pub fn run<F: Fixture, Story: Future<Output = ()>>(engine: Engine, story: impl Fn(F) -> Story) {
    // Declared first, so dropped last: when the runtime is gone, nobody uses the database any more.
    let ground = Ground { name: F::GROUND, lay: |db| runtime().block_on(F::lay(db)) };
    let place = Place::make(engine, ground);
    runtime().block_on(async { story(F::open(place.handle()).await).await });
}

fn runtime() -> Runtime {
    must(Builder::new_multi_thread().worker_threads(2).enable_all().build(), "building the runtime")
}
