//! What goes wrong. By chance: of each kind one seed in four has it, and then it strikes one time in four, until the
//! calm. By script: once, at the k-th place where it could.

use super::dice::Dice;

macro_rules! faults {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Fault { $($(#[$doc])+ $name,)+ }

        impl Fault {
            /// All of them.
            pub(super) const ALL: &'static [Fault] = &[$(Fault::$name,)+];
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
    /// A partner is not there for up to three hours.
    Outage,
    /// The channel works on a refund for hours.
    RefundSlow,
    /// The buyer's account does not take a refund, up to twice.
    RefundAbnormal,
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
}

const KINDS: usize = Fault::ALL.len();

/// When which fault strikes.
#[derive(Debug, Clone)]
pub(super) enum Faults {
    /// By chance, until the calm.
    Chance { active: [bool; KINDS], calm: bool },
    /// Once, at the so-manieth place where it could.
    Script { kind: Fault, left: u32 },
}

impl Faults {
    pub(super) fn by_chance(dice: &mut Dice) -> Faults {
        let mut active = [false; KINDS];
        for one in &mut active {
            *one = dice.chance(25);
        }
        Faults::Chance { active, calm: false }
    }

    /// Strikes at the `k`-th place, from 1.
    pub(super) fn at(kind: Fault, k: u32) -> Faults {
        Faults::Script { kind, left: k }
    }

    /// Whether a scripted fault has had its place.
    pub(super) fn struck(&self) -> bool {
        matches!(self, Faults::Script { left: 0, .. })
    }

    /// Whether it strikes here.
    pub(super) fn strikes(&mut self, kind: Fault, dice: &mut Dice) -> bool {
        match self {
            Faults::Chance { calm: true, .. } => false,
            Faults::Chance { active, .. } => active[kind as usize] && dice.chance(25),
            Faults::Script { kind: wanted, left } if *wanted == kind && *left > 0 => {
                *left -= 1;
                *left == 0
            }
            Faults::Script { .. } => false,
        }
    }

    /// From now on nothing goes wrong any more.
    pub(super) fn calm(&mut self) {
        if let Faults::Chance { calm, .. } = self {
            *calm = true;
        }
    }
}
