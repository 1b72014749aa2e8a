//! Running chains of one cell.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Bundle, Model, Workspace};
use crate::noise::{LANES, Purpose, Stream, StreamKey};
use crate::observable::States;
use crate::problem::Problem;
use crate::simd::{Isa, Kernel, dispatch};
use crate::simulate::column::{Column, Watched};

/// A chain has diverged when an entry of its state is beyond this, infinite or not a number.
///
/// Squares of such entries still are finite, so that every observable is; and a law with a positive
/// tail index reaches it with a probability that is zero in practice.
pub const DIVERGED_BEYOND: f64 = 1e100;

/// Divergence is looked for at multiples of this many steps, and at every recorded step.
const CHECK_EVERY: u64 = 256;

/// Everything that is needed to run the chains of one cell.
pub struct Simulation {
    /// The problem that observables refer to.
    pub problem: Arc<dyn Problem>,
    /// The process.
    pub model: Box<dyn Model>,
    /// What is recorded.
    pub observables: Vec<Column>,
    /// The law of the starting point.
    pub start: Start,
    /// The steps after which observables are recorded, increasing; 0 is the start.
    pub record_at: Vec<u64>,
    /// Key of the random streams: a function of the identity of the cell.
    pub key: StreamKey,
}

/// The starting point: `x_0 ~ N(mean 1, std² I)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Mean of each entry.
    pub mean: f64,
    /// Standard deviation of each entry.
    pub std: f64,
}

/// What consecutive chains did.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Values of the observables, `[n_chains, n_records, n_observables]`; NaN from the step of its
    /// divergence on, and for a mean or a passage that does not exist yet.
    pub values: Vec<f64>,
    /// For each chain that was beyond [`DIVERGED_BEYOND`] when looked at, the first step since the
    /// last look after which it was.
    pub diverged_at: Vec<Option<u64>>,
}

/// Chains on their way.
struct Walk<'a> {
    simulation: &'a Simulation,
    bundle: Bundle,
    /// The bundle at the last check, from which a divergence is looked for step by step.
    before: Bundle,
    workspace: Workspace,
    /// What each observable remembers, if it does.
    watched: Vec<Option<Watched>>,
    /// The next step that one of these looks at.
    next_look: u64,
    diverged_at: [Option<u64>; LANES],
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
        let mut diverged_at = Vec::with_capacity(n_chains);
        let mut first_chain = chains.start;
        for values in values.chunks_mut((LANES * per_chain).max(1)) {
            let n_lanes = values.len() / per_chain.max(1);
            let ends = self.run_bundle(first_chain, values);
            diverged_at.extend_from_slice(&ends[..n_lanes]);
            first_chain += LANES as u64;
        }
        Record { values, diverged_at }
    }

    /// Runs up to [`LANES`] chains: as many as `values`, `[n, n_records, n_observables]`, has room
    /// for.
    fn run_bundle(&self, first_chain: u64, values: &mut [f64]) -> [Option<u64>; LANES] {
        let mut walk = Walk::start(self, first_chain);
        let n_observables = self.observables.len();
        let per_chain = self.record_at.len() * n_observables;
        for (record, &step) in self.record_at.iter().enumerate() {
            if !walk.go_to(step) {
                break;
            }
            let states = States::of(self.model.as_ref(), &walk.bundle);
            for (idx, column) in self.observables.iter().enumerate() {
                let place = record * n_observables + idx;
                let observed = match (column, &walk.watched[idx]) {
                    (Column::Now(reading), _) => reading.evaluate(self.problem.as_ref(), states),
                    (_, Some(watched)) => watched.values,
                    (_, None) => [f64::NAN; LANES],
                };
                for (lane, chain) in values.chunks_mut(per_chain).enumerate() {
                    if walk.diverged_at[lane].is_none() {
                        chain[place] = observed[lane];
                    }
                }
            }
            walk.drop_unobservable(values, record, n_observables);
        }
        walk.diverged_at
    }

    fn bundle(&self, first_chain: u64) -> Bundle {
        let shape = self.model.shape();
        let mut bundle = Bundle::new(shape, self.key, first_chain);
        let Start { mean, std } = self.start;
        let mut x = vec![mean; self.problem.dim()];
        let mut state = vec![0.0; shape.dim];
        for lane in 0..LANES {
            if std > 0.0 {
                let chain = first_chain.wrapping_add(lane as u64);
                Stream::new(self.key, chain, Purpose::Start).fill_normals(&mut x);
                for entry in &mut x {
                    *entry = mean + std * *entry;
                }
            }
            self.model.embed(&x, &mut state);
            bundle.set(shape, 0, lane, &state);
            bundle.set(shape, self.model.observed_vector(), lane, &state);
        }
        bundle
    }
}

