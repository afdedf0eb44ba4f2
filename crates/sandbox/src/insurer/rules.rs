//! What the insurer pays of a visit: pure, and every figure in one place. The figures are the
//! sandbox's own; no region's policy is copied.

use kernel::Fen;

use crate::people::Insured;

/// The most that one piece of any line may cost within the scope of insurance; anything above is paid in cash.
pub(super) const PRICE_CAP: Fen = Fen::new(2_000);
/// The share of the amount in scope that the employees' fund pays, in basis points; rounded down to the fen.
const EMPLOYEES_FUND_BP: i64 = 4_000;
/// The same for residents.
const RESIDENTS_FUND_BP: i64 = 5_000;
/// The most that a line or a visit may cost.
pub(super) const TOTAL_MAX: Fen = Fen::new(1_000_000_000);
/// Ten thousand: the scale of basis points, and of `cnt` (N16,4).
pub(super) const SCALE: i64 = 10_000;

/// Which insurance a visit is settled under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// 310: a fund and a personal account.
    Employees,
    /// 390: a fund only.
    Residents,
}

impl Scheme {
    /// The insurance that runs for somebody; none when it has ended or never was.
    pub(super) fn of(insured: Insured) -> Option<Scheme> {
        match insured {
            Insured::Employee => Some(Scheme::Employees),
            Insured::Resident => Some(Scheme::Residents),
            Insured::Ended | Insured::Nowhere => None,
        }
    }

    /// `insutype`.
    pub(super) fn insutype(self) -> &'static str {
        match self {
            Scheme::Employees => "310",
            Scheme::Residents => "390",
        }
    }

    /// `fund_pay_type` and its name.
    pub(super) fn fund(self) -> (&'static str, &'static str) {
        match self {
            Scheme::Employees => ("310100", "职工基本医疗保险统筹基金"),
            Scheme::Residents => ("390100", "城乡居民基本医疗保险基金"),
        }
    }

    /// The fund's share, basis points.
    pub(super) fn fund_bp(self) -> i64 {
        match self {
            Scheme::Employees => EMPLOYEES_FUND_BP,
            Scheme::Residents => RESIDENTS_FUND_BP,
        }
    }
}

impl std::str::FromStr for Scheme {
    type Err = ();

    fn from_str(text: &str) -> Result<Scheme, ()> {
        [Scheme::Employees, Scheme::Residents].into_iter().find(|scheme| scheme.insutype() == text).ok_or(())
    }
}

/// How much is paid from which purse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) total: Fen,
    /// Above the price cap.
    pub(super) over_limit: Fen,
    /// Within the scope of insurance.
    pub(super) in_scope: Fen,
    pub(super) fund: Fen,
    pub(super) account: Fen,
    pub(super) cash: Fen,
    /// The personal account before and after.
    pub(super) before: Fen,
    pub(super) after: Fen,
}

impl Split {
    /// Splits a visit's fee; `None` when a sum does not fit. What the account cannot pay is paid in cash.
    pub(super) fn of(total: Fen, over_limit: Fen, scheme: Scheme, use_account: bool, balance: Fen) -> Option<Split> {
        let in_scope = total.checked_sub(over_limit)?;
        let fund = Fen::new(in_scope.checked_mul(scheme.fund_bp())?.get() / SCALE);
        let own = in_scope.checked_sub(fund)?;
        let before = if scheme == Scheme::Employees { balance } else { Fen::ZERO };
        let account = if use_account { own.min(before).max(Fen::ZERO) } else { Fen::ZERO };
        let cash = total.checked_sub(fund)?.checked_sub(account)?;
        let after = before.checked_sub(account)?;
        Some(Split { total, over_limit, in_scope, fund, account, cash, before, after })
    }

    /// The same where the institution bears a fifth of what is above the cap, rounded down to the fen.
    pub(super) fn borne_with_institution(self) -> Option<Split> {
        let share = Fen::new(self.over_limit.get() / 5).min(self.cash);
        Some(Split { cash: self.cash.checked_sub(share)?, ..self })
    }

    /// What the institution bears: the rest.
    pub(super) fn institution(&self) -> Option<Fen> {
        self.total.checked_sub(Fen::sum([self.fund, self.account, self.cash])?)
    }

    /// What the person bears, from either purse.
    pub(super) fn own(&self) -> Option<Fen> {
        self.account.checked_add(self.cash)
    }
}

/// What of a line is above the cap: `cnt` is in ten-thousandths.
pub(super) fn over_limit(sum: Fen, cnt: i64) -> Option<Fen> {
    let capped = Fen::new(PRICE_CAP.checked_mul(cnt)?.get() / SCALE);
    sum.checked_sub(capped).map(|over| over.max(Fen::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_split_by_scheme_switch_and_balance() {
        let (employees, residents) = (Scheme::Employees, Scheme::Residents);
        for (total, scheme, use_account, balance, fund, account, cash) in [
            (2_500, employees, true, 120_000, 800, 1_200, 500),
            (2_500, employees, true, 1_199, 800, 1_199, 501),
            (2_500, employees, true, 0, 800, 0, 1_700),
            (2_500, employees, false, 120_000, 800, 0, 1_700),
            (2_500, residents, true, 120_000, 1_000, 0, 1_500),
            (2_000, employees, true, 120_000, 800, 1_200, 0),
            (1, employees, true, 120_000, 0, 1, 0),
            (1_999, employees, true, 120_000, 799, 1_200, 0),
            (1_999, residents, false, 0, 999, 0, 1_000),
        ] {
            let over = over_limit(Fen::new(total), SCALE).unwrap();
            let split = Split::of(Fen::new(total), over, scheme, use_account, Fen::new(balance)).unwrap();
            let told = [split.fund, split.account, split.cash].map(Fen::get);
            assert_eq!(told, [fund, account, cash], "{total} {scheme:?} {use_account} {balance}");
            assert_eq!(Fen::sum([split.fund, split.account, split.cash]), Some(split.total));
            assert_eq!(split.after.checked_add(split.account), Some(split.before));
        }
    }

    #[test]
    fn an_institution_may_bear_a_part_that_would_be_cash() {
        let split = Split::of(Fen::new(2_501), Fen::new(501), Scheme::Employees, true, Fen::new(120_000)).unwrap();
        assert_eq!((split.cash, split.institution()), (Fen::new(501), Some(Fen::ZERO)));
        let split = split.borne_with_institution().unwrap();
        assert_eq!((split.cash, split.institution()), (Fen::new(401), Some(Fen::new(100))));
    }

    #[test]
    fn the_cap_counts_by_the_piece() {
        for (sum, cnt, over) in [(2_500, 10_000, 500), (5_000, 20_000, 1_000), (1_500, 5_000, 500), (900, 10_000, 0)] {
            assert_eq!(over_limit(Fen::new(sum), cnt), Some(Fen::new(over)), "{sum} {cnt}");
        }
    }
}
