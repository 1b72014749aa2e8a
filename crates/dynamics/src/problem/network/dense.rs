//! Fully connected layers.
//!
//! ```text
//! y_i = s( sum_j W_ij u_j + b_i )
//! ∂/∂u_j = sum_i W_ij delta_i,   ∂/∂W_ij = delta_i u_j,   ∂/∂b_i = delta_i,
//! delta_i = s'(z_i) ∂/∂y_i
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::network::activation::Activation;
use crate::problem::network::layer::{Layer, Row};
use crate::simd::Isa;

/// Outputs whose weights are passed over together, so that inputs are read less often.
const TOGETHER: usize = 4;

/// A fully connected layer; its parameters are `W`, `[n_outputs, n_inputs]`, row by row, then `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// Number of inputs, positive.
    pub n_inputs: usize,
    /// Number of outputs, positive.
    pub n_outputs: usize,
    /// The activation `s` of each output.
    pub activation: Activation,
}

impl Layer for Dense {
    fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    fn n_parameters(&self) -> usize {
        self.n_weights() + self.n_outputs
    }

    fn n_weights(&self) -> usize {
        self.n_inputs * self.n_outputs
    }

    /// `1/sqrt(n_inputs)`
    fn write_start_scales(&self, out: &mut [f64]) {
        let (weights, biases) = out.split_at_mut(self.n_weights());
        weights.fill(1.0 / (self.n_inputs as f64).sqrt());
        biases.fill(0.0);
    }

    #[inline(always)]
    fn forward<S: Isa>(&self, isa: S, parameters: &[Row], inputs: &[Row], outputs: &mut [Row]) {
        let (weights, biases) = parameters.split_at(self.n_weights());
        outputs.copy_from_slice(biases);
        self.add_product(isa, weights, inputs, outputs);
        self.activation.apply(isa, outputs);
    }

    #[inline(always)]
    fn enter<S: Isa>(&self, isa: S, outputs: &[Row], deltas: &mut [Row]) {
        self.activation.differentiate(isa, outputs, deltas);
    }

    #[inline(always)]
    fn transpose<S: Isa>(
        &self,
        isa: S,
        parameters: &[Row],
        deltas: &[Row],
        input_deltas: &mut [Row],
    ) {
        input_deltas.fill([0.0; 8]);
        self.add_transposed(isa, &parameters[..self.n_weights()], deltas, input_deltas);
    }

    #[inline(always)]
    fn gradient<S: Isa>(
        &self,
        isa: S,
        inputs: &[Row],
        deltas: &[Row],
        adds: bool,
        out: &mut [Row],
    ) {
        let (weights, biases) = out.split_at_mut(self.n_weights());
        if adds {
            add_outer(isa, 1.0, deltas, inputs, weights);
            add(isa, 1.0, deltas, biases);
        } else {
            for (row, delta) in weights.chunks_exact_mut(self.n_inputs).zip(deltas) {
                let delta = isa.load_eight(delta);
                for (out, input) in row.iter_mut().zip(inputs) {
                    isa.store_eight(isa.mul_eight(delta, isa.load_eight(input)), out);
                }
            }
            biases.copy_from_slice(deltas);
        }
    }

    /// Rows of weights are still in the nearest cache when they are changed.
    #[inline(always)]
    fn descend<S: Isa>(
        &self,
        isa: S,
        step: f64,
        inputs: &[Row],
        deltas: &[Row],
        input_deltas: Option<&mut [Row]>,
        parameters: &mut [Row],
    ) {
        let (weights, biases) = parameters.split_at_mut(self.n_weights());
        if let Some(input_deltas) = input_deltas {
            input_deltas.fill([0.0; 8]);
            let blocks = weights.chunks_mut(TOGETHER * self.n_inputs);
            for (weights, deltas) in blocks.zip(deltas.chunks(TOGETHER)) {
                add_transposed(isa, weights, deltas, input_deltas);
                add_outer(isa, -step, deltas, inputs, weights);
            }
        } else {
            add_outer(isa, -step, deltas, inputs, weights);
        }
        add(isa, -step, deltas, biases);
    }
}

