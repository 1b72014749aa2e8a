//! Sixteen chains on their way, from record to record.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::{Bundle, Cause, Saved as _, Workspace};
use crate::noise::{LANES, Lanes};
use crate::observable::States;
use crate::simd::{Isa, Kernel, dispatch};
use crate::simulate::column::{Column, Watched};
use crate::simulate::simulation::Simulation;

/// A chain has diverged when an entry of its state is beyond this, infinite or not a number.
///
/// Squares of such entries still are finite, so that every observable is; and a law with a positive
/// tail index reaches it with a probability that is zero in practice.
pub const DIVERGED_BEYOND: f64 = 1e100;

/// Recorded steps after which one looks whether to save chains, which is done too wherever they are let
/// [approach](Walk::approach) one that is far away.
pub const RECORDS_PER_LOOK: usize = 16;

/// Steps between two looks for divergence, which is looked for at every recorded step too, where a step
/// is one pass over up to 64 entries.
const MOST_STEPS_PER_CHECK: u64 = 1024;
/// Passes over the state between two looks, at least: fewer cost too much.
const FEWEST_PASSES_PER_CHECK: u64 = 16;

/// After how many steps divergence is looked for: the fewer, the longer a step of so many passes over the
/// state takes, so that chains can be saved at such a step.
pub(crate) fn steps_per_check(dim: usize, passes: u64) -> u64 {
    let (entries, passes) = (dim.max(64) as u64, passes.max(1));
    let work = entries.saturating_mul(passes).checked_next_power_of_two().unwrap_or(u64::MAX);
    let fewest = (FEWEST_PASSES_PER_CHECK / passes).max(1);
    (64 * MOST_STEPS_PER_CHECK / work).max(fewest)
}

/// [`LANES`] consecutive chains of a simulation, at one step; there is nothing else that their
/// future depends on.
#[derive(Clone)]
pub struct Walk<'a> {
    simulation: &'a Simulation,
    bundle: Bundle,
    /// What each observable remembers, if it does.
    watched: Vec<Option<Watched>>,
    /// The next step that one of these looks at.
    next_look: u64,
    diverged_at: [Option<u64>; LANES],
    /// What ended those that have diverged.
    causes: [Option<Cause>; LANES],
}

/// Memory that chains use while they move; no result depends on what is in it.
pub struct Scratch {
    /// The bundle at the last check, from which a divergence is looked for step by step.
    before: Bundle,
    workspace: Workspace,
}

impl Scratch {
    /// Memory for the chains of `simulation`.
    #[must_use]
    pub fn new(simulation: &Simulation) -> Scratch {
        let model = &simulation.model;
        let before = Bundle::new(model.shape(), simulation.key, 0);
        Scratch { before, workspace: model.workspace() }
    }
}

impl<'a> Walk<'a> {
    /// The chains from `first_chain` on, at their start.
    #[must_use]
    pub fn start(simulation: &'a Simulation, first_chain: u64) -> Walk<'a> {
        let bundle = simulation.bundle(first_chain);
        let watched: Vec<_> = simulation.observables.iter().map(Watched::new).collect();
        let next_look = next_look(&watched);
        let (diverged_at, causes) = ([None; LANES], [None; LANES]);
        let mut walk = Walk { simulation, bundle, watched, next_look, diverged_at, causes };
        walk.mark([true; LANES]);
        walk
    }

    /// The chains from `first_chain` on where [`Walk::save`] left them; `None` if `words` are not what
    /// it wrote of them.
    #[must_use]
    pub fn restore(
        simulation: &'a Simulation,
        first_chain: u64,
        words: &mut impl Iterator<Item = u64>,
    ) -> Option<Walk<'a>> {
        let mut walk = Walk::start(simulation, first_chain);
        walk.bundle.restore(words)?;
        for watched in walk.watched.iter_mut().flatten() {
            watched.restore(words)?;
        }
        for end in &mut walk.diverged_at {
            *end = words.next()?.checked_sub(1);
        }
        for cause in &mut walk.causes {
            *cause = Cause::of_word(words.next()?)?;
        }
        walk.next_look = next_look(&walk.watched);
        Some(walk)
    }

    /// Appends to `words` all that the future of the chains depends on, but for the simulation.
    pub fn save(&self, words: &mut Vec<u64>) {
        self.bundle.save(words);
        self.watched.iter().flatten().for_each(|watched| watched.save(words));
        words.extend(self.diverged_at.map(|end| end.map_or(0, |step| step + 1)));
        words.extend(self.causes.map(Cause::word));
    }

