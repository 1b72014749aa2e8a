//! Growth rates of moments by a population that is resampled in proportion to its weights.
//!
//! ```text
//! Lambda = lim t⁻¹ ln E exp(sum of log weights along a walk)
//! ```
//!
//! Weights are gathered until their effective number falls below half of the population; then it is
//! resampled, and the logarithm of the mean weight is a term of the estimate.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;

/// A Markov chain of directions with a weight for each step.
pub trait Walk {
    /// Length of a point.
    fn dim(&self) -> usize;

    /// Time that a step takes, in iterations.
    fn duration(&self) -> f64;

    /// Sets `point`, `[dim]`, to where particle number `particle` starts.
    fn start(&self, particle: usize, point: &mut [f64]);

    /// Number of standard normal variates that a step takes.
    fn n_normals(&self) -> usize;

    /// Moves `point`, `[dim]`, by one step, with its `normals`, `[n_normals]`, and other random
    /// numbers of `stream`; returns the logarithm of the weight of the step, finite.
    fn step(&self, point: &mut [f64], normals: &[f64], stream: &mut Stream) -> f64;
}

/// Size of a Monte Carlo estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    /// Particles of a population, at least 1.
    pub n_particles: usize,
    /// Steps that are left out at the start.
    pub n_burn_in: usize,
    /// Steps that count, at least 1.
    pub n_steps: usize,
    /// Independent populations, at least 2.
    pub n_replicates: usize,
}

/// A growth rate and its standard error, per iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// The mean over replicates.
    pub rate: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The growth rate of the weights of `walk`.
///
/// # Accuracy
/// The standard error is that of independent replicates. It does not hold the bias of a finite
/// population, of order `1/n_particles`, of which the part from single weights is taken off, nor
/// that of a finite burn-in.
///
/// # Source
/// Del Moral, "Feynman–Kac Formulae", 2004, chapter 11; systematic resampling.
#[must_use]
pub fn growth_rate(walk: &impl Walk, population: &Population, key: StreamKey) -> Growth {
    let n = population.n_replicates;
    let rates: Vec<f64> =
        (0..n).map(|idx| replicate(walk, population, key.derive(idx as u64))).collect();
    let rate = real::sum(&rates) / n as f64;
    let squares: Vec<f64> = rates.iter().map(|x| (x - rate) * (x - rate)).collect();
    let variance = real::sum(&squares) / (n as f64 - 1.0);
    Growth { rate, standard_error: (variance / n as f64).sqrt() }
}

/// The growth rate of one population.
fn replicate(walk: &impl Walk, population: &Population, key: StreamKey) -> f64 {
    let (n, dim) = (population.n_particles, walk.dim());
    let mut points = vec![0.0; n * dim];
    let n_normals = walk.n_normals();
    let mut normals = vec![0.0; n * n_normals];
    let mut noise = Stream::new(key, 0, Purpose::Brownian);
    let mut stream = Stream::new(key, 0, Purpose::Batch);
    let mut choice = Stream::new(key, 0, Purpose::Bootstrap);
    for (idx, point) in points.chunks_exact_mut(dim).enumerate() {
        walk.start(idx, point);
    }
    let mut log_weights = vec![0.0; n];
    let mut total = 0.0;
    let last = population.n_burn_in + population.n_steps;
    for step in 1..=last {
        noise.fill_normals(&mut normals);
        for (idx, point) in points.chunks_exact_mut(dim).enumerate() {
            let normals = &normals[idx * n_normals..(idx + 1) * n_normals];
            log_weights[idx] += walk.step(point, normals, &mut stream);
        }
        let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = log_weights.iter().map(|w| real::exp(w - largest)).collect();
        let sum = real::sum(&weights);
        // n/(effective number) is 1 plus the squared variation of the weights.
        let poverty = n as f64 * real::dot(&weights, &weights) / (sum * sum);
        if poverty > 2.0 || step == population.n_burn_in || step == last {
            if step > population.n_burn_in {
                // The second term takes the bias of a logarithm of a mean off.
                total += largest + real::ln(sum / n as f64) + 0.5 * (poverty - 1.0) / n as f64;
            }
            points = resampled(&points, dim, &weights, sum, choice.uniform());
            log_weights.fill(0.0);
        }
    }
    total / (population.n_steps as f64 * walk.duration())
}

/// As many points as there are, each as often as its share of the weights demands.
fn resampled(points: &[f64], dim: usize, weights: &[f64], sum: f64, offset: f64) -> Vec<f64> {
    let spacing = sum / weights.len() as f64;
    let mut chosen = Vec::with_capacity(points.len());
    let (mut idx, mut reached) = (0, weights[0]);
    for k in 0..weights.len() {
        let target = (k as f64 + offset) * spacing;
        while reached < target && idx + 1 < weights.len() {
            idx += 1;
            reached += weights[idx];
        }
        chosen.extend_from_slice(&points[idx * dim..(idx + 1) * dim]);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states; each step moves to the other with probability 0.3 and multiplies by the weight of
    /// the state that is left.
    struct TwoStates;

    impl Walk for TwoStates {
        fn dim(&self) -> usize {
            1
        }

        fn duration(&self) -> f64 {
            0.5
        }

        fn start(&self, particle: usize, point: &mut [f64]) {
            point[0] = (particle % 2) as f64;
        }

        fn n_normals(&self) -> usize {
            0
        }

        fn step(&self, point: &mut [f64], _normals: &[f64], stream: &mut Stream) -> f64 {
            let weight = if point[0] == 0.0 { 2.0 } else { 0.5 };
            if stream.uniform() < 0.3 {
                point[0] = 1.0 - point[0];
            }
            real::ln(weight)
        }
    }

    #[test]
    fn growth_of_two_states_is_their_matrix_s() {
        // Matrix (1.4, 0.6; 0.15, 0.35): trace 1.75, determinant 0.4.
        let radius = f64::midpoint(1.75, (1.75_f64 * 1.75 - 1.6).sqrt());
        let population =
            Population { n_particles: 2000, n_burn_in: 20, n_steps: 400, n_replicates: 8 };
        let found = growth_rate(&TwoStates, &population, StreamKey(1));
        let expected = real::ln(radius) / 0.5;
        assert!(found.standard_error < 2e-3, "{found:?}");
        assert!((found.rate - expected).abs() < 5.0 * found.standard_error, "{found:?} {expected}");
    }
}
