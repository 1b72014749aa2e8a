//! Mean squared errors of SGD and of its equations at all times, exactly.
//!
//! ```text
//! SGD:   M⁺ = M − gamma_k (Sigma M + M Sigma) + gamma_k² [Sigma M Sigma + nu (F[M] + N + 2 G[m])]
//! a_n = (x_k0 + ... + x_n)/(n − k0 + 1):   E[eta_{n+1} S_{n+1}ᵀ] = (I − gamma_n Sigma) E[eta_n S_nᵀ] + M_{n+1}
//! ```
//!
//! with `nu = 1/B` for batches with replacement.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::describe::kronecker;
use crate::least_squares::error::{positive, shape};
use crate::least_squares::half::{generator, pack, second_moments};
use crate::least_squares::{Equation, LeastSquares, LeastSquaresError, MomentFlow, Moments};
use crate::matrix::{combine, congruence, expm, identity, product, symmetric_eigen};

/// What of the second moments a curve shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// `E|eta|²`
    Distance,
    /// `E L(theta) − L(theta_*) = ½ trace(Sigma M)`
    ExcessLoss,
}

/// SGD, as far as its first two moments see it.
pub struct SgdSteps<'a> {
    /// `gamma_k` of the step `k = 0, 1, ...`
    pub step_size: &'a dyn Fn(u64) -> f64,
    /// Share `nu` of the noise of single samples that batches keep: `1/B` with replacement or for
    /// fresh samples, `(n − B)/(B (n − 1))` without replacement.
    pub share: f64,
}

/// Mean squared errors at all times.
pub trait ErrorCurves {
    /// Of the equation for SGD with step size `gamma` and noise of share `nu`, at increasing `times`.
    ///
    /// # Errors
    /// If a number is outside its range, or if it takes too long.
    fn equation(
        &self,
        step_size: f64,
        share: f64,
        equation: Equation,
        times: &[f64],
    ) -> Result<Vec<f64>, LeastSquaresError>;

    /// Of gradient flow at `times`.
    ///
    /// # Errors
    /// If a number is outside its range.
    fn gradient_flow(&self, times: &[f64]) -> Result<Vec<f64>, LeastSquaresError>;

    /// Of SGD after each of the increasing numbers of `steps`.
    ///
    /// # Errors
    /// If a step size is not positive, or if it takes too long.
    fn sgd(&self, sgd: &SgdSteps<'_>, steps: &[u64]) -> Result<Vec<f64>, LeastSquaresError>;

    /// Of the average of the iterates from `from` on, the last one included, after each of the
    /// increasing numbers of `steps`; of the iterate before.
    ///
    /// # Errors
    /// If a step size is not positive, or if it takes too long.
    fn sgd_average(
        &self,
        sgd: &SgdSteps<'_>,
        from: u64,
        steps: &[u64],
    ) -> Result<Vec<f64>, LeastSquaresError>;
}

/// Curves of a problem described by its fourth moments, from any start.
#[derive(Clone, Debug)]
pub struct MomentCurves<'a> {
    problem: &'a LeastSquares,
    start: Moments,
    measure: Measure,
    /// Parts of a step of first and second order in `gamma`, without noise and with it.
    parts: [Matrix; 3],
}

impl<'a> MomentCurves<'a> {
    /// The curves from moments `start` of `eta`.
    ///
    /// # Errors
    /// If shapes disagree.
    ///
    /// # Source
    /// One step of SGD, and Itô's formula; arXiv 2407.02322, section 3.
    pub fn new(
        problem: &'a LeastSquares,
        start: Moments,
        measure: Measure,
    ) -> Result<MomentCurves<'a>, LeastSquaresError> {
        let d = problem.dim();
        shape("mean", start.mean.len(), d)?;
        shape("second moments", start.second.entries().len(), d * d)?;
        let (sigma, eye) = (problem.covariance(), identity(d));
        let zeros = |columns: usize| Matrix::new(d * d, columns, vec![0.0; d * d * columns]);
        let still = Matrix::new(d, d, vec![0.0; d * d]);
        let nothing = vec![0.0; d * d];
        let decay = combine(-1.0, &kronecker(sigma, &eye), -1.0, &kronecker(&eye, sigma));
        let centre = kronecker(sigma, sigma);
        let slope = combine(-1.0, sigma, 0.0, sigma);
        let cross = combine(2.0, &problem.third, 0.0, &problem.third);
        let noise = combine(1.0, &problem.fourth, -1.0, &centre);
        let parts = [
            generator(&slope, &decay, &zeros(d), &nothing),
            generator(&still, &centre, &zeros(d), &nothing),
            generator(&still, &noise, &cross, problem.noise().entries()),
        ];
        Ok(MomentCurves { problem, start, measure, parts })
    }

    /// What is shown of second moments, `[d, d]`.
    fn shown(&self, second: &Matrix) -> f64 {
        let diagonal = |m: &Matrix| {
            real::sum(&m.rows().enumerate().map(|(i, row)| row[i]).collect::<Vec<_>>())
        };
        match self.measure {
            Measure::Distance => diagonal(second),
            Measure::ExcessLoss => 0.5 * diagonal(&product(self.problem.covariance(), second)),
        }
    }

    fn shown_of(&self, state: &[f64]) -> f64 {
        self.shown(&second_moments(self.problem.dim(), state))
    }

    /// Moves a state by the step `k` of SGD; the matrices are those of [`MomentCurves::orders`].
    fn step(
        orders: &[Matrix; 2],
        sgd: &SgdSteps<'_>,
        k: u64,
        state: &mut [f64],
    ) -> Result<f64, LeastSquaresError> {
        let gamma = (sgd.step_size)(k);
        positive("step size", gamma)?;
        let (first, second) = (orders[0].times(state), orders[1].times(state));
        real::add_scaled(state, gamma, &first);
        real::add_scaled(state, gamma * gamma, &second);
        Ok(gamma)
    }

    /// Parts of a step of order `gamma` and `gamma²`.
    fn orders(&self, share: f64) -> Result<[Matrix; 2], LeastSquaresError> {
        check_share(share)?;
        let [first, second, noise] = &self.parts;
        Ok([first.clone(), combine(1.0, second, share, noise)])
    }
}

