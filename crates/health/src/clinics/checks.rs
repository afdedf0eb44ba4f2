//! The slots' own invariants, for `renshe check`.

use platform::check::{Check, CheckResult};

use super::store;

/// I-B01, I-B02, I-B11.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "I-B01",
            says: "a slot's held and booked places are not negative and together not above its capacity",
            run: |tx, _| Ok(CheckResult { rows: store::count(tx)?, broken: store::bad_counters(tx)? }),
        },
        Check {
            id: "I-B02",
            says: "a slot's counters equal the number of its held and of its booked or attended appointments",
            run: |tx, _| Ok(CheckResult { rows: store::count(tx)?, broken: store::miscounted(tx)? }),
        },
        Check {
            id: "I-B11",
            says: "a slot's date is its clinic's, and the date of its start in Asia/Shanghai",
            run: |tx, _| {
                let slots = store::dates(tx)?;
                let wrong = |(id, own, clinic, start): &(String, String, String, kernel::Moment)| {
                    (own != clinic || *own != start.date().to_string()).then(|| id.clone())
                };
                Ok(CheckResult { rows: slots.len() as u64, broken: slots.iter().filter_map(wrong).collect() })
            },
        },
    ]
}
