//! The equations of SGD on samples of any rank: exponential series of their moments.
//!
//! ```text
//! m' = −A m,   M' = −A M − M A + gamma P (F[M] + 2 G[m] + N) P
//! e^{tau L} v = sum_k (tau L)^k v/k!,   tau |L| ≤ 4
//! ```

use maruyama_dynamics::real;

use crate::least_squares::sample_operator::SampleOperator;
use crate::least_squares::{Equation, Moments};

/// Length of a step of the equation times a bound of its rates.
const REACH: f64 = 4.0;
/// Terms of the exponential series at most; those beyond are below `4^60/60! = 2e-46`.
const MOST_TERMS: u32 = 60;
/// Size of the last term relative to the sum.
const ACCURACY: f64 = 1e-18;
/// Terms of a series in its cost.
const MEAN_TERMS: f64 = 32.0;

/// An equation on samples in principal coordinates.
pub(crate) struct SampleFlow<'a> {
    operator: &'a SampleOperator,
    /// Rates of the drift `A`, `[r]`.
    drift: Vec<f64>,
    /// Factors `P` of the noise, `[r]`.
    factor: Vec<f64>,
    step_size: f64,
    /// A bound of the rates of second moments.
    largest_rate: f64,
}

impl<'a> SampleFlow<'a> {
    /// The moments of `equation` for SGD with step size `gamma > 0`.
    ///
    /// # Source
    /// As [`crate::least_squares::MomentFlow`]. The bound of the rates is
    /// `|T(M)| ≤ K lambda_max |M|`, since `(xᵀ M x)² ≤ |x|² |M x|²`.
    pub(crate) fn new(
        operator: &'a SampleOperator,
        step_size: f64,
        equation: Equation,
    ) -> SampleFlow<'a> {
        let corrected = |value: &f64| 1.0 + 0.5 * step_size * value;
        let drift = |value: &f64| match equation {
            Equation::FirstOrder => *value,
            _ => value * corrected(value),
        };
        let factor = |value: &f64| match equation {
            Equation::SecondOrderWithNoise => corrected(value),
            _ => 1.0,
        };
        let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let drift: Vec<f64> = operator.spectrum().iter().map(drift).collect();
        let factor: Vec<f64> = operator.spectrum().iter().map(factor).collect();
        let (largest, scale) = (most(operator.spectrum()), most(&factor));
        let noise = step_size * scale * scale * largest * (operator.sharp_constant() + largest);
        let largest_rate = 2.0 * most(&drift) + noise;
        SampleFlow { operator, drift, factor, step_size, largest_rate }
    }

    /// How often the operator is applied up to `time`, about.
    pub(crate) fn n_applications(&self, time: f64) -> f64 {
        MEAN_TERMS * (1.0 + time * self.largest_rate / REACH)
    }

    /// Moves moments by `time ≥ 0`.
    pub(crate) fn advance(&self, time: f64, now: &mut Moments) {
        let n_parts = real::ceil(time * self.largest_rate / REACH).max(1.0) as u64;
        let tau = time / n_parts as f64;
        for _ in 0..n_parts {
            let mut term = now.clone();
            for k in 1..=MOST_TERMS {
                let c = if k == 1 { 1.0 } else { 0.0 };
                self.differentiate(tau / f64::from(k), c, &mut term);
                real::add_scaled(&mut now.mean, 1.0, &term.mean);
                real::add_scaled(now.second.entries_mut(), 1.0, term.second.entries());
                let second = is_small(term.second.entries(), now.second.entries());
                if second && is_small(&term.mean, &now.mean) {
                    break;
                }
            }
        }
    }

    /// `v <- scale L v` of the linear equation for `(m, M, c)`, whose last entry stays.
    fn differentiate(&self, scale: f64, c: f64, v: &mut Moments) {
        let noise = self.operator.noise(&v.mean, &v.second, c);
        let r = self.drift.len();
        for (place, (m, noise)) in
            v.second.entries_mut().iter_mut().zip(noise.entries()).enumerate()
        {
            let (j, k) = (place / r, place % r);
            let spread = self.step_size * self.factor[j] * self.factor[k] * noise;
            *m = scale * (spread - (self.drift[j] + self.drift[k]) * *m);
        }
        for (m, rate) in v.mean.iter_mut().zip(&self.drift) {
            *m *= -scale * rate;
        }
    }
}

/// Whether a term no longer matters to a sum.
fn is_small(term: &[f64], sum: &[f64]) -> bool {
    let most = |values: &[f64]| values.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    most(term) <= ACCURACY * most(sum)
}
