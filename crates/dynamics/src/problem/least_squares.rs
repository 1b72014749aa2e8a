//! Least squares with a ridge penalty.
//!
//! ```text
//! L(x)     = |A x − b|² / (2n)
//! L_reg(x) = L(x) + delta/(2n) |x|²
//! ∇L_reg   = (Aᵀ(A x − b) + delta x) / n
//! ```

use std::sync::{Arc, OnceLock};

use crate::dataset::Dataset;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range, Violation};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::principal::PrincipalForm;
use crate::problem::spectrum::Spectrum;
use crate::real;

/// A least squares problem with a ridge penalty; its spectrum is computed when first asked for.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.1. The authors' notebooks write the penalty
/// as `delta_c/2 |x|²`, that is `delta = n delta_c`.
#[derive(Debug)]
pub struct LeastSquares {
    dataset: Dataset,
    ridge: f64,
    spectrum: OnceLock<Spectrum>,
    minimiser: OnceLock<Vec<f64>>,
    principal_minimiser: OnceLock<Vec<f64>>,
}

/// Least squares with a ridge penalty.
pub struct LeastSquaresKind;

const PART: Part = Part {
    name: "least_squares",
    doc: "Least squares with a ridge penalty: L(x) = |Ax − b|²/(2n) + δ|x|²/(2n).",
    parameters: &[Parameter {
        name: "ridge",
        doc: "Strength δ of the ridge penalty δ|x|²/(2n).",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Real(0.0),
    }],
    source: file!(),
};

impl ProblemKind for LeastSquaresKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        true
    }

    fn dim(&self, _: &Parameters, data: Option<&Dataset>) -> usize {
        data.map_or(0, Dataset::n_columns)
    }

    fn check(&self, _: &Parameters) -> Vec<Violation> {
        Vec::new()
    }

    fn build(&self, parameters: &Parameters, data: Option<&Dataset>) -> Arc<dyn Problem> {
        let data = data.expect("least squares has a data set");
        Arc::new(LeastSquares::new(data.clone(), parameters.real("ridge")))
    }
}

impl Problem for LeastSquares {
    fn dim(&self) -> usize {
        self.dataset.n_columns()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        LeastSquares::risk(self, x)
    }

    /// The minimiser of the regularised loss.
    fn minimiser(&self) -> &[f64] {
        self.minimiser.get_or_init(|| {
            let spectrum = self.spectrum();
            let mut x = vec![0.0; self.dataset.n_columns()];
            let values = spectrum.singular_values.iter().zip(&spectrum.alpha);
            for ((s, alpha), q) in values.zip(spectrum.right_vectors.rows()) {
                real::add_scaled(&mut x, -alpha * s * s / (s * s + self.ridge), q);
            }
            x
        })
    }

    fn principal_form(&self) -> Option<&dyn PrincipalForm> {
        Some(self)
    }

    fn check(&self) -> Vec<Violation> {
        if self.dataset.design.entries().iter().any(|entry| *entry != 0.0) {
            return Vec::new();
        }
        vec![Violation {
            parameter: "model",
            message: "every entry of the design is zero".to_owned(),
            remedy: "take data with a feature that varies".to_owned(),
        }]
    }
}

impl PrincipalForm for LeastSquares {
    fn rank(&self) -> usize {
        self.spectrum().rank()
    }

    fn principal(&self, x: &[f64]) -> Vec<f64> {
        self.spectrum().principal(x)
    }

    fn principal_coordinate(&self, x: &[f64], index: usize) -> f64 {
        let spectrum = self.spectrum();
        real::dot(spectrum.right_vectors.row(index), x) + spectrum.alpha[index]
    }

    fn leading(&self, x: &[f64]) -> f64 {
        real::dot(self.spectrum().right_vectors.row(0), x)
    }

    fn alpha(&self) -> &[f64] {
        &self.spectrum().alpha
    }

    fn principal_risk(&self, y: &[f64]) -> f64 {
        LeastSquares::principal_risk(self, y)
    }

    fn principal_minimiser(&self) -> &[f64] {
        LeastSquares::principal_minimiser(self)
    }
}

impl LeastSquares {
    /// The problem of `dataset` with ridge `delta ≥ 0`.
    #[must_use]
    pub fn new(dataset: Dataset, ridge: f64) -> LeastSquares {
        LeastSquares {
            dataset,
            ridge,
            spectrum: OnceLock::new(),
            minimiser: OnceLock::new(),
            principal_minimiser: OnceLock::new(),
        }
    }

    /// The data.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The ridge `delta`.
    #[must_use]
    pub fn ridge(&self) -> f64 {
        self.ridge
    }

