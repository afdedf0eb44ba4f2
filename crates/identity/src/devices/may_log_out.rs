//! Who may log other devices out: whoever has shown more than a password or a cookie in this session. A thief who knows the
//! password does not throw the owner out, and an owner with a new telephone ends the lost one's login by a code.

use platform::Ctx;
use platform::db::DbFault;

use super::here::Here;
use super::policy::DevicePolicy;
use super::standing::{Standing, standing};
use crate::askers::phone_place;
use crate::failure::Failure;
use crate::sessions;

/// Whether this session has shown its device of late, or its owner's phone: by a code at login or since.
pub(crate) async fn may_log_out(ctx: &Ctx, here: &Here) -> Result<bool, Failure> {
    let (now, here) = (ctx.now(), here.clone());
    let policy = ctx.policy.at::<DevicePolicy>(now.date())?;
    let may = ctx.db.read("device.may_log_out", move |tx| -> Result<bool, DbFault> {
        match standing(tx, &here.session, &here.person, &here.word, &here.place, now, &policy)? {
            Standing::Proven | Standing::Lately => Ok(true),
            Standing::Challenge | Standing::New => {
                sessions::store::has_shown_phone(tx, &here.session, phone_place(&here.place))
            }
        }
    });
    Ok(may.await?)
}
