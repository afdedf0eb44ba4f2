//! One transaction: the envelope around it, who is signed in, and whether it was refused.

use identity::ports::PortError;
use payments::ports::{CoveredPerson, Refusal, SettleError};
use platform::Ctx;
use serde::Serialize;
use wire::insurer::{FAILED, INFVER, Node, OK, Reply, Request, opter_type, time_in};

use super::InsurerClient;
use super::refusal::{certain, refusal};

/// The insurer's answer. Both sides of it may be about a person: neither is printed or passed on.
pub(super) enum Said {
    /// It was done, and this is the answer.
    Done(Node),
    /// It was refused, with this `infcode` and these words.
    Refused(i64, String),
}

/// One message. A given number is sent with the time that is written in it.
pub(super) struct Message<'a, I> {
    /// The transaction.
    pub(super) infno: &'a str,
    /// `msgid`.
    pub(super) number: &'a str,
    /// `insuplc_admdvs`.
    pub(super) region: &'a str,
    /// `input`.
    pub(super) input: &'a I,
}

impl InsurerClient {
    /// A question that needs no sign-in. `None` when the insurer says that it knows nobody of that kind.
    pub(super) async fn ask<I>(&self, ctx: &Ctx, infno: &str, input: I) -> Result<Option<Node>, PortError>
    where
        I: Serialize + Sync,
    {
        let (number, region) = (self.fresh_number(ctx), &self.settings.mdtrtarea_admvs);
        match self.send(ctx, &Message { infno, number: &number, region, input: &input }, "").await? {
            Said::Done(output) => Ok(Some(output)),
            Said::Refused(FAILED, says) if self.settings.not_known.iter().any(|words| says.contains(words)) => Ok(None),
            // The message may quote the person: it is not passed on.
            Said::Refused(infcode, _) => Err(PortError::Refused(format!("infcode {infcode}"))),
        }
    }

    /// An act or a question about a person, refused or not, of an operator who has signed in.
    pub(super) async fn tell<I: Serialize + Sync>(
        &self,
        ctx: &Ctx,
        infno: &str,
        number: &str,
        person: &CoveredPerson,
        input: &I,
    ) -> Result<Said, PortError> {
        let message = Message { infno, number, region: &person.region, input };
        let sign_no = self.sign_no(ctx, None).await?;
        let said = self.send(ctx, &message, &sign_no).await?;
        match &said {
            // Whoever is not signed in is turned away at the door: the message was not looked at, and
            // goes again under the same number.
            Said::Refused(FAILED, says) if self.turns_away(says) => {}
            _ => return Ok(said),
        }
        let sign_no = self.sign_no(ctx, Some(&sign_no)).await?;
        match self.send(ctx, &message, &sign_no).await? {
            // It was turned away once more. The message was not looked at, so this is not a refusal of it.
            Said::Refused(FAILED, says) if self.turns_away(&says) => {
                Err(PortError::NotSent("turned away as not signed in".to_owned()))
            }
            said => Ok(said),
        }
    }

    /// Whether these words turn an operator away who has not signed in.
    fn turns_away(&self, says: &str) -> bool {
        let words = &self.settings.words;
        words.is_sign_in(says) || certain(words, FAILED, says) == Ok(Refusal::NotSignedIn)
    }

    /// The same, where every refusal is one.
    pub(super) async fn act<I: Serialize + Sync>(
        &self,
        ctx: &Ctx,
        infno: &str,
        number: &str,
        person: &CoveredPerson,
        input: &I,
    ) -> Result<Node, SettleError> {
        match self.tell(ctx, infno, number, person, input).await? {
            Said::Done(output) => Ok(output),
            Said::Refused(infcode, says) => Err(refusal(&self.settings.words, infcode, &says)),
        }
    }

    pub(super) async fn send<I: Serialize + Sync>(
        &self,
        ctx: &Ctx,
        message: &Message<'_, I>,
        sign_no: &str,
    ) -> Result<Said, PortError> {
        let not_sent = |why: &str| PortError::NotSent(why.to_owned());
        let inf_time = time_in(message.number).ok_or_else(|| not_sent("the number is no msgid"))?;
        let body = serde_json::to_vec(&self.envelope(message, inf_time, sign_no))
            .map_err(|_| not_sent("the message cannot be written"))?;
        let path = self.settings.path(message.infno);
        self.said(self.gateway.post(ctx, &path, body).await?)
    }

    /// What an answer comes to. A refusal may leave out everything but its code and its words. What says that
    /// something was done must be an answer of the interface's form, in which `inf_refmsgid` stands, though
    /// it may be empty; and where it has nothing else to tell, its words must not be those of a failure.
    fn said(&self, reply: Reply) -> Result<Said, PortError> {
        let says = if reply.err_msg.is_empty() { reply.message } else { reply.err_msg };
        match reply.infcode {
            OK if reply.inf_refmsgid.is_none() => Err(PortError::Unknown("an answer without inf_refmsgid".to_owned())),
            OK if reply.output.is_nothing() && !self.settings.words.is_done(&says) => {
                Err(PortError::Unknown("infcode 0 with the words of a failure".to_owned()))
            }
            OK => Ok(Said::Done(reply.output)),
            infcode => Ok(Said::Refused(infcode, says)),
        }
    }

    fn envelope<'a, I>(&self, message: &Message<'a, I>, inf_time: String, sign_no: &str) -> Request<&'a I> {
        let settings = &self.settings;
        Request {
            infno: message.infno.to_owned(),
            msgid: message.number.to_owned(),
            mdtrtarea_admvs: settings.mdtrtarea_admvs.clone(),
            insuplc_admdvs: message.region.to_owned(),
            recer_sys_code: "CZRS".to_owned(),
            dev_no: String::new(),
            dev_safe_info: String::new(),
            cainfo: String::new(),
            signtype: String::new(),
            infver: INFVER.to_owned(),
            opter_type: opter_type::MOBILE.to_owned(),
            opter: settings.numbers.operator(),
            opter_name: "线上服务".to_owned(),
            inf_time,
            fixmedins_code: settings.fixmedins_code.clone(),
            fixmedins_name: settings.fixmedins_name.clone(),
            sign_no: sign_no.to_owned(),
            input: message.input,
        }
    }
}
