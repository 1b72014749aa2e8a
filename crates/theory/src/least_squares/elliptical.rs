//! Populations by what least squares sees of them: a spectrum and fourth moments.
//!
//! ```text
//! x = Sigma^(1/2) z,   E z zᵀ = I,   E[(u·z)² z zᵀ] = kappa (|u|² I + 2 u uᵀ)
//! C(eta) = (kappa eta·Sigma eta + s²) Sigma + (2 kappa − 1) Sigma eta etaᵀ Sigma
//! m_j' = −2 A_j m_j + gamma p_j² [lambda_j (kappa lambda·m + s²) + (2 kappa − 1) lambda_j² m_j]
//! ```

use maruyama_dynamics::real;

use crate::least_squares::error::{positive, shape};
use crate::least_squares::{Equation, LeastSquaresError};
use crate::matrix::RankOneUpdate;

/// Features `Sigma^(1/2) z` with a `z` that no rotation changes, and independent label noise.
#[derive(Clone, Debug, PartialEq)]
pub struct EllipticalPopulation {
    /// Eigenvalues `lambda_j > 0` of `Sigma`, `[d]`.
    pub spectrum: Vec<f64>,
    /// `kappa = E(u·z)⁴/3 ≥ d/(d + 2)` for unit vectors `u`: 1 for Gaussian features, the least on the
    /// sphere of radius `√d`.
    pub kurtosis: f64,
    /// Standard deviation `s ≥ 0` of the noise of the responses.
    pub label_noise: f64,
}

impl EllipticalPopulation {
    /// Features `x ~ N(0, diag(spectrum))`, the spectrum `[d]`; `label_noise` is the standard deviation
    /// of the responses' noise.
    #[must_use]
    pub fn gaussian(spectrum: &[f64], label_noise: f64) -> EllipticalPopulation {
        EllipticalPopulation { spectrum: spectrum.to_vec(), kurtosis: 1.0, label_noise }
    }

    /// Features `diag(spectrum)^(1/2) z`, `z` uniform on the sphere of radius `√d`.
    #[must_use]
    pub fn sphere(spectrum: &[f64], label_noise: f64) -> EllipticalPopulation {
        let d = spectrum.len() as f64;
        EllipticalPopulation { spectrum: spectrum.to_vec(), kurtosis: d / (d + 2.0), label_noise }
    }

    /// An error unless there are eigenvalues and all numbers are in their ranges.
    pub(crate) fn check(&self) -> Result<(), LeastSquaresError> {
        if self.spectrum.is_empty() {
            return Err(LeastSquaresError::NoSignal);
        }
        for value in &self.spectrum {
            positive("eigenvalue", *value)?;
        }
        positive("kurtosis", self.kurtosis)?;
        let holds = self.label_noise >= 0.0 && self.label_noise.is_finite();
        let error = LeastSquaresError::OutOfRange { name: "label noise", value: self.label_noise };
        holds.then_some(()).ok_or(error)
    }

    /// The least `K` with `E[|x|² x xᵀ] ≼ K Sigma`: `kappa (trace Sigma + 2 lambda_max)`.
    #[must_use]
    pub fn sharp_constant(&self) -> f64 {
        self.kurtosis * (real::sum(&self.spectrum) + 2.0 * self.extremes().1)
    }

    /// `mu`, the smallest eigenvalue.
    #[must_use]
    pub fn smallest_eigenvalue(&self) -> f64 {
        self.extremes().0
    }

    /// `trace(Sigma⁻¹ N Sigma⁻¹) = s² sum_j 1/lambda_j`: see
    /// [`crate::least_squares::averaged_limit`].
    #[must_use]
    pub fn averaged_limit(&self) -> f64 {
        let inverses: Vec<f64> = self.spectrum.iter().map(|value| 1.0 / value).collect();
        self.label_noise * self.label_noise * real::sum(&inverses)
    }

    fn extremes(&self) -> (f64, f64) {
        let ends = (f64::INFINITY, 0.0);
        self.spectrum.iter().fold(ends, |(low, high), value| (value.min(low), value.max(high)))
    }
}

