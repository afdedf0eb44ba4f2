//! What identity needs from partners, as small traits by capability: a face check, the card system,
//! the insurer. `partners` implements them over HTTP; the server hands them in.
//!
//! These are questions, or acts that the partner recognises by our number when it hears them again.
//! No transaction is open while one is under way.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Date, Fen, IdNumber, Mobile, PersonName, Pii};
use platform::Ctx;

/// Why a partner gave no answer that could be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The partner certainly has not seen the request.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have seen it, and may have acted; or it answered what cannot be understood.
    #[error("no usable answer: {0}")]
    Unknown(String),
    /// It refused the request as such, with a code of its own.
    #[error("refused with {0}")]
    Refused(String),
}

kernel::words! {
    /// A movement the face check asks for, in the order drawn (RNA-3).
    pub enum Movement: "a movement of a face check" {
        /// 眨眼
        Blink = "blink",
        /// 张嘴
        OpenMouth = "mouth",
        /// 摇头
        ShakeHead = "shake",
        /// 点头
        Nod = "nod",
    }
}

/// A face check to start.
pub struct StartFace {
    /// Our number, 32 characters; the provider knows a repeated start by it.
    pub order_no: String,
    /// The person whose face it should be.
    pub name: PersonName,
    /// That person's number.
    pub number: IdNumber,
    /// What the person will be asked to do.
    pub movements: Vec<Movement>,
}

/// A face check that the provider has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedFace {
    /// The provider's number.
    pub certify_id: String,
    /// Where the browser sends its frames; an absolute address.
    pub upload_url: String,
}

/// What the provider says of a face check when the server asks (never the browser: T07).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceVerdict {
    /// No frames yet, or still looking.
    Pending,
    /// The face is that person's, and alive.
    Passed,
    /// Name and number do not belong together, or nobody has them.
    IdentityMismatch,
    /// The source holds no photo (RNA-6).
    NoPhoto,
    /// Another face.
    FaceMismatch,
    /// The movements were not made, or not by somebody alive.
    LivenessFailed,
    /// Too late.
    Timeout,
    /// Signs of an attack.
    Risk,
    /// The provider's own source does not work.
    ProviderDown,
}

/// Checks faces.
#[async_trait]
pub trait Faces: Send + Sync {
    /// The provider's name in Chinese and in English, for the consent before the first check.
    fn provider(&self) -> (&'static str, &'static str);
    /// Where frames are sent, as `scheme://host:port`, for the page's content policy.
    fn upload_origin(&self) -> String;
    /// Begins a check.
    async fn start(&self, ctx: &Ctx, start: &StartFace) -> Result<StartedFace, PortError>;
    /// Asks how it ended.
    async fn result(&self, ctx: &Ctx, certify_id: &str) -> Result<FaceVerdict, PortError>;
}

kernel::words! {
    /// Where a physical card stands.
    pub enum PhysicalState: "a state of a physical card" {
        /// In use.
        Active = "active",
        /// Reported lost.
        Lost = "lost",
        /// Frozen by the card system.
        Frozen = "frozen",
        /// Given up or replaced; there may be a newer one.
        Cancelled = "cancelled",
    }
}

/// A person's newest physical card as the card system knows it.
#[derive(Debug, Clone)]
pub struct CardRecord {
    /// 卡号: 9 characters, changes on replacement.
    pub card_no: Pii<String>,
    /// Where it stands.
    pub state: PhysicalState,
    /// Whether there is a photo to compare a face with (RNA-6).
    pub has_photo: bool,
    /// The last day it is good for.
    pub valid_to: Date,
    /// The number on record, to which codes go.
    pub mobile: Option<Mobile>,
}

/// What the card system says about a card number with its PIN (社保卡支付密码).
#[derive(Debug)]
pub enum PinVerdict {
    /// Right: whose card it is.
    Right {
        /// 社会保障号码.
        number: IdNumber,
        /// The number on record; without one no code can be sent.
        mobile: Option<Mobile>,
    },
    /// Wrong, or there is no such card: the two are not told apart.
    Wrong,
    /// The card system has locked it; a service point unlocks it.
    Locked,
    /// The card is lost, frozen or cancelled.
    NotUsable(PhysicalState),
}

