//! A network on its data: what its parameters are, and its risk.
//!
//! ```text
//! f(x; a) = F_L(w_L, ... F_2(w_2, F_1(w_1, a))),   x = (w_1, ..., w_L)
//! L(x) = (1/n) sum_i loss(f(x; a_i), b_i)
//! ```

use std::ops::Range;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::noise::LANES;
use crate::parameter::Violation;
use crate::problem::core::Problem;
use crate::problem::network::activation::Activation;
use crate::problem::network::deep;
use crate::problem::network::dense::Dense;
use crate::problem::network::graph::Design;
use crate::problem::network::graph::design::Misfit;
use crate::problem::network::graph::nodes::Graph;
use crate::problem::network::labels;
use crate::problem::network::layer::{Layer as _, Row};
use crate::problem::network::loss::Loss;
use crate::problem::network::pass::n_room;
use crate::problem::quadratic::GradientNoise;
use crate::real;

/// Parameters at most: a vector of sixteen chains then takes 256 MiB.
const MAX_PARAMETERS: usize = 1 << 21;

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

/// Noise that is added to the gradient of the mean loss over all samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AddedNoise {
    /// Scale `sigma ≥ 0` of the noise on each coordinate.
    pub std: f64,
    /// Its law.
    pub law: GradientNoise,
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
    /// First to last; none if the design is no perceptron.
    pub(crate) layers: Vec<Dense>,
    /// The same network, or one of another design, as a graph.
    pub(crate) graph: Arc<Graph>,
    /// Noise of full gradients; without it gradients are those of batches.
    noise: Option<AddedNoise>,
    /// Why the design does not fit the data.
    misfit: Option<Misfit>,
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
        let design = Design::Perceptron { hidden: hidden.clone(), activation: *activation };
        Network::designed(dataset, &design, *loss)
    }

    /// The network of any design on `dataset`; [`Problem::check`] says whether it fits.
    #[must_use]
    pub fn designed(dataset: Dataset, design: &Design, loss: Loss) -> Network {
        let n_outputs = labels::n_outputs(loss, &dataset.response);
        let n_features = dataset.n_columns();
        let (graph, misfit) = match design.graph(n_features, n_outputs) {
            Ok(graph) => (graph, None),
            Err(misfit) => (Graph::new(n_features), Some(misfit)),
        };
        let layers = match design {
            Design::Perceptron { hidden, activation } => {
                dense(n_features, hidden, *activation, n_outputs)
            }
            _ => Vec::new(),
        };
        let (mut offsets, mut starts) = (vec![0], vec![0, dataset.n_columns()]);
        for layer in &layers {
            offsets.push(offsets[offsets.len() - 1] + layer.n_parameters());
            starts.push(starts[starts.len() - 1] + layer.n_outputs);
        }
        let graph = Arc::new(graph);
        Network { dataset, loss, layers, graph, noise: None, misfit, offsets, starts }
    }

    /// The same network, whose gradients are those of all samples with noise added to them.
    #[must_use]
    pub fn with_noise(self, noise: AddedNoise) -> Network {
        Network { noise: Some(noise), ..self }
    }

    /// The noise that is added to full gradients; none if gradients are those of batches.
    #[must_use]
    pub fn noise(&self) -> Option<AddedNoise> {
        self.noise
    }

    /// The data.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Whether it is made of fully connected layers alone, which have a pass of their own.
    pub(crate) fn is_perceptron(&self) -> bool {
        !self.layers.is_empty()
    }

    /// The layers of a perceptron, first to last; none of other designs.
    #[must_use]
    pub fn layers(&self) -> &[Dense] {
        &self.layers
    }

    /// Indices of the weights of the layer `idx`, from 0, without its biases; empty if there is none.
    #[must_use]
    pub fn weights(&self, idx: usize) -> Range<usize> {
        self.graph.weights(idx)
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
        if !self.is_perceptron() {
            deep::full_gradient(self, &parameters, &mut gradient);
            return gradient.iter().map(|row| row[0]).collect();
        }
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
        self.graph.n_parameters()
    }

    /// The mean loss over all samples.
    ///
    /// # Panics
    /// If there is not one number for each parameter.
    fn risk(&self, x: &[f64]) -> f64 {
        assert_eq!(x.len(), self.dim(), "one number for each parameter");
        let (parameters, n) = (splat(x), self.dataset.n_rows());
        if !self.is_perceptron() {
            return deep::risk(self, &parameters);
        }
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
        self.graph.write_start_scales(&mut scales);
        Some(scales)
    }

    fn check(&self) -> Vec<Violation> {
        let mut violations: Vec<Violation> =
            labels::check(self.loss, &self.dataset.response).into_iter().collect();
        if let Some(Misfit { parameter, message, remedy }) = self.misfit.clone() {
            violations.push(Violation { parameter, message, remedy: remedy.to_owned() });
        }
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

/// Fully connected layers, the last one without activation.
fn dense(
    mut n_inputs: usize,
    hidden: &[usize],
    activation: Activation,
    n_outputs: usize,
) -> Vec<Dense> {
    let mut layers = Vec::with_capacity(hidden.len() + 1);
    for &n_outputs in hidden {
        layers.push(Dense { n_inputs, n_outputs, activation });
        n_inputs = n_outputs;
    }
    layers.push(Dense { n_inputs, n_outputs, activation: Activation::Identity });
    layers
}

/// The same parameters for eight samples.
pub(crate) fn splat(x: &[f64]) -> Vec<Row> {
    x.iter().map(|x| [*x; 8]).collect()
}

/// Eight samples from `first` on, and how many of them there are; the last one stands in for others.
pub(crate) fn eight(first: usize, n: usize) -> ([u64; 8], usize) {
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
