//! Gradients of least squares over mini-batches.
//!
//! ```text
//! g = (1/B) sum_{i in batch} (a_i·x − b_i) a_i + (delta/n) x
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::Averaging;
use crate::model::batch::{self, Sampling};
use crate::model::core::{Bundle, Model, Workspace, rows};
use crate::model::descent::Descent;
use crate::model::fresh_samples::FreshSamples;
use crate::model::full_gradient::NoisyNetwork;
use crate::model::gradient_noise::Noisy;
use crate::model::network_batch::NetworkBatch;
use crate::model::optimizer::Optimizer;
use crate::model::samples::{Samples, Step};
use crate::model::schedule::Schedule;
use crate::model::settings;
use crate::model::shape::{Layout, Shape};
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Lookup, Parameter, Parameters, Value, Violation};
use crate::problem::{Formula, LeastSquares, Network, Problem, Quadratic};
use crate::real;
use crate::simd::{Aligned, Isa};

/// Names of the problems that [`descent`] is for.
pub(crate) const PROBLEMS: &[&str] = &[
    "least_squares",
    "quadratic",
    "network",
    "gaussian_population",
    "sphere_population",
    "formula",
];

/// The parameter `batch_size` of optimisers that take a quadratic, without samples, too.
pub(crate) const BATCH_SIZE: Parameter = Parameter {
    doc: "Batch size B, the number of samples in a step, of data or of a population; one if it is \
          not given.",
    default: Default::Absent,
    ..settings::BATCH_SIZE
};

/// The parameter `sampling` of optimisers that take a quadratic, without samples, too.
pub(crate) const SAMPLING: Parameter = Parameter {
    doc: "How the samples of one batch are drawn from the data, as for `sgd`; `with_replacement` if \
          it is not given.",
    default: Default::Absent,
    ..batch::SAMPLING
};

/// The batch size, one if there is none.
pub(crate) fn batch_size(parameters: &Parameters) -> u64 {
    parameters.get("batch_size").map_or(1, |_| parameters.count("batch_size"))
}

/// What is given, and what is taken if it is not.
fn completed(parameters: &Parameters) -> Parameters {
    let mut all = parameters.clone();
    all.insert_default("batch_size", Value::Integer(1));
    all.insert_default("sampling", Value::Text("with_replacement".to_owned()));
    all
}

/// Batches without samples, a choice among fresh ones, or of more distinct samples than there are.
pub(crate) fn check(parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
    if n_rows > 0 {
        if let Some(parameter) = ["batch_size", "sampling"]
            .into_iter()
            .find(|name| parameters.contains_key("noise_std") && parameters.contains_key(name))
        {
            return vec![Violation {
                parameter,
                message: "gradients with `noise_std` are those of all samples".to_owned(),
                remedy: "leave it out, or leave `noise_std` out".to_owned(),
            }];
        }
        return batch::check(&completed(parameters), n_rows);
    }
    let violation = |parameter, message: &str, remedy: &str| {
        let given = parameters.contains_key(parameter);
        let (message, remedy) = (message.to_owned(), remedy.to_owned());
        given.then_some(Violation { parameter, message, remedy })
    };
    let problem = parameters.get("problem").and_then(Value::as_text);
    if matches!(problem, Some("gaussian_population" | "sphere_population")) {
        let refused =
            violation("sampling", "every sample of a population is a new one", "leave it out");
        return refused.into_iter().collect();
    }
    let refused = ["batch_size", "sampling"].map(|name| {
        violation(name, "the problem has no samples", "leave it out, and divide `noise_std` by √B")
    });
    refused.into_iter().flatten().collect()
}

