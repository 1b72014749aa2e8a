//! Gradients of samples and products with the Hessian of a perceptron, in one point.
//!
//! ```text
//! y_{l+1} = s(z_l),   z_l = W_l y_l + b_l,   delta_l = ∂ loss/∂y_l
//! along (V, c):  z' = W y' + V y + c,   y'_{l+1} = s'(z) z'
//! (∂/∂z)' = s'(z) delta' + s''(z) z' delta,   delta'_l = Wᵀ (∂/∂z)' + Vᵀ (∂/∂z)
//! (∂/∂W)' = (∂/∂z)' yᵀ + (∂/∂z) y'ᵀ,   (∂/∂b)' = (∂/∂z)'
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::problem::Problem as _;
use crate::problem::network::dense::add_outer;
use crate::problem::network::layer::{Layer as _, Row};
use crate::problem::network::perceptron::{Network, eight, splat};
use crate::real;
use crate::simd::{Isa, Kernel, dispatch};

/// A perceptron in one point: the values and derivatives of all samples, eight at a time.
///
/// It takes two rows of eight numbers for each value of eight samples.
#[derive(Clone, Debug)]
pub struct NetworkPoint<'a> {
    network: &'a Network,
    /// `[d]`
    parameters: Vec<Row>,
    /// Features and outputs of all layers, `[n_eights, n_values]`.
    values: Vec<Row>,
    /// The derivatives of the loss of each sample by them, in the same places.
    deltas: Vec<Row>,
}

impl Network {
    /// The network at `x`, `[d]`.
    ///
    /// # Panics
    /// If the network is no perceptron, or there is not one number for each parameter.
    #[must_use]
    pub fn at(&self, x: &[f64]) -> NetworkPoint<'_> {
        assert!(self.is_perceptron(), "only perceptrons have second derivatives");
        assert_eq!(x.len(), self.dim(), "one number for each parameter");
        let n = self.dataset.n_rows();
        let indices: Vec<[u64; 8]> = (0..n).step_by(8).map(|first| eight(first, n).0).collect();
        let parameters = splat(x);
        let mut values = vec![[0.0; 8]; indices.len() * self.n_values()];
        let mut deltas = values.clone();
        let mut room = vec![[0.0; 8]; self.width()];
        dispatch(Visit {
            network: self,
            parameters: &parameters,
            indices: &indices,
            values: &mut values,
            deltas: &mut deltas,
            room: &mut room,
        });
        NetworkPoint { network: self, parameters, values, deltas }
    }
}

impl NetworkPoint<'_> {
    /// The gradient of the mean loss, `[d]`.
    #[must_use]
    pub fn gradient(&self) -> Vec<f64> {
        self.weighted(&self.equal_weights())
    }

    /// `sum_i w_i ∇loss_i`, `[d]`, with one weight for each of the `n` samples.
    ///
    /// # Panics
    /// If there are not `n` weights.
    #[must_use]
    pub fn weighted_gradient(&self, weights: &[f64]) -> Vec<f64> {
        assert_eq!(weights.len(), self.network.dataset.n_rows(), "one weight for each sample");
        let mut rows = vec![[0.0; 8]; weights.len().div_ceil(8)];
        for (row, weights) in rows.iter_mut().zip(weights.chunks(8)) {
            row[..weights.len()].copy_from_slice(weights);
        }
        self.weighted(&rows)
    }

    /// `H v`, `[d]`, with the Hessian of the mean loss; where an activation has no second derivative,
    /// as `relu` at 0, it counts as 0.
    ///
    /// # Source
    /// Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994.
    ///
    /// # Panics
    /// If `v` does not have one number for each parameter.
    #[must_use]
    pub fn hessian_times(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(v.len(), self.parameters.len(), "one number for each parameter");
        let mut out = vec![[0.0; 8]; v.len()];
        dispatch(Curve {
            point: self,
            direction: &splat(v),
            weights: &self.equal_weights(),
            tangents: &mut vec![[0.0; 8]; self.network.n_values()],
            room: &mut vec![[0.0; 8]; 3 * self.network.width()],
            out: &mut out,
        });
        out.iter().map(|row| real::sum(row)).collect()
    }

    /// `1/n` for each sample, zero for those that stand in for none.
    fn equal_weights(&self) -> Vec<Row> {
        let n = self.network.dataset.n_rows();
        let weight = |i: usize| if i < n { 1.0 / n as f64 } else { 0.0 };
        (0..n).step_by(8).map(|first| std::array::from_fn(|lane| weight(first + lane))).collect()
    }

    fn weighted(&self, weights: &[Row]) -> Vec<f64> {
        let mut out = vec![[0.0; 8]; self.parameters.len()];
        let mut room = vec![[0.0; 8]; self.network.width()];
        dispatch(Combine { point: self, weights, room: &mut room, out: &mut out });
        out.iter().map(|row| real::sum(row)).collect()
    }
}

