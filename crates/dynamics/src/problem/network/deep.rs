//! Losses and gradients of a network by its graph, some samples at a time.

use crate::problem::network::graph::nodes::Memory;
use crate::problem::network::layer::Row;
use crate::problem::network::loss::Loss;
use crate::problem::network::perceptron::Network;
use crate::real;
use crate::simd::{Isa, Kernel, dispatch};

/// Writes the gradient of the mean loss over all samples, of eight chains with the parameters
/// `[d]`, to `out`, `[d]`.
pub(crate) fn full_gradient(network: &Network, parameters: &[Row], out: &mut [Row]) {
    let sample = |idx: usize| [idx as u64; 8];
    gradient(network, parameters, network.dataset.n_rows(), sample, out);
}

/// Writes the mean gradient over `n` samples to `out`, `[d]`; `sample` gives the index of the
/// `k`-th one of each of eight chains.
pub(crate) fn gradient(
    network: &Network,
    parameters: &[Row],
    n: usize,
    sample: impl Fn(usize) -> [u64; 8],
    out: &mut [Row],
) {
    let graph = &network.graph;
    let together = graph.n_together();
    let mut memory = graph.memory(together);
    let (weight, loss) = (1.0 / n as f64, network.loss);
    out.fill([0.0; 8]);
    for first in (0..n).step_by(together) {
        let indices: Vec<[u64; 8]> = (first..n.min(first + together)).map(&sample).collect();
        outputs_at(network, parameters, &indices, &mut memory);
        let responses = responses_at(network, &indices);
        graph.backward(parameters, &mut memory, out, |outputs, deltas| {
            let samples = Samples { loss, weight, outputs, responses: &responses };
            dispatch(Slopes(samples, deltas));
        });
    }
}

/// The losses of eight chains at `indices`, whose number is that of samples that pass together at
/// most.
fn losses_at(
    network: &Network,
    parameters: &[Row],
    indices: &[[u64; 8]],
    memory: &mut Memory,
) -> Vec<Row> {
    let mut losses = vec![[0.0; 8]; indices.len()];
    let responses = responses_at(network, indices);
    let outputs = outputs_at(network, parameters, indices, memory);
    let samples = Samples { loss: network.loss, weight: 1.0, outputs, responses: &responses };
    dispatch(Values(samples, &mut losses));
    losses
}

/// The mean loss over all samples, eight of them in the place of eight chains.
pub(crate) fn risk(network: &Network, parameters: &[Row]) -> f64 {
    let (n, together) = (network.dataset.n_rows(), network.graph.n_together());
    let mut memory = network.graph.memory(together);
    let mut losses = Vec::with_capacity(n.next_multiple_of(8));
    for first in (0..n).step_by(8 * together) {
        let last = n.min(first + 8 * together);
        let eights = (first..last).step_by(8);
        // The last sample stands in for those that there are not.
        let indices: Vec<[u64; 8]> =
            eights.map(|first| std::array::from_fn(|i| (first + i).min(n - 1) as u64)).collect();
        losses.extend(losses_at(network, parameters, &indices, &mut memory));
    }
    real::sum(&losses.as_flattened()[..n]) / n as f64
}

fn outputs_at<'m>(
    network: &Network,
    parameters: &[Row],
    indices: &[[u64; 8]],
    memory: &'m mut Memory,
) -> &'m [Row] {
    let n = indices.len();
    network.graph.forward(parameters, n, memory, |features| {
        for (sample, indices) in indices.iter().enumerate() {
            for (lane, index) in indices.iter().enumerate() {
                let row = network.dataset.design.row(*index as usize);
                for (feature, value) in row.iter().enumerate() {
                    features[feature * n + sample][lane] = *value;
                }
            }
        }
    })
}

fn responses_at(network: &Network, indices: &[[u64; 8]]) -> Vec<Row> {
    let of = |indices: &[u64; 8]| indices.map(|index| network.dataset.response[index as usize]);
    indices.iter().map(of).collect()
}

/// Outputs, `[n_outputs, n]`, of `n` samples and their responses.
#[derive(Clone, Copy)]
struct Samples<'a> {
    loss: Loss,
    weight: f64,
    outputs: &'a [Row],
    responses: &'a [Row],
}

impl Samples<'_> {
    /// The outputs of one sample.
    fn outputs_of(&self, sample: usize) -> Vec<Row> {
        self.outputs.iter().skip(sample).step_by(self.responses.len()).copied().collect()
    }
}

/// The losses of samples.
struct Values<'a>(Samples<'a>, &'a mut [Row]);

impl Kernel for Values<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]
    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Values(samples, losses) = self;
        for (sample, loss) in losses.iter_mut().enumerate() {
            let outputs = samples.outputs_of(sample);
            *loss = samples.loss.value(isa, &outputs, &samples.responses[sample]);
        }
    }
}

/// Their derivatives by the outputs.
struct Slopes<'a>(Samples<'a>, &'a mut [Row]);

impl Kernel for Slopes<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]
    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Slopes(samples, deltas) = self;
        let n = samples.responses.len();
        for (sample, response) in samples.responses.iter().enumerate() {
            let outputs = samples.outputs_of(sample);
            let mut slopes = outputs.clone();
            samples.loss.differentiate(isa, samples.weight, &outputs, response, &mut slopes);
            for (slope, delta) in slopes.iter().zip(deltas.iter_mut().skip(sample).step_by(n)) {
                *delta = *slope;
            }
        }
    }
}
