//! Statistics over the chains of a block: what chains show at a time is summarised at once.
//!
//! Bundles are halves of halves of the block, along the tree over chain numbers; which thread takes
//! which half has no influence on the result. Where the chains go all their way at once, the parts of
//! the tree that are done can be saved.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{Scratch, Simulation, Walk};
use maruyama_statistics::stream::{Kept, Merge as _, Summaries, Summary};

/// Says when a block is to be saved or to stop, and saves it.
pub(crate) trait Keeper: Sync {
    /// Whether to stop.
    fn is_stopped(&self) -> bool;
    /// Whether to save.
    fn is_due(&self) -> bool;
    /// Saves `words`, from which [`Reduction::restore`] goes on.
    fn save(&self, words: &[u64]);
}

/// Summaries of consecutive chains, by the number of the first one, with the end of their range.
type Parts = BTreeMap<u64, (u64, Arc<Summaries>)>;

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
    /// The largest parts that are done, of chains that go all their way at once.
    parts: Mutex<Parts>,
    /// Whether nothing was asked for yet.
    is_new: bool,
}

/// Steps that all chains of a block go through together.
struct Segment<'s, 'a> {
    simulation: &'a Simulation,
    kept: Kept,
    steps: &'s [u64],
    is_last: bool,
    keeper: &'s dyn Keeper,
    /// Parts that are done, if they can be saved.
    parts: Option<&'s Mutex<Parts>>,
}

impl<'a> Reduction<'a> {
    /// The block of the chains with these numbers, the first of which is a multiple of a power of two
    /// that is at least their number.
    pub(crate) fn new(simulation: &'a Simulation, kept: Kept, chains: Range<u64>) -> Reduction<'a> {
        let n_bundles = chains.end.saturating_sub(chains.start).div_ceil(LANES as u64);
        let walks = (0..n_bundles).map(|_| None).collect();
        Reduction { simulation, kept, chains, walks, parts: Mutex::default(), is_new: true }
    }

    /// Takes the parts that `words` have, of chains that record at `n_steps` steps; gives the number of
    /// chains in them. `None` if `words` are not of such a block.
    pub(crate) fn restore(&mut self, n_steps: usize, words: Vec<u64>) -> Option<u64> {
        let mut words = words.into_iter();
        let n_summaries = words.next()?;
        if n_summaries != (n_steps * self.simulation.observables.len()) as u64 {
            return None;
        }
        let n_parts = words.next()?;
        let (mut parts, mut n_chains) = (Parts::new(), 0);
        for _ in 0..n_parts {
            let chains = words.next()?..words.next()?;
            if chains.start < self.chains.start || chains.end > self.chains.end || chains.is_empty()
            {
                return None;
            }
            let summaries = (0..n_summaries).map(|_| Summary::restore(&mut words));
            let summaries = Summaries(summaries.collect::<Option<_>>()?);
            n_chains += chains.end - chains.start;
            parts.insert(chains.start, (chains.end, Arc::new(summaries)));
        }
        if words.next().is_some() {
            return None;
        }
        self.parts = Mutex::new(parts);
        Some(n_chains)
    }

    /// Summaries at `steps`, `[n_steps, n_observables]`; `None` if the keeper stopped it on the way,
    /// after which nothing is to be asked for.
    ///
    /// # Arguments
    /// * `steps`: increasing, beyond those asked for before
    /// * `is_last`: whether these are the last ones, so that no state has to be kept
    pub(crate) fn advance(
        &mut self,
        steps: &[u64],
        is_last: bool,
        keeper: &dyn Keeper,
    ) -> Option<Vec<Summary>> {
        let is_whole = is_last && self.is_new;
        self.is_new = false;
        let Reduction { simulation, kept, ref chains, ref mut walks, ref parts, .. } = *self;
        let parts = is_whole.then_some(parts);
        let segment = Segment { simulation, kept, steps, is_last, keeper, parts };
        let summaries = segment.reduce(chains.clone(), walks);
        if summaries.is_none() {
            segment.save_if_due();
        }
        self.parts = Mutex::default();
        let Summaries(summaries) = summaries.map(Arc::unwrap_or_clone)?;
        Some(summaries)
    }
}

impl<'a> Segment<'_, 'a> {
    /// The summaries of `chains`; `None` if they were stopped.
    fn reduce(&self, chains: Range<u64>, walks: &mut [Option<Walk<'a>>]) -> Option<Arc<Summaries>> {
        if let Some(known) = self.known(&chains) {
            return Some(known);
        }
        let summaries = match walks {
            [] => Arc::default(),
            [walk] => Arc::new(self.bundle(&chains, walk)?),
            walks => {
                let middle = walks.len().next_power_of_two() / 2;
                let (left, right) = walks.split_at_mut(middle);
                let cut = chains.start + (middle * LANES) as u64;
                let (left, right) = rayon::join(
                    || self.reduce(chains.start..cut, left),
                    || self.reduce(cut..chains.end, right),
                );
                Arc::new(left?.merge(&*right?))
            }
        };
        self.note(chains, &summaries);
        Some(summaries)
    }

    /// The part of exactly these chains, if it is done.
    fn known(&self, chains: &Range<u64>) -> Option<Arc<Summaries>> {
        let parts = self.parts?.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, summaries) = parts.get(&chains.start)?;
        (*end == chains.end).then(|| Arc::clone(summaries))
    }

    /// Notes a part instead of those that it consists of.
    fn note(&self, chains: Range<u64>, summaries: &Arc<Summaries>) {
        let Some(parts) = self.parts else { return };
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|first, _| !chains.contains(first));
        parts.insert(chains.start, (chains.end, Arc::clone(summaries)));
        drop(parts);
        self.save_if_due();
    }

    fn save_if_due(&self) {
        let Some(parts) = self.parts else { return };
        let parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.is_empty() || !self.keeper.is_due() {
            return;
        }
        let n_summaries = self.steps.len() * self.simulation.observables.len();
        let mut words = vec![n_summaries as u64, parts.len() as u64];
        for (first, (end, Summaries(summaries))) in
            parts.iter().map(|(first, (end, summaries))| (first, (end, &**summaries)))
        {
            words.extend([*first, *end]);
            for summary in summaries {
                summary.save(&mut words);
            }
        }
        self.keeper.save(&words);
    }

    /// The summaries of one bundle, of which `chains` are asked for.
    fn bundle(&self, chains: &Range<u64>, place: &mut Option<Walk<'a>>) -> Option<Summaries> {
        if self.keeper.is_stopped() {
            return None;
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
        Some(Summaries(summaries))
    }
}
