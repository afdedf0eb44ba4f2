//! The person's pages of paying: what will be taken from where, the way to the cashier, and where it stands.

mod channel;
mod own;
mod password;
mod pay;
mod state;

#[cfg(test)]
pub(crate) use state::ends_secs;
pub use state::look_secs;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use identity::{Citizen, PersonId};
use kernel::Moment;
use platform::Ctx;
use serde::Deserialize;
use ui::{Page, Problem, see_other};

use super::apply::ApplyError;
use super::begin::BeginError;
use super::drive::{Payments, drive};
use super::model::{OrderId, OrderState, Way};
use super::store::{self, Order};
use crate::attempts::model::State;

/// A page waits so long for partners before it shows that things are under way.
const PATIENCE: Duration = Duration::from_secs(4);

/// The pages.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/pay/{order}", get(pay::show).post(password::settle))
        .route("/pay/{order}/password", get(password::ask))
        .route("/pay/{order}/own-money", post(channel::begin))
        .route("/pay/{order}/cash", post(channel::began_of_old))
        .route("/pay/{order}/cashier", get(channel::cashier).post(channel::other))
        .route("/pay/{order}/state", get(state::show))
        .route("/pay/{order}/agree", post(state::agree))
        .route("/pay/{order}/give-up", get(state::ask_give_up).post(state::give_up))
}

/// Where a person goes on with an order.
pub fn pay_href(order: &Order) -> String {
    match order.state {
        OrderState::Open => format!("/pay/{}", order.id),
        _ => format!("/pay/{}/state", order.id),
    }
}

/// The citizen's own order; anybody else's is not found.
async fn load(ctx: &Ctx, person: &PersonId, id: &str) -> Result<Order, Problem> {
    let id: OrderId = id.parse().map_err(|_| Problem::not_found())?;
    let person = person.clone();
    let found = ctx.db.read("payment.show", move |tx| store::of_person(tx, &person, &id)).await?;
    found.ok_or_else(Problem::not_found)
}

/// Drives in a task of its own, so that a hung-up browser stops nothing, and waits a little for it.
async fn drive_a_while(pay: &Arc<Payments>, citizen: &Citizen, id: &OrderId) {
    let (pay, ctx, id) = (Arc::clone(pay), citizen.ctx().clone(), id.clone());
    let driving = tokio::spawn(async move {
        if let Err(error) = drive(&pay, &ctx, &id).await {
            tracing::warn!(order = id.as_str(), %error, "payment.drive_failed");
        }
    });
    // Work that is not done by then goes on behind the page.
    drop(tokio::time::timeout(PATIENCE, driving).await);
}

/// Why a person was brought back, said on the page that shows how things stand.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Told {
    /// What was shown is not what stands now.
    Changed,
    /// Too little time is left at the channel.
    TooLate,
    /// Money stands still.
    Stopped,
    /// The order's own time is over.
    Over,
    /// Nothing.
    #[default]
    #[serde(other)]
    Nothing,
}

impl Told {
    const fn word(self) -> &'static str {
        match self {
            Told::Changed => "changed",
            Told::TooLate => "too-late",
            Told::Stopped => "stopped",
            Told::Over => "over",
            Told::Nothing => "",
        }
    }

    /// The words, where the order bears them out: an address says nothing of money that the order does not say.
    /// `late`: there is no time any more to begin at the channel.
    fn text(self, page: &Page, order: &Order, late: bool) -> Option<String> {
        // Something came in, or may have: of that nobody is told that nothing was taken. It is shown below.
        let nothing = |state| matches!(state, State::Failed | State::Closed);
        let taken = order.view.attempts.iter().any(|one| one.kind.brings() && !nothing(one.state));
        let open = order.state == OrderState::Open;
        let to_pay = open || order.state == OrderState::HalfPaid;
        let key = match (self, taken) {
            (Told::Changed, false) => "pay-told-changed",
            // Another device has gone on with it meanwhile.
            (Told::Changed, true) => "pay-told-gone-on",
            (Told::TooLate, false) if late && to_pay => "pay-told-too-late",
            (Told::TooLate, true) if late && to_pay => "pay-told-too-late-half",
            (Told::Stopped, false) if to_pay => "pay-told-stopped",
            (Told::Stopped, true) if to_pay => "pay-told-stopped-half",
            (Told::Over, _) if open && late => "pay-told-over",
            (Told::TooLate | Told::Stopped | Told::Over | Told::Nothing, _) => return None,
        };
        Some(page.t(key))
    }
}

/// What a refused beginning leads to: the page that shows how things stand and why, or a fault. The way that was
/// chosen stays chosen.
fn refused(error: BeginError, order: &str, way: Way) -> Result<axum::response::Response, Problem> {
    let told = |told: Told| Ok(see_other(&format!("/pay/{order}/state?way={way}&told={}", told.word())));
    match error {
        BeginError::NotFound => Err(Problem::not_found()),
        BeginError::State(_) => Ok(see_other(&format!("/pay/{order}/state"))),
        BeginError::Changed => told(Told::Changed),
        BeginError::TooLate => told(Told::TooLate),
        BeginError::Over => told(Told::Over),
        BeginError::Stopped => told(Told::Stopped),
        BeginError::Fault(fault) => Err(fault.into()),
        BeginError::Identity(failure) => Err(failure.into()),
        BeginError::Policy(error) => Err(Problem::fault(error)),
        BeginError::Apply(ApplyError::Fault(fault)) => Err(fault.into()),
        BeginError::Apply(error) => Err(Problem::fault(error)),
        BeginError::Password(_) => Ok(see_other(&format!("/pay/{order}?way={way}"))),
    }
}

/// The order's name in the reader's language.
fn title(page: &Page, order: &Order) -> String {
    page.pick(&order.title, &order.title_en).to_owned()
}

/// How long an order is kept, for the band under the header.
struct Held {
    until: String,
    /// Seconds until then.
    secs: i64,
    /// After so many seconds the page looks again: a time that is over goes on by itself. 0: not any more.
    look_secs: i64,
}

impl Held {
    /// What the band says: until when, or that this is over.
    fn band(&self, page: &Page) -> String {
        if self.secs > 0 { page.t1("pay-until", "until", self.until.as_str()) } else { page.t("pay-over") }
    }

    /// Until `end`; what the page offers may end before, at `change`.
    fn until(page: &Page, end: Moment, change: Moment) -> Held {
        let now = page.now();
        let first = if now <= change { change } else { end };
        Held { until: page.moment(end), secs: now.secs_until(end).max(0), look_secs: look_at(now, first).unwrap_or(0) }
    }
}

/// A page that something is about to happen to looks again after so many seconds.
const LOOK_SECS: i64 = 3;

/// The pause before a page looks again to which nothing has happened for so many seconds: it grows, and no page asks for ever.
fn pause(secs: i64) -> Option<i64> {
    match secs {
        secs if secs < 60 => Some(LOOK_SECS),
        secs if secs < 600 => Some(10),
        secs if secs < 3_600 => Some(30),
        _ => None,
    }
}

/// After how many seconds a page looks again to which something happens at `at`. The sweeper comes by soon after that.
fn look_at(now: Moment, at: Moment) -> Option<i64> {
    let left = now.secs_until(at);
    if left < 0 { pause(-left) } else { Some((left + 1).max(LOOK_SECS)) }
}
