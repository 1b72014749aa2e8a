//! The Anderson-Darling statistic, which weighs the tails more than Kolmogorov and Smirnov's.
//!
//! ```text
//! A^2 = n int (F_n - F)^2 / (F (1 - F)) dF
//!     = -n - (1 / n) sum_(i=1)^n (2i - 1) [ln F(x_(i)) + ln(1 - F(x_(n+1-i)))]
//! ```

use maruyama_dynamics::real;

use crate::goodness::quadratic::Kernel;
use crate::law::interface::Law;
use crate::sample::check::{SampleError, finite, sorted};
use crate::special::complex::Complex;

/// `A^2`, not negative; infinite where a value lies outside the support of the law.
///
/// Both logarithms come from the tail that is small, so that far values keep their weight.
///
/// # Source
/// Anderson & Darling, "A test of goodness of fit", JASA 49, 1954, equation (1).
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn anderson_darling(sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
    finite(sample, 1)?;
    let values = sorted(sample);
    let n = values.len();
    let terms: Vec<f64> = (0..n)
        .map(|i| {
            let (low, high) = (law.cdf(values[i]), law.sf(values[n - 1 - i]));
            if low <= 0.0 || high <= 0.0 {
                return f64::NEG_INFINITY;
            }
            (2 * i + 1) as f64 * (real::ln(low) + real::ln(high))
        })
        .collect();
    let size = n as f64;
    Ok(-size - real::sum(&terms) / size)
}

/// `P(A^2 > a)` of the limit for large samples of a fully specified law.
///
/// # Accuracy
/// 1e-10 relative, while the probability is above 1e-300.
///
/// # Source
/// Anderson & Darling, "Asymptotic theory of certain goodness of fit criteria based on stochastic
/// processes", Ann. Math. Statist. 23, 1952.
#[must_use]
pub fn limit_sf(a: f64) -> f64 {
    Kernel::AndersonDarling.upper_tail(1.0, a, |_| Complex::new(1.0, 0.0)).clamp(0.0, 1.0)
}

/// `P(A^2 >= a)` for a sample of size `n` of a fully specified law: the limit less a fitted
/// correction for the size.
///
/// # Accuracy
/// Exact for `n = 1`. Else absolute: 4e-3 at `n = 2`; at `n = 4`, 8 and 16, less than the error
/// 4e-4 of two million simulated samples. A probability below 1e-4 is that of the limit up to a factor `1 + O(1 / n)`.
///
/// # Source
/// Marsaglia & Marsaglia, "Evaluating the Anderson-Darling distribution", J. Stat. Softw. 9(2),
/// 2004, section 4. Their polynomial beyond 0.8 is -0.0006 at 1; here it is shifted to vanish there.
///
/// # Panics
/// If `n` is zero or `a` is NaN.
#[must_use]
pub fn p_value(n: usize, a: f64) -> f64 {
    assert!(n > 0, "a statistic of an empty sample");
    assert!(!a.is_nan(), "a statistic that is not a number");
    if n == 1 {
        // A^2 = -1 - ln(u (1 - u)): both roots of u (1 - u) = q.
        let q = real::exp(-1.0 - a);
        return if q >= 0.25 { 1.0 } else { 4.0 * q / (1.0 + (1.0 - 4.0 * q).sqrt()) };
    }
    let tail = limit_sf(a);
    (tail - size_correction(n as f64, tail)).clamp(0.0, 1.0)
}

