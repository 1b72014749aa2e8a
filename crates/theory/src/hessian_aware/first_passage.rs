//! First exits of a chain with Gaussian steps from an interval, by Nyström's method.
//!
//! ```text
//! x' = m(x) + s(x) z,  z ~ N(0, 1):   T(x) = 1 + integral p(x, y) T(y) dy
//! P(no exit in k steps) = S_k(x),     S_{k+1}(x) = integral p(x, y) S_k(y) dy
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::absorption::expected_reward;
use crate::hessian_aware::error::{HessianAwareError, finite, positive};
use crate::hessian_aware::gaussian::Gaussian;
use crate::hessian_aware::quadratic::Quadratic;
use crate::matrix::diagonal;
use crate::quadrature::{Rule, gauss_legendre};
use maruyama_dynamics::modified_equation::Model;

/// A chain on the line that is stopped when it leaves an open interval.
pub struct FirstPassage<'a> {
    step: &'a dyn Fn(f64) -> (f64, f64),
    interval: (f64, f64),
    rule: Rule,
    /// `w_j p(x_i, x_j)`.
    weights: Vec<Vec<f64>>,
    exits: Vec<f64>,
}

/// Largest distance of nodes over the smallest deviation; the error is about `e^{−2 (pi/0.6)²}`.
const SPACING: f64 = 0.6;

/// Deviation from 1 of the mass of a row up to which the transition counts as resolved.
const LOST_MASS: f64 = 1e-10;

/// Nodes beyond which memory and time are out of proportion.
const MAX_NODES: usize = 6000;

impl FirstPassage<'_> {
    /// The chain whose step from `x` has mean and standard deviation `step(x)`, on the interval
    /// `(low, high)`.
    ///
    /// # Source
    /// Quadrature on Gauss–Legendre nodes, as dense as the smallest deviation asks for.
    ///
    /// # Errors
    /// If the interval is empty, a deviation is not positive, or 6000 nodes do not resolve it.
    pub fn new(
        step: &dyn Fn(f64) -> (f64, f64),
        interval: (f64, f64),
    ) -> Result<FirstPassage<'_>, HessianAwareError> {
        let length = positive("the length of the interval", interval.1 - interval.0)?;
        let probes = gauss_legendre(257, interval.0, interval.1);
        let least = probes.nodes.iter().fold(f64::INFINITY, |s, x| s.min(step(*x).1));
        let least = positive("the standard deviation of a step", least)?;
        let wanted = std::f64::consts::FRAC_PI_2 * length / (SPACING * least);
        if wanted > MAX_NODES as f64 {
            return Err(HessianAwareError::Unresolved { nodes: MAX_NODES, mass: 0.0 });
        }
        let rule = gauss_legendre(wanted as usize + 24, interval.0, interval.1);
        let mut passage =
            FirstPassage { step, interval, rule, weights: Vec::new(), exits: Vec::new() };
        for x in passage.rule.nodes.clone() {
            let (row, exit) = passage.transition(x);
            let mass = real::sum(&row) + exit;
            if mass.is_nan() || (mass - 1.0).abs() > LOST_MASS {
                let nodes = passage.rule.nodes.len();
                return Err(HessianAwareError::Unresolved { nodes, mass });
            }
            passage.weights.push(row);
            passage.exits.push(exit);
        }
        Ok(passage)
    }

    /// The mean number of steps until the chain is first outside, from `x` inside the interval;
    /// the step that leaves counts.
    ///
    /// # Accuracy
    /// Relative errors of about 1e-12, also where exits are rare.
    ///
    /// # Errors
    /// If `x` is outside, or exits are too rare to be represented.
    pub fn mean_steps(&self, x: f64) -> Result<f64, HessianAwareError> {
        self.check(x)?;
        let reward = vec![1.0; self.exits.len()];
        let times = expected_reward(self.weights.clone(), &self.exits, &reward)?;
        let (row, _) = self.transition(x);
        Ok(1.0 + real::dot(&row, &times))
    }

    /// The probabilities that the chain has stayed inside for each of the numbers of steps, from
    /// `x` inside the interval.
    ///
    /// # Errors
    /// If `x` is outside.
    pub fn survival(&self, x: f64, steps: &[u64]) -> Result<Vec<f64>, HessianAwareError> {
        let last = steps.iter().copied().max().unwrap_or(0);
        let curve = self.expectations(x, &|_| 1.0, last)?;
        Ok(steps.iter().map(|step| curve[*step as usize]).collect())
    }

    /// `E u(x_k)` on the paths that have stayed inside, for `k = 0 ..= steps`, from `x` inside the
    /// interval; the plain expectation where no path leaves.
    ///
    /// # Errors
    /// If `x` is outside.
    pub fn expectations(
        &self,
        x: f64,
        u: &dyn Fn(f64) -> f64,
        steps: u64,
    ) -> Result<Vec<f64>, HessianAwareError> {
        self.check(x)?;
        let (row, _) = self.transition(x);
        let mut values: Vec<f64> = self.rule.nodes.iter().map(|y| u(*y)).collect();
        let mut curve = vec![u(x)];
        for _ in 0..steps {
            curve.push(real::dot(&row, &values));
            values = self.weights.iter().map(|row| real::dot(row, &values)).collect();
        }
        Ok(curve)
    }

    /// The weights of the nodes after one step from `x`, and the probability to leave.
    fn transition(&self, x: f64) -> (Vec<f64>, f64) {
        let (mean, deviation) = (self.step)(x);
        let scale = 1.0 / (deviation * (2.0 * std::f64::consts::PI).sqrt());
        let density = |(y, weight): (&f64, &f64)| {
            let z = (y - mean) / deviation;
            weight * scale * real::exp(-0.5 * z * z)
        };
        let row = self.rule.nodes.iter().zip(&self.rule.weights).map(density).collect();
        let beyond = |gap: f64| 0.5 * real::erfc(gap / (deviation * std::f64::consts::SQRT_2));
        (row, beyond(self.interval.1 - mean) + beyond(mean - self.interval.0))
    }

    fn check(&self, x: f64) -> Result<(), HessianAwareError> {
        if self.interval.0 < x && x < self.interval.1 {
            Ok(())
        } else {
            let (what, range) = ("the starting point", "inside the interval");
            Err(HessianAwareError::OutOfRange { what, value: x, range })
        }
    }
}

