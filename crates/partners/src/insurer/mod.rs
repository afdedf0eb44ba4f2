//! The insurer, by the national interface for designated institutions: who somebody is (1101, and
//! `CZ01`, the code of a person for this minute, where the insurer speaks our profile of it); and a
//! visit registered, settled and undone (9001, 2201 to 2208, 5203, 2601).
//!
//! Answers of this gateway are not signed, so an answer is believed only if it is about the person and the visit that
//! were asked for, and its amounts are checked (`amounts`). Nothing is sent twice, with one exception in `call`: a
//! message refused because the day's sign-in is not known was not looked at.

mod amounts;
mod answer;
mod call;
mod code;
mod doubts;
mod in_force;
mod number;
mod person;
mod presettle;
mod refusal;
mod register;
mod reverse;
mod section;
mod settings;
mod settle;
mod settled;
mod sign_in;
#[cfg(test)]
pub(crate) mod tests;
mod unregister;
mod void;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use identity::ports::{Acquaintance, Insurer, PortError};
use kernel::{IdNumber, PersonName};
use payments::ports::{
    Care, CoveredPerson, Presettled, Registered, RegisteredVisit, SettleError, Settled, Settlements, Undone,
};
use platform::Ctx;

pub use number::Numbers;
pub use settings::{FundTypes, InsurerSettings, NOT_KNOWN, OTHER_NAME, PATH};
pub use wire::insurer::Form;
use wire::insurer::PARTNER;
pub use words::SettleWords;

use crate::tif::{BadTifSettings, Gateway};
use sign_in::SignIns;

/// Asks the insurer (RNA-2), and settles with it (PHA-5, REG-3).
pub struct InsurerClient {
    settings: InsurerSettings,
    numbers: Arc<Numbers>,
    gateway: Gateway,
    sign_ins: SignIns,
}

impl InsurerClient {
    /// An adapter for one institution's account; messages are numbered by `numbers`, one for all clients of a process. Fails
    /// on settings that could never work.
    pub fn new(settings: InsurerSettings, numbers: Arc<Numbers>) -> Result<InsurerClient, BadTifSettings> {
        settings.check()?;
        let gateway = Gateway::new(
            PARTNER.name,
            &settings.endpoint,
            settings.account.clone(),
            settings.timeout_ms,
            settings.calls_max,
        )?;
        Ok(InsurerClient { settings, numbers, gateway, sign_ins: SignIns::default() })
    }
}

#[async_trait]
impl Insurer for InsurerClient {
    async fn person(&self, ctx: &Ctx, name: &PersonName, number: &IdNumber) -> Result<Acquaintance, PortError> {
        person::person(self, ctx, name, number).await
    }

    async fn code(&self, ctx: &Ctx, psn_no: &str, number: &IdNumber) -> Result<Option<String>, PortError> {
        code::code(self, ctx, psn_no, number).await
    }
}

#[async_trait]
impl Settlements for InsurerClient {
    fn number(&self, ctx: &Ctx) -> String {
        self.kept_number(ctx)
    }

    async fn register(&self, ctx: &Ctx, person: &CoveredPerson, care: &Care) -> Result<Registered, SettleError> {
        register::register(self, ctx, person, care).await
    }

    async fn unregister(
        &self,
        ctx: &Ctx,
        person: &CoveredPerson,
        care: &Care,
        registered: &Registered,
    ) -> Result<(), SettleError> {
        unregister::unregister(self, ctx, person, care, registered).await
    }

    async fn presettle(&self, ctx: &Ctx, visit: &RegisteredVisit) -> Result<Presettled, SettleError> {
        presettle::presettle(self, ctx, visit).await
    }

    async fn settle(
        &self,
        ctx: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        advice: &Presettled,
    ) -> Result<Settled, SettleError> {
        settle::settle(self, ctx, number, visit, advice).await
    }

    async fn settled(&self, ctx: &Ctx, visit: &RegisteredVisit) -> Result<Option<Settled>, SettleError> {
        settled::settled(self, ctx, visit).await
    }

    async fn reverse(&self, ctx: &Ctx, visit: &RegisteredVisit, number: &str) -> Result<(), SettleError> {
        reverse::reverse(self, ctx, visit, number).await
    }

    async fn void(
        &self,
        ctx: &Ctx,
        number: &str,
        visit: &RegisteredVisit,
        setl_id: &str,
    ) -> Result<Undone, SettleError> {
        void::void(self, ctx, number, visit, setl_id).await
    }
}
