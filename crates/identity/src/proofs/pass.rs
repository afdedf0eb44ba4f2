//! Passing a proof in the closure of the way that earned it, and redeeming it once.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::authenticate::{Authentication, authenticate};
use super::model::{ProofPurpose, Proving};
use super::store;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::ids::ProofId;
use crate::real_name::Way;
use crate::sessions::{self, Renewal, Token};

/// How long a proof may wait to be used, in seconds (`domain.md` 10: a result is good for 5 minutes).
const VALID_SECS: i64 = 300;

/// A proof ready to be passed.
#[derive(Clone)]
pub(crate) struct NewProof {
    pub(super) id: ProofId,
    pub(super) proving: Proving,
    pub(super) way: Way,
    pub(super) reference: String,
    pub(super) now: Moment,
    pub(super) expires_at: Moment,
    /// The name that a visitor was proven under, sealed.
    pub(super) name: Option<Vec<u8>>,
    /// What a proof of the real name brings about; `None` for the other purposes.
    effect: Option<Authentication>,
    /// The token that the prover's session goes on with (T11).
    renewal: Option<Renewal>,
    entry: platform::audit::AuditEntry,
}

impl NewProof {
    /// Draws ids and prepares what the proof will bring about. `reference` is the id of the check
    /// that was passed; it proves once.
    pub(crate) async fn prepare(ctx: &Ctx, proving: &Proving, way: Way, reference: &str) -> Result<NewProof, Failure> {
        let now = ctx.now();
        let effect = match proving.purpose {
            ProofPurpose::RealName => Some(Authentication::prepare(ctx, proving, way).await?),
            ProofPurpose::LoginPassword | ProofPurpose::PayPassword => None,
        };
        let detail = json!({ "purpose": proving.purpose.as_str(), "way": way.as_str() });
        let id: ProofId = ctx.id();
        let name = match proving.prover {
            Some(_) => None,
            None => {
                let plain = proving.name.expose().as_bytes();
                Some(ctx.vault.system_key().seal(store::NAME.of(id.as_str()), plain, &*ctx.rng)?)
            }
        };
        Ok(NewProof {
            id,
            name,
            proving: proving.clone(),
            way,
            reference: reference.to_owned(),
            now,
            expires_at: now.plus_secs(VALID_SECS),
            effect,
            renewal: proving.session().map(|session| Renewal::draw(ctx, session)),
            entry: ctx.act("proof.passed", reference, detail),
        })
    }
}

impl NewProof {
    /// A proof that nothing earned: for the demo's people, who are vouched for.
    pub(crate) fn vouched(ctx: &Ctx, proving: &Proving) -> NewProof {
        let (id, now): (ProofId, Moment) = (ctx.id(), ctx.now());
        let reference = format!("vouched:{}", id.as_str());
        NewProof {
            entry: ctx.act("proof.vouched", &reference, json!({})),
            proving: proving.clone(),
            way: Way::Counter,
            reference,
            now,
            expires_at: now.plus_secs(VALID_SECS),
            name: None,
            effect: None,
            renewal: None,
            id,
        }
    }

    /// The token for the browser's cookie, once the proof has passed; `None` for a visitor.
    pub(crate) fn token(&self) -> Option<Token> {
        self.renewal.as_ref().map(|renewal| renewal.token().clone())
    }

    /// Its id.
    pub(crate) fn id(&self) -> &ProofId {
        &self.id
    }
}

/// Writes a proof of somebody vouched for, used up.
pub(crate) fn vouch(tx: &mut Tx<'_>, proof: &NewProof) -> Result<(), DbFault> {
    store::insert(tx, proof)?;
    store::use_up(tx, &proof.id, proof.now)?;
    tx.audit(proof.entry.clone());
    Ok(())
}

/// What became of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It stands.
    New,
    /// This check has proved before: nothing was done (T06).
    Again,
}

/// Writes the proof down, in the closure that records the check as passed. Run it in
/// [`Proving`]'s subject's lane (`proving.subject.lane()`), or insert nothing else there.
pub(crate) fn pass(tx: &mut Tx<'_>, proof: &NewProof) -> Result<Passed, DbFault> {
    if !store::insert(tx, proof)? {
        return Ok(Passed::Again);
    }
    tx.audit(proof.entry.clone());
    if let Some(authentication) = &proof.effect {
        store::use_up(tx, &proof.id, proof.now)?;
        authenticate(tx, authentication, &proof.id)?;
    }
    if let Some(renewal) = &proof.renewal {
        sessions::renew(tx, renewal)?;
    }
    Ok(Passed::New)
}

/// Uses a proof of this browser for this purpose up; `None` if there is none that is young and unused.
/// Returns whose it is.
pub(crate) fn redeem(
    tx: &mut Tx<'_>,
    holder: &[u8],
    purpose: ProofPurpose,
    now: Moment,
) -> Result<Option<Blind>, DbFault> {
    let Some(open) = store::open(tx, holder, purpose, now)? else { return Ok(None) };
    // Held and judged by the one statement: two redemptions at once are one.
    Ok(store::use_up(tx, &open.id, now)?.then_some(open.subject))
}
