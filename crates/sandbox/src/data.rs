//! The sandbox's database: where it is, how it is opened, and how it is read while no sandbox runs.

use std::path::{Path, PathBuf};

use kernel::{Clock, Jump};
use platform::db::{Db, DbFault, DbSettings, Migration, Migrations, Target};
use platform::private;

use crate::settings::store::clock;
use crate::setup::{SandboxSettings, StartError};

/// How far the clock of the sandbox that keeps its data in a folder stood ahead of the machine's, in milliseconds, and how
/// it came there, the oldest jump first; `None` where no sandbox has ever been. Nothing is made. For commands that look at a demo while it may not be running.
///
/// # Errors
/// What is there cannot be read.
pub async fn stored_clock(data_dir: &Path) -> Result<Option<(i64, Vec<Jump>)>, DbFault> {
    let file = database_in(data_dir);
    if !file.is_file() {
        return Ok(None);
    }
    let mut settings = DbSettings::new(Target::Sqlite(file), "sandbox-clock");
    settings.readers = 1;
    let db = Db::open(settings).map_err(|error| DbFault::Down(error.to_string()))?;
    let stand = db.look("sandbox.clock", clock).await;
    drop(tokio::task::spawn_blocking(move || db.close()).await);
    stand.map(Some)
}

fn database_in(data_dir: &Path) -> PathBuf {
    data_dir.join("sandbox").join("sandbox.db")
}

pub(crate) async fn open(settings: &SandboxSettings) -> Result<Db, StartError> {
    let folder = settings.data_dir.join("sandbox");
    let made = private::make(&settings.data_dir).and_then(|()| private::folder(&folder));
    made.map_err(|source| StartError::Folder { folder: folder.clone(), source })?;
    let target = Target::Sqlite(database_in(&settings.data_dir));
    let (schema_of, now) = (target.clone(), settings.clock.now());
    // Migrating blocks, so it has a thread of its own; a panic there ends the start as well.
    let migrated = tokio::task::spawn_blocking(move || migrations().apply(&schema_of, now)).await;
    migrated.map_err(|_| StartError::Fault(DbFault::Panicked))??;
    let mut db = DbSettings::new(target, "sandbox");
    db.readers = 2;
    Db::open(db).map_err(StartError::Open)
}

/// The sandbox's own list, apart from the platform's.
fn migrations() -> Migrations {
    let parts = [
        ("sandbox", include_str!("../migrations/0001_sandbox.sql")),
        ("people", include_str!("../migrations/0002_people.sql")),
        ("face", include_str!("../migrations/0003_face.sql")),
        ("wechat_pay", include_str!("../migrations/0004_wechat_pay.sql")),
        ("insurer", include_str!("../migrations/0005_insurer.sql")),
        ("wechat_pay_truth", include_str!("../migrations/0006_wechat_pay_truth.sql")),
        ("witness", include_str!("../migrations/0007_witness.sql")),
        ("wechat_pay_ways", include_str!("../migrations/0008_wechat_pay_ways.sql")),
    ];
    let list = (1..).zip(parts);
    Migrations::new(
        list.map(|(version, (name, text))| Migration { version, name: name.to_owned(), text: text.to_owned() })
            .collect(),
    )
}
