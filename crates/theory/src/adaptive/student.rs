//! Central and outer probability of Student's law.
//!
//! ```text
//! a = nu/2, x = nu/(nu + s²):
//! P(|T| > s) = I_x(a, 1/2) = x^a sqrt(1 − x) / (a B(a, 1/2)) 1/(1 + d_1/(1 + d_2/(1 + ...)))
//! P(|T| < s) = I_{1−x}(1/2, a) = 2 x^a sqrt(1 − x) / B(a, 1/2) sum_k (a + 1/2)_k/(3/2)_k (1 − x)^k
//! ```
//!
//! The series has positive terms only; the fraction is taken where it converges fast.

use std::f64::consts::PI;

use maruyama_dynamics::real;

/// Beyond it `s²/nu` is not added to one: its root is.
const LARGE_RATIO: f64 = 1e8;

/// `[P(|T| < s), P(|T| > s)]` of Student's law with `nu > 0` degrees of freedom, for `s ≥ 0`; NaN for
/// NaN.
///
/// # Accuracy
/// Absolute errors within 2e-15 for `nu` up to 1e3, 3e-14 up to 1e4 and 1e-12 up to 1e6; the smaller of
/// the two has relative errors within 1e-13, 1e-12 and 1e-10.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 8.17.8 (with 15.8.1) and 8.17.22.
#[must_use]
pub fn central_and_outer(nu: f64, s: f64) -> [f64; 2] {
    if s.is_nan() || nu.is_nan() {
        return [f64::NAN; 2];
    }
    let (a, ratio) = (0.5 * nu, s / nu.sqrt());
    // sqrt(1 − x) and x, without squares that overflow.
    let length = real::hypot(1.0, ratio);
    let (root, x) = (ratio / length, 1.0 / length / length);
    if length.is_infinite() {
        return [1.0, 0.0];
    }
    let log = if ratio < LARGE_RATIO { real::ln_1p(ratio * ratio) } else { 2.0 * real::ln(length) };
    let factor = real::exp(-a * log) * root * inverse_beta(a);
    let share = root * root;
    if share <= 0.5 && share * (a + 2.5) <= 2.0 {
        let central = 2.0 * factor * central_sum(a, share);
        [central, 1.0 - central]
    } else {
        let outer = factor / a * outer_fraction(a, x);
        [1.0 - outer, outer]
    }
}

/// `2 Xi'(0) = 2 Gamma((nu + 1)/2) / (sqrt(pi nu) Gamma(nu/2))`, twice the density at zero, for
/// `nu > 0`.
#[must_use]
pub fn slope(nu: f64) -> f64 {
    2.0 * inverse_beta(0.5 * nu) / nu.sqrt()
}

/// `1/B(a, 1/2) = Gamma(a + 1/2) / (Gamma(a) sqrt(pi))`
fn inverse_beta(a: f64) -> f64 {
    /// Of `Gamma(a + 1/2)/(Gamma(a) sqrt(a))` in powers of `1/a`: DLMF 5.11.13. The first term left
    /// out is below 1e-17 for `a` above 100.
    const SERIES: [f64; 7] = [
        869.0 / 4_194_304.0,
        -399.0 / 262_144.0,
        -21.0 / 32_768.0,
        5.0 / 1024.0,
        1.0 / 128.0,
        -0.125,
        1.0,
    ];
    let ratio = if a < 100.0 {
        real::tgamma(a + 0.5) / real::tgamma(a)
    } else {
        a.sqrt() * SERIES.iter().fold(0.0, |sum, c| sum / a + c)
    };
    ratio / PI.sqrt()
}

fn central_sum(a: f64, share: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
    while term > 1e-18 * sum {
        sum += term;
        term *= (a + 0.5 + k) / (1.5 + k) * share;
        k += 1.0;
    }
    sum
}

