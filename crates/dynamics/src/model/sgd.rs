//! Stochastic gradient descent: on least squares with ridge and on networks over mini-batches, on a
//! population over new samples, on a quadratic with additive noise.
//!
//! ```text
//! x <- x − gamma_k [ (1/B) sum_{i in batch} (a_i·x − b_i) a_i + (delta/n) x ]
//! x <- x − gamma_k [ h ∘ x + (sigma/sqrt(B)) xi ]
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING, Averaging};
use crate::model::batch::{self, SAMPLING, Sampling};
use crate::model::common_noise;
use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows, rows_mut};
use crate::model::descent::Descent;
use crate::model::fresh_samples::FreshSamples;
use crate::model::full_gradient::{NoisyNetwork, check_batches};
use crate::model::gradient_descent::GradientDescent;
use crate::model::gradient_noise::Noisy;
use crate::model::mini_batch::PROBLEMS;
use crate::model::network_batch::NetworkBatch;
use crate::model::network_sgd::NetworkSgd;
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS, NoiseSchedule};
use crate::model::objective::Objective;
use crate::model::path_noise::PathNoise;
use crate::model::samples::{Samples, Step};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS, Schedule};
use crate::model::settings::{BATCH_SIZE, STEP_SIZE};
use crate::model::shape::{Layout, Shape};
use crate::model::shaped_noise::ShapedNoise;
use crate::model::uniform_noise::check_schedule;
use crate::noise::LANES;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::{
    Formula, GradientNoise, LeastSquares, Network, Problem, Quadratic, QuadraticForm,
};
use crate::simd::{Aligned, Isa};

/// Stochastic gradient descent.
pub struct SgdKind;

const PART: Part = Part {
    name: "sgd",
    doc: "Stochastic gradient descent; the state is x. One step is one iteration: \
          x ← x − γ_k[(1/B) Σ (aᵢ·x − bᵢ) aᵢ + (δ/n) x] over the mini-batch for least squares, \
          x ← x − γ_k[h∘x + (σ/√B)ξ] for a quadratic, which has no samples, and so for a formula; x ← x − γ_k(1/B) Σ ∇lossᵢ(x) \
          for a network, or x ← x − γ_k[∇L(x) + σξ] where it has `noise_std`; on a population every sample is a new one.",
    parameters: &[
        STEP_SIZE,
        DECAY_POWER,
        DECAY_STEPS,
        NOISE_DECAY_POWER,
        NOISE_DECAY_STEPS,
        BATCH_SIZE,
        SAMPLING,
        AVERAGING,
        AVERAGE_FROM,
        Parameter {
            name: common_noise::REFINEMENT,
            doc: "With `common_noise`, how often its increments are halved: 2^l iterations of step \
                  size γ share one, so that γ 2^l is the time that it takes; none if it is not given.",
            unit: "",
            kind: Kind::Integer { min: 0, max: common_noise::MAX_LEVELS as i64 },
            default: Default::Absent,
        },
    ],
    source: file!(),
};

