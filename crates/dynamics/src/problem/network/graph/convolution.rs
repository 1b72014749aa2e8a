//! Convolutions with kernels of 3 by 3 pixels, stride 1 and zeros around the image.
//!
//! ```text
//! y_o(p) = s( b_o + sum_{i, q} W_oiq u_i(p + q) ),   q in {−1, 0, 1}²
//! ```

use std::ops::Range;

use crate::problem::network::activation::Activation;
use crate::problem::network::graph::linear::{add_gradient, add_transposed, apply};
use crate::problem::network::graph::operation::{Backward, Operation, activate, deactivate};
use crate::problem::network::layer::Row;

/// Pixels of a kernel.
const KERNEL: usize = 9;

/// A convolution; its parameters are `W`, `[n_outputs, n_inputs, 3, 3]`, then `b`, in the order of
/// `PyTorch`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convolution {
    /// Channels that come in.
    pub(crate) n_inputs: usize,
    /// Channels that go out.
    pub(crate) n_outputs: usize,
    /// Rows of the image.
    pub(crate) height: usize,
    /// Pixels of a row.
    pub(crate) width: usize,
    /// The activation `s`.
    pub(crate) activation: Activation,
}

impl Convolution {
    fn n_pixels(&self) -> usize {
        self.height * self.width
    }

    fn n_weights(&self) -> usize {
        self.n_outputs * self.n_inputs * KERNEL
    }

    /// Outputs, terms of a sum and columns of the product that it is.
    fn sizes(&self, n_samples: usize) -> [usize; 3] {
        [self.n_outputs, self.n_inputs * KERNEL, self.n_pixels() * n_samples]
    }

    /// Calls `visit` with the row of windows, `[n_inputs, 3, 3, pixel]`, and the row of the image of
    /// each pixel of each window; none outside the image.
    fn windows(&self, mut visit: impl FnMut(usize, Option<usize>)) {
        let (height, width) = (self.height, self.width);
        for channel in 0..self.n_inputs {
            for offset in 0..KERNEL {
                for y in 0..height {
                    for x in 0..width {
                        let (row, column) = (y + offset / 3, x + offset % 3);
                        let is_inside =
                            (1..=height).contains(&row) && (1..=width).contains(&column);
                        let window = ((channel * KERNEL + offset) * height + y) * width + x;
                        let pixel =
                            is_inside.then(|| (channel * height + row - 1) * width + column - 1);
                        visit(window, pixel);
                    }
                }
            }
        }
    }

    /// Writes the pixels of all windows to `out`.
    fn write_windows(&self, inputs: &[Row], out: &mut [Row], n: usize) {
        self.windows(|window, pixel| {
            let out = &mut out[window * n..][..n];
            match pixel {
                Some(pixel) => out.copy_from_slice(&inputs[pixel * n..][..n]),
                None => out.fill([0.0; 8]),
            }
        });
    }

    /// Adds the derivatives by the pixels of all windows to those by pixels.
    fn add_windows(&self, deltas: &[Row], out: &mut [Row], n: usize) {
        self.windows(|window, pixel| {
            let Some(pixel) = pixel else { return };
            let rows = out[pixel * n..][..n].as_flattened_mut();
            for (out, delta) in rows.iter_mut().zip(deltas[window * n..][..n].as_flattened()) {
                *out += delta;
            }
        });
    }
}

impl Operation for Convolution {
    fn n_inputs(&self) -> usize {
        self.n_inputs * self.n_pixels()
    }

    fn n_outputs(&self) -> usize {
        self.n_outputs * self.n_pixels()
    }

    fn n_parameters(&self) -> usize {
        self.n_weights() + self.n_outputs
    }

    fn weights(&self) -> Range<usize> {
        0..self.n_weights()
    }

    /// `1/sqrt(9 n_inputs)`
    fn write_start_scales(&self, out: &mut [f64]) {
        out[..self.n_weights()].fill(1.0 / ((self.n_inputs * KERNEL) as f64).sqrt());
    }

    fn n_room(&self) -> usize {
        2 * self.n_inputs * KERNEL * self.n_pixels()
    }

    fn forward(
        &self,
        parameters: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        room: &mut [Row],
        n_samples: usize,
    ) {
        let sizes = self.sizes(n_samples);
        let windows = &mut room[..sizes[1] * sizes[2]];
        self.write_windows(inputs, windows, n_samples);
        apply(parameters, windows, outputs, sizes);
        activate(self.activation, outputs);
    }

    fn backward(&self, pass: Backward<'_>) {
        let sizes = self.sizes(pass.n_samples);
        let (windows, rest) = pass.room.split_at_mut(sizes[1] * sizes[2]);
        deactivate(self.activation, pass.outputs, pass.deltas);
        self.write_windows(pass.inputs, windows, pass.n_samples);
        add_gradient(windows, pass.deltas, pass.gradient, sizes);
        if let Some(input_deltas) = pass.input_deltas {
            let deltas = &mut rest[..sizes[1] * sizes[2]];
            deltas.fill([0.0; 8]);
            add_transposed(pass.parameters, pass.deltas, deltas, sizes);
            self.add_windows(deltas, input_deltas, pass.n_samples);
        }
    }
}
