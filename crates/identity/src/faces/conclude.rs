//! How a face check ended: the server asks the provider (T07), and what it says counts once.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{CheckState, Outcome, judge};
use super::store::{self, CheckRow};
use crate::failure::Failure;
use crate::ports::Faces;
use crate::proofs::{NewProof, Proving, Way, pass};
use crate::sessions::Token;

/// Where a check stands after the provider was asked.
#[derive(Clone)]
pub(crate) enum Concluded {
    /// Still looking, or not reached; nothing is lost.
    Waiting {
        /// Whether the provider answered at all.
        reached: bool,
    },
    /// It is the person; the proof is written, now or the first time.
    Passed {
        /// For the browser's cookie; only with the proof, and only where there is a session.
        token: Option<Token>,
    },
    /// It is not, or cannot be told; the row says why.
    Ended,
}

/// Asks how a started check ended and writes it down; a check that has ended is not asked about again.
pub(crate) async fn conclude(
    ctx: &Ctx,
    faces: &dyn Faces,
    proving: &Proving,
    row: CheckRow,
) -> Result<Concluded, Failure> {
    match row.state {
        CheckState::Reserved => return Ok(Concluded::Waiting { reached: true }),
        CheckState::Passed => return Ok(Concluded::Passed { token: None }),
        CheckState::Failed | CheckState::Refused => return Ok(Concluded::Ended),
        CheckState::Started => {}
    }
    let said = match faces.result(ctx, &row.certify_id).await {
        Ok(verdict) => Some(verdict),
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, check = %row.id, %error, "face.no_result");
            None
        }
    };
    // The moment after the answer: what was slow to come may have come too late.
    let now = ctx.now();
    let Some(outcome) = judge(said, now >= row.expires_at) else {
        return Ok(Concluded::Waiting { reached: said.is_some() });
    };
    let proof = match outcome {
        Outcome::Pass => Some(NewProof::prepare(ctx, proving, Way::Face, row.id.as_str()).await?),
        _ => None,
    };
    let token = proof.as_ref().and_then(NewProof::token);
    let detail = json!({ "purpose": proving.purpose.as_str(), "result": outcome.as_str() });
    let entry = ctx.act("face.ended", row.id.as_str(), detail);
    let (wanted, id) = (proving.clone(), row.id);
    let ended =
        ctx.db.write(proving.subject.lane(), "face.conclude", move |tx| -> Result<(CheckState, bool), DbFault> {
            let Some(held) = store::hold(tx, &wanted, &id)? else { return Ok((CheckState::Refused, false)) };
            // Another tab may have asked first: what it wrote stands.
            let Some(state) = held.state.on(outcome.event()) else { return Ok((held.state, false)) };
            store::end(tx, &id, state, outcome, now)?;
            if let Some(proof) = &proof {
                pass(tx, proof)?;
            }
            tx.audit(entry.clone());
            Ok((state, true))
        });
    Ok(match ended.await? {
        (CheckState::Passed, ours) => Concluded::Passed { token: token.filter(|_| ours) },
        _ => Concluded::Ended,
    })
}