/// The step of a linear chain on the line: `x' = factor x + N(0, variance)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearStep {
    /// Factor of the mean.
    pub factor: f64,
    /// Variance that is added.
    pub variance: f64,
}

impl LinearStep {
    /// A step of SGD on `lambda x²/2` with noise variance `sigma²` at step size `eta`.
    ///
    /// # Errors
    /// If the step size is not positive or another number not in its range.
    pub fn of_chain(
        curvature: f64,
        variance: f64,
        step_size: f64,
    ) -> Result<LinearStep, HessianAwareError> {
        let line = Quadratic::new(&diagonal(&[curvature]), &diagonal(&[variance]), step_size)?;
        LinearStep::from_law(&line.chain_law(&Gaussian::point(&[1.0]), 1)?)
    }

    /// The step of `model` over the time `eta` on the same objective: the process seen at `k eta`.
    ///
    /// # Errors
    /// As for [`Quadratic::law`].
    pub fn of_model(
        model: Model,
        curvature: f64,
        variance: f64,
        step_size: f64,
    ) -> Result<LinearStep, HessianAwareError> {
        let line = Quadratic::new(&diagonal(&[curvature]), &diagonal(&[variance]), step_size)?;
        LinearStep::from_law(&line.law(model, &Gaussian::point(&[1.0]), step_size)?)
    }

    fn from_law(law: &Gaussian) -> Result<LinearStep, HessianAwareError> {
        let covariance: &Matrix = &law.covariance;
        finite("a step", &[law.mean[0], covariance.row(0)[0]])?;
        Ok(LinearStep { factor: law.mean[0], variance: covariance.row(0)[0] })
    }

    /// Mean and standard deviation of the step from `x`, as [`FirstPassage::new`] takes them.
    #[must_use]
    pub fn from(self, x: f64) -> (f64, f64) {
        (self.factor * x, self.variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::noise::NumpyLegacy;

    #[test]
    fn mean_steps_are_the_sum_of_the_survival() {
        let step = |x: f64| (0.7 * x + 0.1 * real::sin(3.0 * x), 0.4 + 0.1 * real::cos(x));
        let passage = FirstPassage::new(&step, (-0.8, 1.1)).unwrap();
        let steps: Vec<u64> = (0..600).collect();
        let curve = passage.survival(0.3, &steps).unwrap();
        assert_eq!(curve[0], 1.0);
        assert!(curve.is_sorted_by(|a, b| a >= b) && curve[599] < 1e-14);
        let mean = passage.mean_steps(0.3).unwrap();
        assert!((mean - real::sum(&curve)).abs() < 1e-11, "{mean}");
    }

    #[test]
    fn simulated_chains_leave_as_computed() {
        let step = LinearStep::of_chain(-1.0, 0.01, 0.9).unwrap();
        let from = |x: f64| step.from(x);
        let passage = FirstPassage::new(&from, (-1.0, 1.0)).unwrap();
        let survival = passage.survival(0.0, &[6]).unwrap()[0];
        let mut generator = NumpyLegacy::new(21);
        let n = 20_000;
        let stayed = (0..n).filter(|_| {
            let mut x = 0.0_f64;
            generator.normals(6).iter().all(|z| {
                x = step.factor * x + step.variance.sqrt() * z;
                x.abs() < 1.0
            })
        });
        let share = stayed.count() as f64 / f64::from(n);
        let error = (survival * (1.0 - survival) / f64::from(n)).sqrt();
        assert!((share - survival).abs() < 4.5 * error, "{share} vs {survival} ± {error}");
    }

    #[test]
    fn unfit_inputs_are_refused() {
        let still = |x: f64| (x, 0.0);
        assert!(FirstPassage::new(&still, (-1.0, 1.0)).is_err());
        let fine = |x: f64| (x, 1e-4);
        assert!(matches!(
            FirstPassage::new(&fine, (-1.0, 1.0)),
            Err(HessianAwareError::Unresolved { .. })
        ));
        let lost = |_: f64| (f64::NAN, 0.5);
        assert!(FirstPassage::new(&lost, (-1.0, 1.0)).is_err());
        let plain = |x: f64| (0.5 * x, 0.5);
        assert!(FirstPassage::new(&plain, (1.0, -1.0)).is_err());
        assert!(FirstPassage::new(&plain, (-1.0, 1.0)).unwrap().mean_steps(1.0).is_err());
        let trapped = |x: f64| (0.1 * x, 0.02);
        let trap = FirstPassage::new(&trapped, (-1.0, 1.0)).unwrap();
        assert_eq!(trap.mean_steps(0.0), Err(HessianAwareError::NoExit));
    }
}
