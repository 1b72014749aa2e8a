//! Passes through a network, forwards and backwards, of eight chains at samples of their own.
//!
//! Room for a pass is `[n_room]` rows: the inputs and the outputs of each layer, then two vectors of
//! derivatives by outputs of a layer.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::LANES;
use crate::problem::network::deep;
use crate::problem::network::layer::{Layer as _, Row};
use crate::problem::network::perceptron::Network;
use crate::simd::{Isa, Kernel, dispatch};

/// Rows that a pass through `network` takes.
pub(crate) fn n_room(network: &Network) -> usize {
    network.n_values() + 2 * network.width()
}

impl Network {
    /// Inputs and outputs of all layers.
    pub(crate) fn n_values(&self) -> usize {
        self.starts[self.layers.len() + 1]
    }

    /// Outputs of the widest layer.
    pub(crate) fn width(&self) -> usize {
        self.layers.iter().map(|layer| layer.n_outputs).max().unwrap_or(0)
    }

    /// The losses of eight chains at the samples `indices`.
    pub(crate) fn losses(&self, parameters: &[Row], indices: [u64; 8], room: &mut [Row]) -> Row {
        dispatch(Losses { network: self, parameters, indices, room })
    }

    /// Writes the mean gradient over the samples `batch`, `[B, LANES]`, to `out`, `[d]`, for the first
    /// or the second `half` of the chains, whose `parameters` are `[d]`.
    ///
    /// It is compiled once for all models.
    #[inline(never)]
    pub(crate) fn batch_gradient(
        &self,
        parameters: &[Row],
        batch: &[[u64; LANES]],
        half: usize,
        room: &mut [Row],
        out: &mut [Row],
    ) {
        if self.is_perceptron() {
            dispatch(Gradient { network: self, parameters, batch, half, room, out });
            return;
        }
        let sample = |k: usize| batch[k].as_chunks::<8>().0[half];
        deep::gradient(self, parameters, batch.len(), sample, out);
    }

    /// Takes steps of SGD of the sizes `steps` over the single samples `indices`, `[steps, LANES]`, for
    /// the first or the second `half` of the chains, whose `parameters` are `[d]`.
    #[inline(never)]
    pub(crate) fn descend(
        &self,
        steps: &[f64],
        indices: &[[u64; LANES]],
        half: usize,
        room: &mut [Row],
        parameters: &mut [Row],
    ) {
        dispatch(Descend { network: self, steps, indices, half, room, parameters });
    }

    /// Writes the features of eight samples to `inputs`, `[d]`, and returns their responses.
    #[inline(always)]
    fn gather(&self, indices: &[u64; 8], inputs: &mut [Row]) -> Row {
        let rows = indices.map(|index| self.dataset.design.row(index as usize));
        for (j, input) in inputs.iter_mut().enumerate() {
            for (value, row) in input.iter_mut().zip(rows) {
                *value = row[j];
            }
        }
        indices.map(|index| self.dataset.response[index as usize])
    }

    /// The pass forwards: features and responses of the samples, then the outputs of each layer.
    #[inline(always)]
    pub(crate) fn forward<S: Isa>(
        &self,
        isa: S,
        parameters: &[Row],
        indices: &[u64; 8],
        values: &mut [Row],
    ) -> Row {
        let responses = self.gather(indices, &mut values[..self.starts[1]]);
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, after) = values.split_at_mut(self.starts[l + 1]);
            let parameters = &parameters[self.offsets[l]..self.offsets[l + 1]];
            let inputs = &before[self.starts[l]..];
            layer.forward(isa, parameters, inputs, &mut after[..layer.n_outputs]);
        }
        responses
    }

    /// The outputs of the layer `l`.
    pub(crate) fn outputs<'a>(&self, l: usize, values: &'a [Row]) -> &'a [Row] {
        &values[self.starts[l + 1]..self.starts[l + 2]]
    }

    /// The inputs of the layer `l`.
    pub(crate) fn inputs<'a>(&self, l: usize, values: &'a [Row]) -> &'a [Row] {
        &values[self.starts[l]..self.starts[l + 1]]
    }

    /// Writes the derivatives of the loss, times `weight`, by the outputs of the last layer.
    #[inline(always)]
    fn begin<S: Isa>(
        &self,
        isa: S,
        weight: f64,
        values: &[Row],
        responses: &Row,
        deltas: &mut [Row],
    ) {
        let last = self.layers.len() - 1;
        let deltas = &mut deltas[..self.layers[last].n_outputs];
        self.loss.differentiate(isa, weight, self.outputs(last, values), responses, deltas);
    }
}

