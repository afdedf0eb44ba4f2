//! The hospitals' own invariant, for `renshe check`.

use platform::check::{Check, CheckResult};

mod store;

/// I-I03.
pub fn checks() -> Vec<Check> {
    vec![Check {
        id: "I-I03",
        says: "every hospital has its institution, of kind hospital, under its own id",
        run: |tx, _| {
            let (rows, broken) = store::strangers(tx)?;
            Ok(CheckResult { rows, broken })
        },
    }]
}
