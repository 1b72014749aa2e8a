//! The law of the two-sided Kolmogorov-Smirnov statistic of a fully specified continuous law.
//!
//! ```text
//! D = sup_x |F_n(x) - F(x)|
//! K(lambda) = lim P(sqrt(n) D <= lambda) = 1 - 2 sum_(j>=1) (-1)^(j-1) exp(-2 j^2 lambda^2)
//!           = (sqrt(2 pi) / lambda) sum_(j>=1) exp(-(2j-1)^2 pi^2 / (8 lambda^2))
//! ```
//!
//! Where parameters were estimated from the same sample these probabilities are far too large;
//! `goodness::bootstrap` is the remedy.

use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::ln_beta;

use crate::goodness::boundary::probability_within;

/// Samples larger than this use an expansion about the limit law.
const EXACT_UP_TO: usize = 20_000;
/// Number of terms to which a long one-sided sum is thinned.
const THINNED: usize = 2048;

/// `P(D >= d)` for a sample of size `n`.
///
/// # Arguments
/// * `n`: sample size, at least 1
/// * `d`: observed statistic
///
/// # Accuracy
/// Relative 1e-8, down to 1e-300. Cost grows as `n^(3/2)` up to `n = 20000`, where it is a tenth of
/// a second, and is a few microseconds beyond.
///
/// # Source
/// Centre: Noe, "The calculation of distributions of two-sided Kolmogorov-Smirnov type
/// statistics", Ann. Math. Statist. 43, 1972, in the Poisson form of Moscovich & Nadler,
/// Statistics & Probability Letters 123, 2017; for `n > 20000` the expansion of Pelz & Good. Tail
/// `n d^2 >= 4`: twice the one-sided probability of Birnbaum & Tingey, Ann. Math. Statist. 22, 1951,
/// as Simard & L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov distribution", J. Stat.
/// Softw. 39(11), 2011.
///
/// # Panics
/// If `n` is zero or `d` is NaN.
#[must_use]
pub fn p_value(n: usize, d: f64) -> f64 {
    assert!(n > 0, "a statistic of an empty sample");
    assert!(!d.is_nan(), "a statistic that is not a number");
    let size = n as f64;
    if d >= 1.0 {
        return 0.0;
    }
    if size * d <= 0.5 {
        return 1.0;
    }
    if size * d * d >= 4.0 {
        return 2.0 * one_sided(n, d);
    }
    if n <= EXACT_UP_TO {
        return (1.0 - probability_below(n, d)).max(0.0);
    }
    (1.0 - expansion(size, size.sqrt() * d)).clamp(0.0, 1.0)
}

/// `P(D+ >= d)` of the one-sided statistic of a sample of size `n`; that of `D-` is the same.
///
/// # Accuracy
/// Relative 1e-9 down to 1e-300.
///
/// # Source
/// Birnbaum & Tingey, "One-sided confidence contours for probability distribution functions", Ann.
/// Math. Statist. 22, 1951.
///
/// # Panics
/// If `n` is zero or `d` is NaN.
#[must_use]
pub fn one_sided_p(n: usize, d: f64) -> f64 {
    assert!(n > 0, "a statistic of an empty sample");
    assert!(!d.is_nan(), "a statistic that is not a number");
    if d <= 0.0 {
        1.0
    } else if d >= 1.0 {
        0.0
    } else {
        one_sided(n, d)
    }
}

