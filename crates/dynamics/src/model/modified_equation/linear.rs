//! An equation that stands for SGD on a quadratic, where all of its steps are one linear map.
//!
//! ```text
//! x' = M x + R z,   z ~ N(0, I),   b_i = beta(a_i) lambda_i,   h = eta/2^l
//! exact:           M = e^{b h},                  R Rᵀ = [D_ij h psi((b_i + b_j) h)]
//! Euler–Maruyama:  M = 1 + b h,                  R = h^{1/2} D^{1/2}
//! Heun:            M = 1 + b h + (b h)²/2,       R = h^{1/2} (1 + b h/2) D^{1/2}
//! ```
//!
//! in the eigenbasis of the Hessian.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::linear_algebra::{
    Matrix, SymmetricEigen, combine, congruence, diagonal, identity, product, symmetric_eigen,
};
use crate::model::brownian::BrownianIncrements;
use crate::model::core::{Bundle, Dynamics, Workspace, rows_mut};
use crate::model::modified_equation::local::LocalEquation;
use crate::model::modified_equation::scheme::Stages;
use crate::model::shape::{Layout, Shape};
use crate::model::shaped_noise::add_product;
use crate::modified_equation::{CoefficientError, mean_exponential, rotated_diffusion};
use crate::noise::LANES;
use crate::problem::QuadraticForm;
use crate::real;
use crate::simd::{Aligned, Isa};

/// An equation on a quadratic: steps of SGD, each in `2^levels` equal parts.
#[derive(Clone, Debug)]
pub struct LinearEquation {
    /// `M`, `[d, d]`.
    map: Matrix,
    /// `R`, `[d, d]`.
    root: Matrix,
    increments: BrownianIncrements,
    n_parts: usize,
    /// `I − (eta/2) A` and `I + (eta/2) A`, `[d, d]`, of an equation with a shift.
    shift: Option<[Matrix; 2]>,
}

impl LinearEquation {
    /// The transition of `equation` on `form`; `stages` says how a part is taken, none for the exact one
    /// over a whole step.
    ///
    /// # Source
    /// The transition law of an Ornstein–Uhlenbeck process: Gillespie, Physical Review E 54, 1996.
    ///
    /// # Errors
    /// If the equation does not exist on the quadratic.
    pub fn new(
        form: &QuadraticForm,
        equation: &LocalEquation,
        stages: Option<Stages>,
        levels: u32,
    ) -> Result<LinearEquation, CoefficientError> {
        let eigen = symmetric_eigen(&form.hessian);
        let products = equation.products(&eigen.values)?;
        let model = equation.form.model();
        let noise = congruence(&eigen.vectors, &form.covariance());
        let diffusion = rotated_diffusion(model, &products, &noise, equation.step_size)?;
        let rates: Vec<f64> = (products.iter().zip(&eigen.values))
            .map(|(a, lambda)| model.drift_factor(*a) * lambda)
            .collect();
        let levels = if stages.is_some() { levels } else { 0 };
        let size = equation.step_size / (1_u64 << levels) as f64;
        let (map, root) = match stages {
            None => exact(&rates, &diffusion, size),
            Some(stages) => scheme(stages, &rates, &diffusion, size),
        };
        let half = 0.5 * equation.step_size;
        let unit = identity(rates.len());
        let shift = equation
            .form
            .is_shifted()
            .then(|| [-half, half].map(|factor| combine(1.0, &unit, factor, &form.hessian)));
        let back = eigen.vectors.transposed();
        Ok(LinearEquation {
            map: congruence(&back, &diagonal(&map)),
            root: congruence(&back, &root),
            increments: BrownianIncrements::new(rates.len(), levels),
            n_parts: 1 << levels,
            shift,
        })
    }

    /// `M` and `R` of one part of a step, `[d, d]` each.
    #[must_use]
    pub fn transition(&self) -> (&Matrix, &Matrix) {
        (&self.map, &self.root)
    }

    fn dim(&self) -> usize {
        self.map.n_rows()
    }
}

/// `M` and `R` of the exact transition over the time `size`.
fn exact(rates: &[f64], diffusion: &Matrix, size: f64) -> (Vec<f64>, Matrix) {
    let entry = |(i, row): (usize, &[f64])| -> Vec<f64> {
        let spread = |rate: &f64| size * mean_exponential((rates[i] + rate) * size);
        row.iter().zip(rates).map(|(d, rate)| d * spread(rate)).collect()
    };
    let entries = diffusion.rows().enumerate().flat_map(entry).collect();
    let covariance = Matrix::new(rates.len(), rates.len(), entries);
    (rates.iter().map(|rate| real::exp(rate * size)).collect(), root_of(&covariance))
}

/// `M` and `R` of a scheme with parts of the length `size`.
fn scheme(stages: Stages, rates: &[f64], diffusion: &Matrix, size: f64) -> (Vec<f64>, Matrix) {
    let root = root_of(diffusion);
    let root = combine(size.sqrt(), &root, 0.0, &root);
    match stages {
        Stages::EulerMaruyama => (rates.iter().map(|rate| 1.0 + rate * size).collect(), root),
        Stages::Heun => {
            let map = rates.iter().map(|rate| {
                let product = rate * size;
                1.0 + product + 0.5 * product * product
            });
            let means: Vec<f64> = rates.iter().map(|rate| 1.0 + 0.5 * rate * size).collect();
            (map.collect(), product(&diagonal(&means), &root))
        }
    }
}

