//! Giving a code at a counter, to somebody whose papers the clerk has seen.

use kernel::{IdNumber, Moment, PersonName};
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{COUNTER_DIGITS, CounterCodeId, Paper};
use super::policy::SecondWayPolicy;
use super::store::{self, NewCode, PAPER_NAME};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages;
use crate::owners;
use crate::ports::{Acquaintance, Insurer};
use crate::proofs::ProofPurpose;
use crate::sms_codes::{CodeEvent, CodeState};
use crate::staff::StaffId;

/// Gives a code.
pub(super) struct IssueCode {
    /// As on the paper.
    pub(super) name: PersonName,
    pub(super) number: IdNumber,
    pub(super) purpose: ProofPurpose,
    pub(super) paper: Paper,
    /// The clerk who saw it.
    pub(super) staff: StaffId,
}

/// What came of it. Nothing here depends on whether the number has an owner.
pub(super) enum Issued {
    /// A code to be told.
    Code { code: String, expires_at: Moment },
    /// The insurer knows the number under another name: nothing was done. The name on the code becomes the person's, and a
    /// slip of the clerk's would part them from their card and insurance.
    OtherName,
    /// No number of this kind stands on such a paper: nothing was done.
    OtherPaper,
}

/// Writes the code's fingerprint down in place of the live one, and tells the owner of the number, if it has one. The
/// insurer is asked first, with nothing open.
pub(super) async fn issue_code(ctx: &Ctx, insurer: &dyn Insurer, command: IssueCode) -> Result<Issued, Failure> {
    if !command.paper.bears(command.number.kind()) {
        return Ok(Issued::OtherPaper);
    }
    if is_anothers(ctx, insurer, &command.name, &command.number).await {
        return Ok(Issued::OtherName);
    }
    let now = ctx.now();
    let policy = ctx.policy.at::<SecondWayPolicy>(now.date())?;
    let (id, code): (CounterCodeId, String) = (ctx.id(), ctx.rng.digits(COUNTER_DIGITS));
    let subject = Blind::id_number(&ctx.vault, &command.number);
    let expires_at = now.plus_secs(policy.counter_code_secs);
    let of_account = subject.clone();
    let owner = ctx.db.read("counter_code.owner", move |tx| owners::store::owner(tx, &of_account)).await?;
    let message = match owner {
        Some(owner) => {
            let args = json!({ "told_at": now.ms() });
            Some(messages::prepare(ctx, &owner, "counter_code", &args, false).await?)
        }
        None => None,
    };
    let detail = json!({
        "for": subject.short(), "purpose": command.purpose.as_str(), "paper": command.paper.as_str(),
        "staff": command.staff.as_str(),
    });
    let entry = ctx.act("counter_code.issued", id.as_str(), detail);
    let new = NewCode {
        mac: code_mac(ctx, &id, &code),
        name: ctx.vault.system_key().seal(PAPER_NAME.of(id.as_str()), command.name.expose().as_bytes(), &*ctx.rng)?,
        id,
        purpose: command.purpose,
        paper: command.paper,
        staff: command.staff,
        now,
        expires_at,
        subject,
    };
    let lane = new.subject.lane();
    let issued = ctx.db.write(lane, "counter_code.issue", move |tx| -> Result<(), DbFault> {
        if let Some(replaced) = CodeState::Live.on(CodeEvent::Renewed) {
            store::replace_live(tx, &new, replaced)?;
        }
        if !store::insert_code(tx, &new)? {
            // Another counter gave one in the same moment; the clerk asks again.
            return Err(DbFault::Busy);
        }
        if let Some(message) = &message {
            messages::insert(tx, message)?;
        }
        tx.audit(entry.clone());
        Ok(())
    });
    issued.await?;
    Ok(Issued::Code { code, expires_at })
}

/// What is stored of a code: bound to its row. Whoever enters it is thereby the person on the paper, under the
/// name on the paper, whatever name they signed up with.
pub(super) fn code_mac(ctx: &Ctx, id: &CounterCodeId, code: &str) -> [u8; 32] {
    ctx.vault.mac("counter_code", format!("{}\n{code}", id.as_str()).as_bytes())
}

/// Whether the insurer knows this number under another name. Silence stops nobody: the clerk has seen the paper.
async fn is_anothers(ctx: &Ctx, insurer: &dyn Insurer, name: &PersonName, number: &IdNumber) -> bool {
    match insurer.person(ctx, name, number).await {
        Ok(said) => matches!(said, Acquaintance::OtherName(_)),
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "the insurer gave no answer to a window");
            false
        }
    }
}