impl Walk<'_> {
    fn start(simulation: &Simulation, first_chain: u64) -> Walk<'_> {
        let bundle = simulation.bundle(first_chain);
        let before = bundle.clone();
        let workspace = simulation.model.workspace();
        let watched: Vec<_> = simulation.observables.iter().map(Watched::new).collect();
        let next_look = next_look(&watched);
        let diverged_at = [None; LANES];
        let mut walk =
            Walk { simulation, bundle, before, workspace, watched, next_look, diverged_at };
        walk.mark([true; LANES]);
        walk
    }

    /// Moves to `target` and looks at what is watched on the way; says whether some chain has not
    /// diverged.
    fn go_to(&mut self, target: u64) -> bool {
        while self.next_look <= target && self.move_to(self.next_look) {
            self.look();
        }
        self.move_to(target)
    }

    /// Shows the chains to what watches this step. A chain with an observable that is no finite
    /// number has diverged.
    fn look(&mut self) {
        let Simulation { model, problem, .. } = self.simulation;
        let states = States::of(model.as_ref(), &self.bundle);
        let step = self.bundle.step;
        for watched in self.watched.iter_mut().flatten().filter(|watched| watched.next == step) {
            let is_finite = watched.look(problem.as_ref(), states);
            for lane in (0..LANES).filter(|lane| !is_finite[*lane]) {
                self.diverged_at[lane].get_or_insert(step);
            }
        }
        self.next_look = next_look(&self.watched);
    }

    /// Moves to `target`; says whether some chain has not diverged.
    fn move_to(&mut self, target: u64) -> bool {
        while self.bundle.step < target && self.diverged_at.contains(&None) {
            self.before.clone_from(&self.bundle);
            let next_check = (self.bundle.step / CHECK_EVERY + 1) * CHECK_EVERY;
            let next = target.min(next_check);
            let model = &self.simulation.model;
            model.advance(next - self.bundle.step, &mut self.bundle, &mut self.workspace);
            let found = self.unbounded();
            if (0..LANES).any(|lane| found[lane] && self.diverged_at[lane].is_none()) {
                self.replay(found);
            }
        }
        self.diverged_at.contains(&None)
    }

    /// Goes once more, step by step, from the last check to here, and marks the chains that are
    /// `found` unbounded here at the first step at which they were.
    fn replay(&mut self, found: [bool; LANES]) {
        let end = self.bundle.step;
        std::mem::swap(&mut self.bundle, &mut self.before);
        while self.bundle.step < end {
            self.simulation.model.advance(1, &mut self.bundle, &mut self.workspace);
            self.mark(found);
        }
    }

    /// Marks those of the chains `among` that are unbounded as diverged now, unless they had
    /// diverged before.
    fn mark(&mut self, among: [bool; LANES]) {
        let found = self.unbounded();
        for lane in 0..LANES {
            if among[lane] && found[lane] {
                self.diverged_at[lane].get_or_insert(self.bundle.step);
            }
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

    /// A chain with an observable that is no finite number has diverged too.
    fn drop_unobservable(&mut self, values: &mut [f64], record: usize, n_observables: usize) {
        let per_chain = self.simulation.record_at.len() * n_observables;
        for (lane, chain) in values.chunks_mut(per_chain).enumerate() {
            let row = &mut chain[record * n_observables..(record + 1) * n_observables];
            let mut present = row.iter().zip(&self.watched).filter(|(_, one)| one.is_none());
            let is_lost = present.any(|(value, _)| !value.is_finite());
            if self.diverged_at[lane].is_none() && is_lost {
                row.fill(f64::NAN);
                self.diverged_at[lane] = Some(self.bundle.step);
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
mod tests;
