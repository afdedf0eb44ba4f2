//! kill -9 at any moment: whatever was acknowledged is there.
//!
//! The test runs its own binary as a child that writes and prints each acknowledgement, and kills
//! it in the middle.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use platform::db::{Db, DbSettings, Target};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{lane, put, written};

const TARGET: &str = "RENSHE_DOOR_CHILD_TARGET";
const ACKNOWLEDGED_BEFORE_KILL: usize = 120;

#[db_test]
async fn a_killed_process_loses_nothing_acknowledged(t: Door) {
    let url = t.test.url.clone();
    let acknowledged = tokio::task::spawn_blocking(move || kill_a_writer(&url)).await.expect("joined");
    assert!(acknowledged.len() >= ACKNOWLEDGED_BEFORE_KILL);
    for key in acknowledged {
        let key: &'static str = Box::leak(key.into_boxed_str());
        assert_eq!(written(&t.db, key).await.as_deref(), Some("here"), "{key} was acknowledged and is gone");
    }
}

fn kill_a_writer(url: &str) -> Vec<String> {
    let binary = std::env::current_exe().expect("this binary");
    let mut child = Command::new(binary)
        .args(["--exact", "kill::child_that_writes", "--nocapture"])
        .env(TARGET, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut acknowledged = Vec::new();
    while acknowledged.len() < ACKNOWLEDGED_BEFORE_KILL {
        let line = lines.next().expect("the child goes on").expect("text");
        acknowledged.extend(line.strip_prefix("ack ").map(str::to_owned));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ").map(str::to_owned)));
    acknowledged
}

/// Not a test by itself: the child of the test above. Without the variable it does nothing.
#[test]
#[expect(clippy::print_stdout, reason = "the parent reads the acknowledgements")]
fn child_that_writes() {
    let Ok(url) = std::env::var(TARGET) else { return };
    let target = Target::parse(&url).expect("a target");
    let db = Arc::new(Db::open(DbSettings::new(target, "child")).expect("opened"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let writers = (0..8).map(|writer| {
            let db = Arc::clone(&db);
            tokio::spawn(async move {
                for number in 0..100_000 {
                    let key = format!("kill {writer} {number}");
                    let wanted = key.clone();
                    if db.write(lane(&writer.to_string()), "kill", move |tx| put(tx, &wanted, "here")).await.is_ok() {
                        println!("ack {key}");
                    }
                }
            })
        });
        futures_util::future::join_all(writers).await;
    });
}
