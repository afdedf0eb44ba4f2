//! Whose tries a try spends. Pure.

kernel::words! {
    /// Who pays for a try. A stranger who says somebody's number must not use up that person's own tries. It is decided
    /// once, where a [`Claimant`](crate::proofs::Claimant) is read, and every way counts by it.
    pub(crate) enum Budget: "a budget of tries" {
        /// On a device of the number's owner: one that somebody logged in to their account on last, or that the owner was
        /// proven on.
        Own = "own",
        /// Anybody else, also with a session of the owner's that came without the device.
        Stranger = "stranger",
    }
}

impl Budget {
    /// Whether it is the owner's, as stored where a column says no more than that.
    pub(crate) const fn is_own(self) -> bool {
        matches!(self, Budget::Own)
    }
}
