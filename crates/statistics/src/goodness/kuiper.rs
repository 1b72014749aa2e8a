//! The statistic of Kuiper, which is the same wherever a circle is cut.
//!
//! ```text
//! V = D+ + D-
//! ```

use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::ln_beta;

use crate::goodness::boundary::probability_within;
use crate::goodness::statistic::one_sided_deviations;
use crate::law::interface::Law;
use crate::sample::check::SampleError;

/// Samples larger than this use an expansion about the limit law, except in the tail.
const EXACT_UP_TO: usize = 20_000;
/// Number of terms to which a long sum is thinned.
const THINNED: usize = 2048;

/// `V = D+ + D-`, in `[1 / n, 1]`.
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn kuiper(sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
    let (plus, minus) = one_sided_deviations(sample, law)?;
    Ok(plus + minus)
}

/// `P(V >= v)` for a sample of size `n` of a fully specified continuous law.
///
/// Cut at the value where `F - F_n` is largest, the circle has one value at zero, and the others
/// stay within a band:
///
/// ```text
/// P(V < v) = n P( (k + 1) / n - v < u_(k) <= k / n, k = 1..n-1 ),  n - 1 uniform values u
/// ```
///
/// # Accuracy
/// Relative 1e-8 for `n <= 20000` and, beyond, for `n v^2 >= 7`; else absolute `1 / n`.
///
/// # Source
/// Tail: Stephens, "The goodness-of-fit statistic V_n: distribution and significance points",
/// Biometrika 52, 1965, which is exact for `v >= 1/2`. Large `n`: Kuiper, "Tests concerning random
/// points on a circle", Proc. Kon. Ned. Akad. Wet. A 63, 1960.
///
/// # Panics
/// If `n` is zero or `v` is NaN.
#[must_use]
pub fn p_value(n: usize, v: f64) -> f64 {
    assert!(n > 0, "a statistic of an empty sample");
    assert!(!v.is_nan(), "a statistic that is not a number");
    let size = n as f64;
    if size * v <= 1.0 {
        return 1.0;
    }
    if v >= 1.0 {
        return 0.0;
    }
    if size * v * v >= 7.0 || v >= 0.5 {
        return tail(n, v);
    }
    if n <= EXACT_UP_TO {
        return (1.0 - probability_below(n, v)).clamp(0.0, 1.0);
    }
    let lambda = size.sqrt() * v;
    let second = series(lambda, |square| (square - 0.75) * 4.0, true);
    (limit_sf(lambda) - 8.0 * lambda / (3.0 * size.sqrt()) * second).clamp(0.0, 1.0)
}

/// The limit `2 sum_(j>=1) (4 j^2 z^2 - 1) exp(-2 j^2 z^2)` of `P(sqrt(n) V >= z)`.
///
/// # Source
/// Kuiper 1960.
#[must_use]
pub fn limit_sf(z: f64) -> f64 {
    // Below, it differs from 1 by less than 1e-12, and the series is long.
    if z < 0.4 { 1.0 } else { series(z, |square| 2.0 * (4.0 * square - 1.0), false).min(1.0) }
}

/// `sum_j j^(2 or 0) f(j^2 z^2) exp(-2 j^2 z^2)`.
fn series(z: f64, f: impl Fn(f64) -> f64, weighted: bool) -> f64 {
    (1..=12)
        .rev()
        .map(|j| {
            let j2 = f64::from(j * j);
            let square = j2 * z * z;
            f(square) * real::exp(-2.0 * square) * if weighted { j2 } else { 1.0 }
        })
        .sum()
}

