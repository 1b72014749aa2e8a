//! Values made of several others without parameters: maxima over squares of pixels, means over
//! positions, rearrangements, activations.

use crate::problem::network::activation::Activation;
use crate::problem::network::graph::operation::{Backward, Operation, activate, add, deactivate};
use crate::problem::network::layer::Row;

/// The largest of each 2 by 2 pixels of each channel; a last odd row or column is left out, as in
/// `PyTorch`. Of equal pixels the first one has the derivative.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxPool {
    /// Channels.
    pub(crate) n_channels: usize,
    /// Rows of the image.
    pub(crate) height: usize,
    /// Pixels of a row.
    pub(crate) width: usize,
}

impl MaxPool {
    /// Calls `visit` with the index of each output and of its four inputs.
    fn squares(&self, mut visit: impl FnMut(usize, [usize; 4])) {
        let (height, width) = (self.height / 2, self.width / 2);
        for channel in 0..self.n_channels {
            for y in 0..height {
                for x in 0..width {
                    let first = (channel * self.height + 2 * y) * self.width + 2 * x;
                    let below = first + self.width;
                    visit((channel * height + y) * width + x, [first, first + 1, below, below + 1]);
                }
            }
        }
    }
}

impl Operation for MaxPool {
    fn n_inputs(&self) -> usize {
        self.n_channels * self.height * self.width
    }

    fn n_outputs(&self) -> usize {
        self.n_channels * (self.height / 2) * (self.width / 2)
    }

    fn forward(&self, _: &[Row], inputs: &[Row], outputs: &mut [Row], _: &mut [Row], n: usize) {
        self.squares(|output, square| {
            for sample in 0..n {
                let mut largest = inputs[square[0] * n + sample];
                for pixel in &square[1..] {
                    for (largest, value) in largest.iter_mut().zip(inputs[pixel * n + sample]) {
                        // What is no number stays so.
                        if value > *largest || value.is_nan() {
                            *largest = value;
                        }
                    }
                }
                outputs[output * n + sample] = largest;
            }
        });
    }

    fn backward(&self, pass: Backward<'_>) {
        let Some(input_deltas) = pass.input_deltas else { return };
        let n = pass.n_samples;
        self.squares(|output, square| {
            for sample in 0..n {
                let place = output * n + sample;
                for lane in 0..8 {
                    let is_it = |pixel: &&usize| {
                        pass.inputs[**pixel * n + sample][lane] == pass.outputs[place][lane]
                    };
                    if let Some(pixel) = square.iter().find(is_it) {
                        input_deltas[pixel * n + sample][lane] += pass.deltas[place][lane];
                    }
                }
            }
        });
    }
}

/// The mean of each channel over its positions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    /// Channels.
    pub(crate) n_channels: usize,
    /// Positions.
    pub(crate) n_positions: usize,
}

impl Operation for Mean {
    fn n_inputs(&self) -> usize {
        self.n_channels * self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.n_channels
    }

    fn forward(&self, _: &[Row], inputs: &[Row], outputs: &mut [Row], _: &mut [Row], n: usize) {
        let channels = inputs.chunks_exact(self.n_positions * n);
        for (outputs, channel) in outputs.chunks_exact_mut(n).zip(channels) {
            outputs.fill([0.0; 8]);
            for position in channel.chunks_exact(n) {
                add(outputs, position);
            }
            for value in outputs.as_flattened_mut() {
                *value /= self.n_positions as f64;
            }
        }
    }

    fn backward(&self, pass: Backward<'_>) {
        let Some(input_deltas) = pass.input_deltas else { return };
        let n = pass.n_samples;
        let channels = input_deltas.chunks_exact_mut(self.n_positions * n);
        for (deltas, channel) in pass.deltas.chunks_exact_mut(n).zip(channels) {
            for delta in deltas.as_flattened_mut() {
                *delta /= self.n_positions as f64;
            }
            for position in channel.chunks_exact_mut(n) {
                add(position, deltas);
            }
        }
    }
}

/// The value `j` is the value `map[j]` of the inputs.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    /// Values of a sample that come in.
    pub(crate) n_inputs: usize,
    /// Which of them go out, each below `n_inputs`.
    pub(crate) map: Vec<usize>,
}

impl Operation for Select {
    fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    fn n_outputs(&self) -> usize {
        self.map.len()
    }

    fn forward(&self, _: &[Row], inputs: &[Row], outputs: &mut [Row], _: &mut [Row], n: usize) {
        for (outputs, input) in outputs.chunks_exact_mut(n).zip(&self.map) {
            outputs.copy_from_slice(&inputs[input * n..][..n]);
        }
    }

    fn backward(&self, pass: Backward<'_>) {
        let Some(input_deltas) = pass.input_deltas else { return };
        let n = pass.n_samples;
        for (deltas, input) in pass.deltas.chunks_exact(n).zip(&self.map) {
            add(&mut input_deltas[input * n..][..n], deltas);
        }
    }
}

/// An activation of each value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activated {
    /// Values of a sample.
    pub(crate) len: usize,
    /// The activation.
    pub(crate) activation: Activation,
}

impl Operation for Activated {
    fn n_inputs(&self) -> usize {
        self.len
    }

    fn n_outputs(&self) -> usize {
        self.len
    }

    fn forward(&self, _: &[Row], inputs: &[Row], outputs: &mut [Row], _: &mut [Row], _: usize) {
        outputs.copy_from_slice(inputs);
        activate(self.activation, outputs);
    }

    fn backward(&self, pass: Backward<'_>) {
        deactivate(self.activation, pass.outputs, pass.deltas);
        if let Some(input_deltas) = pass.input_deltas {
            add(input_deltas, pass.deltas);
        }
    }
}
