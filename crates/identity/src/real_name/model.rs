//! The two levels, how what is known of a person adds up to one, and the ways to be authenticated. Pure.

use kernel::Moment;

use super::opens::{Service, Touch};
use super::policy::RealNamePolicy;
use crate::devices::Standing;
use crate::ports::Insurance;

/// How far a person is known; each level opens what the ones below it open (RNA-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Has an account.
    None,
    /// Has been authenticated.
    Identity,
    /// And is insured here.
    Medical,
}

kernel::words! {
    /// How somebody showed who they are.
    pub(crate) enum Way: "a way of showing who one is" {
        /// 面部识别.
        Face = "face",
        /// Card number, card PIN, and an SMS code to the number on record.
        Card = "card",
        /// A one-time code from a counter, where a clerk saw the papers.
        Counter = "counter",
    }
}

/// What the insurer said last of a person, and when it is asked again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// The one insurance that counts, or nothing if there is none.
    pub(super) insurance: Option<Cover>,
    /// Whether that was the medical level when it was said: changes are told.
    pub(super) medical: bool,
    /// Whether it knows the number under another name.
    pub(super) other_name: bool,
    /// When it was said; `None` if the insurer has never answered.
    pub(crate) checked_at: Option<Moment>,
    /// Questions without an answer since.
    pub(super) failed: i64,
    /// When it is asked again; `None` only where nothing is stored.
    pub(super) due_at: Option<Moment>,
}

/// One insurance as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    /// `insutype`.
    pub(crate) kind: String,
    /// `insuplc_admdvs`.
    pub(crate) region: String,
    /// Whether contributions run.
    pub(crate) active: bool,
}

/// Whether a person is insured here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Insured {
    /// Yes.
    Here,
    /// Here, but contributions do not run.
    Paused,
    /// In a region that is not on the list.
    Elsewhere,
    /// Nowhere, or by a kind that does not count.
    Not,
    /// The insurer knows the number under another name.
    OtherName,
    /// The insurer has not said, or too long ago.
    Unknown,
}

impl Insured {
    /// The end of locale keys.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Insured::Here => "here",
            Insured::Paused => "paused",
            Insured::Elsewhere => "elsewhere",
            Insured::Not => "not",
            Insured::OtherName => "other-name",
            Insured::Unknown => "unknown",
        }
    }
}

/// Whether an insurance opens the medical level under a policy.
pub(super) fn standing(cover: Option<&Cover>, policy: &RealNamePolicy) -> Insured {
    let Some(cover) = cover.filter(|cover| policy.kinds.contains(&cover.kind)) else { return Insured::Not };
    match (policy.regions.contains(&cover.region), cover.active) {
        (true, true) => Insured::Here,
        (true, false) => Insured::Paused,
        (false, true) => Insured::Elsewhere,
        // An insurance that has ended in another region says nothing about today.
        (false, false) => Insured::Not,
    }
}

/// The insurance that counts among all that the insurer names: the one that opens most.
pub(super) fn best(all: &[Insurance], policy: &RealNamePolicy) -> Option<Cover> {
    let cover = |one: &Insurance| Cover { kind: one.kind.clone(), region: one.region.clone(), active: one.active };
    let rank = |cover: &Cover| match standing(Some(cover), policy) {
        Insured::Here => 0,
        Insured::Paused => 1,
        Insured::Elsewhere => 2,
        Insured::Not | Insured::OtherName | Insured::Unknown => 3,
    };
    let kind = |cover: &Cover| policy.kinds.iter().position(|kind| *kind == cover.kind).unwrap_or(usize::MAX);
    all.iter().map(cover).min_by_key(|cover| (rank(cover), kind(cover)))
}

impl Record {
    /// Where the person stands by it now: the last answer holds for the grace period.
    pub(crate) fn insured(&self, now: Moment, policy: &RealNamePolicy) -> Insured {
        match self.checked_at {
            Some(at) if now < at.plus_secs(policy.grace_secs) => match standing(self.insurance.as_ref(), policy) {
                Insured::Not if self.other_name => Insured::OtherName,
                other => other,
            },
            _ => Insured::Unknown,
        }
    }

