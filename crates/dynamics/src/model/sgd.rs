//! Stochastic gradient descent with constant step size on least squares with ridge.
//!
//! ```text
//! x <- x − gamma [ (1/B) sum_{i in batch} (a_i·x − b_i) a_i + (delta/n) x ]
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};

use crate::model::batch::{draw_distinct, restore};
use crate::model::core::{ChainStreams, Coordinates, Model, ModelKind, Workspace};
use crate::model::settings::{BATCH_SIZE, STEP_SIZE};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::LeastSquares;
use crate::real;

/// Stochastic gradient descent.
pub struct SgdKind;

const PART: Part = Part {
    name: "sgd",
    doc: "Stochastic gradient descent with constant step size; the state is x. One step is one \
          iteration: x ← x − γ[(1/B) Σ (aᵢ·x − bᵢ) aᵢ + (δ/n) x] over the mini-batch.",
    parameters: &[
        STEP_SIZE,
        BATCH_SIZE,
        Parameter {
            name: "sampling",
            doc: "How the samples of one batch are drawn: `with_replacement` as in the paper's \
                  theory, `without_replacement` as in the authors' code. The same for batches of \
                  one; batches are independent of each other in both cases.",
            unit: "",
            kind: Kind::Choice(&["with_replacement", "without_replacement"]),
            default: Default::Text("with_replacement"),
        },
    ],
    source: file!(),
};

impl ModelKind for SgdKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
        let batch_size = parameters.count("batch_size");
        if !is_without_replacement(parameters) || batch_size <= n_rows as u64 {
            return Vec::new();
        }
        vec![Violation {
            parameter: "batch_size",
            message: format!("{batch_size} distinct samples out of {n_rows}"),
            remedy: format!("take at most {n_rows}, or draw with replacement"),
        }]
    }

    fn check_problem(&self, _: &Parameters, _: &LeastSquares) -> Vec<Violation> {
        Vec::new()
    }

    fn build(&self, parameters: &Parameters, problem: Arc<LeastSquares>) -> Box<dyn Model> {
        Box::new(Sgd {
            step_size: parameters.real("step_size"),
            batch_size: parameters.count("batch_size") as usize,
            without_replacement: is_without_replacement(parameters),
            problem,
        })
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parameters.count("batch_size")
    }
}

fn is_without_replacement(parameters: &Parameters) -> bool {
    parameters.text("sampling") == "without_replacement"
}

/// Stochastic gradient descent on one problem.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.1. The authors' notebooks have the ridge term
/// with the opposite sign, which does not show in their experiments, where it is zero.
#[derive(Debug)]
pub struct Sgd {
    problem: Arc<LeastSquares>,
    step_size: f64,
    batch_size: usize,
    without_replacement: bool,
}

impl Model for Sgd {
    fn coordinates(&self) -> Coordinates {
        Coordinates::Parameters
    }

    fn dim(&self) -> usize {
        self.problem.dataset().n_columns()
    }

    fn embed(&self, x: &[f64], state: &mut [f64]) {
        state.copy_from_slice(x);
    }

    fn workspace(&self) -> Workspace {
        let n_indices = if self.without_replacement {
            self.problem.dataset().n_rows()
        } else {
            self.batch_size
        };
        Workspace { reals: vec![0.0; self.batch_size], indices: (0..n_indices).collect() }
    }

    fn advance(
        &self,
        n_steps: u64,
        streams: &mut ChainStreams,
        workspace: &mut Workspace,
        state: &mut [f64],
    ) {
        Arch::new().dispatch(Advance { sgd: self, n_steps, streams, workspace, state });
    }
}

struct Advance<'a> {
    sgd: &'a Sgd,
    n_steps: u64,
    streams: &'a mut ChainStreams,
    workspace: &'a mut Workspace,
    state: &'a mut [f64],
}

impl WithSimd for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Advance { sgd, n_steps, streams, workspace, state } = self;
        let Workspace { reals, indices } = workspace;
        let n = sgd.problem.dataset().n_rows();
        for _ in 0..n_steps {
            if sgd.without_replacement {
                draw_distinct(&mut streams.batch, sgd.batch_size, indices);
                sgd.update(&indices[..sgd.batch_size], reals, state);
                restore(sgd.batch_size, indices);
            } else {
                indices.fill_with(|| streams.batch.index(n));
                sgd.update(indices, reals, state);
            }
        }
    }
}

