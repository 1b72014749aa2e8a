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

use crate::special::beta::{ln_beta, stirling_remainder};

/// Samples larger than this use the corrected limit law, whose error is then below 2e-6.
const EXACT_UP_TO: usize = 20_000;

/// `P(D >= d)` for a sample of size `n`.
///
/// # Arguments
/// * `n`: sample size, at least 1
/// * `d`: observed statistic
///
/// # Accuracy
/// Relative 1e-9 for `n <= 20000`. Above, absolute 2e-6 for `n d^2 < 4`, and relative 1e-9 for
/// larger `d`. Cost grows as `n^(3/2)` up to the switch: about a millisecond at `n = 1000`.
///
/// # Source
/// Centre: Noe, "The calculation of distributions of two-sided Kolmogorov-Smirnov type
/// statistics", Ann. Math. Statist. 43, 1972, in the Poisson form of Moscovich & Nadler,
/// Statistics & Probability Letters 123, 2017. Tail `n d^2 >= 4`: twice the one-sided probability
/// of Birnbaum & Tingey, Ann. Math. Statist. 22, 1951, as Simard & L'Ecuyer, "Computing the
/// two-sided Kolmogorov-Smirnov distribution", J. Stat. Softw. 39(11), 2011. Large `n`: Vrbik,
/// "Small-sample corrections to Kolmogorov-Smirnov test statistic", Pioneer J. Theor. Appl. Stat.
/// 15, 2018.
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
    let lambda = size.sqrt() * d;
    limit_sf(lambda + 1.0 / (6.0 * size.sqrt()) + (lambda - 1.0) / (4.0 * size))
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

/// `P(D+ >= d)` of the one-sided statistic.
///
/// ```text
/// d sum_(j=0)^(floor(n (1 - d))) C(n, j) (1 - d - j/n)^(n-j) (d + j/n)^(j-1)
/// ```
fn one_sided(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as usize;
    let terms: Vec<f64> = (0..=last)
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
    (d * real::sum(&terms)).min(1.0)
}

/// `P(D < d)`: a Poisson process of rate `n` on `[0, 1]` that has `n` points stays in the band
/// `n (t - d) <= N(t) <= n (t + d)`.
///
/// The band's edges cross an integer at the times `k / n -+ d`; between two such times the
/// distribution of the count is convolved with a Poisson law, and at each the count that has left
/// the band is struck out.
fn probability_below(n: usize, d: f64) -> f64 {
    let size = n as f64;
    let mut count = Band { mass: vec![0.0; n + 1], low: 0, high: 0 };
    count.mass[0] = 1.0;
    // Counts above `ceiling` are not yet allowed.
    let mut ceiling = (size * d).floor() as usize;
    let mut floor = 0;
    let mut time = 0.0;
    loop {
        let opens = (ceiling + 1) as f64 / size - d;
        let closes = floor as f64 / size + d;
        let next = opens.min(closes).min(1.0);
        count.advance(size * (next - time).max(0.0), ceiling.min(n));
        time = next;
        if next >= 1.0 {
            break;
        }
        if opens <= closes {
            ceiling += 1;
        } else {
            floor += 1;
            count.low = count.low.max(floor);
        }
    }
    let ln_total = -0.5 * real::ln(2.0 * std::f64::consts::PI * size) - poisson_remainder(n);
    if count.low > n || count.high < n { 0.0 } else { count.mass[n] / real::exp(ln_total) }
}

/// `-ln(P(N = n) sqrt(2 pi n))` for a Poisson count `N` of mean `n`.
fn poisson_remainder(n: usize) -> f64 {
    let size = n as f64;
    if n >= 10 {
        return stirling_remainder(size);
    }
    let stirling =
        (size + 0.5) * real::ln(size) - size + 0.5 * real::ln(2.0 * std::f64::consts::PI);
    real::lgamma(size + 1.0) - stirling
}

/// Probabilities of the counts `low..=high`; entries outside are meaningless.
struct Band {
    mass: Vec<f64>,
    low: usize,
    high: usize,
}

impl Band {
    /// Adds a Poisson count of the given `mean`, and cuts the band at `ceiling`.
    fn advance(&mut self, mean: f64, ceiling: usize) {
        let mut weights = vec![real::exp(-mean)];
        // Terms below 1e-25 of the first cannot change a sum of doubles.
        while weights[weights.len() - 1] > 1e-25 * weights[0] && weights.len() <= ceiling {
            let k = weights.len() as f64;
            weights.push(weights[weights.len() - 1] * mean / k);
        }
        let Some(width) = ceiling.checked_sub(self.low) else { return };
        let start = self.low;
        let high = (self.high + weights.len() - 1).min(ceiling);
        self.mass[(self.high + 1).min(high + 1)..=high].fill(0.0);
        self.high = high;
        let band = &mut self.mass[start..=start + width];
        for target in (0..=high - start).rev() {
            let reach = weights.len().min(target + 1);
            let sum = (0..reach).fold(0.0, |sum, k| sum + weights[k] * band[target - k]);
            band[target] = sum;
        }
    }
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