/// The continued fraction, from the front by the recurrence of its convergents' ratios (Lentz).
fn outer_fraction(a: f64, x: f64) -> f64 {
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    // It takes O(sqrt(a)) terms; the bound is a stop only.
    for n in 1..200_000_u32 {
        let m = f64::from(n / 2);
        let place = a + f64::from(n) - 1.0;
        let numerator = if n.is_multiple_of(2) { m * (0.5 - m) } else { -(a + m) * (a + 0.5 + m) };
        let coefficient = numerator * x / (place * (place + 1.0));
        d = 1.0 / (1.0 + coefficient * d);
        c = 1.0 + coefficient / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 2e-16 {
            break;
        }
    }
    1.0 / value
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_2_PI;

    #[test]
    fn probabilities_are_the_closed_forms() {
        for i in 0..=400 {
            let s = f64::from(i) * 0.05;
            let w = s / 3.0_f64.sqrt();
            let share = s * s / (4.0 + s * s);
            for (nu, closed) in [
                (1.0, FRAC_2_PI * real::atan(s)),
                (2.0, s / (2.0 + s * s).sqrt()),
                (3.0, FRAC_2_PI * (w / (1.0 + w * w) + real::atan(w))),
                (4.0, 0.5 * s / (4.0 + s * s).sqrt() * (3.0 - share)),
            ] {
                let [central, outer] = central_and_outer(nu, s);
                assert!((central - closed).abs() < 2e-15, "{nu} {s}: {central} {closed}");
                assert!((central + outer - 1.0).abs() < 1e-15);
            }
        }
    }

    /// `nu`, `s`, central and outer probability, from mpmath with 40 digits.
    #[test]
    fn probabilities_match_values_of_higher_precision() {
        for (nu, s, central, outer) in VALUES {
            let found = central_and_outer(nu, s);
            let tolerances = if nu < 1e3 { [2e-15, 1e-13] } else { [3e-14, 1e-12] };
            assert!((found[0] - central).abs() < tolerances[0], "{nu} {s}: {}", found[0]);
            assert!((found[1] / outer - 1.0).abs() < tolerances[1], "{nu} {s}: {}", found[1]);
        }
    }

    #[test]
    fn far_out_everything_is_inside_and_nan_stays_nan() {
        for s in [1e200, f64::INFINITY] {
            let [central, outer] = central_and_outer(3.5, s);
            assert!(central == 1.0 && (0.0..1e-300).contains(&outer), "{outer}");
        }
        assert!(central_and_outer(3.0, f64::NAN)[0].is_nan());
    }

    /// The slope is the derivative at zero, and tends to that of the normal law.
    #[test]
    fn the_slope_is_twice_the_density_at_zero() {
        for nu in [0.5, 1.0, 2.5, 30.0, 1e4] {
            let found = central_and_outer(nu, 1e-6)[0] / 1e-6;
            assert!((slope(nu) / found - 1.0).abs() < 1e-11, "{nu}");
        }
        assert!((slope(1e6) - FRAC_2_PI.sqrt()).abs() < 1e-6);
    }

    const VALUES: [(f64, f64, f64, f64); 8] = [
        (0.5, 0.3, 0.155_140_847_869_509_19, 0.844_859_152_130_490_8),
        (0.5, 60.0, 0.917_197_089_187_334_7, 0.082_802_910_812_665_33),
        (2.5, 1.75, 0.803_564_188_116_401_2, 0.196_435_811_883_598_77),
        (7.5, 0.3, 0.227_677_341_431_221_9, 0.772_322_658_568_778_1),
        (7.5, 4.0, 0.995_493_889_649_814_8, 0.004_506_110_350_185_177_5),
        (30.0, 1.25, 0.779_036_975_786_843_4, 0.220_963_024_213_156_64),
        (30.0, 9.0, 0.999_999_999_498_516_8, 5.014_831_916_147_878e-10),
        (10_000.0, 1.25, 0.788_671_201_056_551_5, 0.211_328_798_943_448_41),
    ];
}
