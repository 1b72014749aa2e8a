//! Chains of which more is recorded than is kept in memory: some recorded steps at a time.

use std::ops::Range;

use maruyama_dynamics::model::Cause;
use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{RECORDS_PER_LOOK, Scratch, Simulation, Steps, Walk};

/// How chains ended.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ends {
    /// Steps of their divergences, `[n_chains]`.
    pub(crate) diverged_at: Vec<Option<u64>>,
    /// What caused these, `[n_chains]`.
    pub(crate) causes: Vec<Option<Cause>>,
}

/// What takes the values of chains, and says when to save.
pub(crate) trait Receiver {
    /// Why it cannot go on.
    type Error;

    /// Takes the values of up to [`LANES`] neighbours at some recorded steps, `[n, n_steps,
    /// n_observables]`, with the places of the chains in their block.
    fn push(&mut self, chains: Range<u64>, values: &[f64]) -> Result<(), Self::Error>;

    /// Whether to save.
    fn is_due(&self) -> bool;

    /// Saves what it was given together with `words`, from which [`UnderWay::restore`] goes on.
    fn save(&mut self, words: &[u64]) -> Result<(), Self::Error>;
}

/// A recording between two steps.
#[derive(Default)]
pub(crate) struct UnderWay<'a> {
    /// Of the first bundles, which are at their end.
    ends: Ends,
    /// Records of the next bundle.
    n_records: u64,
    walk: Option<Walk<'a>>,
}

impl<'a> UnderWay<'a> {
    /// Where the recording of `chains` was; `None` if `words` are not of one.
    pub(crate) fn restore(
        simulation: &'a Simulation,
        chains: &Range<u64>,
        words: &mut impl Iterator<Item = u64>,
    ) -> Option<UnderWay<'a>> {
        let (n_records, n_ends) = (words.next()?, words.next()?);
        if n_ends >= chains.end - chains.start || !n_ends.is_multiple_of(LANES as u64) {
            return None;
        }
        let mut ends = Ends::default();
        for _ in 0..n_ends {
            ends.diverged_at.push(words.next()?.checked_sub(1));
            ends.causes.push(Cause::of_word(words.next()?)?);
        }
        let walk = Walk::restore(simulation, chains.start + n_ends, words)?;
        Some(UnderWay { ends, n_records, walk: Some(walk) })
    }

    /// Steps of chains that are done, of bundles that end at `last`.
    pub(crate) fn n_steps(&self, last: u64) -> u64 {
        let on_the_way = self.walk.as_ref().map_or(0, |walk| walk.step() * LANES as u64);
        last.saturating_mul(self.ends.diverged_at.len() as u64).saturating_add(on_the_way)
    }

    fn words(&self, walk: &Walk<'_>) -> Vec<u64> {
        let mut words = vec![self.n_records, self.ends.diverged_at.len() as u64];
        for (end, cause) in self.ends.diverged_at.iter().zip(&self.ends.causes) {
            words.extend([end.map_or(0, |step| step + 1), Cause::word(*cause)]);
        }
        walk.save(&mut words);
        words
    }
}

/// Runs `chains` from where they are, and hands on what they show at `steps`; says how each ended.
///
/// Values come at up to `steps_at_once` steps. Put together they are those of [`Simulation::run`],
/// whatever `steps_at_once`, and whenever the recording was saved and went on from there.
///
/// # Errors
/// Those of `receiver`, after which nothing is computed.
pub(crate) fn record<'a, R: Receiver>(
    simulation: &'a Simulation,
    (steps, steps_at_once): (&Steps, usize),
    chains: Range<u64>,
    mut under_way: UnderWay<'a>,
    receiver: &mut R,
) -> Result<Ends, R::Error> {
    let mut scratch = Scratch::new(simulation);
    let mut values = Vec::new();
    loop {
        let place = under_way.ends.diverged_at.len() as u64;
        let first_chain = chains.start + place;
        if first_chain >= chains.end {
            return Ok(under_way.ends);
        }
        let bundle = place..place + (chains.end - first_chain).min(LANES as u64);
        let n_chains = (bundle.end - bundle.start) as usize;
        let mut walk =
            under_way.walk.take().unwrap_or_else(|| Walk::start(simulation, first_chain));
        let mut left = steps.clone().skip(under_way.n_records as usize).peekable();
        let mut some = Vec::new();
        while !some.is_empty() || left.peek().is_some() {
            some.extend(left.by_ref().take(steps_at_once.max(1) - some.len()));
            let memory = (&mut scratch, &mut values);
            let n_done = stretch((simulation, &mut walk), &some, n_chains, memory, receiver);
            if n_done > 0 {
                receiver.push(bundle.clone(), &values)?;
            }
            some.drain(..n_done);
            under_way.n_records += n_done as u64;
            if receiver.is_due() {
                receiver.save(&under_way.words(&walk))?;
            }
        }
        under_way.ends.diverged_at.extend_from_slice(&walk.diverged_at()[..n_chains]);
        under_way.ends.causes.extend_from_slice(&walk.causes()[..n_chains]);
        under_way.n_records = 0;
    }
}

