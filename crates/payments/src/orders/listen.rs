//! Who is told when an order changes: calls go down, events go up (architecture, rule 1). The context whose
//! thing is paid listens, in the same closure.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use identity::messages::PreparedMessage;
use kernel::{Fen, Moment};
use platform::Ctx;
use platform::db::{DbFault, Tx};

use ui::Page;

use super::model::OrderState;
use super::store::{self, Order};

/// A kind of thing that is paid for, by the name that its orders are stored under: `appointment`. Who owns the things has
/// one constant of it, opens orders with that and hands it up with their listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject(&'static str);

impl Subject {
    /// The kind of this name. What is stored keeps it for ever: it must not change.
    pub const fn new(name: &'static str) -> Subject {
        Subject(name)
    }

    /// The name, as `pay_order.subject_kind` has it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A line of what an order pays for, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The most important part: who, and when.
    pub title: String,
    /// The part beside it: where, and for whom.
    pub detail: String,
    /// A person's name after that, Chinese in every language; empty for none.
    pub name: String,
}

/// What the person brings along to what is paid: its barcode, with when and where to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// How the thing stands now that it is paid, in its own word.
    pub state: String,
    /// The digits under the bars.
    pub digits: String,
    /// What they are called.
    pub caption: String,
    /// When, and how much earlier.
    pub when: String,
    /// Where, and what to do there.
    pub place: String,
    /// Who is to be met there, and for whom it is.
    pub who: Fact,
}

/// The way to the same thing once more, where this one has come to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// Where it begins.
    pub href: String,
    /// What the button says.
    pub label: String,
}

/// A change of an order's state.
#[derive(Debug)]
pub struct News<'a> {
    /// The order as it is now.
    pub order: &'a Order,
    /// Where it came from.
    pub from: OrderState,
    /// Where it stands.
    pub to: OrderState,
    /// When.
    pub now: Moment,
}

/// What a person is told of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// The state that it has come to.
    State,
    /// It is paid, and so much more than it costs came in and goes back by itself.
    Extra(Fen),
    /// It ends, and own money did not reach the person: somebody looks after it.
    Stuck,
}

/// Listens to the orders of one [`Subject`]: it is never told of others ([`Listeners`]).
#[async_trait]
pub trait Listener: Send + Sync {
    /// In the closure that changes the order, which runs in the lane of the subject. It may be run again.
    ///
    /// # Errors
    /// What broke; the change then does not happen.
    fn changed(&self, tx: &mut Tx<'_>, ctx: &Ctx, news: &News<'_>) -> Result<(), DbFault>;

    /// The order was told to end, and no money can come in by what was asked of partners: whatever was kept for it is
    /// free, though what came in may still be on its way back. In the closure of the change; told more than once.
    ///
    /// # Errors
    /// What broke; the change then does not happen.
    fn ended(&self, tx: &mut Tx<'_>, ctx: &Ctx, order: &Order, now: Moment) -> Result<(), DbFault>;

    /// The message to the person; `None` where there is nothing to say.
    async fn message(
        &self,
        ctx: &Ctx,
        order: &Order,
        telling: Telling,
    ) -> Result<Option<PreparedMessage>, identity::Failure>;

    /// What is paid for, for the person to check once more; nothing where the order's title says it all.
    ///
    /// # Errors
    /// What broke.
    async fn facts(&self, _ctx: &Ctx, _order: &Order, _page: &Page) -> Result<Vec<Fact>, DbFault> {
        Ok(Vec::new())
    }

    /// What the person brings along once all is paid; nothing where there is no such thing, or no more.
    ///
    /// # Errors
    /// What broke.
    async fn pass(&self, _ctx: &Ctx, _order: &Order, _page: &Page) -> Result<Option<Pass>, DbFault> {
        Ok(None)
    }

    /// The way to the same thing once more; nothing while this one stands.
    ///
    /// # Errors
    /// What broke.
    async fn again(&self, _ctx: &Ctx, _order: &Order, _page: &Page) -> Result<Option<Again>, DbFault> {
        Ok(None)
    }
}

/// Who listens to which kind of subject: made once at a start, held by whatever changes orders.
pub struct Listeners(BTreeMap<&'static str, Arc<dyn Listener>>);

/// Why a program must not change the orders of a database.
#[derive(Debug, thiserror::Error)]
pub enum UnheardError {
    /// Nobody would follow what became of these.
    #[error(
        "orders of {} are in this database, and nothing in this program listens to them; start the program that wrote them",
        quoted(.0)
    )]
    Kinds(Vec<String>),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

fn quoted(kinds: &[String]) -> String {
    let each: Vec<String> = kinds.iter().map(|kind| format!("«{kind}»")).collect();
    each.join(", ")
}

impl Listeners {
    /// These, each to its own kind.
    ///
    /// # Errors
    /// Two listen to the same kind: whose thing follows the order would be a matter of luck.
    pub fn of(all: impl IntoIterator<Item = (Subject, Arc<dyn Listener>)>) -> Result<Listeners, String> {
        let mut listeners = BTreeMap::new();
        for (subject, listener) in all {
            if listeners.insert(subject.as_str(), listener).is_some() {
                return Err(format!("two listen to the orders of «{subject}»"));
            }
        }
        Ok(Listeners(listeners))
    }

    /// Who listens to an order.
    ///
    /// # Errors
    /// Nobody does: the closure that asks must fail, or the thing would not follow its money.
    pub(crate) fn of_order(&self, order: &Order) -> Result<&dyn Listener, DbFault> {
        let kind = order.subject_kind.as_str();
        let found = self.0.get(kind).ok_or_else(|| DbFault::Corrupt(format!("nobody listens to orders of «{kind}»")));
        Ok(found?.as_ref())
    }

    /// Makes sure that every kind of which the database holds orders has a listener: before anything changes them.
    ///
    /// # Errors
    /// See [`UnheardError`].
    pub async fn verify(&self, ctx: &Ctx) -> Result<(), UnheardError> {
        let mut kinds = ctx.db.read("payment.kinds", store::kinds).await?;
        kinds.retain(|kind| !self.0.contains_key(kind.as_str()));
        if kinds.is_empty() { Ok(()) } else { Err(UnheardError::Kinds(kinds)) }
    }
}
