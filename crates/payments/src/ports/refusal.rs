//! As what the insurer refuses.

kernel::words! {
    /// As what the insurer refuses. Adapters find it in the words of a region; it is kept in `pay_attempt.refusal` and
    /// `pay_quote_ask.answer`.
    pub enum Refusal: "a refusal of the insurer's" {
        /// The day's sign-in is not known: the message was not looked at.
        NotSignedIn = "not_signed_in",
        /// The person is not insured, or the insurance rests.
        NotInsured = "not_insured",
        /// The personal account holds less than is taken from it.
        AccountShort = "account_short",
        /// The visit is settled. Of a visit of which we know no settlement, a person is called.
        SettledAlready = "settled_already",
        /// The settlement was undone before (2208).
        VoidedAlready = "voided_already",
        /// The message was taken back before (2601).
        ReversedAlready = "reversed_already",
        /// The visit was cancelled before (2202).
        Cancelled = "cancelled",
        /// No such visit is registered.
        NoVisit = "no_visit",
        /// Other amounts than were pre-settled.
        AdviceChanged = "advice_changed",
        /// The person is insured in another region than the message names.
        AnotherRegion = "another_region",
        /// None of these.
        Other = "other",
    }
}