impl ModelKind for SgdKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        PROBLEMS
    }

    fn takes_matrices(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
        let samples = if n_rows == 0 { Vec::new() } else { batch::check(parameters, n_rows) };
        samples.into_iter().chain(common_noise::check_refinement(parameters)).collect()
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let of_batches = check_batches(parameters.count("batch_size"), problem);
        if let Some(violation) = of_batches.or_else(|| check_schedule(parameters, problem)) {
            return vec![violation];
        }
        let is_one = parameters.count("batch_size") == 1;
        let of_quadratic = problem.get::<Quadratic>().map(|quadratic| quadratic.noise);
        let of_form = problem.get::<QuadraticForm>().map(|form| form.noise);
        let noise = of_quadratic
            .or(of_form)
            .or_else(|| problem.get::<Formula>().map(|formula| formula.noise));
        match noise {
            Some(noise) if !is_one && noise != GradientNoise::Gaussian => {
                vec![Violation {
                    parameter: "batch_size",
                    message: "the mean of several noises is of the same law for Gaussian ones only"
                        .to_owned(),
                    remedy: "take batches of one, or `gaussian` noise".to_owned(),
                }]
            }
            _ => Vec::new(),
        }
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        let step = common_noise::optimiser_step(PART.name, parameters)?;
        if parameters.text("problem") == "network" && common_noise::refinement(parameters) > 0 {
            return Err(Violation {
                parameter: common_noise::REFINEMENT,
                message: "the noise of a network is drawn step by step".to_owned(),
                remedy: "leave it out".to_owned(),
            });
        }
        Ok(step * (1_u64 << common_noise::refinement(parameters)) as f64)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let schedule = Schedule::from_parameters(parameters);
        let averaging = Averaging::from_parameters(parameters);
        let batch_size = parameters.count("batch_size") as usize;
        if let Some(quadratic) = problem.get::<Quadratic>() {
            let mut gradient = Noisy::from_parameters(parameters, quadratic);
            gradient.std /= (batch_size as f64).sqrt();
            return with_noise(parameters, gradient);
        }
        if let Some(formula) = problem.get::<Formula>() {
            let mut gradient = Noisy::of_formula(parameters, formula);
            gradient.std /= (batch_size as f64).sqrt();
            return with_noise(parameters, gradient);
        }
        if let Some(form) = problem.get::<QuadraticForm>() {
            let scale = common_noise::sign(parameters) / (batch_size as f64).sqrt();
            let levels = common_noise::refinement(parameters);
            let noise = NoiseSchedule::from_parameters(parameters);
            let gradient = ShapedNoise::new(form, scale, noise, levels);
            return Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging });
        }
        if let Some(gradient) = FreshSamples::of(problem, batch_size) {
            return Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging });
        }
        if let Some(gradient) = NoisyNetwork::of(parameters, problem) {
            return Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging });
        }
        let sampling = Sampling::from_parameters(parameters);
        if problem.get::<Network>().is_some() {
            let network: Arc<Network> = problem.expect_shared();
            if batch_size == 1 && network.is_perceptron() {
                return Box::new(NetworkSgd::new(network, schedule, sampling, averaging));
            }
            let gradient = NetworkBatch::new(network, batch_size, sampling);
            return Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging });
        }
        let sgd = Sgd::new(problem.expect(), schedule, batch_size, sampling);
        Box::new(Sgd { averaging, ..sgd })
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parameters.count("batch_size")
    }
}

/// SGD with noise that is added to the gradient, along a refined path if the cell asks for one.
fn with_noise<O: Objective + 'static>(
    parameters: &Parameters,
    gradient: Noisy<O>,
) -> Box<dyn Model> {
    let schedule = Schedule::from_parameters(parameters);
    let averaging = Averaging::from_parameters(parameters);
    let levels = common_noise::refinement(parameters);
    if levels > 0 {
        let gradient = PathNoise::new(gradient, levels);
        return Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging });
    }
    Box::new(Descent { gradient, optimizer: GradientDescent, schedule, averaging })
}

/// Steps whose samples are drawn together, so that points stay in registers meanwhile.
const STEPS_AT_ONCE: usize = 64;

/// Stochastic gradient descent on one least-squares problem.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.1. The authors' notebooks have the ridge term
/// with the opposite sign, which does not show in their experiments, where it is zero.
#[derive(Clone, Debug)]
pub struct Sgd {
    samples: Samples,
    dim: usize,
    ridge: f64,
    schedule: Schedule,
    batch_size: usize,
    sampling: Sampling,
    averaging: Option<Averaging>,
}

impl Sgd {
    /// SGD with batches of `batch_size ≥ 1` samples, whose iterates are observed.
    #[must_use]
    pub fn new(
        problem: &LeastSquares,
        schedule: Schedule,
        batch_size: usize,
        sampling: Sampling,
    ) -> Sgd {
        Sgd {
            samples: Samples::new(problem.dataset()),
            dim: problem.dataset().n_columns(),
            ridge: problem.ridge(),
            schedule,
            batch_size,
            sampling,
            averaging: None,
        }
    }

    /// The step `k`, all of whose residuals are taken at the old `x`.
    fn step(&self, k: u64) -> Step {
        let step_size = self.schedule.step_size(k);
        Step {
            shrinkage: 1.0 - step_size * self.ridge / self.samples.len() as f64,
            weight: -step_size / self.batch_size as f64,
        }
    }
}

impl Dynamics for Sgd {
    fn shape(&self) -> Shape {
        let n_vectors = 1 + usize::from(self.averaging.is_some());
        Shape { layout: Layout::ByChain, dim: self.dim, n_vectors }
    }

    fn observed_vector(&self) -> usize {
        usize::from(self.averaging.is_some())
    }