/// Records at the first of `steps`, until it is time to save; gives their number, and leaves their
/// values, `[n_chains, n, n_observables]`.
fn stretch(
    (simulation, walk): (&Simulation, &mut Walk<'_>),
    steps: &[u64],
    n_chains: usize,
    (scratch, values): (&mut Scratch, &mut Vec<f64>),
    receiver: &impl Receiver,
) -> usize {
    let n_observables = simulation.observables.len();
    let mut row = vec![[f64::NAN; LANES]; n_observables];
    values.clear();
    values.resize(n_chains * steps.len() * n_observables, f64::NAN);
    for (record, step) in steps.iter().enumerate() {
        let mut is_close = false;
        while !is_close {
            is_close = walk.approach(*step, scratch);
            let is_look = !is_close || (record > 0 && record.is_multiple_of(RECORDS_PER_LOOK));
            if is_look && receiver.is_due() {
                let (per_chain, n_kept) = (steps.len() * n_observables, record * n_observables);
                for chain in 0..n_chains {
                    values
                        .copy_within(chain * per_chain..chain * per_chain + n_kept, chain * n_kept);
                }
                values.truncate(n_chains * n_kept);
                return record;
            }
        }
        walk.record_one((*step, record), steps.len(), (scratch, &mut row), values);
    }
    steps.len()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::run::expanding::{expanding, simulation};

    /// The bits of each chain, in its order; stops after so many looks whether it is time to save.
    struct Found {
        chains: Vec<Vec<u64>>,
        n_looks: Cell<usize>,
        saves_after: Option<usize>,
        is_due: Cell<bool>,
    }

    impl Found {
        fn new(saves_after: Option<usize>) -> Found {
            let (chains, is_due) = (vec![Vec::new(); 37], Cell::new(false));
            Found { chains, n_looks: Cell::new(0), saves_after, is_due }
        }
    }

    impl Receiver for Found {
        type Error = Vec<u64>;

        fn push(&mut self, chains: Range<u64>, values: &[f64]) -> Result<(), Vec<u64>> {
            let per_chain = values.len() / (chains.end - chains.start) as usize;
            for (chain, values) in chains.zip(values.chunks(per_chain)) {
                self.chains[chain as usize].extend(values.iter().map(|value| value.to_bits()));
            }
            Ok(())
        }

        fn is_due(&self) -> bool {
            self.n_looks.set(self.n_looks.get() + 1);
            if self.saves_after.is_some_and(|n| self.n_looks.get().is_multiple_of(n)) {
                self.is_due.set(true);
            }
            self.is_due.get()
        }

        fn save(&mut self, words: &[u64]) -> Result<(), Vec<u64>> {
            self.is_due.set(false);
            Err(words.to_vec())
        }
    }

    #[test]
    fn stretches_give_the_numbers_of_the_whole() {
        let parameters = expanding(2.25, 1100, 7);
        let simulation = simulation(&parameters);
        let expected = simulation.run(5..42);
        let ends: std::collections::BTreeSet<_> = expected.diverged_at.iter().flatten().collect();
        assert!(ends.len() > 5, "chains diverge apart: {ends:?}");
        let per_chain = simulation.record_at.len() * 2;
        for (steps_at_once, saves_after) in [
            (1, None),
            (3, None),
            (158, None),
            (usize::MAX, None),
            (1, Some(1)),
            (50, Some(1)),
            (157, Some(3)),
            (usize::MAX, Some(1)),
        ] {
            let steps = (&Steps::new(&parameters), steps_at_once);
            let mut found = Found::new(saves_after);
            let mut under_way = UnderWay::default();
            let mut n_saves = 0;
            // Begun anew from the words each time that it was saved.
            let ends = loop {
                match record(&simulation, steps, 5..42, under_way, &mut found) {
                    Ok(ends) => break ends,
                    Err(words) => {
                        let mut words = words.into_iter();
                        let restored = UnderWay::restore(&simulation, &(5..42), &mut words);
                        under_way = restored.unwrap();
                        assert_eq!(words.next(), None);
                        n_saves += 1;
                    }
                }
            };
            assert_eq!(n_saves > 0, saves_after.is_some(), "{n_saves} saves");
            assert_eq!(ends.diverged_at, expected.diverged_at);
            assert_eq!(ends.causes, expected.causes);
            for (found, expected) in found.chains.iter().zip(expected.values.chunks(per_chain)) {
                assert!(found.iter().copied().eq(expected.iter().map(|value| value.to_bits())));
            }
        }
    }

    #[test]
    fn an_error_ends_the_run() {
        let parameters = expanding(2.25, 1100, 7);
        let simulation = simulation(&parameters);
        let mut found = Found::new(Some(3));
        let steps = (&Steps::new(&parameters), 10);
        let stopped = record(&simulation, steps, 0..32, UnderWay::default(), &mut found);
        assert!(stopped.is_err());
        assert_eq!(found.n_looks.get(), 3);
        let words = || stopped.as_ref().unwrap_err().iter().copied();
        let restored =
            |n: usize| UnderWay::restore(&simulation, &(0..32), &mut words().take(n)).is_some();
        assert!(restored(usize::MAX) && !restored(words().count() - 1) && !restored(1));
        assert!(UnderWay::restore(&simulation, &(0..0), &mut words()).is_none());
    }
}
