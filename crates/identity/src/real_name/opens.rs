//! What each level opens: the one table (RNA-1, RNA-2). A page names its service by a type, so that
//! it cannot be had without the question: `RealName<opens::Booking>`.

use super::model::Level;

/// A service as a type, for the gate before its pages.
pub trait Opens: Send + Sync + 'static {
    /// Which.
    const SERVICE: Service;
}

macro_rules! services {
    ($($(#[$doc:meta])+ $name:ident, $word:literal, $level:ident;)+) => {
        /// What asks who somebody is before it opens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Service {
            $($(#[$doc])+ $name,)+
        }

        impl Service {
            /// All of them, in the order pages list them.
            pub const ALL: &'static [Service] = &[$(Service::$name,)+];

            /// The level it needs.
            pub const fn needs(self) -> Level {
                match self {
                    $(Service::$name => Level::$level,)+
                }
            }

            /// As it stands in addresses and at the end of locale keys.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Service::$name => $word,)+
                }
            }
        }

        $(
            $(#[$doc])+
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Opens for $name {
                const SERVICE: Service = Service::$name;
            }
        )+
    };
}

// Nobody under 16 reaches `Identity` by oneself, and without it nobody reaches `Medical`.
services! {
    /// 线上挂号: choosing and confirming a time. Looking at what was booked and cancelling stay open.
    Booking, "booking", Medical;
    /// 门诊缴费
    OutpatientPayment, "outpatient", Medical;
    /// 购药扫码付
    PharmacyPayment, "pharmacy", Medical;
    /// 智能候诊: who has a visit may wait for it, however they are insured by now.
    Waiting, "waiting", Identity;
    /// 报告查询
    Reports, "reports", Identity;
    /// 电子社保卡 and its dynamic code.
    Card, "card", Identity;
    /// 电子社保卡支付密码
    PayPassword, "pay-password", Identity;
    /// 个人参保证明、缴费记录
    OwnInsuranceRecord, "record", Identity;
    /// 灵活就业参保登记
    Enrolment, "enrolment", Identity;
    /// 社保缴费
    Contributions, "contributions", Identity;
}

impl Service {
    /// Reads [`Service::word`].
    pub fn of_word(word: &str) -> Option<Service> {
        Service::ALL.iter().copied().find(|service| service.word() == word)
    }

    /// What a level opens.
    pub fn open_at(level: Level) -> impl Iterator<Item = Service> {
        Service::ALL.iter().copied().filter(move |service| service.needs() <= level)
    }

    /// What it does not open.
    pub fn shut_at(level: Level) -> impl Iterator<Item = Service> {
        Service::ALL.iter().copied().filter(move |service| service.needs() > level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_by_insurance_needs_insurance_and_the_rest_a_name() {
        use Service::{Booking, Enrolment, OutpatientPayment, PharmacyPayment};
        let medical: Vec<Service> = Service::shut_at(Level::Identity).collect();
        assert_eq!(medical, [Booking, OutpatientPayment, PharmacyPayment]);
        assert_eq!(Service::open_at(Level::None).count(), 0, "nothing in the table opens to nobody");
        assert_eq!(Service::open_at(Level::Medical).count(), Service::ALL.len());
        assert!(Service::open_at(Level::Identity).any(|service| service == Enrolment));
    }

    #[test]
    fn words_name_one_service_each() {
        for service in Service::ALL {
            assert_eq!(Service::of_word(service.word()), Some(*service));
        }
        assert_eq!(Service::of_word("nothing"), None);
    }
}
