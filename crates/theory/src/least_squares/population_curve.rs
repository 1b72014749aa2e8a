//! Mean squared errors for features without preferred directions but those of their covariance, in
//! any dimension.
//!
//! ```text
//! m_j = E eta_j²
//! SGD:  m_j⁺ = (1 − gamma_k lambda_j)² m_j + gamma_k² nu [(2 kappa − 1) lambda_j² m_j + lambda_j (kappa lambda·m + s²)]
//! ```

use maruyama_dynamics::real;

use crate::least_squares::axes::{self, AlongAxes};
use crate::least_squares::curve::{check_equation, check_share};
use crate::least_squares::elliptical::EllipticalFlow;
use crate::least_squares::error::{positive, shape};
use crate::least_squares::{
    EllipticalPopulation, Equation, ErrorCurves, LeastSquaresError, Measure, SgdSteps,
};

/// Curves of a population along the eigenvectors of its covariance.
#[derive(Clone, Debug)]
pub struct PopulationCurves {
    population: EllipticalPopulation,
    start: Vec<f64>,
    weights: Vec<f64>,
}

impl PopulationCurves {
    /// The curves of `population` from `E eta_j²` at time 0, `[d]`.
    ///
    /// # Errors
    /// If a number is outside its range or the shapes differ.
    ///
    /// # Source
    /// One step of SGD, and Itô's formula: other second moments do not matter.
    pub fn new(
        population: &EllipticalPopulation,
        start: &[f64],
        measure: Measure,
    ) -> Result<PopulationCurves, LeastSquaresError> {
        population.check()?;
        shape("start", start.len(), population.spectrum.len())?;
        Ok(PopulationCurves {
            weights: axes::weights(&population.spectrum, measure),
            population: population.clone(),
            start: start.to_vec(),
        })
    }
}

impl AlongAxes for PopulationCurves {
    type State = Vec<f64>;

    fn spectrum(&self) -> &[f64] {
        &self.population.spectrum
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn start(&self) -> Vec<f64> {
        self.start.clone()
    }

    fn moments(state: &Vec<f64>) -> Vec<f64> {
        state.clone()
    }

    fn step(
        &self,
        sgd: &SgdSteps<'_>,
        k: u64,
        moments: &mut Vec<f64>,
    ) -> Result<f64, LeastSquaresError> {
        let EllipticalPopulation { spectrum, kurtosis, label_noise } = &self.population;
        let gamma = (sgd.step_size)(k);
        positive("step size", gamma)?;
        let level = kurtosis * real::dot(spectrum, moments) + label_noise * label_noise;
        let along = 2.0 * kurtosis - 1.0;
        let noise = gamma * gamma * sgd.share;
        for (m, value) in moments.iter_mut().zip(spectrum) {
            let kept = 1.0 - gamma * value;
            *m = kept * kept * *m + noise * value * (along * value * *m + level);
        }
        Ok(gamma)
    }
}

impl ErrorCurves for PopulationCurves {
    fn equation(
        &self,
        step_size: f64,
        share: f64,
        equation: Equation,
        times: &[f64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_equation(equation, share)?;
        let flow = EllipticalFlow::new(&self.population, step_size * share, equation)?;
        let at = |time: &f64| Ok(real::dot(&self.weights, &flow.at(&self.start, *time)?));
        times.iter().map(at).collect()
    }

    fn gradient_flow(&self, times: &[f64]) -> Result<Vec<f64>, LeastSquaresError> {
        let at = |time: &f64| {
            let terms = self.population.spectrum.iter().zip(&self.start);
            let moments: Vec<f64> =
                terms.map(|(value, m)| real::exp(-2.0 * value * time) * m).collect();
            real::dot(&self.weights, &moments)
        };
        Ok(times.iter().map(at).collect())
    }

    fn sgd(&self, sgd: &SgdSteps<'_>, steps: &[u64]) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        axes::sgd(self, sgd, steps)
    }

    fn sgd_average(
        &self,
        sgd: &SgdSteps<'_>,
        from: u64,
        steps: &[u64],
    ) -> Result<Vec<f64>, LeastSquaresError> {
        check_share(sgd.share)?;
        axes::sgd_average(self, sgd, from, steps)
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

    /// A population with the general description of it.
    fn pair(is_on_sphere: bool, noise: f64) -> (EllipticalPopulation, LeastSquares) {
        if is_on_sphere {
            let general = LeastSquares::sphere(&SPECTRUM, noise).unwrap();
            return (EllipticalPopulation::sphere(&SPECTRUM, noise), general);
        }
        let general = LeastSquares::gaussian(&SPECTRUM, noise).unwrap();
        (EllipticalPopulation::gaussian(&SPECTRUM, noise), general)
    }

    #[test]
    fn curves_are_those_of_the_general_description() {
        for (is_on_sphere, noise, measure) in [
            (false, 0.7, Measure::Distance),
            (false, 0.0, Measure::ExcessLoss),
            (true, 0.7, Measure::ExcessLoss),
        ] {
            let (population, problem) = pair(is_on_sphere, noise);
            let start = Moments { mean: vec![0.0; 3], second: diagonal(&START) };
            let general = MomentCurves::new(&problem, start, measure).unwrap();
            let own = PopulationCurves::new(&population, &START, measure).unwrap();
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
            for equation in [Equation::SecondOrder, Equation::SecondOrderWithNoise] {
                // At the second step size second moments grow.
                for step_size in [0.3, 1.5] {
                    let found = own.equation(step_size, 1.0, equation, &times).unwrap();
                    let expected = general.equation(step_size, 1.0, equation, &times).unwrap();
                    assert_all_close(&found, &expected, 1e-11);
                }
                assert!(own.equation(0.4, 0.5, equation, &times).is_err());
            }
            let flow = own.gradient_flow(&times).unwrap();
            assert_all_close(&flow, &general.gradient_flow(&times).unwrap(), 1e-13);
        }
    }

    /// `E(1 − gamma x²)² = 1 − 2 gamma + 3 gamma²` for `x ~ N(0, 1)`, and `(1 − gamma)²` for `x = ±1`.
    #[test]
    fn one_feature_has_the_factor_of_its_fourth_moment() {
        let factor = |population: &EllipticalPopulation| {
            let curves = PopulationCurves::new(population, &[2.0], Measure::Distance).unwrap();
            let sgd = SgdSteps { step_size: &|_| 0.3, share: 1.0 };
            curves.sgd(&sgd, &[1]).unwrap()[0]
        };
        let gaussian = EllipticalPopulation::gaussian(&[1.0], 0.0);
        assert_close(factor(&gaussian), 2.0 * (1.0 - 0.6 + 0.27), 1e-14);
        let sphere = EllipticalPopulation::sphere(&[1.0], 0.0);
        assert_close(factor(&sphere), 2.0 * 0.49, 1e-14);
    }
}
