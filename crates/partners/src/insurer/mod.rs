//! The insurer, asked by the national interface for designated institutions: 1101, and `CZ01` (the
//! code of a person for this minute) where the insurer speaks our profile of it.
//!
//! Answers of this gateway are not signed: what is not about the person asked for is not believed.

mod code;
mod person;
mod settings;

use async_trait::async_trait;
use identity::ports::{InsuredPerson, Insurer, PortError};
use kernel::{IdNumber, PersonName};
use platform::Ctx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::insurer::{FAILED, INFVER, OK, Reply, Request, inf_time, msgid, opter_type};

pub use settings::{InsurerSettings, NOT_KNOWN, PATH};

use crate::tif::{BadTifSettings, Gateway};

/// Asks the insurer (RNA-2).
pub struct InsurerClient {
    settings: InsurerSettings,
    gateway: Gateway,
}

impl InsurerClient {
    /// An adapter for one institution's account. Fails on settings that could never work.
    pub fn new(settings: InsurerSettings) -> Result<InsurerClient, BadTifSettings> {
        settings.check()?;
        let gateway = Gateway::new(
            "insurer",
            &settings.endpoint,
            settings.account.clone(),
            settings.timeout_ms,
            settings.calls_max,
        )?;
        Ok(InsurerClient { settings, gateway })
    }

    /// One transaction. `None` when the insurer says that it knows nobody of that kind.
    async fn ask<I, O>(&self, ctx: &Ctx, infno: &str, input: I) -> Result<Option<O>, PortError>
    where
        I: Serialize + Send,
        O: DeserializeOwned,
    {
        let body = serde_json::to_vec(&self.envelope(ctx, infno, input))
            .map_err(|error| PortError::NotSent(error.to_string()))?;
        let path = self.settings.path.replace("{infno}", infno);
        let reply: Reply<O> = self.gateway.post(ctx, &path, body).await?;
        // Without its own number for the answer it is not the insurer who answers.
        if reply.inf_refmsgid.as_deref().is_none_or(str::is_empty) {
            return Err(PortError::Unknown("an answer without inf_refmsgid".to_owned()));
        }
        let says = reply.err_msg.unwrap_or_default();
        match reply.infcode {
            OK => match reply.output {
                Some(output) => Ok(Some(output)),
                None => Err(PortError::Unknown("an answer without output".to_owned())),
            },
            FAILED if self.settings.not_known.iter().any(|words| says.contains(words)) => Ok(None),
            // The message may quote the person: it is not passed on.
            other => Err(PortError::Refused(format!("infcode {other}"))),
        }
    }

    fn envelope<I>(&self, ctx: &Ctx, infno: &str, input: I) -> Request<I> {
        let settings = &self.settings;
        let now = ctx.now();
        Request {
            infno: infno.to_owned(),
            msgid: msgid(&settings.fixmedins_code, now, &ctx.rng.digits(4)),
            mdtrtarea_admvs: settings.mdtrtarea_admvs.clone(),
            insuplc_admdvs: settings.mdtrtarea_admvs.clone(),
            recer_sys_code: "CZRS".to_owned(),
            dev_no: String::new(),
            dev_safe_info: String::new(),
            cainfo: String::new(),
            signtype: String::new(),
            infver: INFVER.to_owned(),
            opter_type: opter_type::MOBILE.to_owned(),
            opter: "renshe".to_owned(),
            opter_name: "线上服务".to_owned(),
            inf_time: inf_time(now),
            fixmedins_code: settings.fixmedins_code.clone(),
            fixmedins_name: settings.fixmedins_name.clone(),
            sign_no: String::new(),
            input,
        }
    }
}

#[async_trait]
impl Insurer for InsurerClient {
    async fn person(
        &self,
        ctx: &Ctx,
        name: &PersonName,
        number: &IdNumber,
    ) -> Result<Option<InsuredPerson>, PortError> {
        person::person(self, ctx, name, number).await
    }

    async fn code(&self, ctx: &Ctx, psn_no: &str, number: &IdNumber) -> Result<Option<String>, PortError> {
        code::code(self, ctx, psn_no, number).await
    }
}