/// `1 - K(lambda)`, the limit of `P(sqrt(n) D >= lambda)`.
///
/// # Accuracy
/// Relative 1e-14: of the two series, the one that converges in at most five terms.
///
/// # Source
/// Kolmogorov 1933; Feller, Ann. Math. Statist. 19, 1948, equations (1.4) and (1.5).
#[must_use]
pub fn limit_sf(lambda: f64) -> f64 {
    use std::f64::consts::PI;
    if lambda <= 0.0 {
        return 1.0;
    }
    if lambda < 1.0 {
        let rate = PI * PI / (8.0 * lambda * lambda);
        let sum: f64 = [7.0, 5.0, 3.0, 1.0].iter().map(|j| real::exp(-j * j * rate)).sum();
        return 1.0 - (2.0 * PI).sqrt() / lambda * sum;
    }
    let term = |j: f64| real::exp(-2.0 * j * j * lambda * lambda);
    2.0 * (term(1.0) - (term(2.0) - (term(3.0) - (term(4.0) - term(5.0)))))
}

/// `P(sqrt(n) D < lambda)` up to terms of order `n^(-2)`.
///
/// ```text
/// K_0(z) + K_1(z) n^(-1/2) + K_2(z) n^(-1) + K_3(z) n^(-3/2)
/// ```
///
/// with `w = pi^2 (k + 1/2)^2` and `v = pi^2 k^2` in the sums below.
///
/// # Source
/// Pelz & Good, "Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample
/// statistic", J. R. Statist. Soc. B 38, 1976, as Simard & L'Ecuyer 2011 write it.
fn expansion(n: f64, z: f64) -> f64 {
    use std::f64::consts::PI;
    let (z2, z4) = (z * z, z * z * z * z);
    let z6 = z4 * z2;
    let mut sums = [0.0; 4];
    for k in (0..12).rev() {
        let half = f64::from(k) + 0.5;
        let w = PI * PI * half * half;
        let v = PI * PI * f64::from(k * k);
        let (odd, even) = (2.0 * real::exp(-w / (2.0 * z2)), 2.0 * real::exp(-v / (2.0 * z2)));
        sums[0] += odd;
        sums[1] += odd * (w - z2);
        let second = 6.0 * z6 + 2.0 * z4 + w * (2.0 * z4 - 5.0 * z2) + w * w * (1.0 - 2.0 * z2);
        sums[2] += odd * second / 72.0 - even * v * z4 / 36.0;
        let third = w * w * w * (5.0 - 30.0 * z2)
            + w * w * (212.0 * z4 - 60.0 * z2)
            + w * (135.0 * z4 - 96.0 * z6)
            - 30.0 * z6
            - 90.0 * z6 * z2;
        sums[3] += odd * third / 6480.0 + even * z4 * (3.0 * v * z2 - v * v) / 216.0;
    }
    let root = n.sqrt();
    let front = (0.5 * PI).sqrt();
    let terms = [
        sums[0] / z,
        sums[1] / (6.0 * z4) / root,
        sums[2] / (z6 * z) / n,
        sums[3] / (z6 * z4) / (n * root),
    ];
    front * terms.iter().rev().sum::<f64>()
}

/// The sum below for `0 < d < 1`. Beyond `EXACT_UP_TO` and for `n d^2 >= 1`, where the summand is a
/// smooth bump that vanishes with all derivatives at both ends, it is a trapezoidal rule.
///
/// ```text
/// d sum_(j=0)^(floor(n (1 - d))) C(n, j) (1 - d - j/n)^(n-j) (d + j/n)^(j-1)
/// ```
fn one_sided(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as usize;
    let smooth = n > EXACT_UP_TO && size * d * d >= 1.0;
    let stride = if smooth { (n / THINNED).max(1) } else { 1 };
    let terms: Vec<f64> = (0..=last)
        .step_by(stride)
        .map(|j| {
            let share = j as f64 / size;
            let (below, above) = (1.0 - d - share, d + share);
            if below <= 0.0 {
                return 0.0;
            }
            let (j, rest) = (j as f64, (n - j) as f64);
            let ln_choose = -real::ln(size + 1.0) - ln_beta(rest + 1.0, j + 1.0);
            real::exp(ln_choose + rest * real::ln(below) + (j - 1.0) * real::ln(above))
        })
        .collect();
    (d * (real::sum(&terms) * stride as f64)).min(1.0)
}

