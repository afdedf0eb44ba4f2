//! The one call to a partner that an act needs; every outcome is a [`Heard`]. Nothing here writes.

use identity::ports::PortError;
use kernel::Moment;
use platform::Ctx;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::store::Order;
use super::whose::{Maker, Whose, whose};
use crate::attempts::hear::{Act, Heard, may_reverse};
use crate::attempts::model::State;
use crate::attempts::store::Attempt;
use crate::ports::{
    Cashier, Channel, ChannelError, ChannelState, CloseAnswer, Giving, Offer, PayPorts, RefundState, SettleError,
    Settled, Settlements, Split, Undone,
};
use crate::sim::planted::{Bug, bug};

/// What an offer repeats word for word.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) description: String,
    pub(crate) code: bool,
    pub(crate) client_ip: String,
}

/// The partners, for as long as the lease of an attempt lasts: nothing is sent after it, also not the second call of an act.
struct Partners<'a> {
    ports: &'a PayPorts,
    /// Ends with the lease.
    ctx: Ctx,
}

impl Partners<'_> {
    fn in_time(&self) -> Result<(), PortError> {
        match self.ctx.time_left() {
            Err(over) if !bug(Bug::FenceOff) => Err(PortError::NotSent(over.to_string())),
            _ => Ok(()),
        }
    }

    fn settlements(&self) -> Result<&dyn Settlements, SettleError> {
        self.in_time()?;
        Ok(&*self.ports.settlements)
    }

    fn channel(&self) -> Result<&dyn Channel, ChannelError> {
        self.in_time()?;
        Ok(&*self.ports.wechat_pay)
    }
}

/// Makes the call; every way it can go is a [`Heard`].
pub(super) async fn call(
    ports: &PayPorts,
    ctx: &Ctx,
    order: &Order,
    (place, act): (usize, Act),
    asking: Option<&Asking>,
    leased_until: Moment,
) -> Heard {
    let Some(attempt) = order.attempts.get(place) else { return Heard::Nothing("no such attempt".to_owned()) };
    let partners = Partners { ports, ctx: ctx.until(leased_until) };
    match (act, asking) {
        (Act::Settle, Some(asking)) => settle(&partners, attempt, asking).await,
        (Act::AskSettle, Some(asking)) => ask_settlement(&partners, order, attempt, asking, true).await,
        (Act::Watch, Some(asking)) => ask_settlement(&partners, order, attempt, asking, false).await,
        (Act::Void, Some(asking)) => void(&partners, order, attempt, asking).await,
        (Act::AskVoid, Some(asking)) => ask_void(&partners, order, attempt, asking).await,
        (Act::Offer, _) => match offer(&partners, attempt).await {
            Ok(link) => Heard::Offered(link),
            Err(error) => port(error),
        },
        (Act::AskPay | Act::Watch, _) => query(&partners, &attempt.number).await,
        (Act::Close, _) => close(&partners, &attempt.number).await,
        (Act::Refund, _) => match giving(order, attempt) {
            Some(giving) => refund(&partners, &giving).await.map_or_else(port, Heard::Refund),
            None => Heard::Nothing("the payment is not there".to_owned()),
        },
        (Act::AskRefund, _) => ask_refund(&partners, attempt).await.map_or_else(port_of_question, Heard::Refund),
        _ => Heard::Nothing("nobody to ask".to_owned()),
    }
}

async fn settle(partners: &Partners<'_>, attempt: &Attempt, asking: &Asking) -> Heard {
    let renamed = bug(Bug::NewSettleNumber).then(|| format!("{}-{}", attempt.number, attempt.asks));
    let number = renamed.as_deref().unwrap_or(&attempt.number);
    let made = async {
        let settlements = partners.settlements()?;
        settlements.settle(&partners.ctx, number, &asking.visit, &asking.advice).await
    };
    made.await.map_or_else(failure, Heard::Settled)
}

/// The settlement of the visit that is in force, if any.
async fn in_force(partners: &Partners<'_>, asking: &Asking) -> Result<Option<Settled>, SettleError> {
    partners.settlements()?.settled(&partners.ctx, &asking.visit).await
}

