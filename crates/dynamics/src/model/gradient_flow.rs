//! Gradient flow on least squares, exactly.
//!
//! ```text
//! dx/dt = −∇L_reg(x),   x(t + gamma) = x_* + e^(−gamma H) (x(t) − x_*),   H = ∇²L_reg
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::linear_algebra::Matrix;
use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::linear_step::function_of_hessian;
use crate::model::settings::STEP_SIZE;
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part};
use crate::problem::{GaussianPopulation, LeastSquares, Problem, SpherePopulation};
use crate::real;
use crate::simd::{Aligned, Isa};

/// Gradient flow on least squares.
pub struct GradientFlowKind;

const PART: Part = Part {
    name: "gradient_flow",
    doc: "Gradient flow dx/dt = −∇L(x) of least squares, without noise: what SGD and its equations \
          become at small step sizes. A step is the time γ and is taken exactly.",
    parameters: &[STEP_SIZE],
    source: file!(),
};

impl ModelKind for GradientFlowKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["least_squares", "gaussian_population", "sphere_population"]
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let step_size = parameters.real("step_size");
        let of_sphere = problem.get::<SpherePopulation>().map(|sphere| sphere.gaussian().as_ref());
        if let Some(population) = of_sphere.or_else(|| problem.get::<GaussianPopulation>()) {
            return Box::new(GradientFlow::on_population(population, step_size));
        }
        Box::new(GradientFlow::on_samples(problem.expect(), step_size))
    }

    fn passes_per_step(&self, _: &Parameters) -> u64 {
        1
    }
}

/// How an error changes in a step.
#[derive(Clone, Debug)]
enum Change {
    /// `e^(−gamma H) − I`, `[d, d]`.
    Matrix(Matrix),
    /// The same of a diagonal Hessian, `[d]`.
    Diagonal(Vec<f64>),
}

/// Gradient flow on one least-squares problem; a step is the time `gamma`.
///
/// # Source
/// arXiv 2407.02322, section 3, without the noise.
#[derive(Clone, Debug)]
pub struct GradientFlow {
    change: Change,
    minimiser: Vec<f64>,
}

impl GradientFlow {
    /// The flow of `L_reg` on a finite data set in steps of the time `step_size > 0`; along directions
    /// that the data do not see it moves by the ridge alone.
    #[must_use]
    pub fn on_samples(problem: &LeastSquares, step_size: f64) -> GradientFlow {
        let change = function_of_hessian(problem, |square, n| real::expm1(-step_size * square / n));
        GradientFlow { change: Change::Matrix(change), minimiser: problem.minimiser().to_vec() }
    }

    /// The flow of a population's risk in steps of the time `step_size > 0`.
    #[must_use]
    pub fn on_population(problem: &GaussianPopulation, step_size: f64) -> GradientFlow {
        let change =
            problem.eigenvalues.iter().map(|lambda| real::expm1(-step_size * lambda)).collect();
        GradientFlow { change: Change::Diagonal(change), minimiser: problem.minimiser().to_vec() }
    }

    #[inline(always)]
    fn step<S: Isa>(&self, isa: S, errors: &mut [Lanes], x: &mut [Lanes]) {
        for ((error, x), centre) in errors.iter_mut().zip(x.iter()).zip(&self.minimiser) {
            let centre = isa.splat_f64s(*centre);
            for (error, x) in S::as_mut_simd_f64s(error).0.iter_mut().zip(S::as_simd_f64s(x).0) {
                *error = isa.sub_f64s(*x, centre);
            }
        }
        match &self.change {
            Change::Matrix(change) => {
                for (x, row) in x.iter_mut().zip(change.rows()) {
                    for (error, weight) in errors.iter().zip(row) {
                        add(isa, *weight, error, x);
                    }
                }
            }
            Change::Diagonal(change) => {
                for ((x, error), weight) in x.iter_mut().zip(errors.iter()).zip(change) {
                    add(isa, *weight, error, x);
                }
            }
        }
    }
}

/// `x += weight error`.
#[inline(always)]
fn add<S: Isa>(isa: S, weight: f64, error: &Lanes, x: &mut Lanes) {
    let weight = isa.splat_f64s(weight);
    for (x, error) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(error).0) {
        *x = isa.mul_add_f64s(weight, *error, *x);
    }
}

impl Dynamics for GradientFlow {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.minimiser.len(), n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        Workspace { reals: Aligned::zeros(self.minimiser.len() * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let errors = rows_mut(&mut workspace.reals);
        for _ in 0..n_steps {
            self.step(isa, errors, rows_mut(&mut bundle.state));
        }
        bundle.step += n_steps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::noise::{NumpyLegacy, StreamKey};

    /// The chain in lane 3 after `n_steps` steps from `x`.
    fn moved(flow: &GradientFlow, x: &[f64], n_steps: u64) -> Vec<f64> {
        let shape = Dynamics::shape(flow);
        let mut bundle = Bundle::new(shape, StreamKey(1), 0);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, x));
        Model::advance(flow, n_steps, &mut bundle, &mut Dynamics::workspace(flow));
        let mut found = vec![0.0; x.len()];
        bundle.get(shape, 0, 3, &mut found);
        found
    }

    /// Case `transient.D1` of the reference: the error at the time 2.4 from (1, −1).
    #[test]
    fn the_flow_is_that_of_the_reference() {
        let rows = vec![
            1.0, 0.2, 0.5, -0.8, -1.2, 0.4, 0.3, 1.1, -0.7, -0.6, 0.9, 0.7, -0.4, 0.9, 1.3, -0.5,
        ];
        let response = vec![0.9, -0.3, -1.0, 0.8, -1.1, 1.4, 0.1, 0.6];
        let problem = LeastSquares::new(Dataset::new(Matrix::new(8, 2, rows), response), 0.0);
        let centre = problem.minimiser();
        for (step_size, n_steps) in [(0.6, 4), (0.3, 8), (2.4, 1)] {
            let flow = GradientFlow::on_samples(&problem, step_size);
            let found = moved(&flow, &[centre[0] + 1.0, centre[1] - 1.0], n_steps);
            assert!((found[0] - centre[0] - 0.148_269_992_396).abs() < 1e-11, "{found:?}");
            assert!((found[1] - centre[1] + 0.284_488_467_958).abs() < 1e-11, "{found:?}");
        }
    }

    /// With fewer samples than features and a ridge: the derivative is minus the gradient.
    #[test]
    fn its_derivative_is_minus_the_gradient() {
        let mut generator = NumpyLegacy::new(3);
        let dataset = Dataset::new(Matrix::new(2, 3, generator.normals(6)), vec![1.0, -0.5]);
        for ridge in [0.0, 0.7] {
            let problem = LeastSquares::new(dataset.clone(), ridge);
            let (x, h) = ([0.4, -1.1, 0.7], 1e-7);
            let found = moved(&GradientFlow::on_samples(&problem, h), &x, 1);
            for (j, slope) in problem.gradient(&x).into_iter().enumerate() {
                assert!(((found[j] - x[j]) / h + slope).abs() < 1e-6, "{found:?}");
            }
        }
    }

    #[test]
    fn populations_decay_along_each_coordinate() {
        let problem = GaussianPopulation::new(vec![2.0, 0.5], 0.3, vec![1.0, 0.0]);
        let found = moved(&GradientFlow::on_population(&problem, 0.25), &[2.0, 3.0], 6);
        assert!((found[0] - 1.0 - real::exp(-3.0)).abs() < 1e-15);
        assert!((found[1] - 3.0 * real::exp(-0.75)).abs() < 1e-15);
    }
}
