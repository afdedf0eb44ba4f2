//! Running one story on one engine: what `#[db_test]` writes calls this.

use std::future::Future;

use tokio::runtime::Builder;

use crate::must;
use crate::place::{Engine, Place, TestDb};

/// What a story may ask for: the database itself, or an app built over it.
pub trait Fixture: Sized {
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
    let place = Place::make(engine);
    let runtime = must(Builder::new_multi_thread().worker_threads(2).enable_all().build(), "building the runtime");
    runtime.block_on(async { story(F::open(place.handle()).await).await });
}
