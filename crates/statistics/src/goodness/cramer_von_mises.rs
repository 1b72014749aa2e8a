//! The statistic of Cramér and von Mises of a sample against a fully specified law.
//!
//! ```text
//! W^2 = n int (F_n - F)^2 dF = 1 / (12 n) + sum_(i=1)^n ( F(x_(i)) - (2i - 1) / (2n) )^2
//! ```

use maruyama_dynamics::real;

use crate::goodness::quadratic::Kernel;
use crate::law::interface::Law;
use crate::sample::check::{SampleError, finite, sorted};
use crate::special::complex::Complex;

/// `W^2`, in `[1 / (12 n), n / 3]`.
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn cramer_von_mises(sample: &[f64], law: &dyn Law) -> Result<f64, SampleError> {
    finite(sample, 1)?;
    let n = sample.len() as f64;
    let squares: Vec<f64> = sorted(sample)
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let distance = law.cdf(*x) - (i as f64 + 0.5) / n;
            distance * distance
        })
        .collect();
    Ok(1.0 / (12.0 * n) + real::sum(&squares))
}

/// `P(W^2 >= w)` for a sample of size `n` of the law.
///
/// The limit law and its first correction for the size: with `t = sqrt(2 s)`, the moment generating
/// function is that of the limit times
///
/// ```text
/// 1 + (1 / n) [1/12 + t^2/144 - t^2 / (32 sin^2 t) - t / (36 sin t) - 7 t cot(t) / 288]
/// ```
///
/// # Accuracy
/// The approximation leaves out terms of order `1 / n^2`; it is evaluated to 1e-10 relative.
/// In a far tail, where the correction is more than half of the limit, half of the limit is
/// returned, which is too large.
///
/// # Source
/// Csörgő & Faraway, "The exact and asymptotic distributions of Cramér-von Mises statistics", J. R.
/// Statist. Soc. B 58(1), 1996, the term of order `1 / n`, of which the bracket is the transform.
///
/// # Panics
/// If `n` is zero or `w` is NaN.
#[must_use]
pub fn p_value(n: usize, w: f64) -> f64 {
    assert!(n > 0, "a statistic of an empty sample");
    assert!(!w.is_nan(), "a statistic that is not a number");
    let size = n as f64;
    if w <= 1.0 / (12.0 * size) {
        return 1.0;
    }
    if w >= size / 3.0 {
        return 0.0;
    }
    let limit = limit_sf(w);
    let added = Kernel::CramerVonMises.upper_tail(1.0, w, correction) / size;
    (limit + added.max(-0.5 * limit)).clamp(0.0, 1.0)
}

/// `P(W^2 > w)` of the limit for large samples.
///
/// # Accuracy
/// 1e-10 relative, while the probability is above 1e-300.
///
/// # Source
/// Anderson & Darling, "Asymptotic theory of certain goodness of fit criteria based on stochastic
/// processes", Ann. Math. Statist. 23, 1952.
#[must_use]
pub fn limit_sf(w: f64) -> f64 {
    let p = Kernel::CramerVonMises.upper_tail(1.0, w, |_| Complex::new(1.0, 0.0));
    p.clamp(0.0, 1.0)
}

/// The bracket of [`p_value`].
fn correction(s: Complex) -> Complex {
    let square = s.scale(2.0);
    let t = square.sqrt();
    // With e = exp(i t), small far from the real axis: 1 / sin t = -2 i e / (1 - e^2) and
    // cot t = -i (1 + e^2) / (1 - e^2).
    let e = Complex::new(-t.im, t.re).exp();
    let one = Complex::new(1.0, 0.0);
    let bracket = (one - e * e).recip();
    let over_sin = t * Complex::new(2.0 * e.im, -2.0 * e.re) * bracket;
    let sum = one + e * e;
    let cot = t * Complex::new(sum.im, -sum.re) * bracket;
    Complex::new(1.0 / 12.0, 0.0) + square.scale(1.0 / 144.0)
        - (over_sin * over_sin).scale(1.0 / 32.0)
        - over_sin.scale(1.0 / 36.0)
        - cot.scale(7.0 / 288.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::normal::Normal;

    #[test]
    fn one_point_has_a_closed_form() {
        // W^2 = 1/12 + (F - 1/2)^2.
        let law = Normal::new(0.0, 1.0).unwrap();
        let value = cramer_von_mises(&[law.quantile(0.8)], &law).unwrap();
        assert!((value - 1.0 / 12.0 - 0.09).abs() < 1e-15);
        assert!(cramer_von_mises(&[], &law).is_err());
        assert_eq!((p_value(1, 1.0 / 12.0), p_value(3, 1.0)), (1.0, 0.0));
    }

    #[test]
    fn correction_has_the_moments_of_the_statistic() {
        // E W^2 = 1/6 and Var W^2 = 1/45 - 1/(60 n) for every n: the bracket is -s^2 / 120 + O(s^3).
        for s in [1e-3, 1e-2] {
            let value = correction(Complex::new(s, 0.0));
            assert!((value.re / (s * s) + 1.0 / 120.0).abs() < 0.02 * s.max(1e-2), "{value:?}");
            assert!(value.im.abs() < 1e-15);
        }
    }
}
