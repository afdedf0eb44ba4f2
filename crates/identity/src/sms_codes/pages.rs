//! The two forms around a code, the same wherever one is asked for: the one that asks for a mobile number
//! (`sms_codes/mobile.html`), and the one in which the code is entered or asked for again (`sms_codes/code.html`,
//! `sms_codes/resend.html`). [`Asking`] is the only door: codes are asked for, and both forms are read, by nothing else. What
//! else stands in a form, and what a right code does, is the page's own.

use kernel::{Mask, Mobile};
use platform::Ctx;
use serde::Deserialize;
use ui::{Errors, Page};

use super::model::{CodeId, Purpose, Refusal, clean_code};
use super::notice::Notice;
use super::redeem::{Challenge, challenge};
use super::request::{Own, RequestCode, Requested, on_its_way, request};
use crate::askers::Asker;
use crate::blind::{Blind, ticket};
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
    /// The only number to which a code counts; `None` where any does.
    pub(crate) only_to: Option<&'a Mobile>,
}

/// What the form in which a code is entered was sent for.
pub(crate) enum Step {
    /// There is no such code (any more): one is to be asked for anew.
    Gone,
    /// Another code is on its way, to the same number.
    Resent(Challenge),
    /// It is too early for another.
    Waits {
        /// The one there is.
        challenge: Challenge,
        /// Says when another may be asked for.
        notice: Notice,
    },
    /// A code was typed. It has not been tried yet.
    Typed {
        /// What it is for.
        challenge: Challenge,
        /// Its six digits; `None` if it was not six.
        code: Option<String>,
    },
}

impl<'a> Asking<'a> {
    /// Where only a code to this number counts.
    pub(crate) fn only_to(self, mobile: &'a Mobile) -> Asking<'a> {
        Asking { only_to: Some(mobile), ..self }
    }

    /// Reads the form in which a code is entered; sends another code if that is what it asks for.
    ///
    /// # Errors
    /// What broke beneath.
    pub(crate) async fn read(self, form: &CodeForm) -> Result<Step, Failure> {
        let (ctx, purpose) = (self.ctx, self.purpose);
        let found = match self.only_to {
            Some(mobile) => find_to(ctx, &form.challenge, purpose, mobile).await?,
            None => find(ctx, &form.challenge, purpose).await?,
        };
        let Some(challenge) = found else { return Ok(Step::Gone) };
        if form.act != "resend" {
            return Ok(Step::Typed { challenge, code: clean_code(&form.code) });
        }
        let mobile = challenge.mobile.clone();
        Ok(match self.to(mobile.clone(), form.ticket.clone()).await? {
            Ok(id) => Step::Resent(Challenge { id, mobile }),
            Err(notice) => Step::Waits { challenge, notice },
        })
    }

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
        let (ctx, page, gates) = (self.ctx, self.page, self.gates);
        Ok(match request(ctx, gates, self.command(mobile, ticket)).await? {
            Requested::Sent { challenge } => Ok(challenge),
            Requested::Wait { secs } => Err(Notice::wait(page, secs)),
        })
    }

    /// Sends a code to a number, or names the one that is on its way there to this browser already; `None` where there is
    /// none and it is too early for one.
    ///
    /// # Errors
    /// What broke beneath.
    pub(crate) async fn known_or_on_its_way(self, mobile: Mobile, ticket: String) -> Result<Option<CodeId>, Failure> {
        let (ctx, gates) = (self.ctx, self.gates);
        let command = self.command(mobile, ticket);
        let before = on_its_way(ctx, &command).await?;
        Ok(match request(ctx, gates, command).await? {
            Requested::Sent { challenge } => Some(challenge),
            Requested::Wait { .. } => before,
        })
    }

    /// Texts cost money and disturb whoever gets them: they are counted by the browser, whatever accounts somebody has.
    fn command(self, mobile: Mobile, ticket: String) -> RequestCode {
        let asker = Asker::of(self.ctx, self.page);
        RequestCode { mobile, purpose: self.purpose, ticket, asker, own: self.own }
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

/// What the form in which a code is entered sends; a part of a page's own form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct CodeForm {
    pub(crate) challenge: String,
    pub(crate) ticket: String,
    pub(crate) code: String,
    /// `resend` where another code is asked for.
    pub(crate) act: String,
}

/// What is wrong with a typed code before it is tried.
pub(crate) fn code_errors(code: Option<&str>) -> Errors {
    code.map_or_else(|| Errors::one("code", "code-format"), |_| Errors::new())
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

    /// Given back because it was not six digits.
    pub(crate) fn unread(ctx: &Ctx, challenge: &Challenge) -> CodePart {
        CodePart { errors: code_errors(None), ..CodePart::new(ctx, challenge) }
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

/// The same where only a code to this number counts: one to another is none.
///
/// # Errors
/// What broke beneath.
pub(crate) async fn find_to(
    ctx: &Ctx,
    id: &str,
    purpose: Purpose,
    mobile: &Mobile,
) -> Result<Option<Challenge>, Failure> {
    let wanted = Blind::mobile(&ctx.vault, mobile);
    let found = find(ctx, id, purpose).await?;
    Ok(found.filter(|challenge| Blind::mobile(&ctx.vault, &challenge.mobile) == wanted))
}
