//! An audit cannot be shortened unseen: each attack by somebody who may do anything in the database and nothing outside it,
//! and what happens when an honest backup is put back.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::audit::{self, AcknowledgeError, Carried, FolderWitness, Outside, Verdict, Witness};
use platform::check;
use platform::db::{DbFault, LaneKey, Tx};
use platform::{sql, vals};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::lane;

/// A city with a witness.
struct City {
    ctx: Ctx,
    witness: FolderWitness,
    folder: PathBuf,
}

impl City {
    fn of(t: &Door) -> City {
        let (ctx, _) = t.ctx();
        let name = format!("renshe-witness-{}-{:p}", std::process::id(), Arc::as_ptr(&ctx.vault));
        let folder = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&folder));
        let witness = FolderWitness::new(folder.clone(), Arc::clone(&ctx.vault));
        City { ctx, witness, folder }
    }

    async fn act(&self) {
        let entry = self.ctx.act("scratch.done", "something", serde_json::json!({}));
        let done = self.ctx.db.write(lane("act"), "act", move |tx| {
            tx.audit(entry.clone());
            Ok::<_, DbFault>(())
        });
        done.await.expect("done");
    }

    /// Something is done, and an anchor covers it; returns its number.
    async fn anchored(&self) -> i64 {
        self.act().await;
        let (vault, now) = (self.ctx.vault.clone(), self.ctx.now());
        let key = LaneKey::of("audit", "anchor");
        let made = self.ctx.db.write(key, "anchor", move |tx| audit::anchor(tx, &vault, now)).await.expect("anchored");
        made.expect("it has grown").n
    }

    async fn carry(&self) -> Carried {
        audit::carry(&self.ctx, &self.witness).await.expect("carried")
    }

    /// Anchors 1 to `many`, all with the witness.
    async fn lived(&self, many: i64) {
        for n in 1..=many {
            assert_eq!(self.anchored().await, n);
        }
        assert_eq!(self.carry().await, Carried { anchors: many.unsigned_abs(), shortened: None });
    }

    async fn change(&self, act: impl Fn(&mut Tx<'_>) -> Result<u64, DbFault> + Send + 'static) {
        assert!(self.ctx.db.write(lane("insider"), "insider", act).await.expect("changed") > 0);
    }

    async fn inside(&self) -> Verdict {
        let vault = self.ctx.vault.clone();
        self.ctx.db.read("verify", move |tx| audit::verify(tx, &vault)).await.expect("verified")
    }

    async fn outside(&self) -> Outside {
        let mut all = Outside::default();
        for file in self.witness.files().await.expect("files") {
            let (anchors, _) = self.witness.read(file).await.expect("read");
            let (vault, after) = (self.ctx.vault.clone(), all.newest);
            let read = self.ctx.db.read("outside", move |tx| audit::lines(tx, &vault, ("W", after), &anchors));
            all.add(read.await.expect("compared"));
        }
        all
    }

    async fn whole(&self) {
        assert_eq!(self.inside().await.broken, Vec::<String>::new());
        assert_eq!(self.outside().await.broken, Vec::<String>::new());
        let now = self.ctx.now();
        for invariant in check::checks() {
            let asked = self.ctx.db.read("check", move |tx| (invariant.run)(tx, now)).await.expect("asked");
            assert_eq!(asked.broken, Vec::<String>::new());
        }
    }

    /// The database as it was when it had `n` anchors: what a backup of then would bring back, with a process that starts
    /// on it. Each act is one row, after the row that opens the chain.
    async fn back_to(&mut self, t: &Door, n: i64) {
        self.change(move |tx| {
            tx.exec(sql!("DELETE FROM audit WHERE n > $1"), vals![n + 1])?;
            tx.exec(sql!("UPDATE audit_anchored SET n = $1 WHERE chain <> ''"), vals![n + 1])?;
            tx.exec(sql!("DELETE FROM audit_anchor WHERE n > $1"), vals![n])
        })
        .await;
        self.ctx.db = t.again(|settings| settings.instance = format!("after{n}"));
    }

    async fn file(&self) -> PathBuf {
        self.witness.files().await.expect("files").pop().expect("one file")
    }
}