/// The symmetric root of a covariance.
fn root_of(covariance: &Matrix) -> Matrix {
    let eigen: SymmetricEigen = symmetric_eigen(covariance);
    eigen.function(|value| value.max(0.0).sqrt())
}

impl Dynamics for LinearEquation {
    fn shape(&self) -> Shape {
        let n_vectors = 1 + usize::from(self.shift.is_some());
        Shape { layout: Layout::ByCoordinate, dim: self.dim(), n_vectors }
    }

    fn observed_vector(&self) -> usize {
        usize::from(self.shift.is_some())
    }

    fn embed(&self, x: &[f64], state: &mut [f64]) {
        match &self.shift {
            Some([start, _]) => state.copy_from_slice(&start.times(x)),
            None => state.copy_from_slice(x),
        }
    }

    fn embed_observed(&self, x: &[f64], state: &mut [f64]) {
        self.embed(x, state);
        if let Some([_, read]) = &self.shift {
            let seen = read.times(state);
            state.copy_from_slice(&seen);
        }
    }

    fn workspace(&self) -> Workspace {
        let rows = self.dim() + self.increments.rows_per_step();
        Workspace { reals: Aligned::zeros(rows * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let dim = self.dim();
        let (next, normals) = rows_mut(&mut workspace.reals).split_at_mut(dim);
        for _ in 0..n_steps {
            self.increments.fill(isa, bundle, normals);
            let (x, seen) = rows_mut(&mut bundle.state).split_at_mut(dim);
            for part in 0..self.n_parts {
                next.fill([0.0; LANES]);
                add_product(isa, &self.map, x, next);
                add_product(isa, &self.root, &normals[part * dim..][..dim], next);
                x.copy_from_slice(next);
            }
            if let Some([_, read]) = &self.shift {
                seen.fill([0.0; LANES]);
                add_product(isa, read, x, seen);
            }
            bundle.step += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::modified_equation::local::Sharpness;
    use crate::modified_equation::{Form, Model, NonPsd};
    use crate::problem::GradientNoise;

    fn form() -> QuadraticForm {
        let hessian = Matrix::new(2, 2, vec![1.5, 0.4, 0.4, -0.5]);
        let covariance = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.2]);
        QuadraticForm::new(hessian, &covariance, GradientNoise::Gaussian)
    }

    fn built(model: Model, stages: Option<Stages>, levels: u32) -> LinearEquation {
        let (step_size, sharpness) = (0.3, Sharpness::Stop);
        let equation = LocalEquation { form: Form::Plain(model), step_size, sharpness };
        LinearEquation::new(&form(), &equation, stages, levels).unwrap()
    }

    fn gap(a: &Matrix, b: &Matrix) -> f64 {
        combine(1.0, a, -1.0, b).entries().iter().fold(0.0, |m: f64, x| m.max(x.abs()))
    }

    /// Map and covariance of a whole step.
    fn whole(equation: &LinearEquation) -> (Matrix, Matrix) {
        let (map, root) = equation.transition();
        let (mut power, mut covariance) = (identity(2), combine(0.0, root, 0.0, root));
        for _ in 0..equation.n_parts {
            power = product(map, &power);
            covariance = combine(
                1.0,
                &congruence(map, &covariance),
                1.0,
                &product(root, &root.transposed()),
            );
        }
        (power, covariance)
    }

    #[test]
    fn the_hessian_aware_equation_has_the_step_of_sgd() {
        let (map, covariance) = whole(&built(Model::HessianAware(NonPsd::Error), None, 0));
        let form = form();
        let expected = combine(1.0, &identity(2), -0.3, &form.hessian);
        assert!(gap(&map, &expected) < 1e-15);
        let noise = form.covariance();
        assert!(gap(&covariance, &combine(0.09, &noise, 0.0, &noise)) < 1e-15);
    }

    #[test]
    fn schemes_converge_to_the_exact_transition_in_their_order() {
        for model in [Model::Sme1, Model::Sme2, Model::StochasticPrincipalFlow, Model::Factorised] {
            let (map, covariance) = whole(&built(model, None, 0));
            for (stages, ratio) in [(Stages::EulerMaruyama, 2.0), (Stages::Heun, 4.0)] {
                let errors = [6, 7].map(|levels| {
                    let found = whole(&built(model, Some(stages), levels));
                    [gap(&found.0, &map), gap(&found.1, &covariance)]
                });
                for k in 0..2 {
                    let found = errors[0][k] / errors[1][k];
                    assert!((found / ratio - 1.0).abs() < 0.05, "{model:?} {stages:?}: {found}");
                }
            }
        }
    }

    #[test]
    fn shifts_undo_each_other_to_second_order() {
        let (step_size, sharpness) = (0.3, Sharpness::Stop);
        let shifted = LocalEquation { form: Form::Shifted(Model::Sme2), step_size, sharpness };
        let equation = LinearEquation::new(&form(), &shifted, None, 0).unwrap();
        let (mut start, mut seen) = ([0.0; 2], [0.0; 2]);
        equation.embed(&[1.0, 2.0], &mut start);
        equation.embed_observed(&[1.0, 2.0], &mut seen);
        // A x = (2.3, −0.6), A² x = (3.21, 1.22).
        assert!((start[0] - (1.0 - 0.15 * 2.3)).abs() < 1e-15);
        assert!((seen[0] - (1.0 - 0.0225 * 3.21)).abs() < 1e-15);
    }
}
