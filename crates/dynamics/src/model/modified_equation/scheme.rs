//! Schemes for an equation that stands for SGD on any smooth objective.
//!
//! ```text
//! Euler–Maruyama:  x' = x + h b(x) + h^{1/2} S(x) z,                 S² = D,   h = eta/2^l
//! Heun:            x' = x + (h/2) (b(x) + b(y)) + h^{1/2} S(x) z,    y = x + h b(x) + h^{1/2} S(x) z
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::brownian::BrownianIncrements;
use crate::model::cause::Cause;
use crate::model::core::{Bundle, Dynamics, Workspace, rows, rows_mut};
use crate::model::modified_equation::point::PointEquation;
use crate::model::shape::{Layout, Shape};
use crate::modified_equation::CoefficientError;
use crate::noise::{LANES, Lanes};
use crate::real;
use crate::simd::{Aligned, Isa};

/// How a part of a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stages {
    /// One evaluation of the drift.
    EulerMaruyama,
    /// Two, for the mean of the drifts before and after. Noise is taken at the old point, as the
    /// equation of Itô asks for.
    Heun,
}

/// An equation on an objective, point by point: steps of SGD, each in `2^levels` equal parts.
///
/// A chain that comes to a point where the equation does not exist is set to infinity there, which the
/// simulation records as its divergence, with the cause.
#[derive(Debug)]
pub struct LocalScheme<E> {
    equation: E,
    stages: Stages,
    increments: BrownianIncrements,
    levels: u32,
}

impl<E: PointEquation> LocalScheme<E> {
    /// The scheme with `2^levels` parts a step.
    #[must_use]
    pub fn new(equation: E, stages: Stages, levels: u32) -> LocalScheme<E> {
        let increments = BrownianIncrements::new(equation.n_noises(), levels);
        LocalScheme { equation, stages, increments, levels }
    }

    /// Takes one part of a step from `x`, `[d]`, along the variates `z`, one for each noise.
    ///
    /// # Source
    /// Kloeden & Platen, Numerical Solution of Stochastic Differential Equations, 1992, section 15.1, for
    /// the trapezoidal drift.
    ///
    /// # Errors
    /// If the equation does not exist at `x` or at the predicted point.
    pub fn part(&self, x: &mut [f64], z: &[f64]) -> Result<(), CoefficientError> {
        let size = self.equation.local().step_size / (1_u64 << self.levels) as f64;
        let (drift, noise) = self.equation.drift_and_noise(x, z)?;
        let mut predicted = x.to_vec();
        real::add_scaled(&mut predicted, size, &drift);
        real::add_scaled(&mut predicted, size.sqrt(), &noise);
        if self.stages == Stages::Heun {
            let after = self.equation.drift(&predicted)?;
            real::add_scaled(&mut predicted, 0.5 * size, &after);
            real::add_scaled(&mut predicted, -0.5 * size, &drift);
        }
        x.copy_from_slice(&predicted);
        Ok(())
    }

    /// Moves chain `lane` of the state by the parts of one step, with the variates `normals`,
    /// `[2^levels, n_noises, LANES]`; says what ended it.
    fn step(&self, lane: usize, state: &mut [Lanes], normals: &[Lanes]) -> Option<Cause> {
        let dim = self.equation.dim();
        let mut x: Vec<f64> = state[..dim].iter().map(|row| row[lane]).collect();
        let mut cause = None;
        for normals in normals.chunks_exact(self.equation.n_noises()) {
            if x.iter().any(|entry| !entry.is_finite()) {
                break;
            }
            let z: Vec<f64> = normals.iter().map(|row| row[lane]).collect();
            if let Err(error) = self.part(&mut x, &z) {
                x.fill(f64::INFINITY);
                cause = Some(Cause::from(&error));
            }
        }
        for (row, entry) in state.iter_mut().zip(&x) {
            row[lane] = *entry;
        }
        if self.equation.local().form.is_shifted() {
            let seen = self.equation.shifted(&x, 1.0);
            for (row, entry) in state[dim..].iter_mut().zip(&seen) {
                row[lane] = *entry;
            }
        }
        cause
    }
}

impl<E: PointEquation> Dynamics for LocalScheme<E> {
    fn shape(&self) -> Shape {
        let n_vectors = 1 + usize::from(self.equation.local().form.is_shifted());
        Shape { layout: Layout::ByCoordinate, dim: self.equation.dim(), n_vectors }
    }

