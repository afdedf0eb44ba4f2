//! Pure values shared by every crate: money, time, randomness, ids, people's numbers and names, organisations' codes,
//! the working-day calendar, check digits; enums that are words; and what is typed, cleaned in one place.
//!
//! Nothing here reads a file, opens a socket, waits, or knows a table. A value that exists is
//! valid: strings become these types once, at the edge, and inner code does not look again.

pub mod check_digit;
mod clock;
mod credit_code;
mod decimal;
mod id;
mod id_number;
mod insurer_code;
mod mobile;
mod moment;
mod money;
mod person_name;
mod pii;
mod rng;
mod short_no;
pub mod typing;
mod words;
mod work_calendar;

pub use clock::{Clock, JUMPS_KEPT, Jump, ManualClock, ShiftedClock, SystemClock};
pub use credit_code::{CreditCode, CreditCodeError};
pub use decimal::Decimal;
pub use id::{IdError, TypedId};
pub use id_number::{IdKind, IdNumber, IdNumberError, Sex};
pub use insurer_code::{InsurerCode, InsurerCodeError};
pub use mobile::{Mobile, MobileError};
pub use moment::{DAY_SECS, Moment};
pub use money::{Fen, MoneyError};
pub use person_name::{DOUBLE_SURNAMES, NameError, PersonName};
pub use pii::{Mask, Pii};
pub use rng::{OsRng, Rng, SeededRng, bytes32};
pub use short_no::{BadShortNo, ShortNo};
pub use words::NoSuchWord;
pub use work_calendar::{CalendarError, NoCalendar, WorkCalendar};

pub use jiff::civil::{Date, DateTime, Time, Weekday};

/// What [`typed_id!`] needs in the crates that call it; not for other use.
#[doc(hidden)]
pub mod macro_support {
    pub use crate::id::{check_text, make_text};
    pub use serde;
}