async fn ask_settlement(
    partners: &Partners<'_>,
    order: &Order,
    attempt: &Attempt,
    asking: &Asking,
    reverses: bool,
) -> Heard {
    let found = match in_force(partners, asking).await {
        Ok(found) => found,
        Err(error) => return failure_of_question(error),
    };
    let makers: Vec<Maker<'_>> = order.attempts.iter().enumerate().filter_map(Maker::of).collect();
    match found.map(|settled| (whose(&attempt.number, &makers, &settled), settled)) {
        Some((Whose::Ours, settled)) => return Heard::Settled(settled),
        // It is ours as well: it was refused or given up, and was made in spite of that.
        Some((Whose::Siblings(place), settled)) if !stands(order, place) => return Heard::OfSibling(place, settled),
        Some((Whose::Untold, settled)) => {
            return Heard::Nothing(format!("settlement {} does not say which number made it", settled.setl_id));
        }
        Some((Whose::Strangers, _)) if !reverses => return Heard::NoSettlement,
        Some((Whose::Strangers, settled)) => {
            return Heard::Mismatch(format!("a settlement under another number, {}", settled.setl_id));
        }
        // Another attempt's settlement is in force, or none: this one is not.
        Some((Whose::Siblings(_), _)) | None => {}
    }
    // While the lease holds, nobody else can work on the same settlement.
    if !reverses || partners.in_time().is_err() || !may_reverse(attempt.view.sent_at, partners.ctx.now()) {
        return Heard::NoSettlement;
    }
    let reversed = async { partners.settlements()?.reverse(&partners.ctx, &asking.visit, &attempt.number).await };
    reversed.await.map_or_else(failure_of_question, |()| Heard::Reversed)
}

/// Whether that attempt is known to have settled.
fn stands(order: &Order, place: usize) -> bool {
    order.attempts.get(place).is_some_and(|one| one.view.state == State::Succeeded)
}

async fn void(partners: &Partners<'_>, order: &Order, attempt: &Attempt, asking: &Asking) -> Heard {
    let Some(setl_id) = undone(order, attempt).and_then(|of| of.external_no.clone()) else {
        return Heard::Nothing("the settlement has no number".to_owned());
    };
    let done = async {
        let settlements = partners.settlements()?;
        settlements.void(&partners.ctx, &attempt.number, &asking.visit, &setl_id).await
    };
    done.await.map_or_else(failure, |undone| Heard::Voided(doubt(attempt.view.split, undone)))
}

/// Other purses than were settled: it is undone all the same, and somebody should know.
fn doubt(made: Option<Split>, undone: Undone) -> Undone {
    match (made, undone.split) {
        (Some(made), Some(split)) if made != split && undone.doubt.is_none() => {
            metrics::counter!("renshe_insurer_doubts", "infno" => "2208").increment(1);
            Undone { doubt: Some("other amounts were undone than were settled".to_owned()), ..undone }
        }
        _ => undone,
    }
}

/// Whether what is voided is in force still; that of another attempt says nothing of it.
async fn ask_void(partners: &Partners<'_>, order: &Order, attempt: &Attempt, asking: &Asking) -> Heard {
    let voided = undone(order, attempt).and_then(|of| of.external_no.as_deref());
    match in_force(partners, asking).await {
        Ok(Some(settled)) if voided.is_none_or(|setl_id| setl_id == settled.setl_id) => Heard::Settled(settled),
        Ok(_) => Heard::NoSettlement,
        Err(error) => failure(error),
    }
}

fn undone<'a>(order: &'a Order, attempt: &Attempt) -> Option<&'a Attempt> {
    order.attempts.get(attempt.view.of?)
}

async fn offer(partners: &Partners<'_>, attempt: &Attempt) -> Result<String, ChannelError> {
    let offer = offer_of(attempt).map_err(PortError::Refused)?;
    partners.channel()?.offer(&partners.ctx, &offer).await
}

async fn query(partners: &Partners<'_>, number: &str) -> Heard {
    let told = async { partners.channel()?.query(&partners.ctx, number).await };
    told.await.map_or_else(port_of_question, Heard::Channel)
}

/// Query, close, query: only what the channel says after it was closed is the end. That it knows no such payment, and nobody
/// signed that, counts only where all three say so ([`all_say_so`]).
async fn close(partners: &Partners<'_>, number: &str) -> Heard {
    let first = match query(partners, number).await {
        Heard::Channel(first @ (ChannelState::Open | ChannelState::NotFound { signed: false })) => first,
        settled => return settled,
    };
    if bug(Bug::CloseSkipped) {
        return Heard::Channel(ChannelState::Closed);
    }
    let closed = async { partners.channel()?.close(&partners.ctx, number).await };
    match closed.await {
        Ok(_) if bug(Bug::PaidReadAsClosed) => Heard::Channel(ChannelState::Closed),
        // What it says of closing is not believed: it is asked.
        Ok(answer) => all_say_so(&first, Some(answer), query(partners, number).await),
        Err(ChannelError::Unsigned { .. }) => all_say_so(&first, None, query(partners, number).await),
        Err(error) => port(error),
    }
}

