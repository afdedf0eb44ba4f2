//! Whose tries a try spends. Pure.

/// Who pays for a try. A stranger who says somebody's number must not use up that person's own tries. It is decided
/// once, where a [`Claimant`](crate::proofs::Claimant) is read, and every way counts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    /// On a device of the number's owner: one that somebody logged in to their account on last, or that the owner was
    /// proven on.
    Own,
    /// Anybody else, also with a session of the owner's that came without the device.
    Stranger,
}

impl Budget {
    /// As stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Budget::Own => "own",
            Budget::Stranger => "stranger",
        }
    }

    /// Reads what [`Budget::as_str`] wrote.
    pub(crate) fn parse(text: &str) -> Option<Budget> {
        [Budget::Own, Budget::Stranger].into_iter().find(|budget| budget.as_str() == text)
    }

    /// Whether it is the owner's, as stored where a column says no more than that.
    pub(crate) const fn is_own(self) -> bool {
        matches!(self, Budget::Own)
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_written_is_read() {
        for budget in [Budget::Own, Budget::Stranger] {
            assert_eq!(Budget::parse(budget.as_str()), Some(budget));
        }
        assert_eq!(Budget::parse("everybody"), None);
    }
}
