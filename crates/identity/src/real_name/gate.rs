//! The gate (RNA-1): who is it, are they authenticated, at the level that is needed, on a device that
//! has shown itself. Whoever may not pass is led to the page that says what is missing, and back.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use ui::problem::Detour;
use ui::{Page, Problem, Visit};

use super::insurance::{Asked, Occasion, refresh};
use super::model::{Facts, Level, Verdict, judge};
use super::opens::Opens;
use super::policy::RealNamePolicy;
use super::store;
use crate::devices::{self, DevicePolicy};
use crate::failure::Failure;
use crate::login::{DEVICE_COOKIE, KnownDevice};
use crate::people::PersonId;
use crate::ports::Ports;
use crate::sessions::{self, Citizen, SessionId};

/// A citizen who may use the service `S`: authenticated, at its level, on a device of their own.
/// Nobody else gets past it.
#[derive(Clone)]
pub struct RealName<S> {
    citizen: Citizen,
    level: Level,
    service: PhantomData<S>,
}

impl<S> RealName<S> {
    /// The citizen, for what takes one by value.
    pub fn into_citizen(self) -> Citizen {
        self.citizen
    }

    /// The level the citizen has.
    pub fn level(&self) -> Level {
        self.level
    }
}

impl<S> Deref for RealName<S> {
    type Target = Citizen;

    fn deref(&self) -> &Citizen {
        &self.citizen
    }
}

/// What led the visitor elsewhere, or went wrong.
pub enum Refused {
    /// To a page that says what is missing; it knows the way back.
    Led(Detour),
    /// To login, or a page of its own.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Refused {
    fn from(problem: E) -> Refused {
        Refused::Problem(problem.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Refused::Led(detour) => detour.into_response(),
            Refused::Problem(problem) => problem.into_response(),
        }
    }
}

impl<S: Opens> FromRequestParts<Ctx> for RealName<S> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<RealName<S>, Refused> {
        let needs = S::SERVICE.needs();
        let (citizen, mut facts) = read(parts, state).await?;
        let ctx = citizen.ctx();
        let now = ctx.now();
        let policy = ctx.policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
        let mut verdict = judge(needs, &facts, now, &policy, false);
        if verdict == Verdict::AskInsurer {
            if let Some(ports) = parts.extensions.get::<Arc<Ports>>() {
                match refresh(ctx, ports, &citizen.person, Occasion::Watched).await? {
                    Asked::Known(record) | Asked::Silent(record) | Asked::Refused(record) => facts.record = record,
                    Asked::Nobody => {}
                }
            }
            verdict = judge(needs, &facts, now, &policy, true);
        }
        let led = |page: String| Refused::Led(Detour { page, back: sessions::back(parts, &citizen.visit) });
        match verdict {
            Verdict::Open(level) => Ok(RealName { citizen, level, service: PhantomData }),
            Verdict::Missing | Verdict::AskInsurer => Err(led(format!("/real-name/level?for={}", S::SERVICE.word()))),
            Verdict::Authenticate => Err(led("/real-name".into())),
            Verdict::ShowDevice => Err(led("/devices/prove".into())),
        }
    }
}

/// The citizen and what a gate must know, in the closure that recognises the session.
async fn read(parts: &mut Parts, state: &Ctx) -> Result<(Citizen, Facts), Problem> {
    let Ok(visit) = Visit::from_request_parts(parts, state).await;
    let asking = Asking::of(&visit.ctx, &visit.page, parts)?;
    Citizen::with(visit, parts, move |tx, found| asking.facts(tx, &found.person, &found.id)).await
}

/// From which device and place somebody asks.
#[derive(Clone)]
pub(super) struct Asking {
    device: String,
    place: Vec<u8>,
    now: Moment,
    policy: Arc<DevicePolicy>,
}

impl Asking {
    /// Reads cookie, address and browser of a request.
    pub(super) fn of(ctx: &Ctx, page: &Page, parts: &Parts) -> Result<Asking, Failure> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let known = page.cookie(DEVICE_COOKIE).and_then(|cookie| KnownDevice::read(ctx, cookie));
        let now = ctx.now();
        Ok(Asking {
            device: known.map_or_else(String::new, |known| known.device),
            place: devices::place(ctx, agent),
            now,
            policy: ctx.policy.at::<DevicePolicy>(now.date())?,
        })
    }

    /// What a gate must know of a person on this device: three short statements.
    pub(super) fn facts(&self, tx: &mut Tx<'_>, person: &PersonId, session: &SessionId) -> Result<Facts, DbFault> {
        let (authenticated_at, record) = store::known(tx, person)?;
        let device = devices::standing(tx, session, person, &self.device, &self.place, self.now, &self.policy)?;
        Ok(Facts { authenticated_at, record, device })
    }
}

/// A citizen with what a gate would know of them, on pages that tell it.
pub(crate) struct Known {
    /// Who.
    pub(crate) citizen: Citizen,
    /// What.
    pub(crate) facts: Facts,
}

impl FromRequestParts<Ctx> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Known, Problem> {
        read(parts, state).await.map(|(citizen, facts)| Known { citizen, facts })
    }
}
