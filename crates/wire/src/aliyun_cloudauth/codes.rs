//! What the provider's numbers mean: of an answer, and of a check that has ended.

use crate::acs3;

/// `Code` of an answer: whether the request was served, not how the check ended.
pub mod code {
    /// Served.
    pub const OK: &str = "200";
    /// A parameter is absent.
    pub const MISSING_PARAMETER: &str = "400";
    /// A parameter makes no sense: also a name or number that cannot be one.
    pub const INVALID_PARAMETER: &str = "401";
    /// The account's application is not set up.
    pub const NO_APPLICATION: &str = "402";
    /// The person has not finished yet.
    pub const NOT_FINISHED: &str = "403";
    /// No such scene.
    pub const NO_SCENE: &str = "404";
    /// No such `CertifyId`.
    pub const INVALID_CERTIFY_ID: &str = "406";
    /// The service is not open for the account.
    pub const NOT_OPEN: &str = "410";
    /// The key has no right to it.
    pub const NO_RIGHT: &str = "411";
    /// The account's balance is used up.
    pub const IN_ARREARS: &str = "412";
    /// No face check is possible for this person.
    pub const FACE_NOT_USABLE: &str = "417";
    /// This person has failed too often today.
    pub const TOO_MANY_FAILURES: &str = "418";
    /// Nothing has been handed in for this `CertifyId` yet.
    pub const NO_RECORD: &str = "424";
    /// The provider failed inside.
    pub const SYSTEM_ERROR: &str = "500";
}

/// What a `Code` means to the one who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Served: the rest of the answer may be read.
    Served,
    /// The check has not ended.
    Pending,
    /// Certainly refused.
    Refused,
    /// It may have been served.
    Unknown,
}

impl Meaning {
    /// Reads a code. A code that is not known to be a refusal counts as unknown.
    pub fn of(code: &str) -> Meaning {
        let by_the_gateway = code.starts_with("Invalid")
            || code.starts_with("Missing")
            || code.starts_with("Forbidden")
            || code.starts_with(acs3::code::THROTTLING)
            || code == acs3::code::SIGNATURE_DOES_NOT_MATCH
            || code == acs3::code::INCOMPLETE_SIGNATURE;
        match code {
            code::OK => Meaning::Served,
            code::NOT_FINISHED | code::NO_RECORD => Meaning::Pending,
            code::MISSING_PARAMETER
            | code::INVALID_PARAMETER
            | code::NO_APPLICATION
            | code::NO_SCENE
            | code::INVALID_CERTIFY_ID
            | code::NOT_OPEN
            | code::NO_RIGHT
            | code::IN_ARREARS
            | code::FACE_NOT_USABLE
            | code::TOO_MANY_FAILURES => Meaning::Refused,
            _ if by_the_gateway => Meaning::Refused,
            _ => Meaning::Unknown,
        }
    }
}

kernel::words! {
    /// `SubCode`: how a check ended. The numbers are taken from the provider's published table as
    /// others quote it; those marked unsure are not confirmed by a contract and must be looked at
    /// again when there is one.
    pub enum SubCode: "a sub code of a face check" {
        /// Passed.
        Passed = "200",
        /// Passed after the provider's own weighing. Unsure: seen in some accounts only.
        PassedByPolicy = "210",
        /// Name and number do not belong together.
        NameMismatch = "201",
        /// The source knows no such person.
        NoRecord = "202",
        /// The source has no usable photo.
        NoPhoto = "203",
        /// Another face.
        FaceMismatch = "204",
        /// Not a living person, or an attack; `faceAttack` of `MaterialInfo` tells them apart (unsure: the paper names
        /// both in one line).
        Liveness = "205",
        /// The provider's rules against abuse. It is unsure what triggers them.
        Policy = "206",
        /// Another face than on the card shown. Unsure: only where a card is shown as well.
        CardFaceMismatch = "207",
        /// The authority's source does not answer.
        SourceDown = "209",
        /// Not made in time. Unsure: the provider's clients report it to the page; that the
        /// result says so too is the capture profile's.
        TimedOut = "Z1005",
    }
}

impl SubCode {
    /// Whether `Passed` must say `T` with it. `Passed` is what counts; the two must not contradict.
    pub const fn passes(self) -> bool {
        matches!(self, SubCode::Passed | SubCode::PassedByPolicy)
    }
}