impl Dense {
    /// `outputs += W inputs`, summed in the order of the inputs; `weights` are `[n_outputs, n_inputs]`.
    #[inline(always)]
    pub(crate) fn add_product<S: Isa>(
        &self,
        isa: S,
        weights: &[Row],
        inputs: &[Row],
        outputs: &mut [Row],
    ) {
        let blocks = weights.chunks(TOGETHER * self.n_inputs);
        for (weights, outputs) in blocks.zip(outputs.chunks_mut(TOGETHER)) {
            if let [outputs] = outputs.as_chunks_mut::<TOGETHER>().0 {
                products(isa, weights, inputs, outputs);
                continue;
            }
            for (weights, output) in weights.chunks(self.n_inputs).zip(outputs) {
                products::<S, 1>(isa, weights, inputs, std::array::from_mut(output));
            }
        }
    }

    /// `out += Wᵀ deltas`, in the order of the outputs; `weights` are `[n_outputs, n_inputs]`.
    #[inline(always)]
    pub(crate) fn add_transposed<S: Isa>(
        &self,
        isa: S,
        weights: &[Row],
        deltas: &[Row],
        out: &mut [Row],
    ) {
        let blocks = weights.chunks(TOGETHER * self.n_inputs);
        for (weights, deltas) in blocks.zip(deltas.chunks(TOGETHER)) {
            add_transposed(isa, weights, deltas, out);
        }
    }
}

/// `z_i += sum_j W_ij u_j` for `R` outputs, summed in the order of `j`.
#[inline(always)]
fn products<S: Isa, const R: usize>(
    isa: S,
    weights: &[Row],
    inputs: &[Row],
    outputs: &mut [Row; R],
) {
    let rows: [&[Row]; R] = std::array::from_fn(|r| &weights[r * inputs.len()..][..inputs.len()]);
    let mut sums: [S::Eight; R] = std::array::from_fn(|r| isa.load_eight(&outputs[r]));
    for (j, input) in inputs.iter().enumerate() {
        let input = isa.load_eight(input);
        for r in 0..R {
            sums[r] = isa.mul_add_eight(isa.load_eight(&rows[r][j]), input, sums[r]);
        }
    }
    for (output, sum) in outputs.iter_mut().zip(sums) {
        isa.store_eight(sum, output);
    }
}

/// `g_j += sum_i W_ij delta_i` over up to [`TOGETHER`] outputs, in the order of `i`.
#[inline(always)]
fn add_transposed<S: Isa>(isa: S, weights: &[Row], deltas: &[Row], out: &mut [Row]) {
    let n = out.len();
    let [deltas] = deltas.as_chunks::<TOGETHER>().0 else {
        for (row, delta) in weights.chunks_exact(n).zip(deltas) {
            let delta = isa.load_eight(delta);
            for (weight, out) in row.iter().zip(out.iter_mut()) {
                let sum = isa.load_eight(out);
                isa.store_eight(isa.mul_add_eight(isa.load_eight(weight), delta, sum), out);
            }
        }
        return;
    };
    let rows: [&[Row]; TOGETHER] = std::array::from_fn(|r| &weights[r * n..][..n]);
    let deltas: [S::Eight; TOGETHER] = std::array::from_fn(|r| isa.load_eight(&deltas[r]));
    for (j, out) in out.iter_mut().enumerate() {
        let mut sum = isa.load_eight(out);
        for r in 0..TOGETHER {
            sum = isa.mul_add_eight(isa.load_eight(&rows[r][j]), deltas[r], sum);
        }
        isa.store_eight(sum, out);
    }
}

/// `M_ij += scale delta_i u_j`, each product `scale delta_i` rounded first.
#[inline(always)]
pub(crate) fn add_outer<S: Isa>(
    isa: S,
    scale: f64,
    deltas: &[Row],
    inputs: &[Row],
    matrix: &mut [Row],
) {
    let scale = isa.splat_eight(scale);
    for (row, delta) in matrix.chunks_exact_mut(inputs.len()).zip(deltas) {
        let delta = isa.mul_eight(scale, isa.load_eight(delta));
        for (entry, input) in row.iter_mut().zip(inputs) {
            let sum = isa.mul_add_eight(delta, isa.load_eight(input), isa.load_eight(entry));
            isa.store_eight(sum, entry);
        }
    }
}

/// `out_i += scale delta_i`
#[inline(always)]
fn add<S: Isa>(isa: S, scale: f64, deltas: &[Row], out: &mut [Row]) {
    let scale = isa.splat_eight(scale);
    for (out, delta) in out.iter_mut().zip(deltas) {
        let sum = isa.mul_add_eight(scale, isa.load_eight(delta), isa.load_eight(out));
        isa.store_eight(sum, out);
    }
}