    /// The spectrum of the design; computed by the first call.
    pub fn spectrum(&self) -> &Spectrum {
        self.spectrum.get_or_init(|| Spectrum::new(&self.dataset))
    }

    /// Principal coordinates of the minimiser of the regularised loss, `[r]`; zero without ridge.
    pub fn principal_minimiser(&self) -> &[f64] {
        self.principal_minimiser.get_or_init(|| {
            let spectrum = self.spectrum();
            let values = spectrum.singular_values.iter().zip(&spectrum.alpha);
            values.map(|(s, alpha)| alpha * self.ridge / (s * s + self.ridge)).collect()
        })
    }

    /// The risk `L(x)` at `x` `[d]`, without the penalty.
    #[must_use]
    pub fn risk(&self, x: &[f64]) -> f64 {
        let residual = self.residual(x);
        real::dot(&residual, &residual) / (2.0 * self.dataset.n_rows() as f64)
    }

    /// The risk of the point with principal coordinates `y`, `[r]`: `(sum lambda_i² Y_i² + beta)/(2n)`.
    #[must_use]
    pub fn principal_risk(&self, y: &[f64]) -> f64 {
        let spectrum = self.spectrum();
        (spectrum.excess(y, 0) + spectrum.beta) / (2.0 * self.dataset.n_rows() as f64)
    }

    /// The loss `L_reg(x)` at `x` `[d]`, with the penalty.
    #[must_use]
    pub fn regularised_loss(&self, x: &[f64]) -> f64 {
        self.risk(x) + self.ridge / (2.0 * self.dataset.n_rows() as f64) * real::dot(x, x)
    }

    /// The gradient of [`LeastSquares::regularised_loss`], `[d]`.
    #[must_use]
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        let mut gradient = self.dataset.design.transpose_times(&self.residual(x));
        real::add_scaled(&mut gradient, self.ridge, x);
        for entry in &mut gradient {
            *entry /= self.dataset.n_rows() as f64;
        }
        gradient
    }

    fn residual(&self, x: &[f64]) -> Vec<f64> {
        let mut residual = self.dataset.design.times(x);
        real::add_scaled(&mut residual, -1.0, &self.dataset.response);
        residual
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::Matrix;
    use crate::noise::NumpyLegacy;

    fn problem(ridge: f64) -> LeastSquares {
        let mut generator = NumpyLegacy::new(8);
        let design = Matrix::new(9, 4, generator.normals(36));
        LeastSquares::new(Dataset::new(design, generator.normals(9)), ridge)
    }

    #[test]
    fn the_gradient_is_the_derivative_of_the_loss() {
        let problem = problem(1.7);
        let x = [0.3, -1.0, 2.0, 0.5];
        let gradient = problem.gradient(&x);
        for i in 0..4 {
            let h = 1e-5;
            let (mut up, mut down) = (x, x);
            up[i] += h;
            down[i] -= h;
            // A central difference of a quadratic is exact up to rounding.
            let slope =
                (problem.regularised_loss(&up) - problem.regularised_loss(&down)) / (2.0 * h);
            assert!((slope - gradient[i]).abs() < 1e-9);
        }
    }

    #[test]
    fn the_gradient_vanishes_at_the_minimiser() {
        for ridge in [0.0, 1.7] {
            let problem = problem(ridge);
            assert!(problem.gradient(problem.minimiser()).iter().all(|g| g.abs() < 1e-14));
            let principal = problem.spectrum().principal(problem.minimiser());
            for (a, b) in principal.iter().zip(problem.principal_minimiser()) {
                assert!((a - b).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_design_of_zeros_is_refused() {
        let zero = Dataset::new(Matrix::new(2, 1, vec![0.0, 0.0]), vec![1.0, 2.0]);
        assert_eq!(LeastSquares::new(zero, 0.0).check().len(), 1);
        assert!(problem(0.0).check().is_empty());
    }

    #[test]
    fn the_spectral_form_is_the_loss() {
        let problem = problem(0.0);
        let spectrum = problem.spectrum();
        let x = [0.3, -1.0, 2.0, 0.5];
        let y = spectrum.principal(&x);
        assert!((problem.principal_risk(&y) - problem.risk(&x)).abs() < 1e-13);
        assert!(problem.gradient(&spectrum.minimiser).iter().all(|g| g.abs() < 1e-14));
        let at_minimum = 2.0 * 9.0 * problem.risk(&spectrum.minimiser);
        assert!((at_minimum - spectrum.beta).abs() < 1e-13);
        for (alpha, q) in spectrum.alpha.iter().zip(spectrum.right_vectors.rows()) {
            assert!((alpha + real::dot(q, &spectrum.minimiser)).abs() < 1e-14);
        }
    }
}
