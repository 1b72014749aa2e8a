//! Layer normalisation of the channels at each position.
//!
//! ```text
//! y_i = (1 + g_i) z_i + b_i,   z = (u − mean u) / sqrt(var u + epsilon)
//! ```

use crate::problem::network::graph::operation::{Backward, Operation};
use crate::problem::network::layer::Row;

/// What is added to the variance, with divisor `n`, as in `PyTorch`.
const EPSILON: f64 = 1e-5;

/// Layer normalisation; its parameters are `g`, `[n_channels]`, then `b`. The gain is `1 + g`, so that
/// a start at zero is the usual one.
///
/// # Source
/// Ba, Kiros & Hinton, "Layer Normalization", arXiv 1607.06450, section 3, with the gain measured from
/// one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normalisation {
    /// Channels.
    pub(crate) n_channels: usize,
    /// Positions.
    pub(crate) n_positions: usize,
}

/// Mean and inverse standard deviation of the entries of one column, `n_columns` rows apart.
fn moments(rows: &[Row], column: usize, n_columns: usize) -> (Row, Row) {
    let (mut mean, mut variance) = ([0.0; 8], [0.0; 8]);
    let n = (rows.len() / n_columns) as f64;
    for row in rows.iter().skip(column).step_by(n_columns) {
        for lane in 0..8 {
            mean[lane] += row[lane] / n;
        }
    }
    for row in rows.iter().skip(column).step_by(n_columns) {
        for lane in 0..8 {
            let gap = row[lane] - mean[lane];
            variance[lane] += gap * gap / n;
        }
    }
    (mean, variance.map(|variance: f64| 1.0 / (variance + EPSILON).sqrt()))
}

impl Operation for Normalisation {
    fn n_inputs(&self) -> usize {
        self.n_channels * self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.n_channels * self.n_positions
    }

    fn n_parameters(&self) -> usize {
        2 * self.n_channels
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
        let (gains, shifts) = parameters.split_at(self.n_channels);
        for column in 0..n_columns {
            let (mean, inverse) = moments(inputs, column, n_columns);
            for (channel, (gain, shift)) in gains.iter().zip(shifts).enumerate() {
                let place = channel * n_columns + column;
                for lane in 0..8 {
                    let z = (inputs[place][lane] - mean[lane]) * inverse[lane];
                    outputs[place][lane] = (1.0 + gain[lane]) * z + shift[lane];
                }
            }
        }
    }

    /// `∂/∂u_i = (e_i − mean e − z_i mean(e z)) / sqrt(var u + epsilon)` with `e_i = (1 + g_i) ∂/∂y_i`.
    fn backward(&self, mut pass: Backward<'_>) {
        let n_columns = self.n_positions * pass.n_samples;
        let n = self.n_channels as f64;
        let (gains, shifts) = pass.gradient.split_at_mut(self.n_channels);
        for column in 0..n_columns {
            let (mean, inverse) = moments(pass.inputs, column, n_columns);
            let (mut mean_e, mut mean_ez) = ([0.0; 8], [0.0; 8]);
            for channel in 0..self.n_channels {
                let place = channel * n_columns + column;
                for lane in 0..8 {
                    let z = (pass.inputs[place][lane] - mean[lane]) * inverse[lane];
                    let delta = pass.deltas[place][lane];
                    gains[channel][lane] += delta * z;
                    shifts[channel][lane] += delta;
                    let e = (1.0 + pass.parameters[channel][lane]) * delta;
                    mean_e[lane] += e / n;
                    mean_ez[lane] += e * z / n;
                }
            }
            let Some(input_deltas) = pass.input_deltas.as_deref_mut() else { continue };
            for channel in 0..self.n_channels {
                let place = channel * n_columns + column;
                for lane in 0..8 {
                    let z = (pass.inputs[place][lane] - mean[lane]) * inverse[lane];
                    let e = (1.0 + pass.parameters[channel][lane]) * pass.deltas[place][lane];
                    let rest = e - mean_e[lane] - z * mean_ez[lane];
                    input_deltas[place][lane] += rest * inverse[lane];
                }
            }
        }
    }
}
