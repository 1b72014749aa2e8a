//! Mean squared errors for Gaussian features, in any dimension.
//!
//! ```text
//! m_j = E eta_j²
//! SGD:       m_j⁺ = (1 − gamma_k lambda_j)² m_j + gamma_k² nu [lambda_j² m_j + lambda_j (lambda·m + s²)]
//! equation:  m' = (−2 Lambda + gamma Lambda² + gamma lambda lambdaᵀ) m + gamma s² lambda
//! ```

use maruyama_dynamics::real;

use crate::least_squares::curve::check_share;
use crate::least_squares::error::{positive, shape};
use crate::least_squares::{
    Equation, ErrorCurves, GaussianDecay, LeastSquaresError, Measure, SgdSteps,
    gaussian_stationary_sde,
};

/// Curves of a Gaussian population along the eigenvectors of its covariance.
#[derive(Clone, Debug)]
pub struct GaussianCurves {
    spectrum: Vec<f64>,
    label_noise: f64,
    start: Vec<f64>,
    weights: Vec<f64>,
}

impl GaussianCurves {
    /// The curves for eigenvalues `lambda_j > 0`, `[d]`, label noise of the standard deviation
    /// `s ≥ 0`, from `E eta_j²` at time 0, `[d]`.
    ///
    /// # Errors
    /// If a number is outside its range or the shapes differ.
    ///
    /// # Source
    /// Isserlis' theorem in one step of SGD, and Itô's formula: other second moments do not matter.
    pub fn new(
        spectrum: &[f64],
        label_noise: f64,
        start: &[f64],
        measure: Measure,
    ) -> Result<GaussianCurves, LeastSquaresError> {
        shape("start", start.len(), spectrum.len())?;
        for value in spectrum {
            positive("eigenvalue", *value)?;
        }
        if !(label_noise >= 0.0 && label_noise.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "label noise", value: label_noise });
        }
        let weight = |value: &f64| match measure {
            Measure::Distance => 1.0,
            Measure::ExcessLoss => 0.5 * value,
        };
        Ok(GaussianCurves {
            weights: spectrum.iter().map(weight).collect(),
            spectrum: spectrum.to_vec(),
            label_noise,
            start: start.to_vec(),
        })
    }

    fn step(
        &self,
        sgd: &SgdSteps<'_>,
        k: u64,
        moments: &mut [f64],
    ) -> Result<f64, LeastSquaresError> {
        let gamma = (sgd.step_size)(k);
        positive("step size", gamma)?;
        let level = real::dot(&self.spectrum, moments) + self.label_noise * self.label_noise;
        let noise = gamma * gamma * sgd.share;
        for (m, value) in moments.iter_mut().zip(&self.spectrum) {
            let kept = 1.0 - gamma * value;
            *m = kept * kept * *m + noise * value * (value * *m + level);
        }
        Ok(gamma)
    }
}