/// What is added to the limit `1 - tail` of the distribution function for a sample of size `n`.
fn size_correction(n: f64, tail: f64) -> f64 {
    const CENTRE: [f64; 6] = [-0.000_226_33, 6.54034, -14.6538, 14.458, -8.259, 1.91864];
    const UPPER: [f64; 6] = [-130.2137, 745.2337, -1705.091, 1950.646, -1116.360, 255.7844];
    let polynomial = |c: &[f64], t: f64| c.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let x = 1.0 - tail;
    if x > 0.8 {
        // g(x) - g(1) s^2 with s = (x - 0.8) / 0.2, both parts divided by the tail.
        let quotient: [f64; 5] = std::array::from_fn(|j| UPPER[j + 1..].iter().rev().sum());
        let shift = polynomial(&UPPER, 1.0) * (10.0 - 25.0 * tail);
        return tail * (shift - polynomial(&quotient, x)) / n;
    }
    let crossing = 0.01265 + 0.1757 / n;
    if x < crossing {
        let t = x / crossing;
        let shape = t.sqrt() * (1.0 - t) * (49.0 * t - 102.0);
        return shape * (0.0037 / (n * n) + 0.00078 / n + 0.00006) / n;
    }
    let t = (x - crossing) / (0.8 - crossing);
    polynomial(&CENTRE, t) * (0.04213 + 0.01365 / n) / n
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::normal::Normal;

    #[test]
    fn one_point_at_the_median_has_a_closed_form() {
        // A^2 = -1 - 2 ln(1/2).
        let law = Normal::new(2.0, 1.0).unwrap();
        let value = anderson_darling(&[2.0], &law).unwrap();
        assert!((value - (2.0 * std::f64::consts::LN_2 - 1.0)).abs() < 1e-15);
    }

    #[test]
    fn statistic_equals_its_integral() {
        // For the sorted uniforms u the integral splits at the points:
        // n sum_i int_(u_i)^(u_(i+1)) (i/n - u)^2 / (u (1 - u)) du, by the midpoint rule.
        let law = Normal::new(0.0, 1.0).unwrap();
        let u = [0.1, 0.35, 0.4, 0.8];
        let sample: Vec<f64> = u.iter().map(|p| law.quantile(*p)).collect();
        let cells = 400_000;
        let integral: f64 = (0..cells)
            .map(|k| {
                let p = (f64::from(k) + 0.5) / f64::from(cells);
                let share = u.iter().filter(|x| **x <= p).count() as f64 / 4.0;
                (share - p) * (share - p) / (p * (1.0 - p)) / f64::from(cells)
            })
            .sum();
        let value = anderson_darling(&sample, &law).unwrap();
        assert!((value - 4.0 * integral).abs() < 1e-4, "{value} against {}", 4.0 * integral);
    }

    #[test]
    fn far_values_weigh_finitely() {
        let law = Normal::new(0.0, 1.0).unwrap();
        let value = anderson_darling(&[0.0, 30.0], &law).unwrap();
        assert!(value.is_finite() && value > 100.0, "{value}");
    }

    #[test]
    fn probabilities_of_one_value_are_exact() {
        // The statistic of u = 1/8 is exceeded with probability 1/4.
        let law = Normal::new(0.0, 1.0).unwrap();
        let value = anderson_darling(&[law.quantile(0.125)], &law).unwrap();
        assert!((p_value(1, value) - 0.25).abs() < 1e-14);
        assert_eq!(p_value(1, 0.2), 1.0);
    }

    #[test]
    fn probabilities_of_four_values_are_those_of_samples() {
        let law = Normal::new(0.0, 1.0).unwrap();
        let mut stream = Stream::new(StreamKey(97), 0, Purpose::Bootstrap);
        let statistics: Vec<f64> = (0..40_000)
            .map(|_| {
                let sample: Vec<f64> = (0..4).map(|_| stream.normal()).collect();
                anderson_darling(&sample, &law).unwrap()
            })
            .collect();
        for a in [0.4, 0.7, 1.0, 1.5, 2.5, 4.0] {
            let share = statistics.iter().filter(|s| **s >= a).count() as f64 / 40_000.0;
            let p = p_value(4, a);
            let error = (p * (1.0 - p) / 40_000.0).sqrt();
            assert!((share - p).abs() < 4.0 * error + 5e-4, "{a}: {share} against {p}");
        }
    }

    #[test]
    fn corrections_join_and_vanish_for_large_samples() {
        for n in [1.0, 10.0, 1000.0] {
            let crossing = 0.01265 + 0.1757 / n;
            for x in [crossing, 0.8] {
                let gap = size_correction(n, 1.0 - x - 1e-12) - size_correction(n, 1.0 - x + 1e-12);
                assert!(gap.abs() < 1e-4 / n, "n = {n}, x = {x}: {gap}");
            }
        }
        assert!((p_value(1_000_000_000, 2.0) - limit_sf(2.0)).abs() < 1e-9);
        assert_eq!((p_value(3, f64::INFINITY), p_value(3, 0.0)), (0.0, 1.0));
    }

    #[test]
    fn far_tails_are_positive() {
        assert!(p_value(20, 40.0) > 0.0 && p_value(20, 40.0) < 1e-15);
    }
}
