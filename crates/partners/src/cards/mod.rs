//! The card system, asked by our own profile (`docs/api/card-system.md`) behind the `x-tif` gateway: the newest card,
//! the card's PIN, the e-card.
//!
//! Answers are not signed, so an answer is believed only if it is about the person or the card that was asked for.

mod card_of;
mod issue;
mod verify_pin;

use async_trait::async_trait;
use identity::ports::{CardRecord, CardSystem, IssuedCard, PinVerdict, PortError};
use kernel::{Date, IdNumber, Mobile, PersonName, Pii};
use platform::Ctx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::card_system::{Card, Operation, PATH, PersonRequest, Reply, code};

use crate::tif::{BadTifSettings, Gateway, TifAccount, is_code, nonce};

/// One channel's account at the card system.
#[derive(Debug, Clone)]
pub struct CardSettings {
    /// `https://host`, or the sandbox's address.
    pub endpoint: String,
    /// The account at the gateway.
    pub account: TifAccount,
    /// The channel that issues.
    pub channel: String,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

/// Asks the card system (RNA-6, RNA-10, RNA-11).
pub struct CardClient {
    channel: String,
    gateway: Gateway,
}

impl CardClient {
    /// An adapter for one channel's account. Fails on settings that could never work.
    pub fn new(settings: CardSettings) -> Result<CardClient, BadTifSettings> {
        if settings.channel.is_empty() {
            return Err(BadTifSettings::Value("channel must be given".to_owned()));
        }
        let CardSettings { endpoint, account, channel, timeout_ms, calls_max } = settings;
        let gateway = Gateway::new("cards", &endpoint, account, timeout_ms, calls_max)?;
        Ok(CardClient { channel, gateway })
    }

    /// One operation. `None` when there is no such card.
    async fn call<I, D>(
        &self,
        ctx: &Ctx,
        operation: Operation,
        request_no: &str,
        request: &I,
    ) -> Result<Option<D>, PortError>
    where
        I: Serialize + Sync,
        D: DeserializeOwned,
    {
        let body = serde_json::to_vec(request).map_err(|error| PortError::NotSent(error.to_string()))?;
        let path = format!("{PATH}{}", operation.as_str());
        let reply: Reply<D> = self.gateway.post(ctx, &path, body).await?;
        match reply.code.as_str() {
            code::OK if reply.request_no != request_no => {
                Err(PortError::Unknown("the answer is to another request".to_owned()))
            }
            code::OK => match reply.data {
                Some(data) => Ok(Some(data)),
                None => Err(PortError::Unknown("an answer without data".to_owned())),
            },
            code::NO_CARD => Ok(None),
            code::SYSTEM_ERROR => Err(PortError::Unknown(reply.code)),
            other if is_code(other) => Err(PortError::Refused(reply.code)),
            _ => Err(PortError::Unknown("an answer without a code".to_owned())),
        }
    }

    fn request(&self, request_no: &str, name: &PersonName, number: &IdNumber) -> PersonRequest {
        PersonRequest {
            request_no: request_no.to_owned(),
            channel: self.channel.clone(),
            id_number: number.expose().to_owned(),
            name: name.expose().to_owned(),
        }
    }
}

#[async_trait]
impl CardSystem for CardClient {
    async fn card_of(&self, ctx: &Ctx, name: &PersonName, number: &IdNumber) -> Result<Option<CardRecord>, PortError> {
        card_of::card_of(self, ctx, name, number).await
    }

    async fn verify_pin(&self, ctx: &Ctx, card_no: &str, pin: &str) -> Result<PinVerdict, PortError> {
        verify_pin::verify_pin(self, ctx, card_no, pin).await
    }

    async fn issue(
        &self,
        ctx: &Ctx,
        request_no: &str,
        name: &PersonName,
        number: &IdNumber,
    ) -> Result<Option<IssuedCard>, PortError> {
        issue::issue(self, ctx, request_no, name, number).await
    }
}

/// A number for a question that is not repeated.
fn request_no(ctx: &Ctx) -> String {
    nonce(ctx)
}

/// Whether an answer names the person that was asked for.
fn is_about(ctx: &Ctx, name: &PersonName, number: &IdNumber, said: (&str, &str)) -> Result<(), PortError> {
    let (said_name, said_number) = said;
    let same_number = IdNumber::parse(said_number, ctx.now().date()).is_ok_and(|said| said == *number);
    let same_name = PersonName::parse(said_name).is_ok_and(|said| said.same_as(name));
    if same_number && same_name {
        return Ok(());
    }
    Err(PortError::Unknown("the answer is about somebody else".to_owned()))
}

/// A card as it is written, read.
fn record(card: &Card) -> Result<CardRecord, PortError> {
    let unread = |what: &str| PortError::Unknown(format!("the card's {what} cannot be read"));
    let plain = card.card_no.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if card.card_no.len() != 9 || !plain {
        return Err(unread("number"));
    }
    Ok(CardRecord {
        card_no: Pii::new(card.card_no.clone()),
        state: card.state.parse().map_err(|_| unread("state"))?,
        has_photo: card.has_photo,
        valid_to: card.valid_to.parse::<Date>().map_err(|_| unread("last day"))?,
        mobile: mobile(card.mobile.as_deref()),
    })
}

/// If the number on record is not a mobile number, there is none: codes could not be sent to it.
fn mobile(text: Option<&str>) -> Option<Mobile> {
    text.and_then(|text| Mobile::parse(text).ok())
}