    /// Steps that were done.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.bundle.step
    }

    /// Goes a part of the way to `step`, to where divergence is looked for anyway; says whether there
    /// is no such part left. What is recorded at `step` does not depend on it.
    pub fn approach(&mut self, step: u64, scratch: &mut Scratch) -> bool {
        let next = self.next_check();
        next >= step || !self.go_to(next, scratch)
    }

    /// For each chain that was beyond [`DIVERGED_BEYOND`] when looked at, the first step since the
    /// last look after which it was.
    #[must_use]
    pub fn diverged_at(&self) -> &[Option<u64>; LANES] {
        &self.diverged_at
    }

    /// What ended each chain that has diverged.
    #[must_use]
    pub fn causes(&self) -> &[Option<Cause>; LANES] {
        &self.causes
    }

    /// Moves to `step` and writes what is observed there to `values`, `[n_observables]`; says
    /// whether some chain had not diverged before. If all had, nothing is written.
    ///
    /// A number is NaN for a chain that has diverged, and for a mean or a passage that does not exist
    /// yet.
    ///
    /// # Panics
    /// If the chains are beyond `step`.
    pub fn record(&mut self, step: u64, scratch: &mut Scratch, values: &mut [Lanes]) -> bool {
        assert!(self.bundle.step <= step, "chains do not go back");
        if !self.go_to(step, scratch) {
            return false;
        }
        let Simulation { model, problem, observables, directions, .. } = self.simulation;
        let states = States { directions, ..States::of(model.as_ref(), &self.bundle) };
        for (idx, (column, value)) in observables.iter().zip(&mut *values).enumerate() {
            *value = match (column, &self.watched[idx]) {
                (Column::Now(reading), _) => reading.evaluate(problem.as_ref(), states),
                (_, Some(watched)) => watched.values,
                (_, None) => [f64::NAN; LANES],
            };
        }
        self.drop_diverged(values);
        true
    }

    /// Records at each of `steps`, which increase, as [`Walk::record`] does: up to [`LANES`] chains, as
    /// many as `values`, `[n, n_steps, n_observables]`, has room for.
    ///
    /// Steps that are asked for in several calls give the same numbers as in one.
    ///
    /// # Panics
    /// If the chains are beyond the first of `steps`.
    pub fn record_all(&mut self, steps: &[u64], scratch: &mut Scratch, values: &mut [f64]) {
        let mut row = vec![[f64::NAN; LANES]; self.simulation.observables.len()];
        for (record, &step) in steps.iter().enumerate() {
            self.record_one((step, record), steps.len(), (scratch, &mut row), values);
        }
    }

    /// Records at the step that is number `record` of the `n_records` for which `values`,
    /// `[n, n_records, n_observables]`, has room, as [`Walk::record_all`] does.
    ///
    /// # Arguments
    /// * `row`: room for `[n_observables]`
    ///
    /// # Panics
    /// If the chains are beyond `step`.
    pub fn record_one(
        &mut self,
        (step, record): (u64, usize),
        n_records: usize,
        (scratch, row): (&mut Scratch, &mut [Lanes]),
        values: &mut [f64],
    ) {
        if !self.record(step, scratch, row) {
            row.fill([f64::NAN; LANES]);
        }
        for (lane, chain) in values.chunks_mut((n_records * row.len()).max(1)).enumerate() {
            let places = &mut chain[record * row.len()..][..row.len()];
            for (place, observed) in places.iter_mut().zip(&*row) {
                *place = observed[lane];
            }
        }
    }

    /// Moves to `target` and looks at what is watched on the way; says whether some chain has not
    /// diverged.
    fn go_to(&mut self, target: u64, scratch: &mut Scratch) -> bool {
        while self.next_look <= target && self.move_to(self.next_look, scratch) {
            self.look();
        }
        self.move_to(target, scratch)
    }

    /// Shows the chains to what watches this step. A chain with an observable that is no finite
    /// number has diverged.
    fn look(&mut self) {
        let Simulation { model, problem, directions, .. } = self.simulation;
        let states = States { directions, ..States::of(model.as_ref(), &self.bundle) };
        let step = self.bundle.step;
        let mut is_finite = [true; LANES];
        for watched in self.watched.iter_mut().flatten().filter(|watched| watched.next == step) {
            let found = watched.look(problem.as_ref(), states);
            is_finite = std::array::from_fn(|lane| is_finite[lane] && found[lane]);
        }
        for lane in (0..LANES).filter(|lane| !is_finite[*lane]) {
            self.end(lane, step);
        }
        self.next_look = next_look(&self.watched);
    }

    /// Moves to `target`; says whether some chain has not diverged.
    fn move_to(&mut self, target: u64, scratch: &mut Scratch) -> bool {
        while self.bundle.step < target && self.diverged_at.contains(&None) {
            scratch.before.clone_from(&self.bundle);
            let next = target.min(self.next_check());
            let model = &self.simulation.model;
            model.advance(next - self.bundle.step, &mut self.bundle, &mut scratch.workspace);
            let found = self.unbounded();
            if (0..LANES).any(|lane| found[lane] && self.diverged_at[lane].is_none()) {
                self.replay(found, scratch);
            }
        }
        self.diverged_at.contains(&None)
    }

    /// The next step, beyond this one, at which divergence is looked for anyway.
    fn next_check(&self) -> u64 {
        let n_steps = self.simulation.check_every;
        (self.bundle.step / n_steps + 1) * n_steps
    }

    /// Goes once more, step by step, from the last check to here, and marks the chains that are
    /// `found` unbounded here at the first step at which they were.
    fn replay(&mut self, found: [bool; LANES], scratch: &mut Scratch) {
        let end = self.bundle.step;
        std::mem::swap(&mut self.bundle, &mut scratch.before);
        while self.bundle.step < end {
            self.simulation.model.advance(1, &mut self.bundle, &mut scratch.workspace);
            self.mark(found);
        }
    }

    /// Marks those of the chains `among` that are unbounded as diverged now, unless they had
    /// diverged before.
    fn mark(&mut self, among: [bool; LANES]) {
        let found = self.unbounded();
        for lane in 0..LANES {
            if among[lane] && found[lane] {
                self.end(lane, self.bundle.step);
            }
        }
    }

    /// Notes that a chain has diverged at `step`, unless it had before, and why.
    fn end(&mut self, lane: usize, step: u64) {
        if self.diverged_at[lane].is_none() {
            self.diverged_at[lane] = Some(step);
            self.causes[lane] = self.bundle.causes[lane].or(Some(Cause::Overflow));
        }
    }

    /// Which chains have an entry beyond [`DIVERGED_BEYOND`].
    fn unbounded(&self) -> [bool; LANES] {
        if dispatch(AllBounded(&self.bundle.state)) {
            return [false; LANES];
        }
        let is_bounded = |entry: &f64| entry.abs() <= DIVERGED_BEYOND;
        let shape = self.simulation.model.shape();
        let mut found = [false; LANES];
        for vector in self.bundle.state.chunks(shape.len()) {
            for (lane, found) in found.iter_mut().enumerate() {
                let mut entries = (0..shape.dim).map(|j| vector[shape.place(lane, j)]);
                *found |= entries.any(|entry| !is_bounded(&entry));
            }
        }
        found
    }

    /// Leaves nothing of diverged chains; one with an observable that is no finite number has
    /// diverged too.
    fn drop_diverged(&mut self, values: &mut [Lanes]) {
        for lane in 0..LANES {
            let mut present = values.iter().zip(&self.watched).filter(|(_, one)| one.is_none());
            if self.diverged_at[lane].is_none()
                && present.any(|(value, _)| !value[lane].is_finite())
            {
                self.end(lane, self.bundle.step);
            }
            if self.diverged_at[lane].is_some() {
                for value in &mut *values {
                    value[lane] = f64::NAN;
                }
            }
        }
    }
}

