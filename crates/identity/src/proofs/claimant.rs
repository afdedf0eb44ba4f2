//! Who wants to be proven by a way: a citizen who is signed in, or a visitor who forgot the password.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use kernel::{IdNumber, PersonName};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ui::{Page, Problem, Visit};

use super::model::{ProofPurpose, Proving};
use crate::askers::{Asker, Budget, KnownDevice, Place, place};
use crate::blind::{Blind, hex};
use crate::failure::Failure;
use crate::people::store as people;
use crate::real_name::RealNamePolicy;
use crate::sealed::SealedCookie;
use crate::sessions::{Citizen, Prover};
use crate::{devices, owners};

/// The cookie of a visitor who wants to be recognised, who has a quarter of an hour.
const COOKIE: SealedCookie<Kept> = SealedCookie::new("rec", "visitor", 900);

/// Somebody before a way, on `/prove/{purpose}/…`.
pub(crate) struct Claimant {
    /// The request; its context acts as the citizen, if there is one.
    pub(crate) visit: Visit,
    /// What they want to prove.
    pub(crate) proving: Proving,
    /// The name: a citizen's own, or as the visitor typed it.
    pub(crate) name: PersonName,
    /// The ID number, likewise.
    pub(crate) number: IdNumber,
}

impl FromRequestParts<Ctx> for Claimant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Claimant, Problem> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let word = path.ok().and_then(|Path(params)| params.get("purpose").cloned()).unwrap_or_default();
        let mut claimant = match ProofPurpose::of_word(&word).ok_or_else(Problem::not_found)? {
            ProofPurpose::LoginPassword => Claimant::visitor(parts, state).await?,
            purpose => Claimant::citizen(Citizen::from_request_parts(parts, state).await?, purpose).await?,
        };
        claimant.proving.place = place(&claimant.visit.ctx, &ui::headers::text(&parts.headers, header::USER_AGENT));
        Ok(claimant)
    }
}

impl Claimant {
    /// A signed-in citizen who wants to prove who they are, under the name they gave last.
    pub(crate) async fn citizen(citizen: Citizen, purpose: ProofPurpose) -> Result<Claimant, Problem> {
        let ctx = citizen.ctx().clone();
        let (vault, person, today) = (ctx.vault.clone(), citizen.person.clone(), ctx.now().date());
        let device = KnownDevice::here(&ctx, &citizen.visit.page);
        let here = device.clone();
        let found = ctx.db.read("proof.claimant", move |tx| -> Result<_, DbFault> {
            let Some(known) = people::identity_of(tx, &vault, &person, today)? else { return Ok(None) };
            let budget = budget_on(tx, &Blind::id_number(&vault, &known.number), here.as_ref())?;
            Ok(Some((known, budget)))
        });
        let (known, budget) = found.await.map_err(Failure::from)?.ok_or(Failure::NoSuchPerson)?;
        let (owner, number) = (known.owner, known.number.clone());
        let name = match purpose {
            ProofPurpose::RealName => owners::name_to_prove(&ctx, known)?,
            ProofPurpose::LoginPassword | ProofPurpose::PayPassword => known.name,
        };
        if purpose == ProofPurpose::RealName {
            let policy = ctx.policy.at::<RealNamePolicy>(today).map_err(Failure::from)?;
            if number.age_on(today) < policy.min_age {
                // That page says who does it instead.
                return Err(Problem::go_to(purpose.ways()));
            }
        }
        let proving = Proving {
            subject: Blind::id_number(&ctx.vault, &number),
            name: name.clone(),
            purpose,
            holder: holder("session", citizen.session.as_str()),
            device: word(device),
            prover: Some(Prover {
                person: citizen.person.clone(),
                account: citizen.account.clone(),
                session: citizen.session.clone(),
            }),
            owner,
            budget,
            asker: Asker::signed_in(&ctx, &citizen.account),
            place: Place::default(),
        };
        Ok(Claimant { visit: citizen.visit, proving, name, number })
    }

    async fn visitor(parts: &mut Parts, state: &Ctx) -> Result<Claimant, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let Some(visitor) = Visitor::read(&visit.ctx, &visit.page) else {
            return Err(Problem::go_to("/forgot"));
        };
        let subject = Blind::id_number(&visit.ctx.vault, &visitor.number);
        let proving = Proving {
            budget: budget_of(&visit.ctx, &visit.page, &subject).await?,
            subject,
            name: visitor.name.clone(),
            purpose: ProofPurpose::LoginPassword,
            holder: visitor.holder.clone(),
            device: word(KnownDevice::here(&visit.ctx, &visit.page)),
            prover: None,
            owner: false,
            asker: Asker::of(&visit.ctx, &visit.page),
            place: Place::default(),
        };
        Ok(Claimant { visit, proving, name: visitor.name, number: visitor.number })
    }
}

/// Whose tries a browser spends that is about an ID number: nobody has to have signed in.
pub(crate) async fn budget_of(ctx: &Ctx, page: &Page, subject: &Blind) -> Result<Budget, Failure> {
    // Without a device it is nobody's, whatever the number: nothing is looked up for strangers.
    let Some(device) = KnownDevice::here(ctx, page) else { return Ok(Budget::Stranger) };
    let subject = subject.clone();
    Ok(ctx.db.read("proof.budget", move |tx| budget_on(tx, &subject, Some(&device))).await?)
}

/// The owner's on a device of theirs, in whatever session; else a stranger's.
fn budget_on(tx: &mut Tx<'_>, subject: &Blind, device: Option<&KnownDevice>) -> Result<Budget, DbFault> {
    let Some((account, person)) = owners::store::account(tx, subject)? else { return Ok(Budget::Stranger) };
    Ok(if devices::is_of(tx, device, &account, &person)? { Budget::Own } else { Budget::Stranger })
}

/// The device's name out of its cookie; empty where it has none.
fn word(device: Option<KnownDevice>) -> String {
    device.map_or_else(String::new, |known| known.device)
}

fn holder(kind: &str, word: &str) -> Vec<u8> {
    Sha256::digest(format!("{kind}:{word}").as_bytes()).to_vec()
}

/// A visitor who says who they are and has not shown it yet. What was typed stays in the visitor's
/// own cookie, sealed; nothing of it is kept here.
pub(crate) struct Visitor {
    pub(crate) name: PersonName,
    pub(crate) number: IdNumber,
    /// Binds proofs to this browser.
    pub(crate) holder: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    number: String,
    nonce: String,
}

impl Visitor {
    /// The visitor of a browser; `None` if it has no cookie of ours, or an old one.
    pub(crate) fn read(ctx: &Ctx, page: &Page) -> Option<Visitor> {
        let kept = COOKIE.read(ctx, page)?;
        Some(Visitor {
            name: PersonName::parse(&kept.name).ok()?,
            number: IdNumber::parse(&kept.number, ctx.now().date()).ok()?,
            holder: holder("visitor", &kept.nonce),
        })
    }
}

/// Lets the browser keep who its visitor says to be, for a quarter of an hour.
pub(crate) fn keep_visitor(
    ctx: &Ctx,
    page: &Page,
    response: &mut Response,
    name: &PersonName,
    number: &IdNumber,
) -> Result<(), Failure> {
    let kept = Kept {
        name: name.expose().to_owned(),
        number: number.expose().to_owned(),
        nonce: hex(&kernel::bytes32(&*ctx.rng)),
    };
    COOKIE.note(ctx, page, response, kept)
}

/// Forgets the visitor.
pub(crate) fn clear_visitor(page: &Page, response: &mut Response) {
    COOKIE.forget(page, response);
}