/// `P(D < d)`: the number of points up to `t` stays between `n (t - d)` and `n (t + d)`.
fn probability_below(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let ceiling = (size * d).floor() as usize;
    probability_within(n, ceiling, |k| k as f64 / size - d, |k| k as f64 / size + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_probabilities_match_the_reference() {
        // The values for n = 1000 come from an expansion that is itself good to 3e-7.
        for (d, n, p) in [
            (0.02, 1000, 0.810_897_165_689_557_7),
            (0.03, 1000, 0.322_690_214_391_463_6),
            (0.043, 1000, 0.048_110_987_651_926_56),
            (0.05, 1000, 0.013_012_074_781_090_332),
            (0.1, 100, 0.252_692_757_006_387_4),
            (0.056_986_314_299_770_36, 60, 0.983_770_422_926_603_1),
        ] {
            let value = p_value(n, d);
            assert!((value / p - 1.0).abs() < 1e-6, "n = {n}, d = {d}: {value} against {p}");
        }
    }

    #[test]
    fn exact_probabilities_match_the_matrix_method() {
        // Marsaglia, Tsang & Wang's matrix power in extended precision.
        for (d, p) in [
            (0.02, 0.810_897_131_070_214_2),
            (0.03, 0.322_690_246_413_309_4),
            (0.043, 0.048_110_977_242_326_71),
        ] {
            assert!((p_value(1000, d) / p - 1.0).abs() < 1e-11, "d = {d}");
        }
    }

    #[test]
    fn limit_law_matches_the_reference() {
        for (lambda, p) in [
            (0.5, 0.963_945_243_664_875_1),
            (0.8, 0.544_142_411_574_198_1),
            (1.0, 0.269_999_671_677_354_56),
            (1.2238, 0.100_023_427_835_677_82),
            (1.3581, 0.049_999_630_431_667_4),
            (1.6276, 0.010_001_537_333_060_776),
        ] {
            assert!((limit_sf(lambda) / p - 1.0).abs() < 1e-9, "lambda = {lambda}");
        }
    }

    #[test]
    fn one_and_two_points_have_closed_forms() {
        // n = 1: P(D >= d) = 2 (1 - d). n = 2, 1/4 <= d <= 1/2: P(D < d) = 2 (2d - 1/2)^2.
        for d in [0.55, 0.7, 0.99] {
            assert!((p_value(1, d) - 2.0 * (1.0 - d)).abs() < 1e-14, "d = {d}");
        }
        for d in [0.3, 0.4, 0.49] {
            let below = 2.0 * (2.0 * d - 0.5) * (2.0 * d - 0.5);
            assert!((p_value(2, d) - (1.0 - below)).abs() < 1e-14, "d = {d}");
        }
    }

    #[test]
    fn one_sided_tail_continues_the_exact_centre() {
        for n in [30, 400, 4000] {
            let d = 2.0 / f64::from(n).sqrt();
            let (centre, tail) =
                (1.0 - probability_below(n as usize, d), 2.0 * one_sided(n as usize, d));
            assert!((centre / tail - 1.0).abs() < 1e-8, "n = {n}: {centre} against {tail}");
        }
    }

    #[test]
    fn large_samples_join_the_corrected_limit() {
        let n = EXACT_UP_TO;
        for lambda in [0.6, 0.9, 1.4] {
            let d = lambda / (n as f64).sqrt();
            let gap = p_value(n, d) - p_value(n + 1, lambda / ((n + 1) as f64).sqrt());
            assert!(gap.abs() < 2e-6, "lambda = {lambda}: {gap}");
        }
    }

    #[test]
    fn extreme_statistics() {
        assert_eq!(p_value(50, 0.01), 1.0);
        assert_eq!(p_value(50, 1.0), 0.0);
        assert!(p_value(1000, 0.5) > 0.0 && p_value(1000, 0.5) < 1e-200);
    }
}