/// An error unless batches keep a share of the noise.
pub(crate) fn check_share(share: f64) -> Result<(), LeastSquaresError> {
    let holds = (0.0..=1.0).contains(&share);
    holds.then_some(()).ok_or(LeastSquaresError::OutOfRange { name: "share", value: share })
}

/// An error unless `equation` is known for noise of this share: those of second order are known for
/// single samples.
pub(crate) fn check_equation(equation: Equation, share: f64) -> Result<(), LeastSquaresError> {
    check_share(share)?;
    let holds = equation == Equation::FirstOrder || share == 1.0;
    holds.then_some(()).ok_or(LeastSquaresError::OutOfRange { name: "share", value: share })
}

/// The time from `now` to the next one of a curve.
pub(crate) fn gap(now: f64, time: f64) -> Result<f64, LeastSquaresError> {
    let gap = time - now;
    let holds = gap >= 0.0 && gap.is_finite();
    holds.then_some(gap).ok_or(LeastSquaresError::OutOfRange { name: "time", value: time })
}

impl ErrorCurves for MomentCurves<'_> {
    fn equation(
        &self,
        step_size: f64,
        share: f64,
        equation: Equation,
        times: &[f64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_equation(equation, share)?;
        positive("share", share)?;
        // The drift of first order does not depend on the step size.
        let flow = MomentFlow::new(self.problem, step_size * share, equation)?.generator();
        let (mut state, mut now) = (pack(&self.start), 0.0);
        let mut known: Option<(f64, Matrix)> = None;
        let mut curve = Vec::with_capacity(times.len());
        for time in times {
            let gap = gap(now, *time)?;
            // Equal gaps between decimal times differ in their last bits.
            let is_known = known.as_ref().is_some_and(|(g, _)| (g - gap).abs() < 1e-12 * time);
            if !is_known {
                known = Some((gap, expm(&combine(gap, &flow, 0.0, &flow))?));
            }
            if let Some((_, flow)) = &known {
                state = flow.times(&state);
            }
            now = *time;
            curve.push(self.shown_of(&state));
        }
        Ok(curve)
    }

    fn gradient_flow(&self, times: &[f64]) -> Result<Vec<f64>, LeastSquaresError> {
        let eigen = symmetric_eigen(self.problem.covariance());
        let at = |time: &f64| {
            let flow = eigen.function(|value| real::exp(-value * time));
            self.shown(&congruence(&flow, &self.start.second))
        };
        Ok(times.iter().map(at).collect())
    }

    fn sgd(&self, sgd: &SgdSteps<'_>, steps: &[u64]) -> Result<Vec<f64>, LeastSquaresError> {
        let orders = self.orders(sgd.share)?;
        let (mut state, mut now) = (pack(&self.start), 0);
        let mut curve = Vec::with_capacity(steps.len());
        for target in steps {
            while now < *target {
                MomentCurves::step(&orders, sgd, now, &mut state)?;
                now += 1;
            }
            curve.push(self.shown_of(&state));
        }
        Ok(curve)
    }

    fn sgd_average(
        &self,
        sgd: &SgdSteps<'_>,
        from: u64,
        steps: &[u64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        let (orders, d) = (self.orders(sgd.share)?, self.problem.dim());
        let (mut state, mut now) = (pack(&self.start), 0);
        let mut cross = self.start.second.clone();
        let mut sum = cross.clone();
        let mut curve = Vec::with_capacity(steps.len());
        for target in steps {
            while now < *target {
                let gamma = MomentCurves::step(&orders, sgd, now, &mut state)?;
                now += 1;
                let second = second_moments(d, &state);
                if now <= from {
                    (cross, sum) = (second.clone(), second);
                    continue;
                }
                let kept = combine(1.0, &identity(d), -gamma, self.problem.covariance());
                let carried = product(&kept, &cross);
                let pairs = combine(1.0, &carried, 1.0, &carried.transposed());
                sum = combine(1.0, &combine(1.0, &sum, 1.0, &pairs), 1.0, &second);
                cross = combine(1.0, &carried, 1.0, &second);
            }
            let count = (now.max(from) - from + 1) as f64;
            curve.push(self.shown(&sum) / (count * count));
        }
        Ok(curve)
    }
}

#[cfg(test)]
mod tests;