impl ErrorCurves for GaussianCurves {
    /// Covers the equation of first order alone; with label noise, step sizes with an invariant
    /// covariance alone.
    fn equation(
        &self,
        step_size: f64,
        share: f64,
        equation: Equation,
        times: &[f64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(share)?;
        if equation != Equation::FirstOrder {
            return Err(LeastSquaresError::NotCovered);
        }
        let gamma = step_size * share;
        let decay = GaussianDecay::new(&self.spectrum, gamma)?;
        let limit = if self.label_noise == 0.0 {
            vec![0.0; self.spectrum.len()]
        } else {
            gaussian_stationary_sde(&self.spectrum, self.label_noise, gamma)?
        };
        let excess: Vec<f64> = self.start.iter().zip(&limit).map(|(m, end)| m - end).collect();
        let level = real::dot(&self.weights, &limit);
        let at = |time: &f64| Ok(level + real::dot(&self.weights, &decay.at(&excess, *time)?));
        times.iter().map(at).collect()
    }

    fn gradient_flow(&self, times: &[f64]) -> Result<Vec<f64>, LeastSquaresError> {
        let at = |time: &f64| {
            let terms = self.spectrum.iter().zip(&self.start);
            let moments: Vec<f64> =
                terms.map(|(value, m)| real::exp(-2.0 * value * time) * m).collect();
            real::dot(&self.weights, &moments)
        };
        Ok(times.iter().map(at).collect())
    }

    fn sgd(&self, sgd: &SgdSteps<'_>, steps: &[u64]) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        let (mut moments, mut now) = (self.start.clone(), 0);
        let mut curve = Vec::with_capacity(steps.len());
        for target in steps {
            while now < *target {
                self.step(sgd, now, &mut moments)?;
                now += 1;
            }
            curve.push(real::dot(&self.weights, &moments));
        }
        Ok(curve)
    }

    fn sgd_average(
        &self,
        sgd: &SgdSteps<'_>,
        from: u64,
        steps: &[u64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        let (mut moments, mut now) = (self.start.clone(), 0);
        let (mut cross, mut sum) = (moments.clone(), moments.clone());
        let mut curve = Vec::with_capacity(steps.len());
        for target in steps {
            while now < *target {
                let gamma = self.step(sgd, now, &mut moments)?;
                now += 1;
                if now <= from {
                    cross.copy_from_slice(&moments);
                    sum.copy_from_slice(&moments);
                    continue;
                }
                for (j, m) in moments.iter().enumerate() {
                    let carried = (1.0 - gamma * self.spectrum[j]) * cross[j];
                    sum[j] += 2.0 * carried + m;
                    cross[j] = carried + m;
                }
            }
            let count = (now.max(from) - from + 1) as f64;
            curve.push(real::dot(&self.weights, &sum) / (count * count));
        }
        Ok(curve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close};
    use crate::least_squares::{LeastSquares, MomentCurves, Moments};
    use crate::matrix::diagonal;

    const SPECTRUM: [f64; 3] = [1.0, 0.5, 0.2];
    const START: [f64; 3] = [1.0, 0.3, 2.0];

    #[test]
    fn curves_are_those_of_the_general_description() {
        for (noise, measure) in [(0.7, Measure::Distance), (0.0, Measure::ExcessLoss)] {
            let problem = LeastSquares::gaussian(&SPECTRUM, noise).unwrap();
            let start = Moments { mean: vec![0.0; 3], second: diagonal(&START) };
            let general = MomentCurves::new(&problem, start, measure).unwrap();
            let own = GaussianCurves::new(&SPECTRUM, noise, &START, measure).unwrap();
            let gamma = |k: u64| 0.2 / (1.0 + k as f64);
            let sgd = SgdSteps { step_size: &gamma, share: 0.25 };
            let steps = [0, 1, 5, 30];
            let found = own.sgd(&sgd, &steps).unwrap();
            assert_all_close(&found, &general.sgd(&sgd, &steps).unwrap(), 1e-13);
            for from in [0, 4] {
                let found = own.sgd_average(&sgd, from, &steps).unwrap();
                let expected = general.sgd_average(&sgd, from, &steps).unwrap();
                assert_all_close(&found, &expected, 1e-13);
            }
            let times = [0.0, 0.7, 5.0];
            let found = own.equation(0.4, 0.5, Equation::FirstOrder, &times).unwrap();
            let expected = general.equation(0.4, 0.5, Equation::FirstOrder, &times).unwrap();
            assert_all_close(&found, &expected, 1e-12);
            let flow = own.gradient_flow(&times).unwrap();
            assert_all_close(&flow, &general.gradient_flow(&times).unwrap(), 1e-13);
            assert_eq!(
                own.equation(0.4, 1.0, Equation::SecondOrder, &times),
                Err(LeastSquaresError::NotCovered)
            );
        }
    }

    /// `E(1 − gamma x²)² = 1 − 2 gamma + 3 gamma²` for `x ~ N(0, 1)`.
    #[test]
    fn one_feature_has_the_factor_of_its_fourth_moment() {
        let curves = GaussianCurves::new(&[1.0], 0.0, &[2.0], Measure::Distance).unwrap();
        let sgd = SgdSteps { step_size: &|_| 0.3, share: 1.0 };
        assert_close(curves.sgd(&sgd, &[1]).unwrap()[0], 2.0 * (1.0 - 0.6 + 0.27), 1e-14);
    }

    #[test]
    fn an_equation_without_a_covariance_is_refused() {
        let curves = GaussianCurves::new(&SPECTRUM, 0.7, &START, Measure::Distance).unwrap();
        let found = curves.equation(1.5, 1.0, Equation::FirstOrder, &[1.0]);
        assert!(matches!(found, Err(LeastSquaresError::NoSecondMoment { .. })));
    }
}
