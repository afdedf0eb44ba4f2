//! Exact decimals with a fixed number of places: quantities, prices, ages. Never floats.

use std::fmt;

use crate::Fen;

/// A number with a fixed count of places after the point, kept as a whole number of units of the last place. A unit
/// price (N16,6) is a `Decimal<6>`, a quantity (N16,4) a `Decimal<4>`. Amounts of money are [`Fen`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const PLACES: u32>(i64);

impl<const PLACES: u32> Decimal<PLACES> {
    /// A number given in units of the last place: `Decimal::<4>::from_units(25_000)` is 2.5.
    pub const fn from_units(units: i64) -> Decimal<PLACES> {
        Decimal(units)
    }

    /// A whole number, or `None` when it does not fit.
    pub fn whole(number: i64) -> Option<Decimal<PLACES>> {
        10_i64.checked_pow(PLACES).and_then(|unit| number.checked_mul(unit)).map(Decimal)
    }

    /// The number in units of the last place.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// This unit price (in yuan) times a quantity, rounded to the nearest fen; half a fen is rounded away from zero.
    /// `None` when it does not fit.
    pub fn times<const OTHER: u32>(self, many: Decimal<OTHER>) -> Option<Fen> {
        let product = i128::from(self.0) * i128::from(many.0);
        // Yuan have two places; the places that the product has beyond them are rounded away.
        let fen = match (PLACES + OTHER).checked_sub(2) {
            None => product.checked_mul(10_i128.checked_pow(2 - PLACES - OTHER)?)?,
            Some(beyond) => {
                let unit = 10_i128.checked_pow(beyond)?;
                let half = if product < 0 { -(unit / 2) } else { unit / 2 };
                product.checked_add(half)? / unit
            }
        };
        i64::try_from(fen).ok().map(Fen::new)
    }
}

/// All places are written, zeros included: `25.000000`, `-0.5`.
impl<const PLACES: u32> fmt::Display for Decimal<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = usize::try_from(PLACES).unwrap_or(usize::MAX);
        let digits = format!("{:0>width$}", self.0.unsigned_abs(), width = places.saturating_add(1));
        let (whole, part) = digits.split_at(digits.len().saturating_sub(places));
        let sign = if self.0 < 0 { "-" } else { "" };
        let point = if part.is_empty() { "" } else { "." };
        f.pad(&format!("{sign}{whole}{point}{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_places_are_written() {
        for (units, text) in [(0, "0.0000"), (5, "0.0005"), (-5, "-0.0005"), (25_000, "2.5000"), (-12_345, "-1.2345")] {
            assert_eq!(Decimal::<4>::from_units(units).to_string(), text);
        }
        assert_eq!(Decimal::<0>::from_units(-7).to_string(), "-7");
        assert_eq!(Decimal::<1>::from_units(351).to_string(), "35.1");
        assert_eq!(Decimal::<6>::from_units(i64::MIN).to_string(), "-9223372036854.775808");
    }

    #[test]
    fn a_whole_number_fits_or_is_none() {
        assert_eq!(Decimal::<4>::whole(3).map(Decimal::units), Some(30_000));
        assert_eq!(Decimal::<6>::whole(i64::MAX), None);
        assert_eq!(Decimal::<19>::whole(1), None);
    }

    #[test]
    fn a_price_times_a_quantity_is_rounded_to_the_nearest_fen() {
        for (price, many, fen) in [
            // 25.000000 for one, for 2.5, for a third (0.3333: 8.3325 yuan).
            (25_000_000, 10_000, 2_500),
            (25_000_000, 25_000, 6_250),
            (25_000_000, 3_333, 833),
            // 0.0049999…, 0.005 and -0.005 yuan.
            (4_999, 10_000, 0),
            (5_000, 10_000, 1),
            (-5_000, 10_000, -1),
            (0, 10_000, 0),
        ] {
            let product = Decimal::<6>::from_units(price).times(Decimal::<4>::from_units(many));
            assert_eq!(product, Some(Fen::new(fen)), "{price} {many}");
        }
        assert_eq!(Decimal::<0>::from_units(7).times(Decimal::<1>::from_units(15)), Some(Fen::new(1_050)));
        assert_eq!(Decimal::<0>::from_units(i64::MAX).times(Decimal::<0>::from_units(1)), None);
        assert_eq!(Decimal::<6>::from_units(i64::MAX).times(Decimal::<4>::from_units(i64::MAX)), None);
    }
}
