//! Mistakes that can be planted in the core, one at a time: a simulator is only worth something if it finds each of
//! them. In the product [`bug`] is a constant and leaves no branch behind.

macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Bug { $($(#[doc = $doc])+ $name,)+ }

        #[cfg(test)]
        impl Bug {
            /// All of them.
            pub(crate) const ALL: &'static [Bug] = &[$(Bug::$name,)+];

            /// What the docs say of it.
            pub(crate) const fn says(self) -> &'static str {
                match self { $(Bug::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

bugs! {
    /// A payment counts as closed without the channel having been told to close it.
    CloseSkipped,
    /// A settlement is undone while a payment may still come.
    VoidWhileOpen,
    /// A time-out of a settlement counts as its failure.
    TimeoutIsFailure,
    /// A settlement that timed out is sent again under a new number.
    NewSettleNumber,
    /// Each try of a refund has a number of its own.
    NewRefundNumber,
    /// The order ends half an hour early.
    DeadlineEarly,
    /// The order ends a day late.
    DeadlineLate,
    /// What the channel says was paid is not compared with what was asked for.
    AmountUnchecked,
    /// Whoever comes second does not see that somebody is about it.
    LeaseIgnored,
    /// What somebody was about when the process died is never taken up again.
    LeaseForever,
    /// What ended without money is not looked at again.
    WatchOff,
    /// A settlement that the insurer does not know yet counts as failed, and is not reversed.
    NotReversed,
    /// A settlement is reversed while it may still be on its way.
    ReversedEarly,
    /// What is being undone is undone once more.
    UndoneTwice,
    /// A payment of unknown outcome counts as paid.
    UnknownIsPaid,
    /// The half hour does not begin at the insurer's success.
    DeadlineNotMoved,
    /// Other amounts than were shown need no second yes.
    ReconfirmSkipped,
    /// What was expected and will not come stays expected in the ledger.
    PendingKept,
    /// The institution keeps in the ledger what went back to the person.
    NotTakenBack,
    /// A refund that the channel works on counts as done.
    AcceptedIsDone,
    /// After closing, the channel is not asked what became of the payment.
    PaidReadAsClosed,
    /// A call goes out before it is written that it may have.
    SentUnmarked,
    /// A refund that was refused is given up.
    RefusedIsFailed,
    /// The deadline holds for what is open only, not for what is half paid.
    HalfPaidForever,
    /// An order stops for a person at the first answer, whatever it is.
    BlocksAlways,
    /// The driver gives an order up that nobody has given up.
    GivesUpItself,
    /// A settlement that was never sent is sent although the order has ended.
    SettledAfterEnd,
    /// Own money that paid all goes back beside the settlement that is being undone.
    BothGoBack,
    /// The place is free as soon as the order is told to end.
    FreedEarly,
    /// The place is free only when everything has gone back.
    FreedLate,
    /// What is offered when an order ends is closed at the next question only.
    NotHurried,
    /// A settlement that was refused is not looked at again.
    RefusalBelieved,
    /// A payment that was taken back stays offered.
    NotWithdrawn,
    /// What is leased is acted on after its lease has ended.
    FenceOff,
    /// A refusal that nobody signed is believed at once.
    UnsignedBelieved,
    /// An answer that nobody signed is no answer, whatever else says the same.
    UnsignedUnheard,
    /// A refund that the channel has closed is asked for again under its number.
    ClosedAgain,
    /// A refund that the buyer's account did not take counts as done.
    AbnormalIsDone,
    /// Another settlement of the same order is not known again.
    SiblingUnknown,
    /// What a person paid by other means is still expected from the channel.
    OutsideUnbooked,
}

/// Whether a mistake is planted here and now.
#[cfg(not(test))]
pub(crate) const fn bug(_: Bug) -> bool {
    false
}

#[cfg(test)]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Whether a mistake is planted on this thread.
#[cfg(test)]
pub(crate) fn bug(which: Bug) -> bool {
    PLANTED.get() == Some(which)
}

/// Plants a mistake on this thread; `None` takes it out again.
#[cfg(test)]
pub(crate) fn plant(which: Option<Bug>) {
    PLANTED.set(which);
}
