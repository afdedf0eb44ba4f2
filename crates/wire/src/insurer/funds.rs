//! `fund_pay_type`: whose money a line of `setldetail` is. By the specification the list holds only funds, but regions
//! also list the personal account and the institution there.
//!
//! Put together from public integrations and recorded answers (`docs/api/insurer.md`). Codes that different regions use
//! for different purses are left out: 999997 is "other funds" in one list and the institution's share in a recorded
//! answer; 630100, what the institution lets go; 620100, a commercial insurance; 390500 and 390501, a family's account.

/// Lines of funds.
pub const FUNDS: [&str; 34] = [
    "310100", "310101", "310103", "310301", "310400", "310500", "320100", "320101", "320200", "330100", "330101",
    "330200", "340100", "340200", "350100", "370100", "370200", "390100", "390101", "390200", "390201", "390400",
    "391100", "410100", "510100", "610100", "610101", "610102", "610103", "610104", "610200", "640100", "640101",
    "999901",
];

/// Lines of the personal account.
pub const ACCOUNT_FUNDS: [&str; 2] = ["310200", "310201"];

/// Lines of the institution's own share.
pub const HOSPITAL_FUNDS: [&str; 1] = ["999996"];
