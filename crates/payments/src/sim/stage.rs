//! Where whole runs take place: a migrated database with one insured person, for many orders.

use std::sync::Arc;

use identity::{InstitutionId, PersonId, Ports};
use kernel::{Moment, ShortNo};
use platform::Ctx;
use platform::db::{DbFault, Target};
use testkit::{TestDb, a_monday_morning, test_ctx};

use super::room::{Plan, Ran, run};
use super::whole::{SUBJECT, Whole};
use crate::NewOrder;
use crate::orders::OrderId;
use crate::ports::Care;
use crate::tests::partners;

/// A migrated database with one insured person, for many runs.
pub(super) struct Stage {
    pub(super) target: Target,
    pub(super) base: Ctx,
    pub(super) identity: Arc<Ports>,
    pub(super) person: PersonId,
}

impl Stage {
    pub(super) async fn open(db: &TestDb) -> Stage {
        let clock = a_monday_morning();
        let base = test_ctx(db, clock.clone());
        let (person, _) = identity::demo::crowd(&base, 1).await.unwrap().remove(0);
        let insurer = Arc::new(partners::World::new(clock));
        let identity = Arc::new(Ports { faces: insurer.clone(), cards: insurer.clone(), insurer });
        identity::ask_insurer(&base, &identity, &person).await.unwrap();
        Stage { target: db.target().clone(), base, identity, person }
    }

    /// One run. `name` tells runs of one stage apart.
    pub(super) fn run(&self, name: &str, seed: u64, plan: Plan) -> Ran {
        run(seed, plan, |world, plan| Whole::open(self, name, seed, world, plan))
    }

    /// What the program promises of its tables; blocked orders wait for a person and are no promise broken.
    pub(super) async fn check(&self) -> Vec<String> {
        // A day after all of it: what is waited for has come.
        let after = self.base.now().plus_secs(86_400);
        let read = self.base.db.read("sim.check", move |tx| {
            let mut broken = Vec::new();
            // I-M11 compares moments, which say nothing where the clock was moved back: the judge asks it at each step. I-I04
            // asks for a directory: here each order has an institution of its own, whose account is its books.
            let checks = crate::checks().into_iter().filter(|check| !["I-M11", "I-I04"].contains(&check.id));
            for check in checks.chain(ledger::checks()) {
                let result = (check.run)(tx, after)?;
                broken.extend(result.broken.into_iter().map(|line| format!("{}: {line}", check.id)));
            }
            Ok::<_, DbFault>(broken)
        });
        read.await.unwrap()
    }
}

/// An institution of this order's own.
fn institution_of(id: &OrderId) -> InstitutionId {
    let (_, body) = id.as_str().split_once('_').unwrap();
    format!("hos_{body}").parse().unwrap()
}

/// The one order of a run.
pub(super) fn order_of(id: &OrderId, person: &PersonId, plan: &Plan, now: Moment) -> NewOrder {
    let total = plan.insurer.total;
    NewOrder {
        id: id.clone(),
        no: ShortNo::parse("1234567897").unwrap(),
        subject: SUBJECT,
        subject_id: id.as_str().to_owned(),
        person: person.clone(),
        institution: institution_of(id),
        total,
        deadline: now.plus_secs(plan.open_secs),
        lane: ("visit", id.as_str().to_owned()),
        care: Care {
            visit_no: id.as_str().to_owned(),
            med_type: "12".to_owned(),
            begins_at: now.plus_secs(86_400),
            department_code: "d".to_owned(),
            department: "眼科".to_owned(),
            doctor_code: "d".to_owned(),
            doctor: "单文".to_owned(),
            item_code: "GHF".to_owned(),
            total,
        },
        title: "测试医院 挂号费".to_owned(),
        title_en: "Test Hospital, visit fee".to_owned(),
        href: "/".to_owned(),
        now,
    }
}
