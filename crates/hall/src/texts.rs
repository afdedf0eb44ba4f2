//! Texts that go to phones.

/// A text that goes to phones. Each needs the provider's approval: a city names its template (`[sms.templates]`), and the
/// sandbox's provider knows this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The kind of the message that goes with it, or `verify`.
    pub name: &'static str,
    /// The words, with `${name}` where a variable goes.
    pub says: &'static str,
    /// The code by which the sandbox's provider knows it.
    pub demo_code: &'static str,
    /// It verifies a number: the provider's limits for such texts are narrow.
    pub verification: bool,
}

impl Text {
    /// A notice.
    pub const fn notice(name: &'static str, demo_code: &'static str, says: &'static str) -> Text {
        Text { name, says, demo_code, verification: false }
    }
}