/// With `u = t / n` and `y = v + u`:
///
/// ```text
/// sum_(t=0)^(floor(n (1 - v))) C(n, t) (1 - y)^(n-t-1) y^(t-3)
///     n [v^3 - u v (3 - 2y) / n - 2 u (1 - y) / n^2]
/// ```
fn tail(n: usize, v: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - v)).floor() as usize;
    let smooth = n > EXACT_UP_TO && v < 0.5;
    let stride = if smooth { (n / THINNED).max(1) } else { 1 };
    let terms: Vec<f64> = (0..=last)
        .step_by(stride)
        .map(|t| {
            let u = t as f64 / size;
            let (y, below) = (v + u, 1.0 - v - u);
            if below <= 0.0 {
                return 0.0;
            }
            let bracket = v * v * v - u * (v * (3.0 - 2.0 * y) / size + 2.0 * below / size / size);
            let (t, rest) = (t as f64, (n - t) as f64);
            let ln_choose = -real::ln(size + 1.0) - ln_beta(rest + 1.0, t + 1.0);
            let powers = (rest - 1.0) * real::ln(below) + (t - 3.0) * real::ln(y);
            size * bracket * real::exp(ln_choose + powers)
        })
        .collect();
    (real::sum(&terms) * stride as f64).clamp(0.0, 1.0)
}

/// `P(V < v)` by the band.
fn probability_below(n: usize, v: f64) -> f64 {
    let size = n as f64;
    if n == 1 {
        return 0.0;
    }
    // Count k is allowed from (k + 1) / n - v on, and count k - 1 until k / n.
    let ceiling = ((size * v).ceil() as usize).saturating_sub(2).min(n - 1);
    let opens = |k: usize| (k + 1) as f64 / size - v;
    size * probability_within(n - 1, ceiling, opens, |k| (k + 1) as f64 / size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;
    use crate::reference::SIXTY;

    #[test]
    fn smallest_values_have_a_closed_form() {
        // P(V < v) = n! (v - 1/n)^(n-1) for v <= 2 / n: the lower tail of Stephens 1965.
        for (n, v) in [(2, 0.7), (3, 0.6), (4, 0.45), (6, 0.3), (9, 0.2)] {
            let size = n as f64;
            let exact = (1..n).fold(size, |p, k| p * k as f64 * (v - 1.0 / size));
            let value = probability_below(n, v);
            assert!((value / exact - 1.0).abs() < 1e-12, "n = {n}: {value} against {exact}");
        }
    }

    #[test]
    fn tail_continues_the_exact_centre() {
        for n in [20, 100, 1000] {
            let v = (7.0 / n as f64).sqrt();
            let (centre, tail) = (1.0 - probability_below(n, v), tail(n, v));
            assert!((centre / tail - 1.0).abs() < 1e-8, "n = {n}: {centre} against {tail}");
        }
        for v in [0.5, 0.6, 0.75] {
            assert!((1.0 - probability_below(9, v) - tail(9, v)).abs() < 1e-13, "{v}");
        }
    }

    #[test]
    fn large_samples_join_the_expansion() {
        let n = EXACT_UP_TO;
        for lambda in [1.0, 1.5, 2.2, 2.7] {
            let (here, there) = (lambda / (n as f64).sqrt(), lambda / ((n + 1) as f64).sqrt());
            let gap = p_value(n, here) - p_value(n + 1, there);
            assert!(gap.abs() < 5e-5, "lambda = {lambda}: {gap}");
        }
        assert!(
            (p_value(20_001, 2.8 / 20_001_f64.sqrt()) / tail_of_all(20_001, 2.8) - 1.0).abs()
                < 1e-9
        );
    }

    /// The tail without thinning.
    fn tail_of_all(n: usize, lambda: f64) -> f64 {
        let whole = tail(EXACT_UP_TO, lambda / (EXACT_UP_TO as f64).sqrt());
        // From n to n + 1 the tail changes by a relative 1e-7 at most, linearly.
        let before = tail(EXACT_UP_TO - 1, lambda / ((EXACT_UP_TO - 1) as f64).sqrt());
        whole + (whole - before) * (n - EXACT_UP_TO) as f64
    }

    #[test]
    fn statistic_adds_the_sides_and_ignores_the_cut() {
        let law = Normal::new(0.0, 2.0).unwrap();
        let v = kuiper(&SIXTY, &law).unwrap();
        // Rotate the circle of probabilities by 0.3.
        let rotated: Vec<f64> =
            SIXTY.iter().map(|x| law.quantile((law.cdf(*x) + 0.3) % 1.0)).collect();
        assert!((kuiper(&rotated, &law).unwrap() - v).abs() < 1e-12);
        assert_eq!((p_value(5, 0.2), p_value(5, 1.0)), (1.0, 0.0));
    }
}
