//! What goes wrong. By chance: of each kind one seed in four has it, and then it strikes one time in four, until the
//! calm. By script: each that is planned once, at the k-th place where it could.

use super::dice::Dice;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Fault { $($(#[doc = $doc])+ $name,)+ }

        impl Fault {
            /// All of them.
            pub(crate) const ALL: &'static [Fault] = &[$(Fault::$name,)+];

            /// What the docs say of it.
            pub(crate) const fn says(self) -> &'static str {
                match self { $(Fault::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

faults! {
    /// The process dies before a commit: nothing of it is kept.
    CrashBefore,
    /// The process dies after a commit, before anybody learns of it.
    CrashAfter,
    /// The process dies between a call and its answer.
    CrashWaiting,
    /// A call certainly did not arrive.
    NotSent,
    /// A call is lost, and nobody knows.
    CallLost,
    /// An answer is lost: the partner has done it.
    AnswerLost,
    /// A call is on its way for up to 40 seconds.
    CallSlow,
    /// A partner refuses what it would do the next time.
    Refused,
    /// The insurer refuses a settlement, and has settled all the same.
    FalseRefusal,
    /// A partner is not there for up to three hours.
    Outage,
    /// The channel works on a refund for hours.
    RefundSlow,
    /// The buyer's account does not take a refund, up to twice: the channel keeps it until somebody says where to.
    RefundAbnormal,
    /// The channel closes a refund: nothing goes back under its number any more.
    RefundClosed,
    /// The channel turns a call away before it has seen who asks, and signs nothing of that.
    UnsignedRefusal,
    /// Something on the way refuses, in nobody's name, what the channel has done.
    UnsignedLie,
    /// For up to a day nothing that the channel answers is signed.
    Unsigned,
    /// A payment is under way while it is closed, and comes after.
    InFlight,
    /// The same, for up to twenty hours.
    InFlightLong,
    /// The personal account is spent elsewhere.
    Spent,
    /// The channel says another amount than was asked for.
    ForgedPayment,
    /// The insurer's amounts do not add up.
    OddAmounts,
    /// A notice is lost with all its repetitions.
    NoticeLost,
    /// A notice comes up to five times.
    NoticeDoubled,
    /// A notice comes up to 48 hours late, after others that were sent later.
    NoticeLate,
    /// The clock goes back by up to an hour, or forward by up to a day.
    ClockJump,
    /// Two workers take up the same order.
    TwoWorkers,
    /// A worker stands still for up to two minutes, between an answer and what it does next.
    Stalled,
}

/// How many kinds there are.
pub(super) const KINDS: usize = Fault::ALL.len();

/// When which fault strikes, and how often each has.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    when: When,
    struck: [u32; KINDS],
}

#[derive(Debug, Clone)]
enum When {
    /// By chance, until the calm.
    Chance { active: [bool; KINDS], calm: bool },
    /// Each once, at the so-manieth place where it could.
    Script(Vec<(Fault, u32)>),
}

impl Faults {
    pub(super) fn by_chance(dice: &mut Dice) -> Faults {
        let mut active = [false; KINDS];
        for one in &mut active {
            *one = dice.chance(25);
        }
        Faults { when: When::Chance { active, calm: false }, struck: [0; KINDS] }
    }

    /// Each strikes at its place, from 1.
    pub(super) fn at(planned: Vec<(Fault, u32)>) -> Faults {
        Faults { when: When::Script(planned), struck: [0; KINDS] }
    }

    pub(super) fn by_script(&self) -> bool {
        matches!(self.when, When::Script(_))
    }

    /// Whether the last of the planned faults has had its place.
    pub(super) fn last_struck(&self) -> bool {
        matches!(&self.when, When::Script(planned) if planned.last().is_some_and(|(_, left)| *left == 0))
    }

    /// How often each kind has struck, in the order of [`Fault::ALL`].
    pub(super) fn struck(&self) -> [u32; KINDS] {
        self.struck
    }

    /// Whether this kind has struck.
    pub(super) fn has(&self, kind: Fault) -> bool {
        self.struck[kind as usize] > 0
    }

    /// It was planned from outside, and has happened.
    pub(super) fn happened(&mut self, kind: Fault) {
        self.struck[kind as usize] += 1;
    }

    /// Whether it strikes here.
    pub(super) fn strikes(&mut self, kind: Fault, dice: &mut Dice) -> bool {
        let strikes = match &mut self.when {
            When::Chance { calm: true, .. } => false,
            When::Chance { active, .. } => active[kind as usize] && dice.chance(25),
            When::Script(planned) => {
                let mut now = false;
                for (_, left) in planned.iter_mut().filter(|(wanted, left)| *wanted == kind && *left > 0) {
                    *left -= 1;
                    now |= *left == 0;
                }
                now
            }
        };
        self.struck[kind as usize] += u32::from(strikes);
        strikes
    }

    /// From now on nothing goes wrong any more.
    pub(super) fn calm(&mut self) {
        if let When::Chance { calm, .. } = &mut self.when {
            *calm = true;
        }
    }
}
