//! Partners for this crate's stories: a card system that knows the cards it is told of; the others are down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kernel::{IdNumber, Mobile, PersonName};
use platform::Ctx;

use super::{
    Acquaintance, CardRecord, CardSystem, FaceVerdict, Faces, Insurer, IssuedCard, PhysicalState, PinVerdict,
    PortError, Ports, StartFace, StartedFace,
};

/// A card the card system knows.
#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) number: IdNumber,
    pub(crate) pin: &'static str,
    pub(crate) mobile: Option<Mobile>,
    pub(crate) state: PhysicalState,
    pub(crate) locked: bool,
}

/// What the partners are told to say.
#[derive(Default)]
pub(crate) struct House {
    pub(crate) cards: Mutex<HashMap<String, Card>>,
    /// Whether the card system is down.
    pub(crate) down: Mutex<bool>,
    /// Passwords the card system was asked about.
    pub(crate) asked: Mutex<usize>,
}

impl House {
    /// As routes and jobs are given them.
    pub(crate) fn ports(self: &Arc<House>) -> Arc<Ports> {
        Arc::new(Ports { faces: self.clone(), cards: self.clone(), insurer: self.clone() })
    }
}

fn down() -> PortError {
    PortError::NotSent("down".to_owned())
}

#[async_trait]
impl CardSystem for House {
    async fn card_of(&self, _: &Ctx, _: &PersonName, _: &IdNumber) -> Result<Option<CardRecord>, PortError> {
        Err(down())
    }
    async fn verify_pin(&self, _: &Ctx, card_no: &str, pin: &str) -> Result<PinVerdict, PortError> {
        if *self.down.lock().unwrap() {
            return Err(PortError::Unknown("timeout".to_owned()));
        }
        *self.asked.lock().unwrap() += 1;
        // Others must get their turn while this one waits, as on a network.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let card = self.cards.lock().unwrap().get(card_no).cloned();
        Ok(match card {
            None => PinVerdict::Wrong,
            Some(card) if card.locked => PinVerdict::Locked,
            Some(card) if card.state != PhysicalState::Active => PinVerdict::NotUsable(card.state),
            Some(card) if card.pin == pin => PinVerdict::Right { number: card.number, mobile: card.mobile },
            Some(_) => PinVerdict::Wrong,
        })
    }
    async fn issue(&self, _: &Ctx, _: &str, _: &PersonName, _: &IdNumber) -> Result<Option<IssuedCard>, PortError> {
        Err(down())
    }
}

#[async_trait]
impl Faces for House {
    fn provider(&self) -> (&'static str, &'static str) {
        ("测试", "Test")
    }
    fn upload_origin(&self) -> String {
        "http://127.0.0.1:1".to_owned()
    }
    async fn start(&self, _: &Ctx, _: &StartFace) -> Result<StartedFace, PortError> {
        Err(down())
    }
    async fn result(&self, _: &Ctx, _: &str) -> Result<FaceVerdict, PortError> {
        Err(down())
    }
}

#[async_trait]
impl Insurer for House {
    async fn person(&self, _: &Ctx, _: &PersonName, _: &IdNumber) -> Result<Acquaintance, PortError> {
        Err(down())
    }
    async fn code(&self, _: &Ctx, _: &str, _: &IdNumber) -> Result<Option<String>, PortError> {
        Err(down())
    }
}
