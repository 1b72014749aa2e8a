//! The interval of Clopper and Pearson for a binomial probability.
//!
//! ```text
//! low:  I_low(k, n - k + 1)  = (1 - level) / 2
//! high: I_high(k + 1, n - k) = (1 + level) / 2
//! ```

use maruyama_dynamics::special::beta::regularised_beta;

/// An interval with its ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Interval for a probability of which `count` successes in `n` trials were seen; it covers the
/// probability in at least a share `level` of experiments, for every `n` and probability.
///
/// # Source
/// Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 26, 1934.
///
/// # Panics
/// If `n` is zero, `count > n`, or `level` lies outside the open interval `(0, 1)`.
#[must_use]
pub fn clopper_pearson(count: usize, n: usize, level: f64) -> Interval {
    assert!(n > 0 && count <= n, "{count} successes in {n} trials");
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    let (k, size) = (count as f64, n as f64);
    let low = if count == 0 { 0.0 } else { beta_quantile(k, size - k + 1.0, 0.5 * (1.0 - level)) };
    let high =
        if count == n { 1.0 } else { 1.0 - beta_quantile(size - k, k + 1.0, 0.5 * (1.0 - level)) };
    Interval { low, high }
}

/// The `x` with `I_x(a, b) = p`, by bisection to the last bit; `a, b >= 1`.
fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..120 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if regularised_beta(a, b, middle, 1.0 - middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::real;

    use super::*;

    #[test]
    fn no_success_and_only_successes_have_closed_forms() {
        let none = clopper_pearson(0, 20, 0.95);
        assert_eq!(none.low, 0.0);
        assert!((none.high - (1.0 - real::pow(0.025, 1.0 / 20.0))).abs() < 1e-13);
        let all = clopper_pearson(20, 20, 0.95);
        assert_eq!(all.high, 1.0);
        assert!((all.low - real::pow(0.025, 1.0 / 20.0)).abs() < 1e-13);
    }

    #[test]
    fn ends_are_the_binomial_tails() {
        // Four successes in ten trials: P(N >= 4) = 0.05 at the lower end of the 90 % interval.
        let interval = clopper_pearson(4, 10, 0.9);
        let tail = |p: f64, from: usize| -> f64 {
            let choose = [1.0, 10.0, 45.0, 120.0, 210.0, 252.0, 210.0, 120.0, 45.0, 10.0, 1.0];
            let power = |base: f64, k: usize| (0..k).fold(1.0, |product, _| product * base);
            (from..=10).map(|k| choose[k] * power(p, k) * power(1.0 - p, 10 - k)).sum()
        };
        assert!((tail(interval.low, 4) - 0.05).abs() < 1e-13);
        assert!((tail(interval.high, 5) - 0.95).abs() < 1e-13);
    }

    #[test]
    fn mirrored_counts_have_mirrored_intervals() {
        let (few, many) = (clopper_pearson(3, 1_000, 0.95), clopper_pearson(997, 1_000, 0.95));
        assert!((few.low + many.high - 1.0).abs() < 1e-14);
        assert!((few.high + many.low - 1.0).abs() < 1e-14);
        assert!(few.low < 0.003 && 0.003 < few.high);
    }
}
