//! Gradients of a network's loss over mini-batches.
//!
//! ```text
//! g = (1/B) sum_{i in batch} ∇ loss(f(x; a_i), b_i)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::batch::Sampling;
use crate::model::core::{Bundle, Workspace, rows};
use crate::model::halves::{halves, halves_mut};
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::problem::network::pass::n_room;
use crate::problem::{Network, Problem as _, Row};
use crate::simd::{Aligned, Isa};

/// The gradient of a network's loss over a random batch.
#[derive(Clone, Debug)]
pub struct NetworkBatch {
    network: Arc<Network>,
    batch_size: usize,
    sampling: Sampling,
}

impl NetworkBatch {
    /// The gradient of `network` over batches of `batch_size ≥ 1` samples.
    #[must_use]
    pub fn new(network: Arc<Network>, batch_size: usize, sampling: Sampling) -> NetworkBatch {
        NetworkBatch { network, batch_size, sampling }
    }

    /// `E g(x)²` of eight chains, `[d]`, from the moments of the gradients at single samples.
    fn write_mean_square(&self, x: &[Row], out: &mut [Row]) {
        let n = self.network.dataset().n_rows();
        let share = self.sampling.share_of_variance(n, self.batch_size);
        let mut room = vec![[0.0; 8]; n_room(&self.network)];
        let (mut means, mut gradient) = (vec![[0.0; 8]; x.len()], vec![[0.0; 8]; x.len()]);
        out.fill([0.0; 8]);
        for sample in 0..n {
            let batch = [[sample as u64; LANES]];
            self.network.batch_gradient(x, &batch, 0, &mut room, &mut gradient);
            let rows = means.iter_mut().zip(out.iter_mut()).zip(&gradient);
            for ((mean, square), gradient) in rows {
                for lane in 0..8 {
                    mean[lane] += gradient[lane] / n as f64;
                    square[lane] += gradient[lane] * gradient[lane] / n as f64;
                }
            }
        }
        for (square, mean) in out.as_flattened_mut().iter_mut().zip(means.as_flattened()) {
            *square = (1.0 - share) * (mean * mean) + share * *square;
        }
    }
}

impl StochasticGradient for NetworkBatch {
    fn layout(&self) -> Layout {
        Layout::ByHalf
    }

    fn dim(&self) -> usize {
        self.network.dim()
    }

    fn workspace(&self) -> Workspace {
        Workspace {
            reals: Aligned::zeros(n_room(&self.network) * 8),
            indices: vec![[0; LANES]; self.batch_size],
            ..Workspace::default()
        }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, _: S, x: &[Lanes], out: &mut [Lanes]) {
        for (x, out) in halves(x).into_iter().zip(halves_mut(out)) {
            self.write_mean_square(x, out);
        }
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let Room { reals, indices, sampler } = room;
        let n = self.network.dataset().n_rows();
        sampler.draw(isa, self.sampling, n, bundle, self.batch_size, indices);
        let room = reals.as_chunks_mut().0;
        let x = &rows(&bundle.state)[..out.len()];
        for (half, (x, out)) in halves(x).into_iter().zip(halves_mut(out)).enumerate() {
            self.network.batch_gradient(x, indices, half, room, out);
        }
    }
}

#[cfg(test)]
mod tests;
