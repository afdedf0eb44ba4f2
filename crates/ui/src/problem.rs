//! What went wrong, as a value; the layer turns it into a page in the visitor's language, with the
//! reference number under which the log keeps the cause.

use crate::reply::{in_query, see_other};
use crate::sent::Unfit;
use crate::site::Elsewhere;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use platform::db::DbFault;
use platform::password::PasswordError;
use platform::policy::PolicyError;
use platform::vault::VaultError;

/// Which page tells of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no such page, or not for this visitor.
    NotFound,
    /// The visitor may not do this.
    Forbidden,
    /// Signing in comes first; then back to this path.
    SignIn {
        /// Where to return to.
        back: String,
    },
    /// Another page of this service comes first.
    GoTo {
        /// Which.
        path: String,
    },
    /// The form was not sent by a page of ours to this browser, or not in time; the texts' key says which.
    Unfit {
        /// The key both texts start with.
        key: &'static str,
    },
    /// The page was opened by another address than the service's own.
    Elsewhere,
    /// What the browser sends did not come in time.
    Late,
    /// The form cannot be read.
    BadForm,
    /// The body is larger than the service reads.
    TooLarge,
    /// The address exists for another method: the back button after a POST.
    Method,
    /// There is too much to do right now; nothing was done.
    Busy,
    /// The database went away while committing: it may have been done; nobody should do it again blindly.
    Unknown,
    /// Our mistake; the cause is in the log.
    Fault,
    /// A refusal in words of the caller's own: `<key>-title` and `<key>-text`.
    Told {
        /// The key both texts start with.
        key: String,
    },
}

/// A handler's refusal.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Which page.
    pub kind: ProblemKind,
    /// `Retry-After` in seconds.
    pub retry_secs: Option<i64>,
    /// What the log is told; never shown.
    pub cause: Option<String>,
    /// Who turned the request away because of load, before anything was done. Load is nobody's mistake: it is counted, not
    /// logged as an error.
    pub shed_by: Option<Shed>,
    /// What was typed into the form that was refused, to be sent again.
    pub(crate) typed: Typed,
    /// The way the visitor came, if that is the trouble.
    pub(crate) elsewhere: Option<Box<Elsewhere>>,
}

/// What turns requests away when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shed {
    /// The gate before passwords, or a limit of logins.
    Gate,
    /// The database: its queue was full, or a row locked too long.
    Database,
}

impl Shed {
    /// The word in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Shed::Gate => "gate",
            Shed::Database => "database",
        }
    }
}

/// What was typed into a form, without its secrets. Never printed.
#[derive(Clone, Default)]
pub(crate) struct Typed {
    /// Name and value, in order; a name may come twice.
    pub(crate) fields: Vec<(String, String)>,
    /// Something secret is to be typed again.
    pub(crate) secrets: bool,
}

impl Typed {
    pub(crate) fn of(fields: impl Iterator<Item = (String, String)>, secrets: bool) -> Typed {
        Typed { fields: fields.collect(), secrets }
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typed({} fields)", self.fields.len())
    }
}

impl Problem {
    fn new(status: StatusCode, kind: ProblemKind) -> Problem {
        Problem { status, kind, retry_secs: None, cause: None, shed_by: None, typed: Typed::default(), elsewhere: None }
    }