/// An electronic card that the card system has issued.
#[derive(Debug, Clone)]
pub struct IssuedCard {
    /// 签发号: 32 characters, one a card and channel.
    pub sign_no: Pii<String>,
    /// 签发级别: 1 shows, 2 pays.
    pub level: i64,
    /// The physical card it stands for.
    pub card: CardRecord,
}

/// Asks the card system.
#[async_trait]
pub trait CardSystem: Send + Sync {
    /// The newest card of a person; `None` if there is none under that name and number.
    async fn card_of(&self, ctx: &Ctx, name: &PersonName, number: &IdNumber) -> Result<Option<CardRecord>, PortError>;
    /// Tries a card's PIN; the card system counts wrong ones.
    async fn verify_pin(&self, ctx: &Ctx, card_no: &str, pin: &str) -> Result<PinVerdict, PortError>;
    /// Issues the electronic card. The same `request_no` always brings the same answer; `None` if
    /// the person has no card that it could stand for.
    async fn issue(
        &self,
        ctx: &Ctx,
        request_no: &str,
        name: &PersonName,
        number: &IdNumber,
    ) -> Result<Option<IssuedCard>, PortError>;
}

/// One insurance of a person (1101, `insuinfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insurance {
    /// `insutype`: 310 employees, 390 residents.
    pub kind: String,
    /// `psn_insu_stas`: whether contributions run.
    pub active: bool,
    /// `insuplc_admdvs`: the region that insures.
    pub region: String,
    /// `balc`: the personal account; `None` where the insurer does not tell it.
    pub balance: Option<Fen>,
}

/// A person as the insurer knows them.
#[derive(Debug, Clone)]
pub struct InsuredPerson {
    /// `psn_no`.
    pub psn_no: Pii<String>,
    /// `psn_name`: the name as the insurer spells it.
    pub name: PersonName,
    /// All insurances, also ended ones.
    pub insurances: Vec<Insurance>,
}

/// What the insurer says of a name and a number (1101).
#[derive(Debug, Clone)]
pub enum Acquaintance {
    /// It knows this number under this name, however it is written. No insurance at all is possible.
    Known(InsuredPerson),
    /// It knows the number under another name: who that is, where the answer tells it. The protocol has no
    /// code for this; most insurers only say in words that name and number do not belong together.
    ///
    /// Nothing of that person is for the eyes of whoever typed the number.
    OtherName(Option<InsuredPerson>),
    /// It knows nobody under that number.
    NotFound,
}

impl Acquaintance {
    /// The person, if known under this number and name.
    pub fn known(self) -> Option<InsuredPerson> {
        match self {
            Acquaintance::Known(person) => Some(person),
            Acquaintance::OtherName(_) | Acquaintance::NotFound => None,
        }
    }
}

/// Asks the insurer.
#[async_trait]
pub trait Insurer: Send + Sync {
    /// 1101. An answer about another number is not believed: [`PortError::Unknown`].
    async fn person(&self, ctx: &Ctx, name: &PersonName, number: &IdNumber) -> Result<Acquaintance, PortError>;
    /// 医保码: the text of the insurer's own code for this minute; `None` where the insurer gives none.
    async fn code(&self, ctx: &Ctx, psn_no: &str, number: &IdNumber) -> Result<Option<String>, PortError>;
}

#[cfg(test)]
#[path = "ports_stories.rs"]
pub(crate) mod stories;

/// All of them, as handlers and jobs are given them: `Extension<Arc<Ports>>`.
#[derive(Clone)]
pub struct Ports {
    /// The face-check provider.
    pub faces: Arc<dyn Faces>,
    /// The card system.
    pub cards: Arc<dyn CardSystem>,
    /// The insurer.
    pub insurer: Arc<dyn Insurer>,
}
