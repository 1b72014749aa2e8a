//! Linear maps of the channels at each position, with an activation.
//!
//! ```text
//! y_ic = s( sum_j W_ij u_jc + b_i )   for each position c
//! ```

use std::ops::Range;

use crate::problem::network::activation::Activation;
use crate::problem::network::graph::operation::{Backward, Operation, activate, deactivate};
use crate::problem::network::graph::product::{Operand, Place, add_product};
use crate::problem::network::layer::Row;

/// The same fully connected layer at each position; its parameters are `W`, `[n_outputs, n_inputs]`,
/// then `b`, as those of [`Dense`](crate::problem::network::dense::Dense).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Linear {
    /// Channels that come in.
    pub(crate) n_inputs: usize,
    /// Channels that go out.
    pub(crate) n_outputs: usize,
    /// Positions.
    pub(crate) n_positions: usize,
    /// The activation `s`.
    pub(crate) activation: Activation,
}

impl Linear {
    fn n_weights(&self) -> usize {
        self.n_inputs * self.n_outputs
    }
}

/// `outputs <- W columns + b`; `columns` are `[n_inputs, n_columns]`.
pub(crate) fn apply(
    parameters: &[Row],
    columns: &[Row],
    outputs: &mut [Row],
    [n_outputs, n_inputs, n_columns]: [usize; 3],
) {
    let (weights, biases) = parameters.split_at(n_outputs * n_inputs);
    for (outputs, bias) in outputs.chunks_exact_mut(n_columns).zip(biases) {
        outputs.fill(*bias);
    }
    let left = Operand { rows: weights, outer: n_inputs, inner: 1 };
    let right = Operand { rows: columns, outer: 1, inner: n_columns };
    let out = Place { rows: outputs, outer: n_columns, inner: 1 };
    add_product(left, right, n_inputs, [n_outputs, n_columns], out);
}

/// `gradient += (deltas columnsᵀ, sums of deltas)`
pub(crate) fn add_gradient(
    columns: &[Row],
    deltas: &[Row],
    gradient: &mut [Row],
    [n_outputs, n_inputs, n_columns]: [usize; 3],
) {
    let (weights, biases) = gradient.split_at_mut(n_outputs * n_inputs);
    let left = Operand { rows: deltas, outer: n_columns, inner: 1 };
    let right = Operand { rows: columns, outer: n_columns, inner: 1 };
    let out = Place { rows: weights, outer: n_inputs, inner: 1 };
    add_product(left, right, n_columns, [n_outputs, n_inputs], out);
    for (bias, deltas) in biases.iter_mut().zip(deltas.chunks_exact(n_columns)) {
        for delta in deltas {
            for (bias, delta) in bias.iter_mut().zip(delta) {
                *bias += delta;
            }
        }
    }
}

/// `out += Wᵀ deltas`
pub(crate) fn add_transposed(
    parameters: &[Row],
    deltas: &[Row],
    out: &mut [Row],
    [n_outputs, n_inputs, n_columns]: [usize; 3],
) {
    let left = Operand { rows: parameters, outer: 1, inner: n_inputs };
    let right = Operand { rows: deltas, outer: 1, inner: n_columns };
    let out = Place { rows: out, outer: n_columns, inner: 1 };
    add_product(left, right, n_outputs, [n_inputs, n_columns], out);
}

impl Operation for Linear {
    fn n_inputs(&self) -> usize {
        self.n_inputs * self.n_positions
    }

    fn n_outputs(&self) -> usize {
        self.n_outputs * self.n_positions
    }

    fn n_parameters(&self) -> usize {
        self.n_weights() + self.n_outputs
    }

    fn weights(&self) -> Range<usize> {
        0..self.n_weights()
    }

    /// `1/sqrt(n_inputs)`
    fn write_start_scales(&self, out: &mut [f64]) {
        out[..self.n_weights()].fill(1.0 / (self.n_inputs as f64).sqrt());
    }

    fn forward(
        &self,
        parameters: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        _: &mut [Row],
        n_samples: usize,
    ) {
        let sizes = [self.n_outputs, self.n_inputs, self.n_positions * n_samples];
        apply(parameters, inputs, outputs, sizes);
        activate(self.activation, outputs);
    }

    fn backward(&self, pass: Backward<'_>) {
        deactivate(self.activation, pass.outputs, pass.deltas);
        let sizes = [self.n_outputs, self.n_inputs, self.n_positions * pass.n_samples];
        add_gradient(pass.inputs, pass.deltas, pass.gradient, sizes);
        if let Some(input_deltas) = pass.input_deltas {
            add_transposed(pass.parameters, pass.deltas, input_deltas, sizes);
        }
    }
}
