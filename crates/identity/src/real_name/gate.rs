//! The gate (RNA-1) asks who it is, whether they are authenticated at the level that is needed, and whether their
//! device has proved itself. Whoever may not pass is led to the page that says what is missing, and back.

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
use super::opens::{Opens, Service};
use super::policy::RealNamePolicy;
use super::store;
use crate::askers::{DEVICE_COOKIE, KnownDevice, Place, place};
use crate::devices::{self, DevicePolicy};
use crate::failure::Failure;
use crate::people::PersonId;
use crate::ports::Ports;
use crate::sessions::store::Found;
use crate::sessions::{self, Citizen, MaybeCitizen, SessionId, SignedIn};

/// A citizen who may use the service `S`: authenticated, at its level, on a device of their own.
/// Nobody else gets past it.
#[derive(Clone)]
pub struct RealName<S> {
    citizen: Citizen,
    level: Level,
    asking: Asking,
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

    /// Whether this browser has shown enough for a payment: its key, or what has not counted for another one yet. `payment`
    /// is the order's id, `back` the page to return to from the one that asks for a code.
    ///
    /// # Errors
    /// What broke beneath.
    pub async fn may_pay(&self, payment: &str, back: &str) -> Result<Result<(), Detour>, Failure> {
        let may = devices::may_pay(self.citizen.ctx(), &self.paying(payment)).await?;
        Ok(if may { Ok(()) } else { Err(code_first(payment, back)) })
    }

    /// The same, and from now on what was shown counts for this payment and no other (RNA-9).
    ///
    /// # Errors
    /// What broke beneath.
    pub async fn confirm_payment(&self, payment: &str, back: &str) -> Result<Result<(), Detour>, Failure> {
        let confirmed = devices::confirm_payment(self.citizen.ctx(), &self.paying(payment)).await?;
        Ok(if confirmed { Ok(()) } else { Err(code_first(payment, back)) })
    }

    fn paying(&self, payment: &str) -> devices::Paying {
        devices::Paying {
            session: self.citizen.session.clone(),
            person: self.citizen.person.clone(),
            word: self.asking.device.clone(),
            place: self.asking.place.clone(),
            payment: payment.to_owned(),
        }
    }
}

/// To the page that asks for a code for a payment, and back.
fn code_first(payment: &str, back: &str) -> Detour {
    Detour { page: devices::payment_page(payment), back: back.to_owned() }
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
        let (citizen, mut facts, asking) = read(parts, state, S::BEFORE_AGREEING).await?;
        let ctx = citizen.ctx();
        let now = ctx.now();
        let policy = ctx.policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
        let mut verdict = judge(S::SERVICE, &facts, now, &policy, false);
        if verdict == Verdict::AskInsurer {
            if let Some(ports) = parts.extensions.get::<Arc<Ports>>() {
                match refresh(ctx, ports, &citizen.person, Occasion::Watched).await? {
                    Asked::Answered(record) | Asked::Known(record) | Asked::Silent(record) | Asked::Refused(record) => {
                        facts.record = record
                    }
                    Asked::Nobody => {}
                }
            }
            verdict = judge(S::SERVICE, &facts, now, &policy, true);
        }
        match verdict {
            Verdict::Open(level) => Ok(RealName { citizen, level, asking, service: PhantomData }),
            shut => Err(led::<S>(shut, &asking.place, sessions::back(parts, &citizen.visit))),
        }
    }
}

/// The page that says what is missing.
fn led<S: Opens>(verdict: Verdict, place: &Place, back: String) -> Refused {
    let page = match verdict {
        Verdict::Open(_) | Verdict::Missing | Verdict::AskInsurer => {
            format!("/real-name/level?for={}", S::SERVICE.word())
        }
        Verdict::Authenticate => "/real-name".to_owned(),
        Verdict::ShowDevice => place.prove_page(),
    };
    Refused::Led(Detour { page, back })
}

/// A browser that holds what looks like the session of somebody who may use `S`, judged in the same trip to the
/// database as what is read for it. For a page that is one read: it costs that page half of its trips. For services
/// that ask nothing of the insurer.
pub struct Asks<S> {
    bearer: sessions::Bearer,
    asking: Asking,
    service: PhantomData<S>,
}

impl<S: Opens> Asks<S> {
    /// The request; its context acts as nobody yet.
    pub fn ctx(&self) -> &Ctx {
        self.bearer.ctx()
    }

