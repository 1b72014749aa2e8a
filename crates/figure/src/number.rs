//! Numbers rounded for readers.

use crate::table::Format;

/// Magnitudes whose decimal exponent is in this range are written without a power of ten.
const WRITTEN_OUT: std::ops::Range<i32> = -4..6;

/// A rounded number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Digits with a point, and the power of ten that multiplies them.
    Finite { negative: bool, digits: String, exponent: Option<i32> },
    /// Beyond all numbers.
    Infinite { negative: bool },
    /// No number.
    Missing,
}

/// Rounds a number.
pub(crate) fn show(value: f64, digits: usize, format: Format) -> Shown {
    if !value.is_finite() {
        return not_finite(value);
    }
    let digits = digits.max(usize::from(format == Format::Significant));
    let (mantissa, exponent) = scientific(value, digits.saturating_sub(1));
    match format {
        Format::Decimals if exponent < 15 => fixed(value, digits, None),
        _ if WRITTEN_OUT.contains(&exponent) => fixed(value, places(digits, exponent), None),
        _ => Shown::Finite { negative: value < 0.0, digits: mantissa, exponent: Some(exponent) },
    }
}

/// Rounds a value and its two ends to the same place, with one power of ten for all three.
pub(crate) fn show_interval(
    [value, lo, hi]: [f64; 3],
    digits: usize,
    format: Format,
) -> ([Shown; 3], Option<i32>) {
    let numbers = [value, lo, hi];
    let digits = digits.max(usize::from(format == Format::Significant));
    let finite = numbers.iter().filter(|number| number.is_finite());
    let largest = scientific(finite.fold(0.0, |m: f64, n| m.max(n.abs())), 15).1;
    // A value far below the ends of its interval is noise: its digits need not all be shown.
    let leading = match value {
        v if v == 0.0 || !v.is_finite() => largest,
        v => scientific(v, digits.saturating_sub(1)).1.max(largest - 3),
    };
    if format == Format::Decimals && largest < 15 {
        return (numbers.map(|number| fixed(number, digits, None)), None);
    }
    if WRITTEN_OUT.contains(&leading) {
        return (numbers.map(|number| fixed(number, places(digits, leading), None)), None);
    }
    let scaled = |number: f64| fixed(number, digits - usize::from(digits > 0), Some(leading));
    (numbers.map(scaled), Some(leading))
}

fn not_finite(value: f64) -> Shown {
    if value.is_nan() { Shown::Missing } else { Shown::Infinite { negative: value < 0.0 } }
}

/// Digits right of the point for so many significant ones.
fn places(digits: usize, exponent: i32) -> usize {
    (digits as i32 - 1 - exponent).max(0) as usize
}

/// Mantissa with `places` digits after the point, without sign, and decimal exponent.
fn scientific(value: f64, places: usize) -> (String, i32) {
    let text = format!("{:.*e}", places, value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

/// `value / 10^exponent` with so many digits after the point; a rounded zero has no sign.
fn fixed(value: f64, places: usize, exponent: Option<i32>) -> Shown {
    if !value.is_finite() {
        return not_finite(value);
    }
    let digits = match exponent {
        None => format!("{:.*}", places, value.abs()),
        Some(exponent) => divided(value.abs(), exponent, places),
    };
    let zero = digits.chars().all(|c| "0.".contains(c));
    Shown::Finite { negative: value < 0.0 && !zero, digits, exponent: None }
}

/// `value / 10^exponent` with so many digits after the point. The shift is in the decimal
/// representation, so that neither a power of ten nor the quotient can overflow.
fn divided(value: f64, exponent: i32, places: usize) -> String {
    let (mantissa, own) = scientific(value, 16);
    let mantissa: f64 = mantissa.parse().unwrap_or(0.0);
    let shifted = mantissa * libm::pow(10.0, f64::from(own - exponent));
    format!("{shifted:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(shown: &Shown) -> String {
        match shown {
            Shown::Finite { negative, digits, exponent } => {
                let sign = if *negative { "-" } else { "" };
                let power = exponent.map_or(String::new(), |e| format!("e{e}"));
                format!("{sign}{digits}{power}")
            }
            Shown::Infinite { negative } => if *negative { "-inf" } else { "inf" }.to_owned(),
            Shown::Missing => "nan".to_owned(),
        }
    }

    #[test]
    fn significant_digits_are_counted_after_rounding() {
        for (value, digits, expected) in [
            (0.0, 3, "0.00"),
            (1.0, 3, "1.00"),
            (9.996, 3, "10.0"),
            (-0.001_234_5, 3, "-0.00123"),
            (123_456.0, 3, "123456"),
            (1_234_567.0, 3, "1.23e6"),
            (0.000_099_99, 3, "0.000100"),
            (1.2e-5, 2, "1.2e-5"),
            (-3e300, 1, "-3e300"),
            (2.0, 0, "2"),
            (f64::NEG_INFINITY, 3, "-inf"),
            (f64::NAN, 3, "nan"),
        ] {
            assert_eq!(plain(&show(value, digits, Format::Significant)), expected, "{value}");
        }
    }

    #[test]
    fn decimals_are_fixed_and_a_rounded_zero_has_no_sign() {
        assert_eq!(plain(&show(-0.001, 2, Format::Decimals)), "0.00");
        assert_eq!(plain(&show(1234.5678, 2, Format::Decimals)), "1234.57");
        assert_eq!(plain(&show(7.0, 0, Format::Decimals)), "7");
        assert_eq!(plain(&show(1e20, 2, Format::Decimals)), "1.0e20");
    }

    fn interval(numbers: [f64; 3], digits: usize) -> (Vec<String>, Option<i32>) {
        let (shown, exponent) = show_interval(numbers, digits, Format::Significant);
        (shown.iter().map(plain).collect(), exponent)
    }

    #[test]
    fn an_interval_is_rounded_at_one_place() {
        let strings = |a: [&str; 3]| a.map(str::to_owned).to_vec();
        assert_eq!(interval([0.85, 0.8, 0.912], 2), (strings(["0.85", "0.80", "0.91"]), None));
        let tiny = interval([1.2e-7, -1e-8, 2.51e-7], 2);
        assert_eq!(tiny, (strings(["1.2", "-0.1", "2.5"]), Some(-7)));
        let open = interval([2.0, 1.0, f64::INFINITY], 2);
        assert_eq!(open, (strings(["2.0", "1.0", "inf"]), None));
        let noise = interval([1e-12, -0.1, 0.1], 2);
        assert_eq!(noise, (strings(["0.00000", "-0.10000", "0.10000"]), None));
        assert_eq!(interval([0.0, 0.0, 0.0], 2), (strings(["0.0", "0.0", "0.0"]), None));
        let huge = interval([1e308, 1e307, 1.7e308], 2);
        assert_eq!(huge, (strings(["1.0", "0.1", "1.7"]), Some(308)));
    }
}
