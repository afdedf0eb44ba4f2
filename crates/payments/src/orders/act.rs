//! The one call to a partner that an act needs; every way it can go is something heard. Nothing here writes.

use identity::ports::PortError;
use kernel::Moment;
use platform::Ctx;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::store::Order;
use crate::attempts::hear::{Act, Heard, may_reverse};
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::ports::{
    Cashier, Channel, ChannelError, ChannelState, Giving, Offer, PayPorts, RefundState, SettleError, Settled,
    Settlements,
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
    match found {
        Some(settled) if settled.number == attempt.number => return Heard::Settled(settled),
        Some(settled) => match sibling(order, &settled.number) {
            // Ours as well, refused or given up, and made all the same.
            Some(place) if order.attempts[place].view.state != State::Succeeded => {
                return Heard::OfSibling(place, settled);
            }
            // Another attempt's settlement is in force: this one is not.
            Some(_) => {}
            None if !reverses => return Heard::NoSettlement,
            None => return Heard::Mismatch(format!("a settlement under another number, {}", settled.setl_id)),
        },
        None => {}
    }
    // While the lease holds, nobody else can be about the same settlement.
    if !reverses || partners.in_time().is_err() || !may_reverse(attempt.view.sent_at, partners.ctx.now()) {
        return Heard::NoSettlement;
    }
    let reversed = async { partners.settlements()?.reverse(&partners.ctx, &asking.visit, &attempt.number).await };
    reversed.await.map_or_else(failure_of_question, |()| Heard::Reversed)
}

/// The settlement of this order that has this number.
fn sibling(order: &Order, number: &str) -> Option<usize> {
    let ours = |one: &Attempt| one.view.kind == Kind::Settle && one.number == number;
    order.attempts.iter().position(ours).filter(|_| !bug(Bug::SiblingUnknown))
}

async fn void(partners: &Partners<'_>, order: &Order, attempt: &Attempt, asking: &Asking) -> Heard {
    let Some(setl_id) = undone(order, attempt).and_then(|of| of.external_no.clone()) else {
        return Heard::Nothing("the settlement has no number".to_owned());
    };
    let done = async {
        let settlements = partners.settlements()?;
        settlements.void(&partners.ctx, &attempt.number, &asking.visit, &setl_id).await
    };
    done.await.map_or_else(failure, Heard::Voided)
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
/// signed that, counts only where all three say so.
async fn close(partners: &Partners<'_>, number: &str) -> Heard {
    match query(partners, number).await {
        Heard::Channel(ChannelState::Open | ChannelState::NotFound { signed: false }) => {}
        settled => return settled,
    }
    if bug(Bug::CloseSkipped) {
        return Heard::Channel(ChannelState::Closed);
    }
    let closed = async { partners.channel()?.close(&partners.ctx, number).await };
    match closed.await {
        Ok(_) if bug(Bug::PaidReadAsClosed) => Heard::Channel(ChannelState::Closed),
        // What it says of closing is not believed: it is asked.
        Ok(_) | Err(ChannelError::Unsigned(_)) => query(partners, number).await,
        Err(error) => port(error),
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
        ChannelError::Unsigned(word) => Heard::Unsigned(word),
        ChannelError::UnknownKey(serial) => Heard::UnknownKey(serial),
    }
}

fn of_port(error: PortError) -> Heard {
    match error {
        PortError::NotSent(why) => Heard::NotSent(why),
        PortError::Unknown(why) => Heard::Nothing(why),
        PortError::Refused(why) => Heard::Refused(why),
    }
}

/// A question that is refused answers nothing.
fn port_of_question(error: ChannelError) -> Heard {
    match error {
        ChannelError::UnknownKey(serial) => Heard::UnknownKey(serial),
        other => Heard::Nothing(other.to_string()),
    }
}

fn failure(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => of_port(error),
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}

fn failure_of_question(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => Heard::Nothing(error.to_string()),
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}