    /// No such page. Also for what is not this visitor's: nobody learns that it exists.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, ProblemKind::NotFound)
    }

    /// Not for this visitor's role.
    pub fn forbidden() -> Problem {
        Problem::new(StatusCode::FORBIDDEN, ProblemKind::Forbidden)
    }

    /// Sends to the login page, and from there back to `back`.
    pub fn sign_in(back: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SEE_OTHER, ProblemKind::SignIn { back: back.into() })
    }

    /// Sends to another page of this service, which says what is wanted first.
    pub fn go_to(path: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SEE_OTHER, ProblemKind::GoTo { path: path.into() })
    }

    /// A form that is not taken, and what was typed into it.
    pub(crate) fn unfit(why: Unfit, typed: Typed) -> Problem {
        let key = match &why {
            Unfit::Elsewhere(elsewhere) => return Problem::elsewhere(elsewhere.clone()),
            Unfit::NotOurs => "problem-not-ours",
            Unfit::Stale => "problem-stale",
            Unfit::Blocked => "problem-blocked",
            Unfit::Cleared => "problem-cleared",
            Unfit::OtherBrowser => "problem-other-browser",
        };
        let problem = Problem { typed, ..Problem::new(StatusCode::FORBIDDEN, ProblemKind::Unfit { key }) };
        // Requests of strangers are not worth a log line; a refused visitor may point to a fault of ours or of a proxy.
        if why == Unfit::NotOurs { problem } else { problem.because(format!("the form was not taken: {key}")) }
    }

    /// The page was opened at another address than the service's own.
    pub(crate) fn elsewhere(elsewhere: Elsewhere) -> Problem {
        let problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, ProblemKind::Elsewhere);
        Problem { elsewhere: Some(Box::new(elsewhere)), ..problem }
    }

    /// The request did not arrive in time.
    pub(crate) fn late() -> Problem {
        Problem::new(StatusCode::REQUEST_TIMEOUT, ProblemKind::Late)
    }

    /// A form that no page of ours sends.
    pub fn bad_form() -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, ProblemKind::BadForm)
    }

    /// A body beyond the limit.
    pub fn too_large() -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemKind::TooLarge)
    }

    /// Refused because of load; worth trying again in `retry_secs`.
    pub fn busy(retry_secs: i64) -> Problem {
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Busy);
        problem.retry_secs = Some(retry_secs.max(1));
        problem.shed_by = Some(Shed::Gate);
        problem
    }

    /// Our mistake. `cause` goes to the log only, so it may name anything but people.
    pub fn fault(cause: impl ToString) -> Problem {
        let mut problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, ProblemKind::Fault);
        problem.cause = Some(cause.to_string());
        problem
    }

    /// A refusal in words of its own: the texts `<key>-title` and `<key>-text`.
    pub fn told(status: StatusCode, key: &str) -> Problem {
        Problem::new(status, ProblemKind::Told { key: key.to_owned() })
    }

    /// The same problem with a cause for the log.
    pub fn because(mut self, cause: impl ToString) -> Problem {
        self.cause = Some(cause.to_string());
        self
    }

    /// The start of the message keys of its page.
    pub(crate) fn key(&self) -> &str {
        match &self.kind {
            ProblemKind::NotFound => "problem-not-found",
            ProblemKind::Forbidden => "problem-forbidden",
            ProblemKind::SignIn { .. } | ProblemKind::GoTo { .. } => "problem-sign-in",
            ProblemKind::Unfit { key } => key,
            ProblemKind::Elsewhere => "problem-elsewhere",
            ProblemKind::Late => "problem-late",
            ProblemKind::BadForm => "problem-bad-form",
            ProblemKind::TooLarge => "problem-too-large",
            ProblemKind::Method => "problem-method",
            ProblemKind::Busy => "problem-busy",
            ProblemKind::Unknown => "problem-unknown",
            ProblemKind::Fault => "problem-fault",
            ProblemKind::Told { key } => key,
        }
    }

    /// The word and the sentence for a program that asked.
    pub(crate) fn for_machines(&self) -> (&'static str, &'static str) {
        match &self.kind {
            ProblemKind::NotFound => ("not_found", "there is nothing at this address"),
            ProblemKind::Method => ("method", "this address is asked with another method; see the header allow"),
            ProblemKind::BadForm => ("request", "the request cannot be read; nothing was done"),
            ProblemKind::TooLarge => ("too_large", "the body is larger than is read; nothing was done"),
            ProblemKind::Late => ("late", "the body did not come in time; nothing was done"),
            ProblemKind::Elsewhere => ("elsewhere", "this service is asked by another name or scheme"),
            ProblemKind::Busy => ("busy", "too much to do right now; nothing was done"),
            ProblemKind::Unknown => ("unknown", "it is not known whether this was done"),
            ProblemKind::Fault => ("fault", "our mistake; the cause is in our log"),
            ProblemKind::Forbidden
            | ProblemKind::SignIn { .. }
            | ProblemKind::GoTo { .. }
            | ProblemKind::Unfit { .. }
            | ProblemKind::Told { .. } => ("refused", "this is not for programs"),
        }
    }

    /// The page for a bare status of the router's own (no such method, an unreadable path).
    pub(crate) fn of_status(status: StatusCode) -> Option<Problem> {
        let kind = match status {
            StatusCode::NOT_FOUND => ProblemKind::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemKind::Method,
            StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
            StatusCode::REQUEST_TIMEOUT => ProblemKind::Late,
            StatusCode::INTERNAL_SERVER_ERROR => ProblemKind::Fault,
            StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
                ProblemKind::BadForm
            }
            _ => return None,
        };
        Some(Problem::new(status, kind))
    }
}

impl From<DbFault> for Problem {
    fn from(fault: DbFault) -> Problem {
        match fault {
            DbFault::Busy => Problem { shed_by: Some(Shed::Database), ..Problem::busy(2) },
            // Too busy for people, and for operators something that is broken.
            DbFault::Down(_) | DbFault::DiskFull => Problem { shed_by: None, ..Problem::busy(10).because(fault) },
            DbFault::Unknown => Problem::new(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unknown).because(fault),
            other => Problem::fault(other),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Problem {
        Problem::fault(error)
    }
}

impl From<PolicyError> for Problem {
    fn from(error: PolicyError) -> Problem {
        Problem::fault(error)
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Problem {
        match error {
            PasswordError::Busy => Problem::busy(3),
            broken => Problem::fault(broken),
        }
    }
}

impl From<std::convert::Infallible> for Problem {
    fn from(never: std::convert::Infallible) -> Problem {
        match never {}
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let ProblemKind::SignIn { back } = self.kind {
            return Detour { page: "/login".to_owned(), back }.into_response();
        }
        if let ProblemKind::GoTo { path } = &self.kind {
            return see_other(path);
        }
        // The plain text is what a router without the layer shows; the layer replaces it.
        let text = self.status.canonical_reason().unwrap_or("refused");
        let mut response = (self.status, text).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Another page comes first, and knows the way back. Left in the answer's extensions, so that what
/// was typed can be kept for the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detour {
    /// The page that comes first; it may have a query.
    pub page: String,
    /// Where to return to.
    pub back: String,
}

impl Detour {
    /// The address of the page, with the way back.
    pub fn path(&self) -> String {
        let to = in_query(&self.back);
        let joint = if self.page.contains('?') { '&' } else { '?' };
        format!("{}{joint}to={to}", self.page)
    }
}

impl IntoResponse for Detour {
    fn into_response(self) -> Response {
        let mut response = see_other(&self.path());
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_that_was_shed_is_told_from_what_is_broken() {
        let of = |problem: Problem| (problem.status.as_u16(), problem.shed_by, problem.cause.is_some());
        assert_eq!(of(PasswordError::Busy.into()), (503, Some(Shed::Gate), false));
        assert_eq!(of(DbFault::Busy.into()), (503, Some(Shed::Database), false));
        assert_eq!(of(DbFault::DiskFull.into()), (503, None, true));
        assert_eq!(of(DbFault::Down("away".to_owned()).into()), (503, None, true));
        assert_eq!(of(DbFault::Unknown.into()), (503, None, true));
    }
}