    fn observed_vector(&self) -> usize {
        usize::from(self.equation.local().form.is_shifted())
    }

    fn embed(&self, x: &[f64], state: &mut [f64]) {
        if self.equation.local().form.is_shifted() {
            state.copy_from_slice(&self.equation.shifted(x, -1.0));
        } else {
            state.copy_from_slice(x);
        }
    }

    fn embed_observed(&self, x: &[f64], state: &mut [f64]) {
        self.embed(x, state);
        if self.equation.local().form.is_shifted() {
            let seen = self.equation.shifted(state, 1.0);
            state.copy_from_slice(&seen);
        }
    }

    fn workspace(&self) -> Workspace {
        let reals = Aligned::zeros(self.increments.rows_per_step() * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        for _ in 0..n_steps {
            self.increments.fill(isa, bundle, rows_mut(&mut workspace.reals));
            let normals = rows(&workspace.reals);
            for lane in 0..LANES {
                let cause = self.step(lane, rows_mut(&mut bundle.state), normals);
                bundle.causes[lane] = bundle.causes[lane].or(cause);
            }
            bundle.step += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::Matrix;
    use crate::model::core::Model as Steps;
    use crate::model::modified_equation::local::{LocalEquation, Sharpness};
    use crate::model::modified_equation::point::DenseEquation;
    use crate::model::modified_equation::smooth::SmoothObjective;
    use crate::modified_equation::{Form, Model, NonPsd};
    use crate::noise::StreamKey;

    /// `f = x²/2 + y² (1 + x)/2` with noise in the direction (1, 1): the diffusion of the Hessian-aware
    /// equation is indefinite but where both curvatures agree.
    #[derive(Debug)]
    struct Bent;

    impl SmoothObjective for Bent {
        fn dim(&self) -> usize {
            2
        }

        fn gradient(&self, x: &[f64]) -> Vec<f64> {
            vec![x[0] + 0.5 * x[1] * x[1], x[1] * (1.0 + x[0])]
        }

        fn hessian(&self, x: &[f64]) -> Matrix {
            Matrix::new(2, 2, vec![1.0, x[1], x[1], 1.0 + x[0]])
        }

        fn third(&self, _: &[f64], s: &Matrix) -> Vec<f64> {
            vec![s.row(1)[1], s.row(0)[1] + s.row(1)[0]]
        }

        fn covariance(&self, _: &[f64]) -> Matrix {
            Matrix::new(2, 2, vec![1.0; 4])
        }

        fn covariance_along(&self, _: &[f64], _: &[f64]) -> Option<Matrix> {
            None
        }

        fn root(&self, covariance: &Matrix) -> Matrix {
            crate::linear_algebra::lower_root(covariance)
        }
    }

    fn scheme(policy: NonPsd) -> LocalScheme<DenseEquation<Bent>> {
        let form = Form::Plain(Model::HessianAware(policy));
        let equation = LocalEquation { form, step_size: 0.2, sharpness: Sharpness::Stop };
        LocalScheme::new(DenseEquation::new(Bent, equation), Stages::Heun, 1)
    }

    #[test]
    fn a_chain_without_an_equation_is_set_to_infinity_alone() {
        let model = scheme(NonPsd::Error);
        let shape = Dynamics::shape(&model);
        let mut bundle = Bundle::new(shape, StreamKey(1), 0);
        // At the origin the Hessian is the identity, which commutes with the noise.
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[0.0, 0.0]));
        bundle.set(shape, 0, 3, &[0.5, 0.3]);
        let mut at_origin = [0.0; 2];
        assert!(model.part(&mut at_origin, &[0.4, -0.2]).is_ok());
        assert!(model.part(&mut [0.5, 0.3], &[0.0; 2]).is_err());
        Steps::advance(&model, 1, &mut bundle, &mut Dynamics::workspace(&model));
        let mut x = [0.0; 2];
        bundle.get(shape, 0, 3, &mut x);
        assert_eq!(x, [f64::INFINITY; 2]);
        assert_eq!(bundle.causes[3], Some(Cause::IndefiniteDiffusion));
        for policy in [NonPsd::Clip, NonPsd::Factorise] {
            assert!(scheme(policy).part(&mut [0.5, 0.3], &[0.0; 2]).is_ok());
        }
    }
}