    /// Whether the insurer is to be asked again.
    pub(crate) fn due(&self, now: Moment) -> bool {
        self.due_at.is_none_or(|due| due <= now)
    }
}

/// What a gate reads of a person in one closure.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// When the person was last authenticated; `None` if never.
    pub(crate) authenticated_at: Option<Moment>,
    /// What the insurer said.
    pub(crate) record: Record,
    /// Where the session's device stands.
    pub(crate) device: Standing,
}

impl Facts {
    /// The level a person has; the device is another matter.
    pub(crate) fn level(&self, now: Moment, policy: &RealNamePolicy) -> Level {
        match (self.authenticated_at, self.record.insured(now, policy)) {
            (None, _) => Level::None,
            (Some(_), Insured::Here) => Level::Medical,
            (Some(_), _) => Level::Identity,
        }
    }
}

/// What a gate answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go in.
    Open(Level),
    /// Real-name authentication first: for the first time, or on this new device.
    Authenticate,
    /// The insurer is asked first, then judged again.
    AskInsurer,
    /// The level is missing.
    Missing,
    /// The device shows first that it is the one.
    ShowDevice,
}

/// Judges in the order people can do something about it: name, level, device.
pub(super) fn judge(service: Service, facts: &Facts, now: Moment, policy: &RealNamePolicy, asked: bool) -> Verdict {
    let needs = service.needs();
    if facts.authenticated_at.is_none() {
        return if needs == Level::None { Verdict::Open(Level::None) } else { Verdict::Authenticate };
    }
    if needs == Level::Medical && !asked && facts.record.due(now) {
        return Verdict::AskInsurer;
    }
    let level = facts.level(now, policy);
    if level < needs {
        return Verdict::Missing;
    }
    match (facts.device, service.touch()) {
        (Standing::Proven, _) | (Standing::Lately, Touch::Look) => Verdict::Open(level),
        (Standing::New, _) => Verdict::Authenticate,
        (Standing::Challenge | Standing::Lately, _) => Verdict::ShowDevice,
    }
}

#[cfg(test)]
pub(in crate::real_name) mod tests {
    use super::*;

    pub(in crate::real_name) fn policy() -> RealNamePolicy {
        RealNamePolicy {
            min_age: 16,
            regions: vec!["320400".into()],
            kinds: vec!["310".into(), "390".into()],
            fresh_secs: 86_400,
            grace_secs: 604_800,
            retry_secs: vec![60, 300, 900],
            refresh_batch: 10,
            refresh_at_once: 2,
            photo_wait_ms: 100,
            kept_secs: 1800,
            kept_max: 5,
            service_point: String::new(),
            service_point_en: String::new(),
        }
    }

    fn insurance(kind: &str, region: &str, active: bool) -> Insurance {
        Insurance { kind: kind.into(), active, region: region.into(), balance: None }
    }

    const NOW: Moment = Moment::from_ms(1_760_000_000_000);

    fn facts(cover: Option<&Insurance>, checked_at: Option<Moment>) -> Facts {
        let all: Vec<Insurance> = cover.into_iter().cloned().collect();
        let record = Record {
            insurance: best(&all, &policy()),
            checked_at,
            due_at: checked_at.map(|at| at.plus_secs(policy().fresh_secs)),
            ..Record::default()
        };
        Facts { authenticated_at: Some(NOW), record, device: Standing::Proven }
    }

    #[test]
    fn the_insurance_that_opens_most_counts() {
        let all = [
            insurance("310", "320500", true),
            insurance("340", "320400", true),
            insurance("390", "320400", true),
            insurance("310", "320400", false),
        ];
        let cover = |kind: &str, region: &str, active| Some(Cover { kind: kind.into(), region: region.into(), active });
        assert_eq!(best(&all, &policy()), cover("390", "320400", true));
        assert_eq!(best(&all[3..], &policy()), cover("310", "320400", false));
        assert_eq!(best(&all[..2], &policy()), cover("310", "320500", true));
        assert_eq!(best(&[], &policy()), None);
    }

