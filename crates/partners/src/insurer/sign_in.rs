//! 9001: once a day (Asia/Shanghai) the operator signs in; everything from 2201 on carries the number.

use std::sync::atomic::{AtomicU64, Ordering};

use identity::ports::PortError;
use kernel::Date;
use platform::Ctx;
use tokio::sync::Mutex;
use wire::insurer::{SIGN_IN, SignIn, SignInQuery, SignedIn};

use super::InsurerClient;
use super::answer::read;
use super::call::{Message, Said};
use super::refusal::certain;

/// What the interface wants to know of the machine. The gateway knows the caller by its account; a
/// service of many machines has no single address to tell.
const MACHINE: (&str, &str) = ("00-00-00-00-00-00", "127.0.0.1");

/// The day's sign-in, in memory: after a restart, and in every process, there is another one.
#[derive(Default)]
pub(super) struct SignIns {
    /// Held while one caller signs in for all.
    last: Mutex<Option<Last>>,
    /// The number of tries that have ended.
    tries: AtomicU64,
}

enum Last {
    Signed { day: Date, sign_no: String },
    Failed(PortError),
}

impl InsurerClient {
    /// The number of today's sign-in; signs in where there is none, or only the one that was refused.
    /// Whatever goes wrong here, what it was wanted for has not been sent.
    pub(super) async fn sign_no(&self, ctx: &Ctx, refused: Option<&str>) -> Result<String, PortError> {
        let ended = self.sign_ins.tries.load(Ordering::SeqCst);
        let mut last = self.sign_ins.last.lock().await;
        // The time is read now, because a caller may have waited past midnight.
        let today = ctx.now().date();
        let waited = self.sign_ins.tries.load(Ordering::SeqCst) > ended;
        match &*last {
            Some(Last::Signed { day, sign_no }) if *day == today && Some(sign_no.as_str()) != refused => {
                return Ok(sign_no.clone());
            }
            // A caller that waited for a try that failed does not wait for another one.
            Some(Last::Failed(error)) if waited => return Err(unsigned(error)),
            _ => {}
        }
        let tried = sign_in(self, ctx).await;
        self.sign_ins.tries.fetch_add(1, Ordering::SeqCst);
        match tried {
            Ok(sign_no) => {
                *last = Some(Last::Signed { day: today, sign_no: sign_no.clone() });
                Ok(sign_no)
            }
            Err(error) => {
                let told = unsigned(&error);
                *last = Some(Last::Failed(error));
                Err(told)
            }
        }
    }
}

async fn sign_in(client: &InsurerClient, ctx: &Ctx) -> Result<String, PortError> {
    let (mac, ip) = MACHINE;
    let sign_in = SignIn { opter_no: client.settings.numbers.operator(), mac: mac.to_owned(), ip: ip.to_owned() };
    let (number, region) = (client.fresh_number(ctx), &client.settings.mdtrtarea_admvs);
    let message = Message { infno: SIGN_IN, number: &number, region, input: &SignInQuery { sign_in } };
    match client.send(ctx, &message, "").await? {
        Said::Done(output) => {
            let SignedIn { sign_no, .. } = read(&output.inside("signinoutb"))?;
            match sign_no.chars().count() {
                1..=30 => Ok(sign_no),
                _ => Err(PortError::Unknown("the answer has no sign_no".to_owned())),
            }
        }
        Said::Refused(infcode, says) => {
            let what = certain(&client.settings.words, infcode, &says)?;
            Err(PortError::Refused(format!("{what} (infcode {infcode})")))
        }
    }
}

fn unsigned(error: &PortError) -> PortError {
    PortError::NotSent(format!("not signed in: {error}"))
}
