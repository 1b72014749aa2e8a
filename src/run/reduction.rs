//! Statistics over the chains of a block: what chains show at a time is summarised at once.
//!
//! Bundles are halves of halves of the block, along the tree over chain numbers; which thread takes
//! which half has no influence on the result, and neither has when it was saved and went on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{RECORDS_PER_LOOK, Scratch, Simulation, Walk};
use maruyama_statistics::stream::{Kept, Merge as _, Summaries, Summary};

/// Says when a block is to be saved or to stop, and saves it.
pub(crate) trait Keeper: Sync {
    /// Whether to stop.
    fn is_stopped(&self) -> bool;
    /// How often chains on their way leave word of where they are.
    fn every(&self) -> Duration;
    /// Whether to save.
    fn is_due(&self) -> bool;
    /// Saves `words`, from which [`Reduction::restore`] goes on.
    fn save(&self, words: &[u64]);
}

/// The chains of a block on their way.
///
/// # Memory
/// The state of each chain, unless it goes all its way at once, and the summaries of the steps that
/// are asked for at a time; nothing grows with the number of recorded steps.
pub(crate) struct Reduction<'a> {
    simulation: &'a Simulation,
    kept: Kept,
    chains: Range<u64>,
    /// Recorded steps that were asked for and are done.
    n_records: u64,
    done: Mutex<Done>,
}

/// What is done of the steps that are asked for.
struct Done {
    /// Summaries at all of these steps of the largest parts of the tree that have them, by the number
    /// of the first chain, with the end of their range.
    parts: BTreeMap<u64, (u64, Arc<Summaries>)>,
    /// Where each bundle goes on, as [`Place::words`]: in a part after these steps, else among them.
    /// Empty at the start of a chain, and where nothing is left of it.
    places: Vec<Vec<u64>>,
}

/// Where a bundle is.
struct Place<'a> {
    walk: Walk<'a>,
    /// Of the steps that are asked for, as many as it has done.
    summaries: Vec<Summary>,
    /// When it last left word of where it is.
    left_at: Instant,
}

/// Steps that all chains of a block go through together.
struct Segment<'s, 'a> {
    reduction: &'s Reduction<'a>,
    steps: &'s [u64],
    is_last: bool,
    keeper: &'s dyn Keeper,
}

impl<'a> Reduction<'a> {
    /// The block of the chains with these numbers, the first of which is a multiple of a power of two
    /// that is at least their number.
    pub(crate) fn new(simulation: &'a Simulation, kept: Kept, chains: Range<u64>) -> Reduction<'a> {
        let n_bundles = chains.end.saturating_sub(chains.start).div_ceil(LANES as u64);
        let places = vec![Vec::new(); n_bundles as usize];
        let done = Mutex::new(Done { parts: BTreeMap::new(), places });
        Reduction { simulation, kept, chains, n_records: 0, done }
    }

    /// The block as [`Keeper::save`] was given it; `None` if `words` are not of this one.
    pub(crate) fn restore(
        simulation: &'a Simulation,
        kept: Kept,
        chains: Range<u64>,
        words: &mut impl Iterator<Item = u64>,
    ) -> Option<Reduction<'a>> {
        let mut reduction = Reduction::new(simulation, kept, chains);
        reduction.n_records = words.next()?;
        let (n_summaries, n_parts) = (words.next()?, words.next()?);
        let mut done = Done { parts: BTreeMap::new(), places: Vec::new() };
        for _ in 0..n_parts {
            let (first, end) = (words.next()?, words.next()?);
            let summaries = (0..n_summaries).map(|_| Summary::restore(words));
            let summaries = Summaries(summaries.collect::<Option<_>>()?);
            done.parts.insert(first, (end, Arc::new(summaries)));
        }
        for bundle in 0..reduction.n_bundles() {
            let n_words = words.next()?;
            let place: Vec<u64> = words.take(n_words as usize).collect();
            let is_whole = place.is_empty() || reduction.place(bundle, &place).is_some();
            if !is_whole || place.len() as u64 != n_words {
                return None;
            }
            done.places.push(place);
        }
        reduction.done = Mutex::new(done);
        words.next().is_none().then_some(reduction)
    }

    /// Recorded steps at which it has given summaries.
    pub(crate) fn n_records(&self) -> u64 {
        self.n_records
    }

    /// Steps of chains that are done, of chains that end at `last`.
    pub(crate) fn n_steps(&self, last: u64) -> u64 {
        let done = self.done();
        let n_steps = done.places.iter().enumerate().map(|(bundle, words)| {
            let chains = self.chains_of(bundle);
            let step = match self.place(bundle, words) {
                Some(place) => place.walk.step(),
                None if done.has(chains.start) => last,
                None => 0,
            };
            step.saturating_mul(chains.end - chains.start)
        });
        n_steps.fold(0, u64::saturating_add)
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
        let segment = Segment { reduction: self, steps, is_last, keeper };
        let summaries = segment.reduce(self.chains.clone());
        if summaries.is_none() {
            segment.save_if_due();
        }
        self.done().parts.clear();
        self.n_records += steps.len() as u64;
        let Summaries(summaries) = summaries.map(Arc::unwrap_or_clone)?;
        Some(summaries)
    }

    fn n_bundles(&self) -> usize {
        self.done().places.len()
    }

    /// The chains of a bundle.
    fn chains_of(&self, bundle: usize) -> Range<u64> {
        let first = self.chains.start + (bundle * LANES) as u64;
        first..self.chains.end.min(first + LANES as u64)
    }