    /// Proves who asks, judges, and reads for that person; for nobody else `body` is run.
    ///
    /// # Errors
    /// The way to what is missing, or what broke beneath.
    pub async fn read<T, F>(self, name: &'static str, body: F) -> Result<(Citizen, T), Refused>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &PersonId) -> Result<T, DbFault> + Send + 'static,
    {
        let Asks { bearer, asking, .. } = self;
        let (now, place, back) = (asking.now, asking.place.clone(), bearer.back().to_owned());
        let policy = bearer.ctx().policy.at::<RealNamePolicy>(now.date()).map_err(Failure::from)?;
        let judged = move |tx: &mut Tx<'_>, person: &PersonId, session: &SessionId| {
            let facts = asking.facts(tx, person, session)?;
            match judge(S::SERVICE, &facts, now, &policy, true) {
                Verdict::Open(_) => Ok(Ok(body(tx, person)?)),
                shut => Ok(Err(shut)),
            }
        };
        match bearer.read(name, judged).await? {
            (citizen, Ok(read)) => Ok((citizen, read)),
            (_, Err(shut)) => Err(led::<S>(shut, &place, back)),
        }
    }
}

impl<S: Opens> FromRequestParts<Ctx> for Asks<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Asks<S>, Problem> {
        let bearer = sessions::Bearer::from_request_parts(parts, state).await?.before_agreeing(S::BEFORE_AGREEING);
        let asking = Asking::of(bearer.ctx(), bearer.page(), parts)?;
        Ok(Asks { bearer, asking, service: PhantomData })
    }
}

/// What is missing before a citizen's own is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// A new version of the texts has not been agreed to.
    Agree,
    /// The citizen has not been authenticated on this device.
    Authenticate,
    /// The device shows again that it is the one, on this page.
    ShowDevice(String),
}

impl First {
    /// The page that deals with it.
    pub fn page(&self) -> &str {
        match self {
            First::Agree => "/agree",
            First::Authenticate => "/real-name",
            First::ShowDevice(page) => page,
        }
    }
}

/// Anybody on a page that is open to all, greeted by name if signed in; what is the person's own is shown where
/// the device has shown itself.
pub struct Home {
    /// The request; its context acts as the citizen, if there is one.
    pub visit: Visit,
    /// Who, if signed in.
    pub citizen: Option<SignedIn>,
    /// What comes before anything of the citizen's own is shown; `None` where it may be.
    pub first: Option<First>,
}

impl FromRequestParts<Ctx> for Home {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Home, Problem> {
        let Ok(visit) = Visit::from_request_parts(parts, state).await;
        let asking = Asking::of(&visit.ctx, &visit.page, parts)?;
        let policy = visit.ctx.policy.at::<RealNamePolicy>(asking.now.date()).map_err(Failure::from)?;
        let (now, place) = (asking.now, asking.place.clone());
        let facts = move |tx: &mut Tx<'_>, found: &Found| asking.facts(tx, &found.person, &found.id);
        let (visitor, facts) = MaybeCitizen::with(visit, facts).await?;
        let agreed = visitor.citizen.as_ref().is_none_or(|citizen| citizen.agreed);
        let asked = if agreed { None } else { Some(First::Agree) };
        let first = asked.or_else(|| {
            facts.and_then(|facts| match judge(Service::Mine, &facts, now, &policy, true) {
                Verdict::Authenticate => Some(First::Authenticate),
                Verdict::ShowDevice => Some(First::ShowDevice(place.prove_page())),
                Verdict::Open(_) | Verdict::Missing | Verdict::AskInsurer => None,
            })
        });
        Ok(Home { visit: visitor.visit, citizen: visitor.citizen, first })
    }
}

/// The citizen, what a gate must know, in the closure that recognises the session, and from where they ask.
async fn read(parts: &mut Parts, state: &Ctx, before_agreeing: bool) -> Result<(Citizen, Facts, Asking), Problem> {
    let Ok(visit) = Visit::from_request_parts(parts, state).await;
    let asking = Asking::of(&visit.ctx, &visit.page, parts)?;
    let asked = asking.clone();
    let facts = move |tx: &mut Tx<'_>, found: &Found| asked.facts(tx, &found.person, &found.id);
    let (citizen, facts) = Citizen::with(visit, parts, before_agreeing, facts).await?;
    Ok((citizen, facts, asking))
}

/// From which device and place somebody asks.
#[derive(Clone)]
pub(super) struct Asking {
    device: String,
    place: Place,
    now: Moment,
    policy: Arc<DevicePolicy>,
}

impl Asking {
    /// Reads cookie, address and browser of a request.
    pub(super) fn of(ctx: &Ctx, page: &Page, parts: &Parts) -> Result<Asking, Failure> {
        let agent = ui::headers::text(&parts.headers, header::USER_AGENT);
        let known = page.cookie(DEVICE_COOKIE).and_then(|cookie| KnownDevice::read(ctx, cookie));
        let now = ctx.now();
        Ok(Asking {
            device: known.map_or_else(String::new, |known| known.device),
            place: place(ctx, &agent),
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
        read(parts, state, false).await.map(|(citizen, facts, _)| Known { citizen, facts })
    }
}