impl Drop for City {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

#[track_caller]
fn says(broken: &[String], what: &str) {
    assert!(broken.iter().any(|line| line.contains(what)), "{what} is not in {broken:?}");
}

#[db_test]
async fn what_is_whole_is_told_as_whole_and_carried_once(t: Door) {
    let city = City::of(&t);
    city.lived(3).await;
    assert_eq!(city.carry().await, Carried::default());
    city.whole().await;
    let (inside, outside) = (city.inside().await, city.outside().await);
    assert_eq!((inside.chains, inside.rows, inside.anchors), (1, 4, 3));
    assert_eq!((outside.anchors, outside.newest, outside.lost), (3, 3, 0));
    // Another start goes on in the same epoch.
    let again = Ctx { db: t.again(|_| {}), ..city.ctx.clone() };
    audit::carry(&again, &city.witness).await.expect("carried");
    city.anchored().await;
    city.carry().await;
    city.whole().await;
}

#[db_test]
async fn the_last_rows_are_cut_off_with_the_anchors_that_name_them(t: Door) {
    let mut city = City::of(&t);
    city.lived(3).await;
    city.back_to(&t, 2).await;
    assert!(city.inside().await.is_whole(), "nothing inside can tell");
    says(&city.outside().await.broken, "W knows anchor 3, and the database does not hold it: SHORTENED");
    let seen = city.witness.newest().await.expect("asked").expect("an anchor");
    let read = city.ctx.db.read("known", move |tx| audit::known_outside(tx, "W", &seen)).await.expect("read");
    says(&Vec::from_iter(read), "SHORTENED: W knows anchor 3 of this database, and its newest is 2");
}

#[db_test]
async fn a_whole_chain_is_taken_out(t: Door) {
    let city = City::of(&t);
    city.lived(2).await;
    city.change(|tx| {
        tx.exec(sql!("DELETE FROM audit"), vals![])?;
        tx.exec(sql!("DELETE FROM audit_anchored"), vals![])?;
        tx.exec(sql!("DELETE FROM audit_chain"), vals![])
    })
    .await;
    says(&city.inside().await.broken, "which is missing");
}

#[db_test]
async fn a_byte_is_changed_in_an_anchor_in_a_row_or_outside(t: Door) {
    let city = City::of(&t);
    city.lived(3).await;
    city.change(|tx| tx.exec(sql!("UPDATE audit SET subject = 'nothing' WHERE n = 2"), vals![])).await;
    says(&city.inside().await.broken, "row 2: was changed after it was written");
    city.change(|tx| tx.exec(sql!("UPDATE audit_anchor SET at = at + 1 WHERE n = 2"), vals![])).await;
    says(&city.inside().await.broken, "anchor 2: was changed after it was written");
    says(&city.outside().await.broken, "W knows anchor 2, and the database holds another");
    let text = fs::read_to_string(city.file().await).expect("read");
    fs::write(city.file().await, text.replacen("\"at_ms\":1", "\"at_ms\":2", 1)).expect("written");
    says(&city.outside().await.broken, "exported anchor 1: was changed after it was written");
}

#[db_test]
async fn the_witness_is_robbed(t: Door) {
    let city = City::of(&t);
    city.lived(4).await;
    let text = fs::read_to_string(city.file().await).expect("read");
    let lines: Vec<&str> = text.lines().collect();
    fs::write(city.file().await, format!("{}\n{}\n{}\n", lines[0], lines[1], lines[3])).expect("written");
    says(&city.outside().await.broken, "W: anchor 3 was taken out of it");
    fs::remove_file(city.file().await).expect("removed");
    let before = Moment::from_ms(i64::MAX);
    let missing = async |newest: i64| {
        city.ctx.db.read("missing", move |tx| audit::not_carried(tx, "W", newest, before)).await.expect("read")
    };
    says(&Vec::from_iter(missing(0).await), "W does not have anchor 1");
    assert_eq!(missing(4).await, None);
    // It is filled again by the next run, from what the database still has.
    assert_eq!(city.carry().await.anchors, 4);
    city.whole().await;
}

#[db_test]
async fn a_line_that_nobody_signed_begins_no_epoch_and_is_found(t: Door) {
    let city = City::of(&t);
    city.lived(3).await;
    let text = fs::read_to_string(city.file().await).expect("read");
    let last = text.lines().last().expect("a line");
    let forged = |n: i64| last.replace("\"n\":3,", &format!("\"n\":{n},"));
    fs::write(city.file().await, format!("{text}{}\n", forged(9))).expect("written");
    let far = city.folder.join(format!("anchors-{:06}.jsonl", i64::MAX / 10_000));
    fs::write(&far, format!("{}\n", forged(i64::MAX))).expect("written");
    assert_eq!(city.carry().await, Carried::default(), "only what we signed counts as known");
    assert_eq!(city.anchored().await, 4);
    assert_eq!(city.carry().await.anchors, 1);
    let broken = city.outside().await.broken;
    says(&broken, "W: exported anchor 9: was changed");
    assert!(broken.iter().all(|line| !line.contains("SHORTENED")), "{broken:?}");
    fs::remove_file(far).expect("removed");
}

#[db_test]
async fn notes_are_moved_so_that_what_comes_is_never_anchored(t: Door) {
    let city = City::of(&t);
    city.lived(1).await;
    city.change(|tx| tx.exec(sql!("UPDATE audit_anchored SET n = 900 WHERE chain <> ''"), vals![])).await;
    says(&city.inside().await.broken, "is noted as anchored up to row 900; the anchors say 2");
}

#[db_test]
async fn what_has_no_anchor_after_a_minute_is_told(t: Door) {
    let city = City::of(&t);
    city.lived(1).await;
    city.act().await;
    let late = async |secs: i64| {
        let before = city.ctx.now().plus_secs(secs);
        city.ctx.db.read("late", move |tx| audit::not_anchored(tx, before)).await.expect("read")
    };
    assert_eq!(late(-60).await, Vec::<String>::new());
    says(&late(61).await, "no anchor covers what came after row 2");
}

#[db_test]
async fn a_backup_that_was_put_back_goes_on_in_a_new_epoch_that_a_person_acknowledges(t: Door) {
    let mut city = City::of(&t);
    city.lived(5).await;
    city.back_to(&t, 2).await;
    // The next start finds out before it serves, and goes on.
    let epoch = city.carry().await.shortened.expect("noticed");
    assert_eq!((epoch.epoch, epoch.common_n, epoch.found_n, epoch.lost_n), (2, 2, 2, 5));
    assert_eq!(city.anchored().await, 6, "no number stands for two anchors");
    assert_eq!(city.carry().await.shortened.map(|epoch| epoch.epoch), Some(2), "said until a person has looked");
    for broken in [city.inside().await.broken, check_audit(&city).await] {
        assert_eq!(broken.len(), 1, "{broken:?}");
        says(&broken, "epoch 2");
        says(&broken, "SHORTENED: anchors 3 to 5 are known outside");
        says(&broken, "renshe audit acknowledge --epoch 2");
    }
    assert_eq!(city.outside().await.broken, Vec::<String>::new(), "what is missing there is explained");

    let nobody = audit::acknowledge(&city.ctx, 2, " ", "a drill").await;
    assert!(matches!(nobody, Err(AcknowledgeError::Empty)), "{nobody:?}");
    assert!(matches!(audit::acknowledge(&city.ctx, 3, "x", "y").await, Err(AcknowledgeError::NoSuch(3))));
    audit::acknowledge(&city.ctx, 2, "王敏", "put back last night's backup after the disk failed")
        .await
        .expect("noted");
    assert!(matches!(audit::acknowledge(&city.ctx, 2, "x", "y").await, Err(AcknowledgeError::Already { .. })));
    city.whole().await;
    assert_eq!(city.outside().await.lost, 3);
    let acts = city.ctx.db.read("acts", |tx| {
        let by = sql!("SELECT act, detail FROM audit WHERE subject = 'epoch:2' ORDER BY n");
        tx.query(by, vals![], |row| Ok((row.text(0)?, row.text(1)?)))
    });
    let acts = acts.await.expect("read");
    assert_eq!(acts.len(), 2);
    assert!(acts[1].0 == "audit.epoch_acknowledged" && acts[1].1.contains("王敏"), "{acts:?}");
    // And it goes on: another anchor, another start, and another restore.
    assert_eq!(city.anchored().await, 7);
    assert_eq!(city.carry().await, Carried { anchors: 1, shortened: None });
    city.whole().await;
}

async fn check_audit(city: &City) -> Vec<String> {
    let now = city.ctx.now();
    let mut broken = Vec::new();
    for invariant in check::checks() {
        broken.extend(city.ctx.db.read("check", move |tx| (invariant.run)(tx, now)).await.expect("asked").broken);
    }
    broken
}

#[db_test]
async fn a_restore_that_is_noticed_late_is_followed_too(t: Door) {
    let mut city = City::of(&t);
    city.lived(6).await;
    city.back_to(&t, 3).await;
    // The witness was away: the same numbers are given out again.
    assert_eq!((city.anchored().await, city.anchored().await), (4, 5));
    says(&city.outside().await.broken, "W knows anchor 4, and the database holds another");
    let epoch = city.carry().await.shortened.expect("noticed");
    assert_eq!((epoch.common_n, epoch.found_n, epoch.lost_n), (3, 5, 6));
    assert_eq!(city.anchored().await, 7);
    audit::acknowledge(&city.ctx, 2, "王敏", "a drill").await.expect("noted");
    city.carry().await;
    city.whole().await;
    // A second restore, to before the first was noticed, begins the epoch after it anew.
    assert_eq!(city.anchored().await, 8);
    city.carry().await;
    let forget = |tx: &mut Tx<'_>| tx.exec(sql!("DELETE FROM audit_epoch"), vals![]);
    city.change(forget).await;
    says(&city.inside().await.broken, "anchors 6 to 6 are missing");
}

#[db_test]
async fn an_epoch_that_somebody_without_the_keys_wrote_is_found(t: Door) {
    let mut city = City::of(&t);
    city.lived(3).await;
    city.back_to(&t, 1).await;
    city.change(|tx| {
        tx.exec(
            sql!(
                "INSERT INTO audit_epoch (epoch, witness, common_n, found_n, lost_n, lost_hash, at, signature, acknowledged_at, \
                 acknowledged_by, why, acknowledgement) VALUES (2, 'W', 1, 1, 3, $1, 5, $1, 6, 'me', 'because', $1)"
            ),
            vals![vec![7_u8; 64]],
        )
    })
    .await;
    says(&city.inside().await.broken, "epoch 2 (noticed 1970-01-01");
    says(&city.inside().await.broken, "was changed after it was written");
}

#[db_test]
async fn many_anchors_are_compared_by_halves(t: Door) {
    let mut city = City::of(&t);
    city.lived(20).await;
    for (epoch, kept) in [(2, 13), (3, 13)] {
        if epoch == 2 {
            city.back_to(&t, kept).await;
            let found = city.carry().await.shortened.expect("noticed");
            assert_eq!((found.epoch, found.common_n, found.lost_n), (2, 13, 20));
            audit::acknowledge(&city.ctx, 2, "王敏", "a drill").await.expect("noted");
        } else {
            let last = city.anchored().await;
            assert_eq!(last, 21);
            city.anchored().await;
            city.carry().await;
            city.change(|tx| tx.exec(sql!("DELETE FROM audit_anchor WHERE n > 21"), vals![])).await;
            let found = city.carry().await.shortened.expect("noticed");
            assert_eq!((found.epoch, found.common_n, found.lost_n), (3, 21, 22));
        }
    }
}