/// Fills in the values and derivatives of all samples.
struct Visit<'a> {
    network: &'a Network,
    parameters: &'a [Row],
    indices: &'a [[u64; 8]],
    values: &'a mut [Row],
    deltas: &'a mut [Row],
    /// `[width]`
    room: &'a mut [Row],
}

impl Kernel for Visit<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Visit { network, parameters, indices, values, deltas, room } = self;
        let n_values = network.n_values();
        let eights = values.chunks_exact_mut(n_values).zip(deltas.chunks_exact_mut(n_values));
        for (indices, (values, deltas)) in indices.iter().zip(eights) {
            let responses = network.forward(isa, parameters, indices, values);
            let last = network.layers.len() - 1;
            let (before, own) = deltas.split_at_mut(network.starts[last + 1]);
            network.loss.differentiate(isa, 1.0, network.outputs(last, values), &responses, own);
            let mut deltas = own;
            let mut before = before;
            for (l, layer) in network.layers.iter().enumerate().skip(1).rev() {
                let own = &mut room[..layer.n_outputs];
                own.copy_from_slice(deltas);
                layer.enter(isa, network.outputs(l, values), own);
                let (rest, inputs) = before.split_at_mut(network.starts[l]);
                let range = network.offsets[l]..network.offsets[l + 1];
                layer.transpose(isa, &parameters[range], own, inputs);
                (before, deltas) = (rest, inputs);
            }
        }
    }
}

/// Sums gradients of samples.
struct Combine<'a> {
    point: &'a NetworkPoint<'a>,
    /// `[n_eights]`
    weights: &'a [Row],
    /// `[width]`
    room: &'a mut [Row],
    /// `[d]`, for each of eight samples.
    out: &'a mut [Row],
}

impl Kernel for Combine<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Combine { point, weights, room, out } = self;
        let network = point.network;
        let n_values = network.n_values();
        let eights = point.values.chunks_exact(n_values).zip(point.deltas.chunks_exact(n_values));
        for (eight, (weights, (values, deltas))) in weights.iter().zip(eights).enumerate() {
            for (l, layer) in network.layers.iter().enumerate() {
                let own = &mut room[..layer.n_outputs];
                own.copy_from_slice(network.outputs(l, deltas));
                layer.enter(isa, network.outputs(l, values), own);
                scale(isa, weights, own);
                let range = network.offsets[l]..network.offsets[l + 1];
                layer.gradient(isa, network.inputs(l, values), own, eight > 0, &mut out[range]);
            }
        }
    }
}

/// Differentiates the weighted gradient along a direction.
struct Curve<'a> {
    point: &'a NetworkPoint<'a>,
    /// `[d]`
    direction: &'a [Row],
    /// `[n_eights]`
    weights: &'a [Row],
    /// Derivatives of the values of eight samples along the direction, `[n_values]`; zero for
    /// features.
    tangents: &'a mut [Row],
    /// `[3 width]`
    room: &'a mut [Row],
    /// `[d]`, for each of eight samples.
    out: &'a mut [Row],
}