    #[test]
    fn where_one_is_insured_says_what_one_may() {
        let cases = [
            (Some(insurance("310", "320400", true)), Insured::Here, Level::Medical),
            (Some(insurance("390", "320400", true)), Insured::Here, Level::Medical),
            (Some(insurance("390", "320400", false)), Insured::Paused, Level::Identity),
            (Some(insurance("310", "320500", true)), Insured::Elsewhere, Level::Identity),
            (Some(insurance("310", "320500", false)), Insured::Not, Level::Identity),
            (Some(insurance("340", "320400", true)), Insured::Not, Level::Identity),
            (None, Insured::Not, Level::Identity),
        ];
        for (cover, insured, level) in cases {
            let facts = facts(cover.as_ref(), Some(NOW));
            assert_eq!(facts.record.insured(NOW, &policy()), insured, "{cover:?}");
            assert_eq!(facts.level(NOW, &policy()), level, "{cover:?}");
        }
    }

    #[test]
    fn the_last_word_holds_for_the_grace_period() {
        let here = insurance("310", "320400", true);
        let old = facts(Some(&here), Some(NOW));
        for (later, due, insured) in [
            (86_399, false, Insured::Here),
            (86_400, true, Insured::Here),
            (604_799, true, Insured::Here),
            (604_800, true, Insured::Unknown),
        ] {
            let now = NOW.plus_secs(later);
            assert_eq!((old.record.due(now), old.record.insured(now, &policy())), (due, insured), "{later}");
        }
        let never = facts(None, None);
        assert_eq!(never.record.insured(NOW, &policy()), Insured::Unknown);
    }

    #[test]
    fn a_gate_asks_in_order() {
        let here = insurance("310", "320400", true);
        let good = facts(Some(&here), Some(NOW));
        let ask = |service, facts: &Facts, asked| judge(service, facts, NOW, &policy(), asked);
        assert_eq!(ask(Service::Booking, &good, false), Verdict::Open(Level::Medical));
        let nobody = Facts { authenticated_at: None, device: Standing::New, ..good.clone() };
        assert_eq!(ask(Service::Card, &nobody, false), Verdict::Authenticate);
        let other_phone = Facts { device: Standing::New, ..good.clone() };
        assert_eq!(ask(Service::Booking, &other_phone, false), Verdict::Authenticate);
        let silent = Facts { device: Standing::Challenge, ..good.clone() };
        assert_eq!(ask(Service::Booking, &silent, false), Verdict::ShowDevice);
        // Insurance is asked for only where it matters, and once.
        let never = facts(None, None);
        assert_eq!(ask(Service::Card, &never, false), Verdict::Open(Level::Identity));
        assert_eq!(ask(Service::Booking, &never, false), Verdict::AskInsurer);
        assert_eq!(ask(Service::Booking, &never, true), Verdict::Missing);
        let elsewhere = facts(Some(&insurance("310", "310100", true)), Some(NOW));
        assert_eq!(ask(Service::Booking, &elsewhere, false), Verdict::Missing);
    }

    #[test]
    fn ones_own_asks_for_the_device_of_whoever_has_one() {
        let good = facts(None, Some(NOW));
        let on = |device, service| judge(service, &Facts { device, ..good.clone() }, NOW, &policy(), false);
        let nobody = Facts { authenticated_at: None, device: Standing::New, ..good.clone() };
        assert_eq!(judge(Service::Mine, &nobody, NOW, &policy(), false), Verdict::Open(Level::None));
        assert_eq!(on(Standing::Proven, Service::Mine), Verdict::Open(Level::Identity));
        assert_eq!(on(Standing::Challenge, Service::Mine), Verdict::ShowDevice);
        assert_eq!(on(Standing::New, Service::Mine), Verdict::Authenticate);
        // What was shown some minutes ago is enough to look, not to act.
        assert_eq!(on(Standing::Lately, Service::Mine), Verdict::Open(Level::Identity));
        assert_eq!(on(Standing::Lately, Service::Cancelling), Verdict::ShowDevice);
    }
}
