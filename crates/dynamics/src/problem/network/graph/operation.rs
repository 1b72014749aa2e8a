//! What a node of a network's graph does to a batch of samples.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::fmt::Debug;
use std::ops::Range;

use crate::problem::network::activation::Activation;
use crate::problem::network::layer::Row;
use crate::simd::{Isa, Kernel, dispatch};

/// What an operation is given on the way back.
pub(crate) struct Backward<'a> {
    /// Parameters of the node, `[n_parameters]`.
    pub(crate) parameters: &'a [Row],
    /// Inputs of the pass forwards, `[n_inputs, n_samples]`.
    pub(crate) inputs: &'a [Row],
    /// Its outputs, `[n_outputs, n_samples]`.
    pub(crate) outputs: &'a [Row],
    /// Derivatives of the loss by the outputs, in the same places; may be overwritten.
    pub(crate) deltas: &'a mut [Row],
    /// Receives the sum of what is there and the derivatives by the inputs; none where they are data.
    pub(crate) input_deltas: Option<&'a mut [Row]>,
    /// Receives the sum of what is there and the derivatives by the parameters.
    pub(crate) gradient: &'a mut [Row],
    /// Memory, `[n_room, n_samples]`.
    pub(crate) room: &'a mut [Row],
    /// Samples of the batch.
    pub(crate) n_samples: usize,
}

/// A differentiable map `y = F(w, u)` of the values of a sample, for eight chains with parameters of
/// their own and some samples at a time.
///
/// The value `j` of sample `s` is the row `j n_samples + s`. Values of a sample that are numbers of
/// channels at positions are ordered by channel, then by position.
pub(crate) trait Operation: Debug + Send + Sync {
    /// Values of a sample that it takes.
    fn n_inputs(&self) -> usize;

    /// Values of a sample that it gives.
    fn n_outputs(&self) -> usize;

    /// Number of parameters.
    fn n_parameters(&self) -> usize {
        0
    }

    /// Which of its parameters are a matrix of weights, for observables of layers; empty if none are.
    fn weights(&self) -> Range<usize> {
        0..0
    }

    /// Writes the standard deviation that each parameter has at the start to `out`, `[n_parameters]`,
    /// which is zero.
    fn write_start_scales(&self, _out: &mut [f64]) {}

    /// Rows of memory that it needs for each sample.
    fn n_room(&self) -> usize {
        0
    }

    /// `outputs <- F(parameters, inputs)`
    fn forward(
        &self,
        parameters: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
        room: &mut [Row],
        n_samples: usize,
    );

    /// The derivatives by inputs and parameters.
    fn backward(&self, pass: Backward<'_>);
}

/// `rows <- s(rows)`
pub(crate) fn activate(activation: Activation, rows: &mut [Row]) {
    dispatch(Activate(activation, rows));
}

/// `deltas <- s'(z) deltas`, given `outputs = s(z)`.
pub(crate) fn deactivate(activation: Activation, outputs: &[Row], deltas: &mut [Row]) {
    dispatch(Deactivate(activation, outputs, deltas));
}

struct Activate<'a>(Activation, &'a mut [Row]);

impl Kernel for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        self.0.apply(isa, self.1);
    }
}

struct Deactivate<'a>(Activation, &'a [Row], &'a mut [Row]);

impl Kernel for Deactivate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        self.0.differentiate(isa, self.1, self.2);
    }
}

/// `out += rows`, entry by entry.
pub(crate) fn add(out: &mut [Row], rows: &[Row]) {
    for (out, row) in out.as_flattened_mut().iter_mut().zip(rows.as_flattened()) {
        *out += row;
    }
}
