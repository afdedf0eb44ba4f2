//! What each level opens: the one table (RNA-1, RNA-2). A page names its service by a type, so that
//! it cannot be had without the question: `RealName<opens::Booking>`.

use super::model::Level;

/// A service as a type, for the gate before its pages.
pub trait Opens: Send + Sync + 'static {
    /// Which.
    const SERVICE: Service;
    /// Whether it stays open to whoever has not yet agreed to a new version of the texts: a visit that is booked can
    /// always be seen, shown and cancelled.
    const BEFORE_AGREEING: bool = matches!(Self::SERVICE, Service::Cancelling);
}

macro_rules! services {
    ($($(#[$doc:meta])+ $name:ident, $word:literal, $level:ident, $touch:ident;)+) => {
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

            /// Whether it changes something, or only shows.
            pub(crate) const fn touch(self) -> Touch {
                match self {
                    $(Service::$name => Touch::$touch,)+
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

/// How much a service does, and so how lately the device must have shown itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// It shows what is the person's own.
    Look,
    /// It does something, or pays.
    Act,
}

// Nobody under 16 reaches `Identity` by oneself, and without it nobody reaches `Medical`. What needs `None` opens
// to whoever has never been authenticated, since they have nothing; whoever has, shows the device (RNA-9).
services! {
    /// 我的订单、就诊码、消息: what was booked, paid and told.
    Mine, "mine", None, Look;
    /// 取消预约, and giving up what is being paid.
    Cancelling, "cancelling", None, Act;
    /// 线上挂号: choosing and confirming a time.
    Booking, "booking", Medical, Act;
    /// 支付已约的号: whoever holds a place pays for it, however they are insured by now. What the insurer pays of it, it says itself.
    Paying, "paying", Identity, Act;
    /// 门诊缴费
    OutpatientPayment, "outpatient", Medical, Act;
    /// 购药扫码付
    PharmacyPayment, "pharmacy", Medical, Act;
    /// 智能候诊: who has a visit may wait for it, however they are insured by now.
    Waiting, "waiting", Identity, Act;
    /// 报告查询
    Reports, "reports", Identity, Act;
    /// 电子社保卡 and its dynamic code.
    Card, "card", Identity, Act;
    /// 电子社保卡支付密码
    PayPassword, "pay-password", Identity, Act;
    /// 个人参保证明、缴费记录
    OwnInsuranceRecord, "record", Identity, Act;
    /// 灵活就业参保登记
    Enrolment, "enrolment", Identity, Act;
    /// 社保缴费
    Contributions, "contributions", Identity, Act;
}

/// 我的订单、就诊码: a visit that is booked, and its barcode. It is [`Mine`], and open before agreeing.
#[derive(Debug, Clone, Copy)]
pub struct Booked;

impl Opens for Booked {
    const SERVICE: Service = Service::Mine;
    const BEFORE_AGREEING: bool = true;
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
        let nobody: Vec<Service> = Service::open_at(Level::None).collect();
        assert_eq!(nobody, [Service::Mine, Service::Cancelling], "only what is one's own opens to everybody");
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
