//! The beta function and the regularised incomplete beta function.
//!
//! ```text
//! I_x(a, b) = (1 / B(a, b)) int_0^x t^(a-1) (1-t)^(b-1) dt
//! ```

use crate::real;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// Stirling's remainder `ln Gamma(x) - [(x - 1/2) ln x - x + ln sqrt(2 pi)]` for `x >= 10`.
///
/// # Accuracy
/// The first omitted term is `1 / (156 x^13) < 1e-15`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.11.1.
#[must_use]
pub fn stirling_remainder(x: f64) -> f64 {
    const SERIES: [f64; 6] =
        [-691.0 / 360_360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    let inverse_square = 1.0 / (x * x);
    SERIES.iter().fold(0.0, |sum, c| sum * inverse_square + c) / x
}

/// `ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b)`, for `a, b > 0`.
///
/// Large arguments go through Stirling's remainders, where the logarithms of the gamma function
/// would cancel.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.12.1 and 5.11.1.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = (a.min(b), a.max(b));
    let share = p / (p + q);
    if p >= 10.0 {
        let remainder = stirling_remainder(p) + stirling_remainder(q) - stirling_remainder(p + q);
        return LN_SQRT_2PI - 0.5 * real::ln(q)
            + remainder
            + (p - 0.5) * real::ln(share)
            + q * real::ln_1p(-share);
    }
    if q >= 10.0 {
        let remainder = stirling_remainder(q) - stirling_remainder(p + q);
        return real::lgamma(p) + remainder + p - p * real::ln(p + q)
            + (q - 0.5) * real::ln_1p(-share);
    }
    real::lgamma(p) + real::lgamma(q) - real::lgamma(p + q)
}

/// The regularised incomplete beta function `I_x(a, b)` for `a, b > 0` and `x + y = 1`: the
/// probability that a beta variate with the parameters `a` and `b` is at most `x`.
///
/// Both `x` and `y` are arguments, because the smaller of them carries the information.
///
/// # Accuracy
/// About 1e-13 relative, and the rounding of the exponent `a ln x + b ln y`, 1e-16 of it; small values
/// keep their relative accuracy.
/// Below 0 and above 1 it is 0 and 1.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction) and 8.17.4
/// (`I_x(a, b) = 1 - I_y(b, a)`), evaluated by Lentz's method.
#[must_use]
pub fn regularised_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - regularised_beta(b, a, y, x);
    }
    let ln_x = if x > 0.5 { real::ln_1p(-y) } else { real::ln(x) };
    let ln_y = if y > 0.5 { real::ln_1p(-x) } else { real::ln(y) };
    real::exp(a * ln_x + b * ln_y - ln_beta(a, b)) * continued_fraction(a, b, x) / a
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // Convergence takes O(sqrt(max(a, b))) terms; the bound is only a stop for broken input.
    for m in 1..100_000_u32 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / guard(1.0 + coefficient * d);
            c = guard(1.0 + coefficient / c);
            factor *= c * d;
        }
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_matches_factorials_on_both_sides_of_the_switch() {
        // 1 / B(a, b) = a b (a+b)! / ((a+b) a! b!) for integers.
        for (a, b, inverse) in [(3.0, 4.0, 60.0), (3.0, 12.0, 1092.0), (11.0, 12.0, 7_759_752.0)] {
            assert!((ln_beta(a, b) + real::ln(inverse)).abs() < 2e-14, "B({a}, {b})");
        }
    }

    #[test]
    fn gamma_ratio_at_half_steps_matches_its_recurrence() {
        // B(a + 1, 1/2) / B(a, 1/2) = a / (a + 1/2).
        for a in [0.3, 4.0, 9.7, 25.0, 5e3, 1e7] {
            let ratio = real::exp(ln_beta(a + 1.0, 0.5) - ln_beta(a, 0.5));
            assert!((ratio - a / (a + 0.5)).abs() < 1e-14, "a = {a}: {ratio}");
        }
    }

    #[test]
    fn incomplete_beta_matches_binomial_sums() {
        // I_x(a, n - a + 1) is the probability of at least a successes in n trials.
        let (n, x) = (20_u32, 0.3_f64);
        let mut mass: Vec<f64> = vec![0.0; 21];
        mass[0] = 1.0;
        for _ in 0..n {
            for k in (0..21).rev() {
                mass[k] = mass[k] * (1.0 - x) + if k > 0 { mass[k - 1] * x } else { 0.0 };
            }
        }
        for a in 1..=20_usize {
            let tail: f64 = mass[a..].iter().rev().sum();
            let value = regularised_beta(a as f64, f64::from(n) - a as f64 + 1.0, x, 1.0 - x);
            assert!((value / tail - 1.0).abs() < 1e-13, "a = {a}: {value} against {tail}");
        }
    }

    #[test]
    fn incomplete_beta_matches_closed_forms() {
        for x in [0.05, 0.3, 0.5, 0.8, 0.99_f64] {
            let close = |a: f64, b: f64, expected: f64| {
                let found = regularised_beta(a, b, x, 1.0 - x);
                assert!((found / expected - 1.0).abs() < 1e-13, "{found}, not {expected}");
            };
            close(1.0, 1.0, x);
            close(2.0, 1.0, x * x);
            close(2.0, 2.0, x * x * (3.0 - 2.0 * x));
            let arcsine = 2.0 / std::f64::consts::PI * real::atan((x / (1.0 - x)).sqrt());
            close(0.5, 0.5, arcsine);
        }
        assert_eq!(regularised_beta(2.0, 3.0, -1.0, 2.0), 0.0);
        assert_eq!(regularised_beta(2.0, 3.0, 2.0, -1.0), 1.0);
    }

    /// Values of mpmath with 40 digits.
    #[test]
    fn incomplete_beta_matches_forty_digits() {
        for (a, b, x, exact) in [
            (0.5, 0.5, 0.2, 0.295_167_235_300_866_6),
            (2.0, 0.5, 0.9, 0.541_469_739_275_585_1),
            (50.0, 0.5, 0.97, 0.081_699_333_721_822_63),
            (3.0, 700.0, 0.01, 0.971_359_075_703_961),
            (0.01, 3.0, 0.3, 0.997_393_573_023_313),
            (250.0, 0.5, 0.1, 3.758_552_189_181_346_8e-252),
            (1e4, 2e4, 0.33, 0.110_205_519_127_419_72),
        ] {
            let found = regularised_beta(a, b, x, 1.0 - x);
            // The powers come from an exponent, which is rounded.
            let exponent = a * real::ln(x).abs() + b * real::ln_1p(-x).abs();
            let bound = 2e-13 + f64::EPSILON * exponent;
            assert!((found / exact - 1.0).abs() < bound, "I_{x}({a}, {b}): {found}, not {exact}");
        }
    }
}
