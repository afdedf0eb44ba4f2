//! The rules of paying that a bureau may change (policy/payments.toml, section `payment`).

use platform::policy::Section;
use serde::Deserialize;

/// Section `payment`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRules {
    /// How long after the insurer's settlement the order waits for the person's own money (PHA-5).
    pub half_paid_secs: i64,
    /// The channel takes no money from this long before the order's end.
    pub channel_margin_secs: i64,
    /// No payment is offered when less time than this is left at the channel.
    pub least_pay_secs: i64,
    /// A pre-settlement shown longer ago than this is asked for again.
    pub quote_secs: i64,
    /// The insurer is asked for the pre-settlement of one way to pay an order at most once in so many seconds.
    pub quote_again_secs: i64,
    /// It is asked about so many ways to pay and orders of one person in ten minutes, at most.
    pub quotes_most: i64,
    /// A payment password given longer ago than this authorises nothing.
    pub authorisation_secs: i64,
    /// One look at a partner takes no longer than this.
    pub lease_secs: i64,
    /// The number of working days after which we say that refunded money arrives.
    pub refund_days: i64,
    /// How long the words of a channel's notices are kept; what became of them is kept for ever.
    pub notice_keep_days: i64,
}

impl Section for PaymentRules {
    const NAME: &'static str = "payment";

    fn check(&self) -> Result<(), String> {
        if !(300..=3_600).contains(&self.half_paid_secs) {
            return Err("half_paid_secs must be 300 to 3600".to_owned());
        }
        if self.channel_margin_secs < 120 || self.least_pay_secs < 60 {
            return Err("channel_margin_secs must be at least 120, least_pay_secs at least 60".to_owned());
        }
        if self.channel_margin_secs + self.least_pay_secs >= self.half_paid_secs {
            return Err("channel_margin_secs and least_pay_secs must leave time to pay".to_owned());
        }
        if !(10..=300).contains(&self.authorisation_secs) || self.quote_secs < 30 {
            return Err("authorisation_secs must be 10 to 300, quote_secs at least 30".to_owned());
        }
        if !(1..=120).contains(&self.quote_again_secs) || !(2..=1_000).contains(&self.quotes_most) {
            return Err("quote_again_secs must be 1 to 120, quotes_most 2 to 1000".to_owned());
        }
        if !(10..=120).contains(&self.lease_secs) || self.refund_days < 0 {
            return Err("lease_secs must be 10 to 120, refund_days not negative".to_owned());
        }
        if !(7..=3_650).contains(&self.notice_keep_days) {
            return Err("notice_keep_days must be 7 to 3650".to_owned());
        }
        Ok(())
    }
}
