//! Which partner a protocol is spoken with: adapter and sandbox both say its name, and may not see each other.

/// A partner, as the configuration, rules of faults and `renshe sandbox --json` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partner {
    /// One word: `sms`.
    pub name: &'static str,
    /// How many ports after its control port the sandbox plays it; 2 is taken, by the platform's metrics.
    pub port: u16,
}
