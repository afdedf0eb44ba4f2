//! The two forms around a code, the same wherever one is asked for: the one that asks for a mobile number
//! (`sms_codes/mobile.html`), and the one in which the code is entered or asked for again (`sms_codes/code.html`,
//! `sms_codes/resend.html`). What else stands in a form, and what a right code does, is the page's own.

use kernel::{Mask, Mobile};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Page};

use super::model::{CodeId, Purpose, Refusal};
use super::notice::Notice;
use super::redeem::{Challenge, challenge};
use super::request::{Own, RequestCode, Requested, request};
use crate::askers::Asker;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::gates::Gates;
use crate::typed::mobile_kind;

/// Who asks for codes, and what for.
pub(crate) struct Asking<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) page: &'a Page,
    pub(crate) gates: &'a Gates,
    pub(crate) purpose: Purpose,
    pub(crate) own: Own,
}

impl Asking<'_> {
    /// Sends a code to the number that was typed, or gives the form back with what is wrong.
    ///
    /// # Errors
    /// What broke beneath.
    pub(crate) async fn send(self, form: MobileForm) -> Result<Result<CodeId, MobilePart>, Failure> {
        let mut part = MobilePart { ticket: form.ticket.clone(), ..MobilePart::new(self.ctx, form.mobile) };
        let mobile = match Mobile::parse(&part.mobile) {
            Ok(mobile) => mobile,
            Err(error) => {
                part.errors.add("mobile", mobile_kind(&error));
                return Ok(Err(part));
            }
        };
        Ok(self.to(mobile, form.ticket).await?.map_err(|notice| MobilePart { notice: Some(notice), ..part }))
    }

    /// Sends a code to a number, or says why not now.
    ///
    /// # Errors
    /// What broke beneath.
    pub(crate) async fn to(self, mobile: Mobile, ticket: String) -> Result<Result<CodeId, Notice>, Failure> {
        let Asking { ctx, page, gates, purpose, own } = self;
        let command = RequestCode { mobile, purpose, ticket, asker: Asker::of(ctx, page), own };
        Ok(match request(ctx, gates, command).await? {
            Requested::Sent { challenge } => Ok(challenge),
            Requested::Wait { secs } => Err(Notice::wait(page, secs)),
        })
    }
}

/// The form that asks for a mobile number.
pub(crate) struct MobilePart {
    pub(crate) mobile: String,
    pub(crate) ticket: String,
    pub(crate) errors: Errors,
    pub(crate) notice: Option<Notice>,
}

impl MobilePart {
    /// With what is already known of the number.
    pub(crate) fn new(ctx: &Ctx, mobile: String) -> MobilePart {
        MobilePart { mobile, ticket: ticket(ctx), errors: Errors::new(), notice: None }
    }
}

/// What that form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct MobileForm {
    pub(crate) to: String,
    pub(crate) mobile: String,
    pub(crate) ticket: String,
}

/// The form in which a code is entered.
pub(crate) struct CodePart {
    pub(crate) challenge: String,
    pub(crate) ticket: String,
    /// Masked.
    pub(crate) mobile: String,
    /// As typed: a code that has not been tried is still good.
    pub(crate) code: String,
    pub(crate) errors: Errors,
    pub(crate) notice: Option<Notice>,
}

impl CodePart {
    /// Empty, for a code that was sent.
    pub(crate) fn new(ctx: &Ctx, challenge: &Challenge) -> CodePart {
        CodePart {
            challenge: challenge.id.as_str().to_owned(),
            ticket: ticket(ctx),
            mobile: challenge.mobile.masked(),
            code: String::new(),
            errors: Errors::new(),
            notice: None,
        }
    }

    /// Given back because of something else: the code was not tried, and stays.
    pub(crate) fn kept(ctx: &Ctx, challenge: &Challenge, code: String, errors: Errors) -> CodePart {
        let code = if errors.of("code").is_some() { String::new() } else { code };
        CodePart { code, errors, ..CodePart::new(ctx, challenge) }
    }

    /// Given back because the code was refused.
    pub(crate) fn refused(ctx: &Ctx, challenge: &Challenge, refusal: Refusal) -> CodePart {
        CodePart { errors: Errors::one("code", refusal.kind()), ..CodePart::new(ctx, challenge) }
    }

    /// With a line above it.
    pub(crate) fn told(self, notice: Notice) -> CodePart {
        CodePart { notice: Some(notice), ..self }
    }
}

/// What the challenge of a form stands for; `None` if there is no such code for that purpose (any more).
///
/// # Errors
/// What broke beneath.
pub(crate) async fn find(ctx: &Ctx, id: &str, purpose: Purpose) -> Result<Option<Challenge>, Failure> {
    match id.parse() {
        Ok(id) => challenge(ctx, &id, purpose).await,
        Err(_) => Ok(None),
    }
}
