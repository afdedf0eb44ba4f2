//! The ledger's invariants, for `renshe check` and the simulator.

mod store;

use platform::audit::covered;
use platform::check::{Check, CheckResult};

/// I-M01, I-M02, I-M03, I-M20, T35.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "I-M01",
            says: "every transfer that happened has two postings that add up to zero, and no other transfer has any",
            run: |tx, _| Ok(CheckResult { rows: store::transfers(tx)?, broken: store::unbalanced(tx)? }),
        },
        Check {
            id: "I-M02",
            says: "the whole book adds up to zero, and each closed day to what was posted in it",
            run: |tx, _| Ok(CheckResult { rows: store::transfers(tx)?, broken: store::whole_book(tx)? }),
        },
        Check {
            id: "I-M03",
            says: "no order's own account holds less than zero, and each holds what was posted to it",
            run: |tx, _| Ok(CheckResult { rows: store::transfers(tx)?, broken: store::balances(tx)? }),
        },
        Check {
            id: "I-M20",
            says: "every amount is above zero and not beyond reason",
            run: |tx, _| Ok(CheckResult { rows: store::transfers(tx)?, broken: store::amounts(tx)? }),
        },
        Check {
            id: "T35",
            says: "closed days, stops and their lifting came with their audit rows",
            run: |tx, _| covered(tx, &store::AUDITED),
        },
    ]
}
