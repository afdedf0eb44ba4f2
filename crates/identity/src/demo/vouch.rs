//! People of the demo, vouched for instead of authenticated: for load, rushes and stories that begin
//! with somebody who may book. Never in production.

use kernel::{Moment, PersonName};
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use platform::{Ctx, Trace};
use serde_json::json;

use crate::askers::{self, Asker, Budget};
use crate::blind::Blind;
use crate::devices::{self, Vouched};
use crate::failure::Failure;
use crate::owners;
use crate::people::{PersonId, store as people};
use crate::proofs::{self, NewProof, ProofPurpose, Proving, Way};
use crate::real_name::store::{self, Answer, Authenticated};
use crate::real_name::{Cover, RealNamePolicy};
use crate::sessions::{Prover, SessionId};

/// Where the demo's people sit, unless the context says otherwise.
const ADDRESS: &str = "127.0.0.1";

/// Who is vouched for.
pub(super) struct Vouchee<'a> {
    pub(super) prover: Prover,
    /// The fingerprint of their ID number.
    pub(super) subject: &'a Blind,
    pub(super) name: &'a PersonName,
}

/// Everything that makes somebody authenticated, insured here and on a device of their own.
#[derive(Clone)]
pub(super) struct Vouch {
    person: PersonId,
    subject: Blind,
    session: SessionId,
    device: String,
    proof: NewProof,
    bound: Vouched,
    entry: AuditEntry,
    answer: Answer,
    now: Moment,
}

impl Vouch {
    /// Draws ids. `device` is the word of the browser's cookie, `agent` how the browser calls itself.
    pub(super) fn prepare(ctx: &Ctx, who: &Vouchee<'_>, (device, agent): (&str, &str)) -> Result<Vouch, Failure> {
        let Vouchee { prover, subject, name } = who;
        let Prover { person, session, .. } = prover;
        let now = ctx.now();
        let policy = ctx.policy.at::<RealNamePolicy>(now.date())?;
        let ip = if ctx.trace.ip.is_empty() { ADDRESS.to_owned() } else { ctx.trace.ip.clone() };
        let place = askers::place(&ctx.with_trace(Trace { ip, ..ctx.trace.clone() }), agent);
        let proving = Proving {
            subject: (*subject).clone(),
            name: (*name).clone(),
            purpose: ProofPurpose::RealName,
            holder: session.as_str().as_bytes().to_vec(),
            device: device.to_owned(),
            prover: Some(prover.clone()),
            owner: true,
            budget: Budget::Own,
            asker: Asker::nowhere(&ctx.vault),
            place: place.clone(),
        };
        Ok(Vouch {
            person: person.clone(),
            subject: (*subject).clone(),
            session: session.clone(),
            device: device.to_owned(),
            proof: NewProof::vouched(ctx, &proving),
            bound: Vouched::draw(ctx, device, place),
            entry: ctx.act("real_name.authenticated", person.as_str(), json!({ "way": "vouched" })),
            answer: Answer {
                person: person.clone(),
                psn_no: None,
                other_name: false,
                insurance: Some(Cover { kind: "310".into(), region: "320400".into(), active: true }),
                medical: true,
                now,
                due_at: now.plus_secs(policy.fresh_secs),
            },
            now,
        })
    }
}

/// Writes the number's owner, the name and the device, in the lane of the person's ID number.
pub(super) fn vouch(tx: &mut Tx<'_>, new: &Vouch) -> Result<(), DbFault> {
    owners::store::own(tx, &new.subject, &new.person, new.now)?;
    people::keep_account(tx, &new.person)?;
    proofs::vouch(tx, &new.proof)?;
    let row = Authenticated {
        person: &new.person,
        device: &new.device,
        way: Way::Counter,
        proof: new.proof.id(),
        now: new.now,
    };
    store::authenticated(tx, &row)?;
    tx.audit(new.entry.clone());
    devices::vouch(tx, &new.bound, &new.person, &new.session)
}

/// Writes the insurance, in the person's own lane.
pub(super) fn insure(tx: &mut Tx<'_>, new: &Vouch) -> Result<(), DbFault> {
    store::answered(tx, &new.answer)
}
