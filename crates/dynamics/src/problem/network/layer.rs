//! What a layer of a network is: a map of eight chains' inputs, with parameters of each chain.

use crate::simd::Isa;

/// One number for each of eight chains.
pub type Row = [f64; 8];

/// A differentiable map `y = F(w, u)` of inputs `u` with parameters `w`, evaluated for eight chains at a
/// time, each with parameters of its own.
///
/// `parameters` are `[n_parameters]` rows, `inputs` `[n_inputs]`, `outputs` `[n_outputs]`; `deltas` are the
/// derivatives of a scalar by the outputs. Sums are taken in an order that does not depend on the
/// instruction set. All functions of an [`Isa`] are to be marked `#[inline(always)]`.
pub trait Layer: Send + Sync {
    /// Number of inputs.
    fn n_inputs(&self) -> usize;

    /// Number of outputs.
    fn n_outputs(&self) -> usize;

    /// Number of parameters.
    fn n_parameters(&self) -> usize;

    /// Number of parameters that are weights; they come first, biases follow.
    fn n_weights(&self) -> usize;

    /// Writes the standard deviation that each parameter has at the start to `out`,
    /// `[n_parameters]`; zero for biases.
    fn write_start_scales(&self, out: &mut [f64]);

    /// `outputs <- F(parameters, inputs)`
    fn forward<S: Isa>(&self, isa: S, parameters: &[Row], inputs: &[Row], outputs: &mut [Row]);

    /// Replaces the derivatives by the outputs by what [`Layer::transpose`] and the gradient take: for
    /// a layer that ends with an activation, the derivatives by its arguments.
    fn enter<S: Isa>(&self, isa: S, outputs: &[Row], deltas: &mut [Row]);

    /// `input_deltas <- (∂F/∂u)ᵀ deltas`, after [`Layer::enter`].
    fn transpose<S: Isa>(
        &self,
        isa: S,
        parameters: &[Row],
        deltas: &[Row],
        input_deltas: &mut [Row],
    );

    /// `out <- (∂F/∂w)ᵀ deltas`, or adds it to `out` where it `adds`, after [`Layer::enter`].
    fn gradient<S: Isa>(&self, isa: S, inputs: &[Row], deltas: &[Row], adds: bool, out: &mut [Row]);

    /// `input_deltas <- (∂F/∂u)ᵀ deltas`, if they are wanted, with the old parameters, and
    /// `parameters <- parameters − step (∂F/∂w)ᵀ deltas`, after [`Layer::enter`], with one pass over
    /// memory.
    fn descend<S: Isa>(
        &self,
        isa: S,
        step: f64,
        inputs: &[Row],
        deltas: &[Row],
        input_deltas: Option<&mut [Row]>,
        parameters: &mut [Row],
    );
}