/// [`Network::losses`]
struct Losses<'a> {
    network: &'a Network,
    parameters: &'a [Row],
    indices: [u64; 8],
    room: &'a mut [Row],
}

impl Kernel for Losses<'_> {
    type Output = Row;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Row {
        let Losses { network, parameters, indices, room } = self;
        let values = &mut room[..network.n_values()];
        let responses = network.forward(isa, parameters, &indices, values);
        let outputs = network.outputs(network.layers.len() - 1, values);
        network.loss.value(isa, outputs, &responses)
    }
}

/// [`Network::batch_gradient`]
struct Gradient<'a> {
    network: &'a Network,
    parameters: &'a [Row],
    batch: &'a [[u64; LANES]],
    half: usize,
    room: &'a mut [Row],
    out: &'a mut [Row],
}

impl Kernel for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Gradient { network, parameters, batch, half, room, out } = self;
        let (values, room) = room.split_at_mut(network.n_values());
        let (mut deltas, mut others) = room.split_at_mut(network.width());
        let weight = 1.0 / batch.len() as f64;
        for (b, indices) in batch.iter().enumerate() {
            let indices = &indices.as_chunks::<8>().0[half];
            let responses = network.forward(isa, parameters, indices, values);
            network.begin(isa, weight, values, &responses, deltas);
            for (l, layer) in network.layers.iter().enumerate().rev() {
                let range = network.offsets[l]..network.offsets[l + 1];
                let own = &mut deltas[..layer.n_outputs];
                layer.enter(isa, network.outputs(l, values), own);
                let inputs = network.inputs(l, values);
                if l > 0 {
                    let input_deltas = &mut others[..layer.n_inputs];
                    layer.transpose(isa, &parameters[range.clone()], own, input_deltas);
                }
                layer.gradient(isa, inputs, own, b > 0, &mut out[range]);
                std::mem::swap(&mut deltas, &mut others);
            }
        }
    }
}

/// [`Network::descend`]
struct Descend<'a> {
    network: &'a Network,
    steps: &'a [f64],
    indices: &'a [[u64; LANES]],
    half: usize,
    room: &'a mut [Row],
    parameters: &'a mut [Row],
}

impl Kernel for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Descend { network, steps, indices, half, room, parameters } = self;
        let (values, room) = room.split_at_mut(network.n_values());
        let (mut deltas, mut others) = room.split_at_mut(network.width());
        for (step, indices) in steps.iter().zip(indices) {
            let indices = &indices.as_chunks::<8>().0[half];
            let responses = network.forward(isa, parameters, indices, values);
            network.begin(isa, 1.0, values, &responses, deltas);
            for (l, layer) in network.layers.iter().enumerate().rev() {
                let own = &mut deltas[..layer.n_outputs];
                layer.enter(isa, network.outputs(l, values), own);
                let inputs = network.inputs(l, values);
                let parameters = &mut parameters[network.offsets[l]..network.offsets[l + 1]];
                let input_deltas = if l > 0 { others.get_mut(..layer.n_inputs) } else { None };
                layer.descend(isa, *step, inputs, own, input_deltas, parameters);
                std::mem::swap(&mut deltas, &mut others);
            }
        }
    }
}
