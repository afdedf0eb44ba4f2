//! Carrying an order to the card system, and writing down what it issued.
//!
//! The card system knows a repeated order by its number, so it may be carried again (`Mode::Resend`).

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::outbox::{Carrier, Mode, Parcel, Verdict};
use serde_json::json;

use super::look::{physical, told_args};
use super::model::{EcardId, Event, State, step};
use super::order::KIND;
use super::store::{self, Physical, SIGN_NO};
use crate::failure::Failure;
use crate::messages;
use crate::people::{PersonId, lane, store as people};
use crate::ports::{IssuedCard, PhysicalState, PortError, Ports};

/// Carries orders of electronic cards.
pub struct IssueCarrier {
    ports: Arc<Ports>,
}

impl IssueCarrier {
    /// A carrier that asks the card system of `ports`.
    pub fn new(ports: Arc<Ports>) -> IssueCarrier {
        IssueCarrier { ports }
    }
}

#[async_trait]
impl Carrier for IssueCarrier {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn mode(&self) -> Mode {
        Mode::Resend
    }

    async fn send(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict {
        let Ok(id) = parcel.about.parse::<EcardId>() else {
            return Verdict::Refused("it is about no card".to_owned());
        };
        match issue(ctx, &self.ports, &id).await {
            Ok(()) => Verdict::Done,
            Err(NotIssued::Gone) => Verdict::Refused("its person is gone".to_owned()),
            // A refusal of the request as such is for an operator to put right: the order stands meanwhile.
            Err(NotIssued::Port(error @ (PortError::NotSent(_) | PortError::Refused(_)))) => {
                Verdict::Retry(error.to_string())
            }
            Err(NotIssued::Port(error)) => Verdict::Unknown(error.to_string()),
            Err(NotIssued::Failure(failure)) => Verdict::Unknown(failure.to_string()),
        }
    }

    async fn ask(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict {
        self.send(ctx, parcel).await
    }
}

/// Why an order was not carried out.
enum NotIssued {
    Gone,
    Port(PortError),
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for NotIssued {
    fn from(error: E) -> NotIssued {
        match error.into() {
            Failure::NoSuchPerson => NotIssued::Gone,
            failure => NotIssued::Failure(failure),
        }
    }
}

async fn issue(ctx: &Ctx, ports: &Ports, id: &EcardId) -> Result<(), NotIssued> {
    let asked_at = ctx.now();
    let (vault, wanted, today) = (ctx.vault.clone(), id.clone(), asked_at.date());
    let read = move |tx: &mut Tx<'_>| {
        let Some((person, card)) = store::by_id(tx, &wanted)? else { return Ok(None) };
        let identity = people::real_identity(tx, &vault, &person, today)?;
        Ok::<_, DbFault>(Some((person, card, identity)))
    };
    let Some((person, card, identity)) = ctx.db.read("card.order", read).await? else { return Err(NotIssued::Gone) };
    if card.state != State::Issuing {
        return Ok(());
    }
    let (name, number) = identity.ok_or(NotIssued::Gone)?;
    let answer = match ports.cards.issue(ctx, &card.request_no, &name, &number).await.map_err(NotIssued::Port)? {
        Some(issued) => Answer::Issued(seal(ctx, &person, id, &issued).await?),
        None => {
            // No card, or one that is not in use: the person is told which.
            let record = ports.cards.card_of(ctx, &name, &number).await.map_err(NotIssued::Port)?;
            Answer::None(record.map(|record| record.state).filter(|state| *state != PhysicalState::Active))
        }
    };
    Ok(record(ctx, person, id.clone(), answer, asked_at).await?)
}

/// What the card system said to an order, sealed and ready.
#[derive(Clone)]
enum Answer {
    /// It issued the card.
    Issued(Issued),
    /// There is no card, or it is in this state.
    None(Option<PhysicalState>),
}

#[derive(Clone)]
struct Issued {
    sign_no: Vec<u8>,
    level: i64,
    card: Physical,
}

impl Answer {
    /// What it does to the card, and the message that tells of it.
    fn means(&self) -> (Event, &'static str) {
        match self {
            Answer::Issued(issued) if issued.card.state == PhysicalState::Active => (Event::Issue, "card_issued"),
            Answer::Issued(_) => (Event::Stop, "card_suspended"),
            Answer::None(None) => (Event::FindNone, "card_none"),
            Answer::None(Some(_)) => (Event::FindNone, "card_not_usable"),
        }
    }
}

async fn record(ctx: &Ctx, person: PersonId, id: EcardId, answer: Answer, asked_at: Moment) -> Result<(), Failure> {
    let (event, kind) = answer.means();
    let card = match &answer {
        Answer::Issued(issued) => Some(&issued.card),
        Answer::None(_) => None,
    };
    let message = messages::prepare(ctx, &person, kind, &told_args(card), false).await?;
    let entry = ctx.act("card.issued", id.as_str(), json!({ "as": kind }));
    let written = ctx.db.write(lane(&person), "card.issued", move |tx| -> Result<(), DbFault> {
        let Some(card) = store::hold(tx, &id)? else { return Ok(()) };
        // Carried twice: the first answer stands, and the card system gave the same one again.
        let Some(state) = step(card.state, event).filter(|_| card.state == State::Issuing) else { return Ok(()) };
        match &answer {
            Answer::Issued(issued) => {
                store::issued(tx, &id, state, (issued.sign_no.as_slice(), issued.level), &issued.card, asked_at)?;
            }
            Answer::None(physical) => store::none_found(tx, &id, state, *physical, asked_at)?,
        }
        messages::insert(tx, &message)?;
        tx.audit(entry.clone());
        Ok(())
    });
    Ok(written.await?)
}

async fn seal(ctx: &Ctx, person: &PersonId, id: &EcardId, issued: &IssuedCard) -> Result<Issued, Failure> {
    let (vault, wanted) = (ctx.vault.clone(), person.clone());
    let reach = ctx.db.read("card.key", move |tx| people::reach(tx, &vault, &wanted)).await?;
    let key = reach.ok_or(Failure::NoSuchPerson)?.key;
    Ok(Issued {
        sign_no: key.seal(SIGN_NO.of(id.as_str()), issued.sign_no.expose().as_bytes(), &*ctx.rng)?,
        level: issued.level,
        card: physical(ctx, &key, id.as_str(), &issued.card)?,
    })
}
