//! When an account goes that is nobody's yet: whoever signed up and was never proven is told in time.

use kernel::Moment;

use crate::failure::Failure;
use crate::people::store;
use crate::sessions::Citizen;

/// When a citizen's account goes unless they are proven before; `None` where it stays.
///
/// # Errors
/// What broke beneath.
pub(crate) async fn goes_at(citizen: &Citizen) -> Result<Option<Moment>, Failure> {
    let account = citizen.account.clone();
    let found = citizen.ctx().db.read("account.goes_at", move |tx| store::goes_at(tx, &account)).await?;
    // Accounts from before there was such a day carry 0 until the job gives them one.
    Ok(found.filter(|at| at.ms() > 0))
}
