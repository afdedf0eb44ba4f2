//! What is proven, in which way, for what purpose and for whom. Pure.

use kernel::PersonName;

use crate::askers::{Asker, Budget, Place};
use crate::blind::Blind;
use crate::sessions::{Prover, SessionId};

kernel::words! {
    /// What a proof is good for; it serves nothing else.
    pub(crate) enum ProofPurpose: "a purpose of a proof" {
        /// Real-name authentication on this device (RNA-3, RNA-9).
        RealName = "real_name",
        /// A new login password (ACC-4).
        LoginPassword = "login_password",
        /// A new 电子社保卡支付密码 without the old one (ACC-8).
        PayPassword = "pay_password",
    }
}

impl ProofPurpose {
    /// As it stands in addresses: `/prove/{word}/…`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            ProofPurpose::RealName => "real-name",
            ProofPurpose::LoginPassword => "login-password",
            ProofPurpose::PayPassword => "pay-password",
        }
    }

    /// Reads [`ProofPurpose::word`].
    pub(crate) fn of_word(word: &str) -> Option<ProofPurpose> {
        ProofPurpose::ALL.into_iter().find(|purpose| purpose.word() == word)
    }

    /// The page that a proof opens.
    pub(crate) const fn next(self) -> &'static str {
        match self {
            ProofPurpose::RealName => "/real-name/done",
            ProofPurpose::LoginPassword => "/forgot/new-password",
            ProofPurpose::PayPassword => "/pay-password/new",
        }
    }

    /// The page that offers all ways for it.
    pub(crate) const fn ways(self) -> &'static str {
        match self {
            ProofPurpose::RealName => "/real-name",
            ProofPurpose::LoginPassword => "/forgot/ways",
            ProofPurpose::PayPassword => "/pay-password/forgot",
        }
    }
}

/// Who wants to be proven, for what, and the browser that may use the proof.
#[derive(Clone)]
pub(crate) struct Proving {
    /// The fingerprint of the ID number to be proven.
    pub(crate) subject: Blind,
    /// The name that is proven with it.
    pub(crate) name: PersonName,
    /// For what.
    pub(crate) purpose: ProofPurpose,
    /// A hash of the session, or of the visitor's cookie: only that browser may use the proof.
    pub(crate) holder: Vec<u8>,
    /// The device's name out of its cookie; empty where it has none.
    pub(crate) device: String,
    /// The citizen, by session; `None` for a visitor.
    pub(crate) prover: Option<Prover>,
    /// Whether the number is the citizen's already, by their session: it decides what they are shown.
    pub(crate) owner: bool,
    /// Whose tries are spent, by their device: a session alone may be in a thief's hands.
    pub(crate) budget: Budget,
    /// Who asks, for the budgets of strangers.
    pub(crate) asker: Asker,
    /// From where the browser asks ([`place`](crate::askers::place)).
    pub(crate) place: Place,
}

impl Proving {
    /// The citizen's session.
    pub(crate) fn session(&self) -> Option<&SessionId> {
        self.prover.as_ref().map(|prover| &prover.session)
    }
}