/// Second moments `m_j = E eta_j²` of an equation along the eigenvectors of `Sigma`, in any dimension.
///
/// In `m_j/p_j` the equation is a diagonal matrix with a symmetric update of rank one.
#[derive(Clone, Debug)]
pub struct EllipticalFlow {
    /// `p_j`, `[d]`.
    scale: Vec<f64>,
    /// `gamma s² p_j lambda_j`, `[d]`.
    source: Vec<f64>,
    operator: RankOneUpdate,
}

impl EllipticalFlow {
    /// The moments of `equation` for SGD with step size `gamma > 0`: `A = Lambda` at first order and
    /// `Lambda + gamma Lambda²/2` at second, `p = 1`, or `1 + gamma lambda/2` with corrected noise.
    ///
    /// Takes time of order `d²` here and for each time asked for.
    ///
    /// # Errors
    /// If a number is outside its range.
    ///
    /// # Source
    /// Itô's formula; equations as in [`crate::least_squares::MomentFlow`].
    pub fn new(
        population: &EllipticalPopulation,
        step_size: f64,
        equation: Equation,
    ) -> Result<EllipticalFlow, LeastSquaresError> {
        positive("step size", step_size)?;
        population.check()?;
        let (kurtosis, noise) = (population.kurtosis, population.label_noise);
        let factor = |value: &f64| 1.0 + 0.5 * step_size * value;
        let scale: Vec<f64> = match equation {
            Equation::SecondOrderWithNoise => population.spectrum.iter().map(factor).collect(),
            _ => vec![1.0; population.spectrum.len()],
        };
        let diagonal = |(value, scale): (&f64, &f64)| {
            let drift = if equation == Equation::FirstOrder { 1.0 } else { factor(value) };
            let along = step_size * (2.0 * kurtosis - 1.0) * value * scale * scale;
            value * (along - 2.0 * drift)
        };
        let pairs = || population.spectrum.iter().zip(&scale);
        let diagonal: Vec<f64> = pairs().map(diagonal).collect();
        let direction: Vec<f64> = pairs().map(|(value, scale)| value * scale).collect();
        let source = direction.iter().map(|w| step_size * noise * noise * w).collect();
        let operator = RankOneUpdate::new(&diagonal, &direction, step_size * kurtosis);
        Ok(EllipticalFlow { scale, source, operator })
    }

