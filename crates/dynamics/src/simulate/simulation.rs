//! Running chains of one cell.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Bundle, Cause, Model};
use crate::noise::{LANES, Purpose, Stream, StreamKey};
use crate::problem::Problem;
use crate::simulate::column::Column;
use crate::simulate::walk::{Scratch, Walk};

/// Everything that is needed to run the chains of one cell.
pub struct Simulation {
    /// The problem that observables refer to.
    pub problem: Arc<dyn Problem>,
    /// The process.
    pub model: Box<dyn Model>,
    /// What is recorded.
    pub observables: Vec<Column>,
    /// The directions of projections, each `[d]`.
    pub directions: Vec<Vec<f64>>,
    /// The law of the starting point.
    pub start: Start,
    /// The steps after which [`Simulation::run`] records, increasing; 0 is the start. None for a
    /// cell whose steps are not made into a list, see [`Simulation::unlisted`].
    pub record_at: Vec<u64>,
    /// Key of the random streams: a function of the identity of the cell.
    pub key: StreamKey,
    /// Divergence is looked for at multiples of this many steps.
    pub check_every: u64,
}

/// The starting point: `x_0 ~ N(mean, std² D²)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Mean of each entry, `[d]`.
    pub mean: Vec<f64>,
    /// Standard deviation of each entry, in units of `D`.
    pub std: f64,
    /// Whether `D` is the diagonal matrix of [`Problem::start_scales`]; it is the identity otherwise.
    pub is_scaled: bool,
}

/// What consecutive chains did.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Values of the observables, `[n_chains, n_records, n_observables]`; NaN from the step of its
    /// divergence on, and for a mean or a passage that does not exist yet.
    pub values: Vec<f64>,
    /// As [`Walk::diverged_at`].
    pub diverged_at: Vec<Option<u64>>,
    /// As [`Walk::causes`].
    pub causes: Vec<Option<Cause>>,
}

impl Simulation {
    /// Runs the chains with these indices.
    ///
    /// What a chain does depends on the key and its index alone, not on other chains; a longer run
    /// starts with a shorter one, bit for bit.
    #[must_use]
    pub fn run(&self, chains: Range<u64>) -> Record {
        let n_chains = chains.end.saturating_sub(chains.start) as usize;
        let per_chain = self.record_at.len() * self.observables.len();
        let mut values = vec![f64::NAN; n_chains * per_chain];
        let (mut diverged_at, mut causes) = (Vec::with_capacity(n_chains), Vec::new());
        let mut first_chain = chains.start;
        let mut scratch = Scratch::new(self);
        for values in values.chunks_mut((LANES * per_chain).max(1)) {
            let n_lanes = values.len() / per_chain.max(1);
            let mut walk = Walk::start(self, first_chain);
            walk.record_all(&self.record_at, &mut scratch, values);
            diverged_at.extend_from_slice(&walk.diverged_at()[..n_lanes]);
            causes.extend_from_slice(&walk.causes()[..n_lanes]);
            first_chain += LANES as u64;
        }
        Record { values, diverged_at, causes }
    }

    /// Sixteen chains at their start.
    pub(crate) fn bundle(&self, first_chain: u64) -> Bundle {
        let shape = self.model.shape();
        let mut bundle = Bundle::new(shape, self.key, first_chain);
        let Start { ref mean, std, is_scaled } = self.start;
        let scales = if is_scaled { self.problem.start_scales() } else { None };
        let mut x = mean.clone();
        let mut state = vec![0.0; shape.dim];
        for lane in 0..LANES {
            if std > 0.0 {
                let chain = first_chain.wrapping_add(lane as u64);
                Stream::new(self.key, chain, Purpose::Start).fill_normals(&mut x);
                for entry in &mut x {
                    *entry *= std;
                }
                for (entry, scale) in x.iter_mut().zip(scales.iter().flatten()) {
                    *entry *= scale;
                }
                for (entry, mean) in x.iter_mut().zip(mean) {
                    *entry += mean;
                }
            }
            let observed = self.model.observed_vector();
            self.model.embed(&x, &mut state);
            bundle.set(shape, 0, lane, &state);
            if observed > 0 {
                self.model.embed_observed(&x, &mut state);
                bundle.set(shape, observed, lane, &state);
            }
        }
        bundle
    }
}

#[cfg(test)]
mod tests;
