//! The gamma function: incomplete, of complex argument, and its second logarithmic derivative.
//!
//! ```text
//! P(a, x) = (1 / Gamma(a)) int_0^x t^(a-1) e^(-t) dt,   Q = 1 - P
//! ```

use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::stirling_remainder;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// From here on Stirling's series is exact to rounding.
const LARGE: f64 = 12.0;

/// `(P(a, x), Q(a, x))` for `a > 0` and `x >= 0`.
///
/// # Accuracy
/// About 1e-13 relative in the smaller of the two for `0.1 <= a <= 1e5`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 8.11.4 (series, for `x < a + 1`) and 8.9.2
/// (continued fraction, evaluated by Lentz's method).
pub(crate) fn regularized_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let density = gamma_density(a, x);
    if x < a + 1.0 {
        let lower = density * series(a, x);
        (lower, 1.0 - lower)
    } else {
        let upper = density * continued_fraction(a, x);
        (1.0 - upper, upper)
    }
}

/// `x^a e^(-x) / Gamma(a)`.
pub(crate) fn gamma_density(a: f64, x: f64) -> f64 {
    real::exp(ln_gamma_density(a, x))
}

/// `ln(x^a e^(-x) / Gamma(a))`.
pub(crate) fn ln_gamma_density(a: f64, x: f64) -> f64 {
    if a < LARGE {
        return a * real::ln(x) - x - real::lgamma(a);
    }
    // Without the cancellation of a ln x, x and ln Gamma(a), which are all of size a ln a.
    let excess = (x - a) / a;
    let exponent = a * (real::ln_1p(excess) - excess);
    exponent - stirling_remainder(a) - LN_SQRT_2PI + 0.5 * real::ln(a)
}

/// `sum_k x^k / (a (a + 1) ... (a + k))`.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, 1.0);
    while term > 1e-17 * sum && k < 1e6 {
        term *= x / (a + k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// `1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...)))`.
fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / guard(b);
    let mut value = d;
    for k in 1..1_000_000_u32 {
        let k = f64::from(k);
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / guard(numerator * d + b);
        c = guard(b + numerator / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// `ln |Gamma(a + i y) / Gamma(a)|^2`, which is at most 0, for `a > 0`.
///
/// # Accuracy
/// About 1e-14 relative to `1 + |y|`.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.5.1 and 5.11.1, for both arguments at once so
/// that the large parts cancel on paper.
pub(crate) fn ln_gamma_ratio_square(a: f64, y: f64) -> f64 {
    let (mut shifted, mut recurrence) = (a, 0.0);
    while shifted < LARGE {
        let ratio = y / shifted;
        recurrence += real::ln_1p(ratio * ratio);
        shifted += 1.0;
    }
    let ratio = y / shifted;
    let ln_modulus = 0.5 * real::ln_1p(ratio * ratio);
    let main = (shifted - 0.5) * ln_modulus - y * real::atan(ratio);
    let remainder = complex_stirling_remainder(shifted, y) - stirling_remainder(shifted);
    2.0 * (main + remainder) - recurrence
}

/// Real part of Stirling's remainder at `x + i y`, for `x >= 12`.
fn complex_stirling_remainder(x: f64, y: f64) -> f64 {
    const SERIES: [f64; 6] =
        [-691.0 / 360_360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    let square = x * x + y * y;
    let (re, im) = (x / square, -y / square);
    let (re2, im2) = (re * re - im * im, 2.0 * re * im);
    let (mut sum_re, mut sum_im) = (0.0, 0.0);
    for c in SERIES {
        (sum_re, sum_im) = (sum_re * re2 - sum_im * im2 + c, sum_re * im2 + sum_im * re2);
    }
    sum_re * re - sum_im * im
}

/// The trigamma function `psi'(x)` for `x > 0`.
///
/// # Accuracy
/// About 1e-15 relative.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 5.15.5 and 5.15.8.
pub(crate) fn trigamma(x: f64) -> f64 {
    const SERIES: [f64; 7] =
        [7.0 / 6.0, -691.0 / 2730.0, 5.0 / 66.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 1.0 / 6.0];
    let (mut shifted, mut recurrence) = (x, 0.0);
    while shifted < LARGE {
        recurrence += 1.0 / (shifted * shifted);
        shifted += 1.0;
    }
    let inverse_square = 1.0 / (shifted * shifted);
    let series = SERIES.iter().fold(0.0, |sum, c| sum * inverse_square + c) * inverse_square;
    recurrence + (1.0 + series) / shifted + 0.5 * inverse_square
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_sums_are_met() {
        // Q(k, x) = sum_(j < k) e^(-x) x^j / j!
        for (k, x) in [(1, 0.3), (3, 2.9), (3, 9.0), (20, 12.0), (20, 31.0), (60, 90.0)] {
            let mut term = real::exp(-x);
            let mut sum = 0.0;
            for j in 0..k {
                sum += term;
                term *= x / f64::from(j + 1);
            }
            let (lower, upper) = regularized_gamma(f64::from(k), x);
            assert!((upper / sum - 1.0).abs() < 2e-14, "Q({k}, {x}) = {upper}, not {sum}");
            assert!((lower + upper - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn a_half_gives_the_error_function() {
        for x in [1e-8, 0.2, 1.4, 7.0, 300.0_f64] {
            let (lower, upper) = regularized_gamma(0.5, x);
            assert!((lower / real::erf(x.sqrt()) - 1.0).abs() < 1e-13, "x = {x}");
            assert!((upper / real::erfc(x.sqrt()) - 1.0).abs() < 1e-12, "x = {x}");
        }
    }

    #[test]
    fn moduli_with_closed_forms_are_met() {
        // |Gamma(1 + i y)|^2 = pi y / sinh(pi y), |Gamma(1/2 + i y)|^2 = pi / cosh(pi y).
        for y in [1e-3, 0.4, 3.0, 20.0] {
            let z = std::f64::consts::PI * y;
            let one = real::ln(z / real::sinh(z));
            assert!((ln_gamma_ratio_square(1.0, y) - one).abs() < 1e-14 * (1.0 + z), "y = {y}");
            let half = -real::ln(real::cosh(z));
            assert!((ln_gamma_ratio_square(0.5, y) - half).abs() < 1e-14 * (1.0 + z), "y = {y}");
        }
    }

    #[test]
    fn trigamma_has_its_known_values_and_recurrence() {
        let square = std::f64::consts::PI * std::f64::consts::PI;
        assert!((trigamma(1.0) / (square / 6.0) - 1.0).abs() < 1e-15);
        assert!((trigamma(0.5) / (square / 2.0) - 1.0).abs() < 1e-15);
        for x in [0.3, 11.7, 12.3, 500.0] {
            let step = trigamma(x) - trigamma(x + 1.0);
            assert!((step * x * x - 1.0).abs() < 1e-11, "x = {x}");
        }
    }
}