fn next_look(watched: &[Option<Watched>]) -> u64 {
    watched.iter().flatten().map(|watched| watched.next).min().unwrap_or(u64::MAX)
}

/// Whether all numbers are within [`DIVERGED_BEYOND`].
struct AllBounded<'a>(&'a [f64]);

impl Kernel for AllBounded<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> bool {
        let bound = isa.splat_f64s(DIVERGED_BEYOND);
        let (vectors, rest) = S::as_simd_f64s(self.0);
        let is_beyond = |entry: S::f64s| {
            let bounded = isa.less_than_or_equal_f64s(isa.abs_f64s(entry), bound);
            isa.first_true_m64s(isa.not_m64s(bounded)) < S::F64_LANES
        };
        !vectors.iter().any(|entry| is_beyond(*entry))
            && rest.iter().all(|entry| entry.abs() <= DIVERGED_BEYOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_steps_are_looked_at_after_fewer() {
        for (dim, passes, expected) in [
            (1, 1, 1024),
            (64, 1, 1024),
            (65, 1, 512),
            (3, 4, 256),
            (3, 250_000, 1),
            (1_060_138, 1, 16),
            (1_060_138, 128, 1),
            (usize::MAX, u64::MAX, 1),
        ] {
            assert_eq!(steps_per_check(dim, passes), expected, "{dim}, {passes}");
        }
    }
}
