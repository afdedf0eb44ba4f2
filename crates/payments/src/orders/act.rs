//! The one call to a partner that an act needs; every way it can go is something heard. Nothing here writes.

use identity::ports::PortError;
use kernel::Moment;
use platform::Ctx;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::store::Order;
use super::whose::{Maker, Whose, whose};
use crate::attempts::hear::{Act, Heard, may_reverse};
use crate::attempts::store as attempts;
use crate::ports::{Cashier, ChannelState, CloseAnswer, Giving, Offer, PayPorts, SettleError, Split, Undone};
use crate::sim::planted::{Bug, bug};

/// What an offer repeats word for word.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) description: String,
    pub(crate) code: bool,
    pub(crate) client_ip: String,
}

/// Makes the one call; every way it can go is a [`Heard`].
pub(super) async fn call(
    ports: &PayPorts,
    ctx: &Ctx,
    order: &Order,
    (place, act): (usize, Act),
    asking: Option<&Asking>,
    leased_until: Moment,
) -> Heard {
    let Some(attempt) = order.attempts.get(place) else { return Heard::Nothing("no such attempt".to_owned()) };
    let number = attempt.number.as_str();
    match (act, asking) {
        (Act::Settle, Some(asking)) => {
            let renamed = bug(Bug::NewSettleNumber).then(|| format!("{number}-{}", attempt.asks));
            let number = renamed.as_deref().unwrap_or(number);
            match ports.settlements.settle(ctx, number, &asking.visit, &asking.advice).await {
                Ok(settled) => Heard::Settled(settled),
                Err(error) => failure(error),
            }
        }
        (Act::AskSettle, Some(asking)) => {
            ask_settlement(ports, ctx, (order, attempt), asking, Some(leased_until)).await
        }
        (Act::Watch, Some(asking)) => ask_settlement(ports, ctx, (order, attempt), asking, None).await,
        (Act::Void, Some(asking)) => void(ports, ctx, order, attempt, asking).await,
        (Act::AskVoid, Some(asking)) => match ports.settlements.settled(ctx, &asking.visit).await {
            Ok(Some(settled)) => Heard::Settled(settled),
            Ok(None) => Heard::NoSettlement,
            Err(error) => failure(error),
        },
        (Act::Offer, _) => match offer_of(attempt) {
            Ok(offer) => match ports.wechat_pay.offer(ctx, &offer).await {
                Ok(link) => Heard::Offered(link),
                Err(error) => port(error),
            },
            Err(why) => Heard::Refused(why),
        },
        (Act::AskPay | Act::Watch, _) => channel(ports.wechat_pay.query(ctx, number).await),
        (Act::Close, _) => close(ports, ctx, number).await,
        (Act::Refund, _) => match giving(order, attempt) {
            Some(giving) => refund(ports.wechat_pay.refund(ctx, &giving).await),
            None => Heard::Nothing("the payment is not there".to_owned()),
        },
        (Act::AskRefund, _) => {
            ports.wechat_pay.refund_state(ctx, number).await.map_or_else(port_of_question, Heard::Refund)
        }
        _ => Heard::Nothing("nobody to ask".to_owned()),
    }
}

async fn ask_settlement(
    ports: &PayPorts,
    ctx: &Ctx,
    (order, attempt): (&Order, &attempts::Attempt),
    asking: &Asking,
    reverses_until: Option<Moment>,
) -> Heard {
    // While the lease holds, nobody else can be about the same settlement.
    let reverses = reverses_until.is_some();
    let holds = || reverses_until.is_some_and(|until| ctx.now() < until);
    let makers: Vec<Maker<'_>> = order.attempts.iter().filter_map(Maker::of).collect();
    match ports.settlements.settled(ctx, &asking.visit).await {
        Ok(Some(settled)) => match whose(&attempt.number, &makers, &settled) {
            Whose::Ours => Heard::Settled(settled),
            // Another attempt's settlement is in force: this one is not.
            Whose::Anothers if !reverses => Heard::NoSettlement,
            Whose::Anothers => Heard::Mismatch(format!("a settlement under another number, {}", settled.setl_id)),
            Whose::Untold => {
                Heard::Nothing(format!("settlement {} does not say which number made it", settled.setl_id))
            }
        },
        Ok(None) if holds() && may_reverse(attempt.view.sent_at, ctx.now()) => {
            match ports.settlements.reverse(ctx, &asking.visit, &attempt.number).await {
                Ok(()) => Heard::Reversed,
                Err(error) => failure_of_question(error),
            }
        }
        Ok(None) => Heard::NoSettlement,
        Err(error) => failure_of_question(error),
    }
}

async fn void(ports: &PayPorts, ctx: &Ctx, order: &Order, attempt: &attempts::Attempt, asking: &Asking) -> Heard {
    let of = attempt.view.of.and_then(|place| order.attempts.get(place));
    let Some(setl_id) = of.and_then(|one| one.external_no.clone()) else {
        return Heard::Nothing("the settlement has no number".to_owned());
    };
    match ports.settlements.void(ctx, &attempt.number, &asking.visit, &setl_id).await {
        Ok(undone) => Heard::Voided(doubt(attempt.view.split, undone)),
        Err(error) => failure(error),
    }
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

/// Query, close, query: only what the channel says after it was closed is the end.
async fn close(ports: &PayPorts, ctx: &Ctx, number: &str) -> Heard {
    let before = channel(ports.wechat_pay.query(ctx, number).await);
    match before {
        Heard::Channel(ChannelState::Open) => {}
        settled => return settled,
    }
    if bug(Bug::CloseSkipped) {
        return Heard::Channel(ChannelState::Closed);
    }
    match ports.wechat_pay.close(ctx, number).await {
        Ok(_) if bug(Bug::PaidReadAsClosed) => Heard::Channel(ChannelState::Closed),
        Ok(CloseAnswer::Closed | CloseAnswer::Paid | CloseAnswer::NotFound) => {
            channel(ports.wechat_pay.query(ctx, number).await)
        }
        Err(error) => port(error),
    }
}

/// The offer of an attempt, word for word as it was made.
pub(crate) fn offer_of(attempt: &attempts::Attempt) -> Result<Offer, String> {
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

fn giving(order: &Order, attempt: &attempts::Attempt) -> Option<Giving> {
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

fn channel(answer: Result<ChannelState, PortError>) -> Heard {
    answer.map_or_else(port_of_question, Heard::Channel)
}

fn refund(answer: Result<crate::ports::RefundState, PortError>) -> Heard {
    answer.map_or_else(port, Heard::Refund)
}

fn port(error: PortError) -> Heard {
    match error {
        PortError::NotSent(why) => Heard::NotSent(why),
        PortError::Unknown(why) => Heard::Nothing(why),
        PortError::Refused(why) => Heard::Refused(why),
    }
}

/// A question that is refused answers nothing.
fn port_of_question(error: PortError) -> Heard {
    Heard::Nothing(error.to_string())
}

fn failure(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => port(error),
        SettleError::Amounts(why) => Heard::Mismatch(why),
    }
}

fn failure_of_question(error: SettleError) -> Heard {
    match error {
        SettleError::Port(error) => port_of_question(error),
        SettleError::Amounts(why) => Heard::Mismatch(why),
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

    /// A void that is done is done: a doubt is told to who looks, and stops nobody's money.
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
