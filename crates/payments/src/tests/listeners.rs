//! Whose thing an order pays for is chosen by its kind; of a kind that nobody knows nothing is changed.

use std::sync::Arc;

use platform::db::{DbFault, LaneKey};
use platform::{sql, vals};
use testkit::{TestDb, db_test};

use super::{Desk, Nobody, THING};
use crate::orders::begin::BeginError;
use crate::{ApplyError, Listener, Listeners, OrderState, Subject, UnheardError};

impl Desk {
    /// The first order becomes one of a program that sells something else.
    async fn haunt(&self) {
        let id = self.order.as_str().to_owned();
        let haunted = self.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.haunt", move |tx| {
            tx.exec(sql!("UPDATE pay_order SET subject_kind = 'ghost' WHERE id = $1"), vals![&id])
        });
        assert_eq!(haunted.await.unwrap(), 1);
    }

    /// The kinds that nobody listens to.
    async fn unheard(&self, listeners: &Listeners) -> Vec<String> {
        match listeners.verify(&self.ctx).await {
            Ok(()) => Vec::new(),
            Err(UnheardError::Kinds(kinds)) => kinds,
            Err(UnheardError::Fault(fault)) => panic!("{fault}"),
        }
    }
}

#[test]
fn nobody_shares_a_kind() {
    let nobody = || Arc::new(Nobody) as Arc<dyn Listener>;
    let told = Listeners::of([(THING, nobody()), (Subject::new("other"), nobody()), (THING, nobody())]);
    assert_eq!(told.err().as_deref(), Some("two listen to the orders of «thing»"));
}

#[db_test]
async fn every_kind_in_the_database_is_looked_for(db: TestDb) {
    let desk = Desk::open(&db).await;
    let (own, none) = (Arc::clone(&desk.pay.listeners), Listeners::of([]).unwrap());
    assert_eq!(desk.unheard(&own).await, Vec::<String>::new());
    assert_eq!(desk.unheard(&none).await, ["thing"]);
    desk.haunt().await;
    desk.another("apt_2").await;
    desk.another("apt_3").await;
    assert_eq!(desk.unheard(&own).await, ["ghost"]);
    assert_eq!(desk.unheard(&none).await, ["ghost", "thing"]);
    let said = none.verify(&desk.ctx).await.unwrap_err().to_string();
    assert!(said.contains("orders of «ghost», «thing» are in this database"), "{said}");
}

#[db_test]
async fn nothing_is_written_of_an_order_that_nobody_listens_to(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.haunt().await;
    let fault = match desk.pay(2_500).await {
        Err(BeginError::Apply(ApplyError::Fault(fault)) | BeginError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault, DbFault::Corrupt("nobody listens to orders of «ghost»".to_owned()));
    let order = desk.found().await;
    assert_eq!((order.state, order.attempts.len()), (OrderState::Open, 0));
}
