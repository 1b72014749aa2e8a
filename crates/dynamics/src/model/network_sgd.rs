//! SGD on a network, one sample a step: gradient and step in one pass over the parameters.
//!
//! ```text
//! x <- x − gamma_k ∇ loss(f(x; a_i), b_i)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::Averaging;
use crate::model::batch::Sampling;
use crate::model::core::{Bundle, Dynamics, Workspace, rows, rows_mut};
use crate::model::schedule::Schedule;
use crate::model::shape::{Layout, Shape};
use crate::noise::LANES;
use crate::problem::network::pass::n_room;
use crate::problem::{Network, Problem as _};
use crate::simd::{Aligned, Isa};

/// Steps whose samples are drawn together, so that eight chains stay in a cache meanwhile.
const STEPS_AT_ONCE: usize = 64;

/// SGD with batches of one sample on a network.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4, Figure 2.
#[derive(Clone, Debug)]
pub struct NetworkSgd {
    network: Arc<Network>,
    schedule: Schedule,
    sampling: Sampling,
    averaging: Option<Averaging>,
}

impl NetworkSgd {
    /// SGD over single samples of `network`.
    #[must_use]
    pub fn new(
        network: Arc<Network>,
        schedule: Schedule,
        sampling: Sampling,
        averaging: Option<Averaging>,
    ) -> NetworkSgd {
        NetworkSgd { network, schedule, sampling, averaging }
    }
}

impl Dynamics for NetworkSgd {
    fn shape(&self) -> Shape {
        let n_vectors = 1 + usize::from(self.averaging.is_some());
        Shape { layout: Layout::ByHalf, dim: self.network.dim(), n_vectors }
    }

    fn observed_vector(&self) -> usize {
        usize::from(self.averaging.is_some())
    }

    fn workspace(&self) -> Workspace {
        Workspace {
            reals: Aligned::zeros(n_room(&self.network) * 8),
            indices: vec![[0; LANES]; STEPS_AT_ONCE],
            ..Workspace::default()
        }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let Workspace { reals, indices, sampler } = workspace;
        let room = reals.as_chunks_mut().0;
        let (len, n) = (Dynamics::shape(self).len(), self.network.dataset().n_rows());
        let at_once = if self.averaging.is_some() { 1 } else { STEPS_AT_ONCE };
        let end = bundle.step + n_steps;
        while bundle.step < end {
            let n_steps = (end - bundle.step).min(at_once as u64) as usize;
            let indices = &mut indices[..n_steps];
            sampler.draw(isa, self.sampling, n, bundle, 1, indices);
            let mut steps = [0.0; STEPS_AT_ONCE];
            for step in &mut steps[..n_steps] {
                *step = self.schedule.step_size(bundle.step);
                bundle.step += 1;
            }
            let (x, average) = bundle.state.split_at_mut(len);
            for (half, x) in x.chunks_exact_mut(len / 2).enumerate() {
                let x = x.as_chunks_mut().0;
                self.network.descend(&steps[..n_steps], indices, half, room, x);
            }
            if let Some(averaging) = self.averaging {
                averaging.update(isa, bundle.step, rows(x), rows_mut(average));
            }
        }
    }
}
