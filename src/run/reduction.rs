//! Statistics over the chains of a block: what chains show at a time is summarised at once.
//!
//! Bundles are halves of halves of the block, along the tree over chain numbers; which thread takes
//! which half has no influence on the result.

use std::ops::Range;

use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{Scratch, Simulation, Walk};
use maruyama_statistics::stream::{Kept, Merge as _, Summaries, Summary};

/// The chains of a block on their way.
///
/// # Memory
/// The state of each chain, unless it goes all its way at once, and the summaries of the steps that
/// are asked for at a time; nothing grows with the number of recorded steps.
pub(crate) struct Reduction<'a> {
    simulation: &'a Simulation,
    kept: Kept,
    chains: Range<u64>,
    /// Bundles in the order of their chains; one that has not started or has ended is not there.
    walks: Vec<Option<Walk<'a>>>,
}

/// Steps that all chains of a block go through together.
struct Segment<'s, 'a> {
    simulation: &'a Simulation,
    kept: Kept,
    steps: &'s [u64],
    is_last: bool,
    is_stopped: &'s (dyn Fn() -> bool + Sync),
}

impl<'a> Reduction<'a> {
    /// The block of the chains with these numbers, the first of which is a multiple of a power of two
    /// that is at least their number.
    pub(crate) fn new(simulation: &'a Simulation, kept: Kept, chains: Range<u64>) -> Reduction<'a> {
        let n_bundles = chains.end.saturating_sub(chains.start).div_ceil(LANES as u64);
        let walks = (0..n_bundles).map(|_| None).collect();
        Reduction { simulation, kept, chains, walks }
    }

    /// Summaries at `steps`, `[n_steps, n_observables]`; `None` if `is_stopped` said so on the way,
    /// after which nothing is to be asked for.
    ///
    /// # Arguments
    /// * `steps`: increasing, beyond those asked for before
    /// * `is_last`: whether these are the last ones, so that no state has to be kept
    pub(crate) fn advance(
        &mut self,
        steps: &[u64],
        is_last: bool,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Summary>> {
        let Reduction { simulation, kept, ref chains, ref mut walks } = *self;
        let segment = Segment { simulation, kept, steps, is_last, is_stopped };
        let Summaries(summaries) = segment.reduce(chains.clone(), walks);
        (!is_stopped()).then_some(summaries)
    }
}

impl<'a> Segment<'_, 'a> {
    fn reduce(&self, chains: Range<u64>, walks: &mut [Option<Walk<'a>>]) -> Summaries {
        if let [walk] = walks {
            return self.bundle(&chains, walk);
        }
        if walks.is_empty() {
            return Summaries::default();
        }
        let middle = walks.len().next_power_of_two() / 2;
        let (left, right) = walks.split_at_mut(middle);
        let cut = chains.start + (middle * LANES) as u64;
        let (left, right) = rayon::join(
            || self.reduce(chains.start..cut, left),
            || self.reduce(cut..chains.end, right),
        );
        left.merge(&right)
    }

    /// The summaries of one bundle, of which `chains` are asked for.
    fn bundle(&self, chains: &Range<u64>, place: &mut Option<Walk<'a>>) -> Summaries {
        if (self.is_stopped)() {
            return Summaries::default();
        }
        let n_chains = ((chains.end - chains.start) as usize).min(LANES);
        let mut walk = place.take().unwrap_or_else(|| Walk::start(self.simulation, chains.start));
        let mut scratch = Scratch::new(self.simulation);
        let mut row = vec![[f64::NAN; LANES]; self.simulation.observables.len()];
        let mut summaries = Vec::with_capacity(self.steps.len() * row.len());
        for step in self.steps {
            if !walk.record(*step, &mut scratch, &mut row) {
                row.fill([f64::NAN; LANES]);
            }
            let ends = &walk.diverged_at()[..n_chains];
            let n_diverged = ends.iter().filter(|end| end.is_some()).count() as u64;
            let summary =
                |values: &[f64; LANES]| Summary::of(self.kept, &values[..n_chains], n_diverged);
            summaries.extend(row.iter().map(summary));
        }
        if !self.is_last {
            *place = Some(walk);
        }
        Summaries(summaries)
    }
}
