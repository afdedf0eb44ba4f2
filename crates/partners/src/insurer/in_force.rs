//! Which settlement of a visit is in force, by what 5203 tells of it: one, or several where a region also lists what
//! was undone and the records of the undoing.
//!
//! Money that was released because *nothing is in force* is gone. So an explicit `refd_setl_flag` counts first, then
//! the sign of the whole (`medfee_sumamt`), and never that of a single purse; what contradicts itself says nothing.

use identity::ports::PortError;
use wire::insurer::{SetlInfo, SettlementReply};

use super::amounts::{Sign, sign};

/// `refd_setl_flag` of a settlement in force.
const MADE: &str = "0";
/// `refd_setl_flag` of one that has been undone.
const UNDONE: &str = "1";

/// What one entry says of itself.
enum Says {
    /// By its flag.
    InForce,
    /// By its flag.
    Undone,
    /// A settlement, and no flag.
    Made,
}

/// The settlement in force. `None` is a claim: everything that was told has been undone.
pub(super) fn in_force(mut told: Vec<SettlementReply>) -> Result<Option<SettlementReply>, PortError> {
    told.dedup();
    if told.is_empty() {
        return Err(unknown("the answer tells no settlement".to_owned()));
    }
    let (records, settlements): (Vec<_>, Vec<_>) = told.into_iter().partition(|one| sign(&one.setlinfo) == Sign::Below);
    let [mut forced, mut open, mut undone] = [const { Vec::new() }; 3];
    for one in settlements {
        match says(&one.setlinfo)? {
            Says::InForce => forced.push(one),
            Says::Undone => undone.push(one),
            Says::Made => open.push(one),
        }
    }
    // Whether a record contradicts itself is asked only where nothing but records is told: beside settlements, what those say of
    // themselves decides.
    let alone = forced.is_empty() && open.is_empty() && undone.is_empty();
    if let Some(odd) = records.iter().find(|one| alone && one.setlinfo.refd_setl_flag == MADE) {
        let total = odd.setlinfo.medfee_sumamt.fen().ok().flatten().unwrap_or_default();
        return Err(unknown(format!("refd_setl_flag is {MADE}, medfee_sumamt is {total}")));
    }
    // A record may have the number of what it undoes; else there is one for each.
    let named = |one: &SettlementReply| {
        !one.setlinfo.setl_id.is_empty() && records.iter().any(|record| record.setlinfo.setl_id == one.setlinfo.setl_id)
    };
    let names = [&forced, &open, &undone].into_iter().flatten().filter(|one| named(one)).count();
    let (forced_named, unnamed) = (forced.iter().any(&named), undone.iter().filter(|one| !named(one)).count());
    open.retain(|one| !named(one));
    let left = records.len().saturating_sub(names).saturating_sub(unnamed);
    if forced_named || (left > open.len() && !forced.is_empty()) {
        return Err(unknown("a settlement is in force and undone".to_owned()));
    }
    match left {
        0 => forced.append(&mut open),
        _ if left < open.len() => {
            return Err(unknown("the answer does not say which of them was undone".to_owned()));
        }
        _ => {}
    }
    match forced.len() {
        0 | 1 => Ok(forced.pop()),
        many => Err(unknown(format!("{many} settlements in force"))),
    }
}

fn says(info: &SetlInfo) -> Result<Says, PortError> {
    match (info.refd_setl_flag.as_str(), sign(info)) {
        (UNDONE, _) => Ok(Says::Undone),
        (MADE, _) => Ok(Says::InForce),
        ("", Sign::Mixed) => Err(unknown("medfee_sumamt is not told, and an amount is below nothing".to_owned())),
        ("", _) => Ok(Says::Made),
        (other, _) => {
            let flag: String = other.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
            Err(unknown(format!("refd_setl_flag is {flag}")))
        }
    }
}

fn unknown(why: String) -> PortError {
    PortError::Unknown(why)
}
