//! Mean squared errors on a data set of any rank, by maps of moments that are never written out.
//!
//! ```text
//! SGD:       M⁺ = (I − gamma Lambda) M (I − gamma Lambda) + gamma² nu C̄
//! equation:  M' = −A M − M A + gamma P C̄ P,   C̄ = F[M] + 2 G[m] + N
//! ```
//!
//! A step of SGD takes `n r²` operations, and the equation about eight times as many for each unit of
//! time times the largest rate; the room is `n r + 4 r²` numbers.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::axes::{self, AlongAxes};
use crate::least_squares::curve::{check_equation, check_share, gap};
use crate::least_squares::error::{positive, shape};
use crate::least_squares::sample_flow::SampleFlow;
use crate::least_squares::sample_operator::SampleOperator;
use crate::least_squares::{Equation, ErrorCurves, LeastSquaresError, Measure, Moments, SgdSteps};
use crate::matrix::trace;

/// Most operations of one curve, some minutes of one processor.
const MOST_OPERATIONS: f64 = 3e11;

/// Curves of SGD on samples, and of its equations, in principal coordinates.
#[derive(Clone, Debug)]
pub struct SampleCurves {
    operator: SampleOperator,
    start: Moments,
    weights: Vec<f64>,
}

impl SampleCurves {
    /// The curves of the samples with the principal coordinates `rows`, `XᵀX/n = diag(lambda)`.
    ///
    /// # Arguments
    /// * `rows`: `x_i`, `[n, r]`
    /// * `residuals`: `eps_i = ⟨theta_*, x_i⟩ − y_i`, `[n]`
    /// * `start`: moments of `eta` at time 0 in these coordinates
    ///
    /// # Errors
    /// If shapes disagree, if a number is not finite, or if the coordinates are not principal.
    ///
    /// # Source
    /// One step of SGD, and Itô's formula; arXiv 2407.02322, section 3.
    pub fn new(
        rows: Matrix,
        residuals: Vec<f64>,
        start: Moments,
        measure: Measure,
    ) -> Result<SampleCurves, LeastSquaresError> {
        let r = rows.n_columns();
        shape("mean", start.mean.len(), r)?;
        shape("second moments", start.second.entries().len(), r * r)?;
        let operator = SampleOperator::new(rows, residuals)?;
        let weights = axes::weights(operator.spectrum(), measure);
        Ok(SampleCurves { operator, start, weights })
    }

    /// The least `K` with `E[|x|² x xᵀ] ≼ K Sigma`.
    #[must_use]
    pub fn sharp_constant(&self) -> f64 {
        self.operator.sharp_constant()
    }

    /// `mu`, the smallest eigenvalue of `Sigma` that is not zero.
    #[must_use]
    pub fn smallest_eigenvalue(&self) -> f64 {
        self.operator.spectrum().iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// `trace N`.
    #[must_use]
    pub fn noise_trace(&self) -> f64 {
        trace(&self.operator.label_noise())
    }

    /// `trace Sigma`.
    #[must_use]
    pub fn covariance_trace(&self) -> f64 {
        real::sum(self.operator.spectrum())
    }

    /// `trace(Sigma⁻¹ N Sigma⁻¹)`: see [`crate::least_squares::averaged_limit`].
    #[must_use]
    pub fn averaged_limit(&self) -> f64 {
        self.operator.averaged_limit()
    }

    fn check_work(&self, n_applications: f64) -> Result<(), LeastSquaresError> {
        let operations = n_applications * self.operator.cost();
        let error = LeastSquaresError::TooMuchWork { operations, most: MOST_OPERATIONS };
        (operations <= MOST_OPERATIONS).then_some(()).ok_or(error)
    }
}

impl AlongAxes for SampleCurves {
    type State = Moments;

    fn spectrum(&self) -> &[f64] {
        self.operator.spectrum()
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn start(&self) -> Moments {
        self.start.clone()
    }

    fn moments(state: &Moments) -> Vec<f64> {
        state.second.rows().enumerate().map(|(j, row)| row[j]).collect()
    }

    fn step(
        &self,
        sgd: &SgdSteps<'_>,
        k: u64,
        now: &mut Moments,
    ) -> Result<f64, LeastSquaresError> {
        let gamma = (sgd.step_size)(k);
        positive("step size", gamma)?;
        let spectrum = self.operator.spectrum();
        let noise = self.operator.noise(&now.mean, &now.second, 1.0);
        let scale = gamma * gamma * sgd.share;
        let r = spectrum.len();
        for (place, (m, noise)) in
            now.second.entries_mut().iter_mut().zip(noise.entries()).enumerate()
        {
            let kept = (1.0 - gamma * spectrum[place / r]) * (1.0 - gamma * spectrum[place % r]);
            *m = kept * *m + scale * noise;
        }
        for (m, value) in now.mean.iter_mut().zip(spectrum) {
            *m *= 1.0 - gamma * value;
        }
        Ok(gamma)
    }
}

impl ErrorCurves for SampleCurves {
    fn equation(
        &self,
        step_size: f64,
        share: f64,
        equation: Equation,
        times: &[f64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_equation(equation, share)?;
        positive("share", share)?;
        positive("step size", step_size)?;
        let flow = SampleFlow::new(&self.operator, step_size * share, equation);
        let last = times.last().copied().unwrap_or(0.0);
        self.check_work(flow.n_applications(last))?;
        let (mut state, mut now) = (self.start.clone(), 0.0);
        let mut curve = Vec::with_capacity(times.len());
        for time in times {
            flow.advance(gap(now, *time)?, &mut state);
            now = *time;
            curve.push(real::dot(&self.weights, &SampleCurves::moments(&state)));
        }
        Ok(curve)
    }

    fn gradient_flow(&self, times: &[f64]) -> Result<Vec<f64>, LeastSquaresError> {
        let moments = SampleCurves::moments(&self.start);
        let parts: Vec<f64> = moments.iter().zip(&self.weights).map(|(m, w)| m * w).collect();
        let at = |time: &f64| {
            let decay = |value: &f64| real::exp(-2.0 * value * time);
            real::dot(&parts, &self.operator.spectrum().iter().map(decay).collect::<Vec<_>>())
        };
        Ok(times.iter().map(at).collect())
    }

    fn sgd(&self, sgd: &SgdSteps<'_>, steps: &[u64]) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        self.check_work(steps.last().copied().unwrap_or(0) as f64)?;
        axes::sgd(self, sgd, steps)
    }

    fn sgd_average(
        &self,
        sgd: &SgdSteps<'_>,
        from: u64,
        steps: &[u64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        self.check_work(steps.last().copied().unwrap_or(0) as f64)?;
        axes::sgd_average(self, sgd, from, steps)
    }
}

#[cfg(test)]
mod tests;
