//! The adapter as its callers see it: against an insurer of the tests' own, which says what it is told
//! to and keeps what it heard (`talk`, `who`) or what regions were recorded to answer (`recorded`), and against
//! the sandbox's (`story`).

mod in_force;
mod insurer;
mod recorded;
mod story;
mod talk;
mod who;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Clock, Date, Fen, IdNumber, Moment, OsRng, PersonName, Pii, Rng, ShiftedClock, Time};
use payments::ports::{Care, CoveredPerson, Refusal, Registered, RegisteredVisit, SettleError};
use platform::db::{Db, DbSettings, Target};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::Vault;
use platform::{Ctx, Mode, Trace};

use super::{Form, InsurerClient, InsurerSettings};
use crate::tif::TifAccount;

/// Long enough for a loaded machine, short enough for a test that waits it out.
const TIMEOUT_MS: u64 = 1500;

/// A folder that goes away with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("renshe-partners-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A clock that starts at nine on a Monday, so that no story depends on the hour at which it is run.
pub(crate) fn clock() -> Arc<ShiftedClock> {
    let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 0, 0, 0));
    Arc::new(ShiftedClock::starting_at(nine))
}

/// The adapter never opens the database, but a context has one.
pub(crate) fn context(folder: &Folder, clock: Arc<dyn Clock>) -> Ctx {
    let rng: Arc<dyn Rng> = Arc::new(OsRng);
    Ctx {
        db: Db::open(DbSettings::new(Target::Sqlite(folder.0.join("platform.db")), "test")).unwrap(),
        clock,
        rng: Arc::clone(&rng),
        vault: Arc::new(Vault::for_tests()),
        policy: Arc::new(Policy::from_files([]).unwrap()),
        hasher: Hasher::for_tests(rng),
        mode: Mode::Demo,
        nudge: Arc::default(),
        not_after: None,
        trace: Trace::system("test"),
    }
}

fn client(endpoint: &str) -> InsurerClient {
    client_sending(endpoint, Form::Text)
}

/// One that sends amounts in this form.
fn client_sending(endpoint: &str, form: Form) -> InsurerClient {
    let account = TifAccount { paasid: "sandbox".into(), token: "sandbox-token".into() };
    let settings = InsurerSettings::new(endpoint, account, "H32040000001");
    InsurerClient::new(InsurerSettings { timeout_ms: TIMEOUT_MS, form, ..settings }, Arc::default()).unwrap()
}

/// Insured here as an employee, 1200.00 on the account.
fn person(psn_no: &str, kind: &str) -> CoveredPerson {
    CoveredPerson {
        psn_no: Pii::new(psn_no.to_owned()),
        number: IdNumber::parse("320402199001019169", Date::constant(2026, 1, 1)).unwrap(),
        name: PersonName::parse("样例·无手机号").unwrap(),
        kind: kind.to_owned(),
        region: "320400".to_owned(),
    }
}

fn care(visit_no: &str) -> Care {
    Care {
        visit_no: visit_no.to_owned(),
        med_type: "12".to_owned(),
        begins_at: Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 0, 0)),
        department_code: "NK".to_owned(),
        department: "内科".to_owned(),
        doctor_code: "D0001".to_owned(),
        doctor: "陈医生".to_owned(),
        item_code: "visit".to_owned(),
        total: Fen::new(2_500),
    }
}

/// A refusal as this.
fn refused(what: Refusal) -> SettleError {
    SettleError::Refused { what, says: "infcode -1".to_owned() }
}

/// A registered visit of 25.00.
pub(super) fn visit(use_personal_account: bool) -> RegisteredVisit {
    RegisteredVisit {
        person: person("P", "310"),
        care: care("visit-1"),
        registered: Registered { mdtrt_id: "M".to_owned(), batch_no: "202603020930050042".to_owned() },
        use_personal_account,
    }
}