    /// `Lambda(2)`: the covariance of the invariant law is finite exactly if it is negative.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.operator.moved_eigenvalues().last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// `E eta_j²` at `time ≥ 0`, `[d]`, from its values at time 0, `[d]`, at any step size.
    ///
    /// # Errors
    /// If the shapes differ or the time is negative or not finite.
    pub fn at(&self, start: &[f64], time: f64) -> Result<Vec<f64>, LeastSquaresError> {
        shape("start", start.len(), self.scale.len())?;
        if !(time >= 0.0 && time.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "time", value: time });
        }
        let scaled: Vec<f64> = start.iter().zip(&self.scale).map(|(m, p)| m / p).collect();
        let mut moved = self.operator.function_times(|rate| real::exp(time * rate), &scaled);
        if self.source.iter().any(|entry| *entry != 0.0) {
            let gathered = |rate: f64| {
                if rate == 0.0 { time } else { real::expm1(time * rate) / rate }
            };
            let added = self.operator.function_times(gathered, &self.source);
            real::add_scaled(&mut moved, 1.0, &added);
        }
        Ok(moved.iter().zip(&self.scale).map(|(m, p)| m * p).collect())
    }

    /// `E eta_j²` of the invariant law, `[d]`.
    ///
    /// # Errors
    /// If it has no covariance.
    pub fn stationary(&self) -> Result<Vec<f64>, LeastSquaresError> {
        let rate = self.rate();
        if rate >= 0.0 {
            return Err(LeastSquaresError::NoSecondMoment { rate });
        }
        let found = self.operator.function_times(|rate| -1.0 / rate, &self.source);
        Ok(found.iter().zip(&self.scale).map(|(m, p)| m * p).collect())
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::linear_algebra::Matrix;

    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close};
    use crate::least_squares::{LeastSquares, MomentFlow, Moments, averaged_limit};
    use crate::matrix::diagonal;

    const SPECTRUM: [f64; 3] = [2.0, 1.0, 0.5];
    const EQUATIONS: [Equation; 3] =
        [Equation::FirstOrder, Equation::SecondOrder, Equation::SecondOrderWithNoise];

    fn pairs() -> [(EllipticalPopulation, LeastSquares); 3] {
        [
            (
                EllipticalPopulation::gaussian(&SPECTRUM, 0.7),
                LeastSquares::gaussian(&SPECTRUM, 0.7).unwrap(),
            ),
            (
                EllipticalPopulation::sphere(&SPECTRUM, 0.7),
                LeastSquares::sphere(&SPECTRUM, 0.7).unwrap(),
            ),
            (EllipticalPopulation::sphere(&[1.5], 0.4), LeastSquares::sphere(&[1.5], 0.4).unwrap()),
        ]
    }

    #[test]
    fn flows_are_those_of_the_general_description() {
        for (population, problem) in pairs() {
            let start: Vec<f64> = [0.5, 1.0, 2.0][..problem.dim()].to_vec();
            let moments = Moments { mean: vec![0.0; start.len()], second: diagonal(&start) };
            // At the last step size second moments of several features grow.
            for (equation, step_size) in
                EQUATIONS.iter().flat_map(|e| [0.1, 0.3, 0.9].map(|step_size| (*e, step_size)))
            {
                let own = EllipticalFlow::new(&population, step_size, equation).unwrap();
                let general = MomentFlow::new(&problem, step_size, equation).unwrap();
                let rate = general.second_moment_rate().unwrap();
                assert!((own.rate() - rate).abs() < 1e-11, "{} {rate}", own.rate());
                let along = |m: &Matrix| -> Vec<f64> {
                    m.rows().enumerate().map(|(i, row)| row[i]).collect()
                };
                for time in [0.0, 0.7, 4.0] {
                    let expected = along(&general.at(&moments, time).unwrap().second);
                    assert_all_close(&own.at(&start, time).unwrap(), &expected, 1e-11);
                }
                match (own.stationary(), general.stationary()) {
                    (Ok(found), Ok(expected)) => {
                        assert_all_close(&found, &along(&expected), 1e-12);
                    }
                    (found, expected) => assert!(found.is_err() && expected.is_err()),
                }
            }
        }
    }

    #[test]
    fn constants_are_those_of_the_general_description() {
        for (population, problem) in pairs() {
            assert_close(population.sharp_constant(), problem.sharp_constant(), 1e-13);
            assert_close(population.smallest_eigenvalue(), problem.smallest_eigenvalue(), 1e-14);
            assert_close(population.averaged_limit(), averaged_limit(&problem).unwrap(), 1e-13);
        }
        // On a sphere of radius √d all samples have one length: K = d.
        let ball = EllipticalPopulation::sphere(&[1.0; 5], 0.0);
        assert_close(ball.sharp_constant(), 5.0, 1e-14);
    }

    #[test]
    fn impossible_populations_are_refused() {
        let flow = |population: &EllipticalPopulation| {
            EllipticalFlow::new(population, 0.1, Equation::FirstOrder).err()
        };
        let none = EllipticalPopulation::gaussian(&[], 0.0);
        assert_eq!(flow(&none), Some(LeastSquaresError::NoSignal));
        assert!(flow(&EllipticalPopulation::gaussian(&[1.0, 0.0], 0.0)).is_some());
        assert!(flow(&EllipticalPopulation::gaussian(&[1.0], -1.0)).is_some());
        let good = EllipticalPopulation::gaussian(&[1.0], 1.0);
        assert!(EllipticalFlow::new(&good, 0.0, Equation::FirstOrder).is_err());
        let flow = EllipticalFlow::new(&good, 0.1, Equation::FirstOrder).unwrap();
        assert!(flow.at(&[1.0, 2.0], 1.0).is_err() && flow.at(&[1.0], f64::NAN).is_err());
    }
}
