//! What a wrong password is counted against. On a device where its owner has logged in before: that device's
//! own ladder. Elsewhere: the ladder of this name in this network neighbourhood, and beside it one for all
//! strangers together, which is longer: a stranger locks out the neighbourhood they sit in, and a crowd of
//! them everybody but the owner's devices (T03, T05).

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, LaneKey, Tx};

use super::guard::Guard;
use super::policy::LoginPolicy;
use super::store;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::gates::neighbourhood;

kernel::words! {
    /// Whose login names these are: the same text at two doors is two names.
    pub(crate) enum Door: "a door with a login" {
        /// Citizens.
        Citizens = "citizens",
        /// Staff.
        Desks = "desks",
    }
}

/// The budgets of one try.
#[derive(Clone)]
pub(crate) struct Budgets {
    /// All rows of a name are written in its one lane.
    lane: LaneKey,
    /// The nearest one, whose tries left are told.
    near: Blind,
    /// All strangers' together; `None` on a device of the name's owner.
    strangers: Option<Blind>,
}

/// Where a name stands after a wrong try, at the moment it was counted.
pub(crate) enum Counted {
    /// This many tries are left before a lock.
    Wrong { left: i64 },
    /// Locked for this many seconds.
    Locked { secs: i64 },
}

impl Budgets {
    /// The budgets for a name in its one form. `known`: the device, if its owner has logged in on it.
    pub(crate) fn of(ctx: &Ctx, door: Door, name: &str, known: Option<&str>) -> Budgets {
        let everybody = Blind::guard(&ctx.vault, door.as_str(), name, "");
        let lane = everybody.lane();
        match known {
            Some(device) => {
                let near = Blind::guard(&ctx.vault, door.as_str(), name, &format!("device {device}"));
                Budgets { lane, near, strangers: None }
            }
            None => {
                let place = format!("place {}", neighbourhood(&ctx.trace.ip));
                let near = Blind::guard(&ctx.vault, door.as_str(), name, &place);
                Budgets { lane, near, strangers: Some(everybody) }
            }
        }
    }

    /// Where the closures run that write these rows.
    pub(crate) fn lane(&self) -> LaneKey {
        self.lane
    }

    /// A short form for audit subjects.
    pub(crate) fn short(&self) -> String {
        self.near.short()
    }

    fn keys(&self) -> impl Iterator<Item = &Blind> {
        std::iter::once(&self.near).chain(&self.strangers)
    }

    /// Seconds until a try may be made; `None` if now.
    pub(crate) fn locked_secs(&self, tx: &mut Tx<'_>, now: Moment) -> Result<Option<i64>, DbFault> {
        let mut longest = None;
        for key in self.keys() {
            longest = longest.max(store::guard(tx, key)?.locked_secs(now));
        }
        Ok(longest)
    }

    /// Forgets wrong tries after a right one.
    pub(crate) fn forget(&self, tx: &mut Tx<'_>) -> Result<(), DbFault> {
        self.keys().try_for_each(|key| store::forget(tx, key))
    }

    /// Counts a wrong try; while a lock is in force nothing more is counted.
    pub(crate) async fn count_wrong(
        &self,
        ctx: &Ctx,
        name: &'static str,
        policy: &LoginPolicy,
        entry: AuditEntry,
    ) -> Result<Counted, Failure> {
        let (now, rules, mine) = (ctx.now(), policy.clone(), self.clone());
        let counted = ctx.db.write(self.lane(), name, move |tx| -> Result<Counted, DbFault> {
            let near = store::hold(tx, &mine.near, now)?;
            let far = match &mine.strangers {
                Some(key) => Some((key, store::hold(tx, key, now)?)),
                None => None,
            };
            let before = near.locked_secs(now).max(far.as_ref().and_then(|(_, guard)| guard.locked_secs(now)));
            if let Some(secs) = before {
                return Ok(Counted::Locked { secs });
            }
            let near = near.after_wrong(now, rules.tries, &rules);
            store::remember(tx, &mine.near, &near, now)?;
            let mut locked = near.locked_secs(now);
            if let Some((key, guard)) = far {
                let guard: Guard = guard.after_wrong(now, rules.strangers_tries, &rules);
                store::remember(tx, key, &guard, now)?;
                locked = locked.max(guard.locked_secs(now));
            }
            tx.audit(entry.clone());
            Ok(locked.map_or_else(|| Counted::Wrong { left: near.left(&rules) }, |secs| Counted::Locked { secs }))
        });
        Ok(counted.await?)
    }
}