/// What is heard last, after a first question and the answer to closing. That the channel knows no such payment, in nobody's
/// name, is no answer after it has known it, or where closing was answered by another word.
pub(crate) fn all_say_so(first: &ChannelState, closing: Option<CloseAnswer>, last: Heard) -> Heard {
    let unknown = ChannelState::NotFound { signed: false };
    let agrees = *first == unknown && closing == Some(CloseAnswer::NotFound);
    match last {
        Heard::Channel(last) if last == unknown && !agrees => {
            Heard::Nothing("not known, in nobody's name, and not said three times".to_owned())
        }
        last => last,
    }
}

async fn refund(partners: &Partners<'_>, giving: &Giving) -> Result<RefundState, ChannelError> {
    partners.channel()?.refund(&partners.ctx, giving).await
}

async fn ask_refund(partners: &Partners<'_>, attempt: &Attempt) -> Result<RefundState, ChannelError> {
    partners.channel()?.refund_state(&partners.ctx, &attempt.number).await
}

/// The offer of an attempt, word for word as it was made.
pub(crate) fn offer_of(attempt: &Attempt) -> Result<Offer, String> {
    let terms: Terms = serde_json::from_str(&attempt.terms).map_err(|error| error.to_string())?;
    Ok(Offer {
        number: attempt.number.clone(),
        amount: attempt.view.amount,
        description: terms.description,
        expires_at: attempt.view.expires_at.unwrap_or(attempt.created_at),
        cashier: if terms.code { Cashier::Code } else { Cashier::Link },
        client_ip: terms.client_ip,
    })
}

fn giving(order: &Order, attempt: &Attempt) -> Option<Giving> {
    let payment = order.attempts.get(attempt.view.of?)?;
    Some(Giving {
        number: match bug(Bug::NewRefundNumber) {
            true => format!("{}-{}", attempt.number, attempt.asks),
            false => attempt.number.clone(),
        },
        payment_number: payment.number.clone(),
        amount: attempt.view.amount,
        paid: payment.view.amount,
        reason: "退款".to_owned(),
    })
}

fn port(error: ChannelError) -> Heard {
    match error {
        ChannelError::Port(error) => of_port(error),
        ChannelError::Unsigned { what, says } => Heard::Unsigned { what, says },
        ChannelError::UnknownKey(serial) => Heard::UnknownKey(serial),
    }
}

fn of_port(error: PortError) -> Heard {
    match error {
        PortError::NotSent(why) => Heard::NotSent(why),
        PortError::Unknown(why) => Heard::Nothing(why),
        PortError::Refused(why) => Heard::Refused { what: None, why },
    }
}

/// A question that is refused answers nothing. In whose name it was refused is kept: keys that do not work call a person.
pub(super) fn port_of_question(error: ChannelError) -> Heard {
    match error {
        ChannelError::UnknownKey(serial) => Heard::UnknownKey(serial),
        ChannelError::Unsigned { what, says } => Heard::Unsigned { what, says },
        ChannelError::Port(error) => Heard::Nothing(error.to_string()),
    }
}

fn failure(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => of_port(error),
        SettleError::Refused { what, says } => Heard::Refused { what: Some(what), why: format!("{what} ({says})") },
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}

fn failure_of_question(error: SettleError) -> Heard {
    match error {
        SettleError::Amounts(why) => Heard::Mismatch(why),
        error => Heard::Nothing(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Date, Fen, Time};

    use super::*;
    use crate::attempts::hear::hear;
    use crate::attempts::model::{Event, Kind, State, View};

    fn split(fund: i64, personal_account: i64) -> Split {
        Split { fund: Fen::new(fund), personal_account: Fen::new(personal_account), ..Split::default() }
    }

    /// A void that was done is done: a doubt is shown to people who look, and does not stop anybody's money.
    #[test]
    fn other_amounts_undone_than_were_settled_are_a_doubt() {
        let now = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 0, 0));
        let view = View {
            kind: Kind::Void,
            state: State::Unknown,
            amount: Fen::new(2_000),
            split: Some(split(800, 1_200)),
            of: Some(0),
            sent_at: Some(now),
            lease_until: None,
            due_at: now,
            expires_at: None,
            watch_until: None,
            sends: 1,
            doubted: false,
        };
        let told = |split: Option<Split>, words: Option<&str>| Undone { split, doubt: words.map(str::to_owned) };
        for (undone, wanted) in [
            (told(Some(split(800, 1_200)), None), None),
            (told(None, None), None),
            (told(Some(split(1_200, 800)), None), Some("other amounts were undone than were settled")),
            (told(None, Some("medfee_sumamt is 24.00")), Some("medfee_sumamt is 24.00")),
        ] {
            let heard = doubt(view.split, undone.clone());
            assert_eq!(heard.doubt.as_deref(), wanted, "{undone:?}");
            let verdict = hear(&view, Act::Void, &Heard::Voided(heard), 0, now);
            assert_eq!((verdict.event, verdict.block), (Some(Event::Succeed), None), "{undone:?}");
        }
    }
}