    fn workspace(&self) -> Workspace {
        Workspace {
            reals: Aligned::zeros(self.batch_size * LANES),
            indices: vec![[0; LANES]; self.batch_size * STEPS_AT_ONCE],
            ..Workspace::default()
        }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let Workspace { reals, indices, sampler } = workspace;
        let len = Dynamics::shape(self).len();
        let at_once = if self.averaging.is_some() { 1 } else { STEPS_AT_ONCE };
        let end = bundle.step + n_steps;
        while bundle.step < end {
            let n_steps = (end - bundle.step).min(at_once as u64) as usize;
            let mut steps = [Step { shrinkage: 1.0, weight: 0.0 }; STEPS_AT_ONCE];
            let indices = &mut indices[..n_steps * self.batch_size];
            sampler.draw(isa, self.sampling, self.samples.len(), bundle, self.batch_size, indices);
            for step in &mut steps[..n_steps] {
                *step = self.step(bundle.step);
                bundle.step += 1;
            }
            let (x, average) = bundle.state.split_at_mut(len);
            self.samples.advance(&steps[..n_steps], indices, reals, x);
            if let Some(averaging) = self.averaging {
                averaging.update(isa, bundle.step, rows(x), rows_mut(average));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::noise::NumpyLegacy;
    use crate::parameter::{Value, defaults};

    const N: usize = 6;
    const D: usize = 3;
    const X: [f64; D] = [0.4, -1.1, 0.7];
    const STEP: f64 = 0.3;

    fn problem() -> LeastSquares {
        let mut generator = NumpyLegacy::new(2);
        let design = Matrix::new(N, D, generator.normals(N * D));
        LeastSquares::new(Dataset::new(design, generator.normals(N)), 0.9)
    }

    /// The displacements of one step from [`X`] over the given batches.
    fn displacements(batches: &[Vec<u64>]) -> Vec<[f64; D]> {
        let size = batches[0].len();
        let schedule = Schedule::constant(STEP);
        let sgd = Sgd::new(&problem(), schedule, size, Sampling::WithReplacement);
        let displace = |batch: &Vec<u64>| {
            let batches: Vec<[u64; LANES]> = batch.iter().map(|index| [*index; LANES]).collect();
            let mut x = Aligned::zeros(8 * LANES);
            x[40..43].copy_from_slice(&X); // the chain in lane 5
            let mut room = vec![0.0; batches.len() * LANES];
            sgd.samples.advance(&[sgd.step(0)], &batches, &mut room, &mut x);
            [x[40] - X[0], x[41] - X[1], x[42] - X[2]]
        };
        batches.iter().map(displace).collect()
    }

    fn pairs(distinct: bool) -> Vec<Vec<u64>> {
        let all = (0..N as u64).flat_map(|i| (0..N as u64).map(move |j| vec![i, j]));
        all.filter(|pair| !distinct || pair[0] != pair[1]).collect()
    }

    #[test]
    fn the_mean_step_is_minus_gamma_times_the_regularised_gradient() {
        let singles: Vec<Vec<u64>> = (0..N as u64).map(|i| vec![i]).collect();
        let gradient = problem().gradient(&X);
        for batches in [singles, pairs(false), pairs(true)] {
            let steps = displacements(&batches);
            for j in 0..D {
                let mean = steps.iter().map(|step| step[j]).sum::<f64>() / steps.len() as f64;
                assert!((mean + STEP * gradient[j]).abs() < 1e-14);
            }
        }
    }

    /// `Cov = gamma² C(x)`, `C = (1/B) [ (1/n) sum ∇L_i ∇L_iᵀ − ∇L ∇Lᵀ ]` with replacement.
    #[test]
    fn the_covariance_of_a_step_is_that_of_the_gradient_noise() {
        let problem = problem();
        let dataset = problem.dataset();
        let plain = LeastSquares::new(dataset.clone(), 0.0).gradient(&X);
        let mean = problem.gradient(&X);
        let steps = displacements(&pairs(false));
        for j in 0..D {
            for k in 0..D {
                let mut second = 0.0;
                for (row, b) in dataset.design.rows().zip(&dataset.response) {
                    let residual = crate::real::dot(row, &X) - b;
                    second += residual * residual * row[j] * row[k] / N as f64;
                }
                let expected = 0.09 / 2.0 * (second - plain[j] * plain[k]);
                let centred =
                    |step: &[f64; D]| (step[j] + STEP * mean[j]) * (step[k] + STEP * mean[k]);
                let found = steps.iter().map(centred).sum::<f64>() / steps.len() as f64;
                assert!((found - expected).abs() < 1e-13, "{found} vs {expected}");
            }
        }
    }

    #[test]
    fn batches_beyond_the_data_are_refused_without_replacement_only() {
        let mut parameters = defaults(PART.parameters);
        parameters.insert("batch_size".to_owned(), Value::Integer(7));
        assert!(SgdKind.check(&parameters, 6).is_empty());
        for sampling in ["without_replacement", "reshuffling"] {
            parameters.insert("sampling".to_owned(), Value::Text(sampling.to_owned()));
            assert_eq!(SgdKind.check(&parameters, 6).len(), 1);
            assert!(SgdKind.check(&parameters, 7).is_empty());
        }
    }
}