    /// Where a bundle is; `None` if `words` do not say so.
    fn place(&self, bundle: usize, words: &[u64]) -> Option<Place<'a>> {
        let mut words = words.iter().copied();
        let n_summaries = words.next()?;
        let summaries = (0..n_summaries).map(|_| Summary::restore(&mut words));
        let summaries = summaries.collect::<Option<_>>()?;
        let walk = Walk::restore(self.simulation, self.chains_of(bundle).start, &mut words)?;
        words.next().is_none().then(|| Place::new(walk, summaries))
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Done {
    /// Whether the chain with this number is in a part.
    fn has(&self, chain: u64) -> bool {
        self.parts.range(..=chain).next_back().is_some_and(|(_, (end, _))| chain < *end)
    }
}

impl<'a> Place<'a> {
    fn new(walk: Walk<'a>, summaries: Vec<Summary>) -> Place<'a> {
        Place { walk, summaries, left_at: Instant::now() }
    }

    fn words(&self) -> Vec<u64> {
        let mut words = vec![self.summaries.len() as u64];
        self.summaries.iter().for_each(|summary| summary.save(&mut words));
        self.walk.save(&mut words);
        words
    }
}

impl Segment<'_, '_> {
    /// The summaries of `chains`; `None` if they were stopped.
    fn reduce(&self, chains: Range<u64>) -> Option<Arc<Summaries>> {
        if let Some(known) = self.known(&chains) {
            return Some(known);
        }
        let n_bundles = (chains.end - chains.start).div_ceil(LANES as u64);
        match n_bundles {
            0 => return Some(Arc::default()),
            1 => return self.bundle(chains),
            _ => {}
        }
        let cut = chains.start + n_bundles.next_power_of_two() / 2 * LANES as u64;
        let (left, right) =
            rayon::join(|| self.reduce(chains.start..cut), || self.reduce(cut..chains.end));
        let summaries = Arc::new(left?.merge(&*right?));
        self.note(chains, &summaries, None);
        Some(summaries)
    }

    /// The part of exactly these chains, if it is done.
    fn known(&self, chains: &Range<u64>) -> Option<Arc<Summaries>> {
        let done = self.reduction.done();
        let (end, summaries) = done.parts.get(&chains.start)?;
        (*end == chains.end).then(|| Arc::clone(summaries))
    }

    /// Notes a part instead of those that it consists of; if it is a bundle, with its place.
    fn note(
        &self,
        chains: Range<u64>,
        summaries: &Arc<Summaries>,
        place: Option<(usize, Vec<u64>)>,
    ) {
        let mut done = self.reduction.done();
        done.parts.retain(|first, _| !chains.contains(first));
        done.parts.insert(chains.start, (chains.end, Arc::clone(summaries)));
        if let Some((bundle, words)) = place {
            done.places[bundle] = words;
        }
        drop(done);
        self.save_if_due();
    }

    fn save_if_due(&self) {
        let done = self.reduction.done();
        if !self.keeper.is_due() {
            return;
        }
        let n_summaries = self.steps.len() * self.reduction.simulation.observables.len();
        let mut words = vec![self.reduction.n_records, n_summaries as u64, done.parts.len() as u64];
        for (first, (end, part)) in &done.parts {
            words.extend([*first, *end]);
            part.0.iter().for_each(|summary| summary.save(&mut words));
        }
        for place in &done.places {
            words.push(place.len() as u64);
            words.extend_from_slice(place);
        }
        self.keeper.save(&words);
    }

    /// The summaries of one bundle.
    fn bundle(&self, chains: Range<u64>) -> Option<Arc<Summaries>> {
        if self.keeper.is_stopped() {
            return None;
        }
        let Reduction { simulation, kept, .. } = *self.reduction;
        let bundle = ((chains.start - self.reduction.chains.start) / LANES as u64) as usize;
        let words = self.reduction.done().places[bundle].clone();
        let start = || Place::new(Walk::start(simulation, chains.start), Vec::new());
        let mut place = self.reduction.place(bundle, &words).unwrap_or_else(start);
        let n_chains = (chains.end - chains.start) as usize;
        let mut scratch = Scratch::new(simulation);
        let mut row = vec![[f64::NAN; LANES]; simulation.observables.len()];
        let n_done = place.summaries.len() / row.len().max(1);
        for (record, step) in self.steps.iter().enumerate().skip(n_done) {
            let mut is_close = false;
            while !is_close {
                is_close = place.walk.approach(*step, &mut scratch);
                if !is_close || record.is_multiple_of(RECORDS_PER_LOOK) {
                    self.look(bundle, &mut place)?;
                }
            }
            let Place { walk, summaries, .. } = &mut place;
            if !walk.record(*step, &mut scratch, &mut row) {
                row.fill([f64::NAN; LANES]);
            }
            let ends = &walk.diverged_at()[..n_chains];
            let n_diverged = ends.iter().filter(|end| end.is_some()).count() as u64;
            let summary =
                |values: &[f64; LANES]| Summary::of(kept, &values[..n_chains], n_diverged);
            summaries.extend(row.iter().map(summary));
        }
        let summaries = Arc::new(Summaries(std::mem::take(&mut place.summaries)));
        let words = if self.is_last { Vec::new() } else { place.words() };
        self.note(chains, &summaries, Some((bundle, words)));
        Some(summaries)
    }

    /// Looks whether a bundle is to leave word of where it is; `None` if it is stopped, after it has.
    fn look(&self, bundle: usize, place: &mut Place<'_>) -> Option<()> {
        let is_stopped = self.keeper.is_stopped();
        if is_stopped || place.left_at.elapsed() >= self.keeper.every() {
            self.reduction.done().places[bundle] = place.words();
            place.left_at = Instant::now();
            self.save_if_due();
        }
        (!is_stopped).then_some(())
    }
}

#[cfg(test)]
mod tests;