impl Kernel for Curve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Curve { point, direction, weights, tangents, room, out } = self;
        let network = point.network;
        let n_values = network.n_values();
        let eights = point.values.chunks_exact(n_values).zip(point.deltas.chunks_exact(n_values));
        for (eight, (weights, (values, deltas))) in weights.iter().zip(eights).enumerate() {
            push(isa, point, direction, values, tangents);
            let adds = eight > 0;
            pull(isa, point, direction, [values, deltas, tangents], (weights, adds), room, out);
        }
    }
}

/// The derivatives of the values of eight samples along `direction`.
#[inline(always)]
fn push<S: Isa>(
    isa: S,
    point: &NetworkPoint<'_>,
    direction: &[Row],
    values: &[Row],
    tangents: &mut [Row],
) {
    let network = point.network;
    for (l, layer) in network.layers.iter().enumerate() {
        let (before, after) = tangents.split_at_mut(network.starts[l + 1]);
        let own = &mut after[..layer.n_outputs];
        let range = network.offsets[l]..network.offsets[l + 1];
        let (changes, of_biases) = direction[range.clone()].split_at(layer.n_weights());
        own.copy_from_slice(of_biases);
        layer.add_product(isa, changes, network.inputs(l, values), own);
        if l > 0 {
            let weights = &point.parameters[range][..layer.n_weights()];
            layer.add_product(isa, weights, &before[network.starts[l]..], own);
        }
        layer.enter(isa, network.outputs(l, values), own);
    }
}

/// Adds the derivative of the gradient of eight samples along `direction` to `out`, or writes it.
#[inline(always)]
fn pull<S: Isa>(
    isa: S,
    point: &NetworkPoint<'_>,
    direction: &[Row],
    [values, deltas, tangents]: [&[Row]; 3],
    (weights, adds): (&Row, bool),
    room: &mut [Row],
    out: &mut [Row],
) {
    let network = point.network;
    let (first, room) = room.split_at_mut(network.width());
    let (mut second, mut next) = room.split_at_mut(network.width());
    let last = network.layers.len() - 1;
    let (outputs, slopes) = (network.outputs(last, values), network.outputs(last, tangents));
    network.loss.curve(isa, outputs, slopes, &mut second[..outputs.len()]);
    for (l, layer) in network.layers.iter().enumerate().rev() {
        let (inputs, outputs) = (network.inputs(l, values), network.outputs(l, values));
        let own = network.outputs(l, deltas);
        let (first, changes) = (&mut first[..own.len()], &mut second[..own.len()]);
        first.copy_from_slice(own);
        layer.enter(isa, outputs, first);
        layer.enter(isa, outputs, changes);
        let slopes = [outputs, network.outputs(l, tangents), own];
        layer.activation.add_second(isa, slopes, changes);
        let range = network.offsets[l]..network.offsets[l + 1];
        let n_weights = layer.n_weights();
        if l > 0 {
            let next = &mut next[..layer.n_inputs];
            layer.transpose(isa, &point.parameters[range.clone()], changes, next);
            layer.add_transposed(isa, &direction[range.clone()][..n_weights], first, next);
        }
        scale(isa, weights, changes);
        layer.gradient(isa, inputs, changes, adds, &mut out[range.clone()]);
        if l > 0 {
            scale(isa, weights, first);
            let tangents = network.inputs(l, tangents);
            add_outer(isa, 1.0, first, tangents, &mut out[range][..n_weights]);
        }
        std::mem::swap(&mut second, &mut next);
    }
}

/// `rows <- weights rows`, sample by sample.
#[inline(always)]
fn scale<S: Isa>(isa: S, weights: &Row, rows: &mut [Row]) {
    let weights = isa.load_eight(weights);
    for row in rows {
        isa.store_eight(isa.mul_eight(weights, isa.load_eight(row)), row);
    }
}

#[cfg(test)]
mod tests;
