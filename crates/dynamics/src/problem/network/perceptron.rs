//! A network on its data: what its parameters are, and its risk.
//!
//! ```text
//! f(x; a) = F_L(w_L, ... F_2(w_2, F_1(w_1, a))),   x = (w_1, ..., w_L)
//! L(x) = (1/n) sum_i loss(f(x; a_i), b_i)
//! ```

use std::ops::Range;

use crate::dataset::Dataset;
use crate::noise::LANES;
use crate::parameter::Violation;
use crate::problem::core::Problem;
use crate::problem::network::activation::Activation;
use crate::problem::network::dense::Dense;
use crate::problem::network::labels;
use crate::problem::network::layer::{Layer as _, Row};
use crate::problem::network::loss::Loss;
use crate::problem::network::pass::n_room;
use crate::real;

/// Parameters at most: a vector of sixteen chains then takes 128 MiB.
const MAX_PARAMETERS: usize = 1 << 20;

/// What a network is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Numbers of neurons of the hidden layers, all positive; none for a linear model.
    pub hidden: Vec<usize>,
    /// The activation of hidden neurons; outputs have none.
    pub activation: Activation,
    /// The loss of one sample.
    pub loss: Loss,
}

/// Layers of neurons on a data set; the parameters are those of its layers, first to last.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4, Figure 2, for two hidden layers of 64 sigmoid
/// neurons.
#[derive(Clone, Debug)]
pub struct Network {
    /// The data.
    pub(crate) dataset: Dataset,
    /// The loss of one sample.
    pub(crate) loss: Loss,
    /// First to last.
    pub(crate) layers: Vec<Dense>,
    /// Index of the first parameter of each layer, and of the end.
    pub(crate) offsets: Vec<usize>,
    /// Where the inputs of each layer stand among all values of a pass, and their end.
    pub(crate) starts: Vec<usize>,
}

impl Network {
    /// The network on `dataset`.
    #[must_use]
    pub fn new(dataset: Dataset, architecture: &Architecture) -> Network {
        let Architecture { hidden, activation, loss } = architecture;
        let n_outputs = labels::n_outputs(*loss, &dataset.response);
        let mut layers = Vec::with_capacity(hidden.len() + 1);
        let mut n_inputs = dataset.n_columns();
        for &n_outputs in hidden {
            layers.push(Dense { n_inputs, n_outputs, activation: *activation });
            n_inputs = n_outputs;
        }
        layers.push(Dense { n_inputs, n_outputs, activation: Activation::Identity });
        let (mut offsets, mut starts) = (vec![0], vec![0, dataset.n_columns()]);
        for layer in &layers {
            offsets.push(offsets[offsets.len() - 1] + layer.n_parameters());
            starts.push(starts[starts.len() - 1] + layer.n_outputs);
        }
        Network { dataset, loss: *loss, layers, offsets, starts }
    }

    /// The data.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The layers, first to last.
    #[must_use]
    pub fn layers(&self) -> &[Dense] {
        &self.layers
    }

    /// Indices of the weights of the layer `idx`, from 0, without its biases; empty if there is none.
    #[must_use]
    pub fn weights(&self, idx: usize) -> Range<usize> {
        let first = self.offsets.get(idx).copied().unwrap_or(0);
        first..first + self.layers.get(idx).map_or(0, Dense::n_weights)
    }

    /// The gradient of the risk at `x`, `[d]`.
    ///
    /// # Panics
    /// If there is not one number for each parameter.
    #[must_use]
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.dim(), "one number for each parameter");
        let (parameters, n) = (splat(x), self.dataset.n_rows());
        let mut room = vec![[0.0; 8]; n_room(self)];
        let mut sums = vec![0.0; self.dim()];
        let mut gradient = vec![[0.0; 8]; self.dim()];
        for first in (0..n).step_by(8) {
            let (indices, n_samples) = eight(first, n);
            gradients(self, &parameters, indices, &mut room, &mut gradient);
            for (sum, row) in sums.iter_mut().zip(&gradient) {
                *sum += real::sum(&row[..n_samples]);
            }
        }
        sums.iter().map(|sum| sum / n as f64).collect()
    }
}

impl Problem for Network {
    fn dim(&self) -> usize {
        self.offsets[self.layers.len()]
    }

    /// The mean loss over all samples.
    ///
    /// # Panics
    /// If there is not one number for each parameter.
    fn risk(&self, x: &[f64]) -> f64 {
        assert_eq!(x.len(), self.dim(), "one number for each parameter");
        let (parameters, n) = (splat(x), self.dataset.n_rows());
        let mut room = vec![[0.0; 8]; n_room(self)];
        let mut losses = Vec::with_capacity(n);
        for first in (0..n).step_by(8) {
            let (indices, n_samples) = eight(first, n);
            let of_samples = self.losses(&parameters, indices, &mut room);
            losses.extend_from_slice(&of_samples[..n_samples]);
        }
        real::sum(&losses) / n as f64
    }

    /// None is known.
    fn minimiser(&self) -> &[f64] {
        &[]
    }

    fn start_scales(&self) -> Option<Vec<f64>> {
        let mut scales = vec![0.0; self.dim()];
        for (layer, range) in self.layers.iter().zip(self.offsets.windows(2)) {
            layer.write_start_scales(&mut scales[range[0]..range[1]]);
        }
        Some(scales)
    }

    fn check(&self) -> Vec<Violation> {
        let mut violations: Vec<Violation> =
            labels::check(self.loss, &self.dataset.response).into_iter().collect();
        if self.dim() > MAX_PARAMETERS {
            violations.push(Violation {
                parameter: "hidden",
                message: format!(
                    "the network has {} parameters; at most {MAX_PARAMETERS} of {LANES} chains are \
                     kept in memory",
                    self.dim()
                ),
                remedy: "take fewer neurons".to_owned(),
            });
        }
        violations
    }
}

/// The same parameters for eight samples.
fn splat(x: &[f64]) -> Vec<Row> {
    x.iter().map(|x| [*x; 8]).collect()
}

/// Eight samples from `first` on, and how many of them there are; the last one stands in for others.
fn eight(first: usize, n: usize) -> ([u64; 8], usize) {
    (std::array::from_fn(|i| (first + i).min(n - 1) as u64), (n - first).min(8))
}

/// The gradients at single samples.
fn gradients(
    network: &Network,
    parameters: &[Row],
    indices: [u64; 8],
    room: &mut [Row],
    out: &mut [Row],
) {
    let mut batch = [0; LANES];
    batch[..8].copy_from_slice(&indices);
    network.batch_gradient(parameters, &[batch], 0, room, out);
}

#[cfg(test)]
pub(crate) mod tests;