/// The optimiser on the stochastic gradients of `problem`.
///
/// # Panics
/// If it is none of [`PROBLEMS`].
pub(crate) fn descent<O: Optimizer<M> + 'static, const M: usize>(
    parameters: &Parameters,
    problem: &Arc<dyn Problem>,
    optimizer: O,
) -> Box<dyn Model> {
    let schedule = Schedule::from_parameters(parameters);
    let averaging = Averaging::from_parameters(parameters);
    if let Some(quadratic) = problem.get::<Quadratic>() {
        let gradient = Noisy::from_parameters(parameters, quadratic);
        return Box::new(Descent { gradient, optimizer, schedule, averaging });
    }
    if let Some(formula) = problem.get::<Formula>() {
        let gradient = Noisy::of_formula(parameters, formula);
        return Box::new(Descent { gradient, optimizer, schedule, averaging });
    }
    if let Some(gradient) = NoisyNetwork::of(parameters, problem) {
        return Box::new(Descent { gradient, optimizer, schedule, averaging });
    }
    let all = completed(parameters);
    let size = all.count("batch_size") as usize;
    if let Some(gradient) = FreshSamples::of(problem, size) {
        return Box::new(Descent { gradient, optimizer, schedule, averaging });
    }
    let sampling = Sampling::from_parameters(&all);
    if problem.get::<Network>().is_some() {
        let gradient = NetworkBatch::new(problem.expect_shared(), size, sampling);
        return Box::new(Descent { gradient, optimizer, schedule, averaging });
    }
    let gradient = MiniBatch::new(problem.expect_shared(), size, sampling);
    Box::new(Descent { gradient, optimizer, schedule, averaging })
}

/// The gradient of a least squares problem over a random batch.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.1.
#[derive(Clone, Debug)]
pub struct MiniBatch {
    problem: Arc<LeastSquares>,
    samples: Samples,
    batch_size: usize,
    sampling: Sampling,
}

impl MiniBatch {
    /// The gradient of `problem` over batches of `batch_size ≥ 1` samples.
    #[must_use]
    pub fn new(problem: Arc<LeastSquares>, batch_size: usize, sampling: Sampling) -> MiniBatch {
        let samples = Samples::new(problem.dataset());
        MiniBatch { problem, samples, batch_size, sampling }
    }

    fn shape(&self) -> Shape {
        let dim = self.problem.dataset().n_columns();
        Shape { layout: Layout::ByChain, dim, n_vectors: 1 }
    }

    /// `E g(x)²`, `[d]`.
    fn mean_square_at(&self, x: &[f64]) -> Vec<f64> {
        let (dataset, n) = (self.problem.dataset(), self.samples.len() as f64);
        let means = self.problem.gradient(x);
        let pull = self.problem.ridge() / n;
        let mut variances = vec![0.0; x.len()];
        for (row, b) in dataset.design.rows().zip(&dataset.response) {
            let residual = real::dot(row, x) - b;
            for (j, variance) in variances.iter_mut().enumerate() {
                let centred = residual * row[j] + pull * x[j] - means[j];
                *variance += centred * centred / n;
            }
        }
        let share = self.sampling.share_of_variance(self.samples.len(), self.batch_size);
        variances.iter().zip(means).map(|(variance, mean)| mean * mean + share * variance).collect()
    }
}

impl StochasticGradient for MiniBatch {
    fn layout(&self) -> Layout {
        Layout::ByChain
    }

    fn dim(&self) -> usize {
        self.shape().dim
    }

    fn workspace(&self) -> Workspace {
        Workspace {
            reals: Aligned::zeros(self.batch_size * LANES),
            indices: vec![[0; LANES]; self.batch_size],
            ..Workspace::default()
        }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, _: S, x: &[Lanes], out: &mut [Lanes]) {
        let shape = self.shape();
        let (points, out) = (x.as_flattened(), out.as_flattened_mut());
        out.fill(0.0);
        for lane in 0..LANES {
            let x: Vec<f64> = (0..shape.dim).map(|j| points[shape.place(lane, j)]).collect();
            for (j, square) in self.mean_square_at(&x).into_iter().enumerate() {
                out[shape.place(lane, j)] = square;
            }
        }
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let Room { reals, indices, sampler } = room;
        let n = self.samples.len();
        sampler.draw(isa, self.sampling, n, bundle, self.batch_size, indices);
        out.copy_from_slice(&rows(&bundle.state)[..out.len()]);
        // A step of SGD that keeps delta/n of the point and goes up.
        let weight = 1.0 / self.batch_size as f64;
        let step = Step { shrinkage: self.problem.ridge() / n as f64, weight };
        self.samples.advance(&[step], indices, reals, out.as_flattened_mut());
    }
}

#[cfg(test)]
mod tests;