impl Sgd {
    /// `x <- x − gamma [ (1/B) sum (a_i·x − b_i) a_i + (delta/n) x ]`, all residuals at the old `x`.
    #[inline(always)]
    fn update(&self, batch: &[usize], residuals: &mut [f64], x: &mut [f64]) {
        let dataset = self.problem.dataset();
        for (residual, &i) in residuals.iter_mut().zip(batch) {
            *residual = real::dot(dataset.design.row(i), x) - dataset.response[i];
        }
        if self.problem.ridge() != 0.0 {
            let shrinkage = 1.0 - self.step_size * self.problem.ridge() / dataset.n_rows() as f64;
            for entry in x.iter_mut() {
                *entry *= shrinkage;
            }
        }
        for (residual, &i) in residuals.iter().zip(batch) {
            let scale = -self.step_size * residual / self.batch_size as f64;
            real::add_scaled(x, scale, dataset.design.row(i));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::noise::{NumpyLegacy, StreamKey};
    use crate::parameter::{Value, defaults};

    const N: usize = 6;
    const D: usize = 3;
    const X: [f64; D] = [0.4, -1.1, 0.7];

    fn sgd(batch_size: usize, without_replacement: bool) -> Sgd {
        let mut generator = NumpyLegacy::new(2);
        let design = Matrix::new(N, D, generator.normals(N * D));
        let dataset = Dataset::new(design, generator.normals(N));
        let problem = Arc::new(LeastSquares::new(dataset, 0.9));
        Sgd { problem, step_size: 0.3, batch_size, without_replacement }
    }

    /// The displacements of one step from [`X`] over the given batches.
    fn displacements(sgd: &Sgd, batches: &[Vec<usize>]) -> Vec<[f64; D]> {
        let displace = |batch: &Vec<usize>| {
            let mut x = X;
            sgd.update(batch, &mut vec![0.0; batch.len()], &mut x);
            [x[0] - X[0], x[1] - X[1], x[2] - X[2]]
        };
        batches.iter().map(displace).collect()
    }

    fn pairs(distinct: bool) -> Vec<Vec<usize>> {
        let all = (0..N).flat_map(|i| (0..N).map(move |j| vec![i, j]));
        all.filter(|pair| !distinct || pair[0] != pair[1]).collect()
    }

    #[test]
    fn the_mean_step_is_minus_gamma_times_the_regularised_gradient() {
        let singles: Vec<Vec<usize>> = (0..N).map(|i| vec![i]).collect();
        for (size, batches) in [(1, singles), (2, pairs(false)), (2, pairs(true))] {
            let sgd = sgd(size, false);
            let gradient = sgd.problem.gradient(&X);
            let steps = displacements(&sgd, &batches);
            for j in 0..D {
                let mean = steps.iter().map(|step| step[j]).sum::<f64>() / steps.len() as f64;
                assert!((mean + sgd.step_size * gradient[j]).abs() < 1e-14);
            }
        }
    }

    /// `Cov = gamma² C(x)`, `C = (1/B) [ (1/n) sum ∇L_i ∇L_iᵀ − ∇L ∇Lᵀ ]` with replacement.
    #[test]
    fn the_covariance_of_a_step_is_that_of_the_gradient_noise() {
        let sgd = sgd(2, false);
        let dataset = sgd.problem.dataset();
        let plain = LeastSquares::new(dataset.clone(), 0.0).gradient(&X);
        let mean = sgd.problem.gradient(&X);
        let steps = displacements(&sgd, &pairs(false));
        for j in 0..D {
            for k in 0..D {
                let mut second = 0.0;
                for (row, b) in dataset.design.rows().zip(&dataset.response) {
                    let residual = real::dot(row, &X) - b;
                    second += residual * residual * row[j] * row[k] / N as f64;
                }
                let expected = 0.09 / 2.0 * (second - plain[j] * plain[k]);
                let centred =
                    |step: &[f64; D]| (step[j] + 0.3 * mean[j]) * (step[k] + 0.3 * mean[k]);
                let found = steps.iter().map(centred).sum::<f64>() / steps.len() as f64;
                assert!((found - expected).abs() < 1e-13, "{found} vs {expected}");
            }
        }
    }

    #[test]
    fn every_instruction_set_and_every_split_gives_the_same_bits() {
        for without_replacement in [false, true] {
            let sgd = sgd(3, without_replacement);
            let start = ChainStreams::new(StreamKey(7), 4);
            let run = |lengths: &[u64], plain: bool| {
                let (mut streams, mut workspace) = (start.clone(), sgd.workspace());
                let mut state = X;
                for &n_steps in lengths {
                    if plain {
                        let (streams, workspace) = (&mut streams, &mut workspace);
                        let state = state.as_mut_slice();
                        Advance { sgd: &sgd, n_steps, streams, workspace, state }
                            .with_simd(pulp::Scalar::new());
                    } else {
                        sgd.advance(n_steps, &mut streams, &mut workspace, &mut state);
                    }
                }
                state.map(f64::to_bits)
            };
            assert_eq!(run(&[100], false), run(&[100], true));
            assert_eq!(run(&[100], false), run(&[1, 63, 36], false));
        }
    }

    #[test]
    fn batches_beyond_the_data_are_refused_without_replacement_only() {
        let mut parameters = defaults(PART.parameters);
        parameters.insert("batch_size".to_owned(), Value::Integer(7));
        assert!(SgdKind.check(&parameters, 6).is_empty());
        let value = Value::Text("without_replacement".to_owned());
        parameters.insert("sampling".to_owned(), value);
        assert_eq!(SgdKind.check(&parameters, 6).len(), 1);
        assert!(SgdKind.check(&parameters, 7).is_empty());
    }
}
