//! Vectors for symbols and for positions.
//!
//! ```text
//! y_ic = E_{u_c, i},   y_ic = u_ic + w_ic
//! ```

use std::ops::Range;

use crate::problem::network::graph::operation::{Backward, Operation, add};
use crate::problem::network::layer::Row;

/// A vector for each symbol: its inputs are numbers of symbols, its parameters `E`,
/// `[n_symbols, width]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedding {
    /// Symbols 0, 1, 2, ...; a number beyond them counts as the last one.
    pub(crate) n_symbols: usize,
    /// Channels.
    pub(crate) width: usize,
    /// Positions.
    pub(crate) n_positions: usize,
}

impl Embedding {
    fn symbol(&self, input: f64) -> usize {
        (input as usize).min(self.n_symbols - 1)
    }
}

impl Operation for Embedding {
    fn n_inputs(&self) -> usize {
        self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.width * self.n_positions
    }

    fn n_parameters(&self) -> usize {
        self.n_symbols * self.width
    }

    fn weights(&self) -> Range<usize> {
        0..self.n_symbols * self.width
    }

    /// `1/sqrt(width)`, so that a vector has the length one in the mean.
    fn write_start_scales(&self, out: &mut [f64]) {
        out.fill(1.0 / (self.width as f64).sqrt());
    }

    fn forward(
        &self,
        parameters: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        _: &mut [Row],
        n_samples: usize,
    ) {
        let n_columns = self.n_positions * n_samples;
        for (column, input) in inputs.iter().enumerate() {
            for (lane, input) in input.iter().enumerate() {
                let first = self.symbol(*input) * self.width;
                for channel in 0..self.width {
                    let value = parameters[first + channel][lane];
                    outputs[channel * n_columns + column][lane] = value;
                }
            }
        }
    }

    fn backward(&self, pass: Backward<'_>) {
        let n_columns = self.n_positions * pass.n_samples;
        for (column, input) in pass.inputs.iter().enumerate() {
            for (lane, input) in input.iter().enumerate() {
                let first = self.symbol(*input) * self.width;
                for channel in 0..self.width {
                    let delta = pass.deltas[channel * n_columns + column][lane];
                    pass.gradient[first + channel][lane] += delta;
                }
            }
        }
    }
}

/// A parameter that is added to each value: a vector for each position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shift {
    /// Channels.
    pub(crate) n_channels: usize,
    /// Positions.
    pub(crate) n_positions: usize,
}

impl Operation for Shift {
    fn n_inputs(&self) -> usize {
        self.n_channels * self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.n_channels * self.n_positions
    }

    fn n_parameters(&self) -> usize {
        self.n_channels * self.n_positions
    }

    /// `1/sqrt(n_channels)`
    fn write_start_scales(&self, out: &mut [f64]) {
        out.fill(1.0 / (self.n_channels as f64).sqrt());
    }

    fn forward(
        &self,
        parameters: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        _: &mut [Row],
        n_samples: usize,
    ) {
        let inputs = inputs.chunks_exact(n_samples);
        let values = outputs.chunks_exact_mut(n_samples).zip(inputs).zip(parameters);
        for ((outputs, inputs), parameter) in values {
            outputs.fill(*parameter);
            add(outputs, inputs);
        }
    }

    fn backward(&self, pass: Backward<'_>) {
        let deltas = pass.deltas.chunks_exact(pass.n_samples);
        for (deltas, gradient) in deltas.zip(pass.gradient) {
            for delta in deltas {
                add(std::slice::from_mut(gradient), std::slice::from_ref(delta));
            }
        }
        if let Some(input_deltas) = pass.input_deltas {
            add(input_deltas, pass.deltas);
        }
    }
}
