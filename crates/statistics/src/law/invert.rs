//! Quantiles by Newton's method on the logarithm of a tail probability.
//!
//! ```text
//! L(s) = ln( sf(sinh s) / target ) = 0,   s >= 0
//! ```
//!
//! In this variable power tails are straight lines and the centre is smooth, so that the method
//! converges in a few steps for every law and every probability.

use maruyama_dynamics::real;

/// The `x >= 0` at which a survival function equals `target`.
///
/// # Arguments
/// * `sf`: decreasing survival function of `x >= 0`
/// * `pdf`: its negative derivative; only the speed depends on its accuracy
/// * `target`: in `[0, 1]`; values at or above `sf(0)` give 0, and 0 gives infinity
pub(crate) fn tail_quantile(sf: impl Fn(f64) -> f64, pdf: impl Fn(f64) -> f64, target: f64) -> f64 {
    if target <= 0.0 {
        return f64::INFINITY;
    }
    if target >= sf(0.0) {
        return 0.0;
    }
    let ln_target = real::ln(target);
    let (mut low, mut high) = bracket(&sf, target);
    let mut s = 0.5 * (low + high);
    // Bisection alone would need 60 steps; Newton's method leaves the loop after about six.
    for _ in 0..100 {
        let x = real::sinh(s);
        let tail = sf(x);
        let excess = if tail > 0.0 { real::ln(tail) - ln_target } else { f64::NEG_INFINITY };
        if excess > 0.0 {
            low = s;
        } else {
            high = s;
        }
        let slope = pdf(x) * real::cosh(s) / tail;
        let newton = s + excess / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - s).abs() <= 4e-16 * s.max(1e-12) || low >= high {
            return real::sinh(next);
        }
        s = next;
    }
    real::sinh(s)
}

/// The point of the line at which a law has `cdf = p`; infinite at 0 and 1, NaN outside `[0, 1]`.
///
/// # Arguments
/// * `cdf`, `sf`: relatively accurate in the lower and in the upper tail
/// * `pdf`: the density; only the speed depends on its accuracy
pub(crate) fn line_quantile(
    cdf: impl Fn(f64) -> f64,
    sf: impl Fn(f64) -> f64,
    pdf: impl Fn(f64) -> f64,
    p: f64,
) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p < cdf(0.0) {
        -tail_quantile(|z| cdf(-z), |z| pdf(-z), p)
    } else {
        tail_quantile(sf, pdf, 1.0 - p)
    }
}

/// An interval of `s` that holds the root: `sf(sinh(low)) >= target > sf(sinh(high))`.
fn bracket(sf: &impl Fn(f64) -> f64, target: f64) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 1.0);
    while high < 700.0 && sf(real::sinh(high)) > target {
        low = high;
        high *= 2.0;
    }
    (low, high.min(709.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pareto_tail_is_inverted_over_hundreds_of_decades() {
        for target in [0.9, 1e-3, 1e-40, 1e-290] {
            let x = tail_quantile(|x| 1.0 / (1.0 + x), |x| 1.0 / ((1.0 + x) * (1.0 + x)), target);
            let exact = 1.0 / target - 1.0;
            assert!((x / exact - 1.0).abs() < 1e-12, "target {target}: {x}");
        }
    }

    #[test]
    fn ends_of_the_range() {
        let sf = |x: f64| 0.5 / (1.0 + x);
        assert_eq!(tail_quantile(sf, |_| 1.0, 0.7), 0.0);
        assert_eq!(tail_quantile(sf, |_| 1.0, 0.0), f64::INFINITY);
    }
}
