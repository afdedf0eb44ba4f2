//! Ids of institutions: one type a kind, and one for whichever kind it is. The prefix says the kind. Pure.

use std::fmt;
use std::str::FromStr;

use kernel::{Moment, Rng};

kernel::words! {
    /// What an institution is.
    pub enum Kind: "a kind of institution" {
        /// 医院, a community health centre too.
        Hospital = "hospital",
        /// 定点药店
        Pharmacy = "pharmacy",
        /// 经办机构: an office of social insurance.
        Agency = "agency",
        /// 银行网点
        Bank = "bank",
        /// 办税服务厅
        TaxHall = "tax_hall",
        /// 用人单位. Its name may be a person's (个体工商户): it is not logged.
        Employer = "employer",
    }
}

/// An id that is of another kind of institution than the one wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an institution of the kind {wanted} is wanted, and this one is of the kind {found}")]
pub struct OtherKind {
    /// What is wanted.
    pub wanted: Kind,
    /// What it is.
    pub found: Kind,
}

/// A text that is no institution's id. It does not quote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an institution")]
pub struct NotInstitution;

macro_rules! kinds {
    ($($kind:ident, $id:ident, $prefix:literal, $doc:literal;)+) => {
        $(kernel::typed_id!(
            #[doc = $doc]
            pub $id, $prefix
        );)+

        /// The id of an institution of any kind.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum InstitutionId {
            $(#[doc = $doc] $kind($id),)+
        }

        impl InstitutionId {
            /// A new id of an institution of this kind.
            pub fn make(kind: Kind, now: Moment, rng: &dyn Rng) -> Self {
                match kind {
                    $(Kind::$kind => Self::$kind($id::make(now, rng)),)+
                }
            }

            /// The id as text, prefix included.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$kind(id) => id.as_str(),)+
                }
            }

            /// What the institution is.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }
        }

        impl FromStr for InstitutionId {
            type Err = NotInstitution;

            fn from_str(text: &str) -> Result<Self, NotInstitution> {
                match text.split_once('_').map(|(prefix, _)| prefix) {
                    $(Some($prefix) => $id::parse(text).map(Self::$kind).map_err(|_| NotInstitution),)+
                    _ => Err(NotInstitution),
                }
            }
        }

        $(
            impl From<$id> for InstitutionId {
                fn from(id: $id) -> Self {
                    Self::$kind(id)
                }
            }

            impl TryFrom<InstitutionId> for $id {
                type Error = OtherKind;

                fn try_from(id: InstitutionId) -> Result<Self, OtherKind> {
                    match id {
                        InstitutionId::$kind(id) => Ok(id),
                        other => Err(OtherKind { wanted: Kind::$kind, found: other.kind() }),
                    }
                }
            }
        )+
    };
}

kinds! {
    Hospital, HospitalId, "hos", "A hospital or community health centre.";
    Pharmacy, PharmacyId, "pha", "A pharmacy.";
    Agency, AgencyId, "agy", "An office of social insurance.";
    Bank, BankId, "bnk", "A bank's branch.";
    TaxHall, TaxHallId, "tax", "A hall where taxes and contributions are paid.";
    Employer, EmployerId, "emp", "An employer.";
}

impl fmt::Display for InstitutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for InstitutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstitutionId({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn the_prefix_says_the_kind() {
        let rng = SeededRng::new(1);
        let mut prefixes = std::collections::HashSet::new();
        for kind in Kind::ALL {
            let id = InstitutionId::make(kind, Moment::from_ms(5), &rng);
            assert_eq!((id.kind(), id.as_str().parse()), (kind, Ok(id.clone())));
            assert!(prefixes.insert(id.as_str()[..4].to_owned()), "{id}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_not_taken_for_it() {
        let id: InstitutionId = "pha_01aryz6s410000000000000000".parse().unwrap();
        assert_eq!(HospitalId::try_from(id.clone()), Err(OtherKind { wanted: Kind::Hospital, found: Kind::Pharmacy }));
        let pharmacy = PharmacyId::try_from(id.clone()).unwrap();
        assert_eq!(InstitutionId::from(pharmacy), id);
        assert_eq!(
            format!("{id}{id:?}"),
            "pha_01aryz6s410000000000000000InstitutionId(pha_01aryz6s410000000000000000)"
        );
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "hos", "hos_", "hos_1", "per_01aryz6s410000000000000000", "HOS_01aryz6s410000000000000000"] {
            assert_eq!(text.parse::<InstitutionId>(), Err(NotInstitution), "{text}");
        }
    }
}
