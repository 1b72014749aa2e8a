//! The linear assignment problem, by shortest augmenting paths.
//!
//! ```text
//! min over permutations s of sum_i c_(i s(i))
//! ```
//!
//! Potentials keep `c_ij - u_i - v_j >= 0` with equality where `i` is assigned to `j`. Columns are
//! reduced first, then rows are assigned greedily while potentials fall, and each row that is still
//! free is assigned along a shortest path of alternating columns and rows.
//!
//! Source: Jonker & Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
//! assignment problems", Computing 38, 1987.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::distance::error::{DistanceError, check_length};
use crate::distance::transport::cost::Cost;
use crate::distance::transport::scan::{relax, two_smallest};

/// No row or column.
const FREE: usize = usize::MAX;

/// Passes of the greedy phase.
const PASSES: usize = 2;

/// An optimal assignment with its dual potentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The column of each row, `[n]`.
    pub columns: Vec<usize>,
    /// Potentials `u` of the rows, `[n]`.
    pub row_potentials: Vec<f64>,
    /// Potentials `v` of the columns, `[n]`.
    pub column_potentials: Vec<f64>,
}

/// An optimal assignment for square `cost`, in `O(n^3)` operations and `O(n)` memory beyond it.
///
/// # Errors
/// If there are not as many sinks as sources.
pub fn assign(cost: &Cost) -> Result<Assignment, DistanceError> {
    check_length("sinks of an assignment", cost.m(), cost.n())?;
    Ok(dispatch(Solve { cost }))
}

struct Solve<'a> {
    cost: &'a Cost,
}

impl Kernel for Solve<'_> {
    type Output = Assignment;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Assignment {
        let cost = self.cost;
        let mut state = State::new(cost);
        let mut free = reduce_columns(isa, cost, &mut state);
        for _ in 0..PASSES {
            free = reduce_rows(isa, cost, &mut state, free);
        }
        augment(isa, cost, &mut state, &free);
        let potential = |(i, j): (usize, &usize)| cost.row(i)[*j] - state.v[*j];
        let row_potentials = state.column_of.iter().enumerate().map(potential).collect();
        Assignment { columns: state.column_of, row_potentials, column_potentials: state.v }
    }
}

struct State {
    v: Vec<f64>,
    row_of: Vec<usize>,
    column_of: Vec<usize>,
}

impl State {
    fn new(cost: &Cost) -> State {
        let n = cost.n();
        State { v: vec![f64::INFINITY; n], row_of: vec![FREE; n], column_of: vec![FREE; n] }
    }

    fn assign(&mut self, i: usize, j: usize) {
        self.column_of[i] = j;
        self.row_of[j] = i;
    }
}

/// Potentials are the smallest costs of columns; rows where these are get one of them. Those with
/// just one lower its potential as far as it stays theirs. Returns the rows that got none.
#[inline(always)]
fn reduce_columns<S: Isa>(isa: S, cost: &Cost, state: &mut State) -> Vec<usize> {
    let n = cost.n();
    let mut cheapest = vec![0.0; n];
    let zeros = vec![0.0; n];
    for i in 0..n {
        relax(isa, (cost.row(i), &zeros), (0.0, i), &mut state.v, &mut cheapest);
    }
    let mut n_columns = vec![0; n];
    for j in (0..n).rev() {
        let i = cheapest[j] as usize;
        n_columns[i] += 1;
        if n_columns[i] == 1 {
            state.assign(i, j);
        }
    }
    for i in (0..n).filter(|i| n_columns[*i] == 1) {
        let j = state.column_of[i];
        let kept = std::mem::replace(&mut state.v[j], f64::NEG_INFINITY);
        let second = crate::distance::transport::scan::smallest(isa, cost.row(i), &state.v).0;
        let slack = second - (cost.row(i)[j] - kept);
        state.v[j] = if slack.is_finite() { kept - slack.max(0.0) } else { kept };
    }
    (0..n).filter(|i| n_columns[*i] == 0).collect()
}

/// Assigns each of the `free` rows to its cheapest column, whose potential falls to where the second
/// cheapest is as good; the row that had the column is free then. Returns the rows free at the end.
#[inline(always)]
fn reduce_rows<S: Isa>(
    isa: S,
    cost: &Cost,
    state: &mut State,
    mut queue: Vec<usize>,
) -> Vec<usize> {
    let n = cost.n();
    let mut left = Vec::new();
    let (mut at, mut steps) = (0, 0);
    while at < queue.len() {
        let i = queue[at];
        at += 1;
        steps += 1;
        let [(u1, j1), (u2, j2)] = two_smallest(isa, cost.row(i), &state.v);
        let mut j = j1;
        let lowered = if u2.is_finite() { state.v[j1] - (u2 - u1) } else { state.v[j1] };
        let falls = lowered < state.v[j1];
        // Rounding could make rows take a column from each other for very long.
        if falls {
            state.v[j1] = lowered;
        } else if state.row_of[j1] != FREE && j2 < n {
            j = j2;
        }
        let previous = state.row_of[j];
        state.assign(i, j);
        if previous != FREE {
            state.column_of[previous] = FREE;
            if falls && steps < 8 * n {
                at -= 1;
                queue[at] = previous;
            } else {
                left.push(previous);
            }
        }
    }
    left
}

/// Assigns each of the `free` rows along a shortest augmenting path.
#[inline(always)]
fn augment<S: Isa>(isa: S, cost: &Cost, state: &mut State, free: &[usize]) {
    let n = cost.n();
    let mut distances = vec![0.0; n];
    let mut from = vec![0.0; n];
    let mut scanned: Vec<(usize, f64, f64)> = Vec::with_capacity(n);
    for start in free {
        distances.fill(f64::INFINITY);
        scanned.clear();
        let (mut row, mut offset) = (*start, 0.0);
        let (length, end) = loop {
            let costs = (cost.row(row), &state.v[..]);
            let (nearest, j) = relax(isa, costs, (offset, row), &mut distances, &mut from);
            if state.row_of[j] == FREE {
                break (nearest, j);
            }
            scanned.push((j, nearest, state.v[j]));
            row = state.row_of[j];
            offset = (cost.row(row)[j] - state.v[j]) - nearest;
            distances[j] = f64::INFINITY;
            state.v[j] = f64::NEG_INFINITY;
        };
        for (j, nearest, v) in &scanned {
            state.v[*j] = v + (nearest - length);
        }
        let mut j = end;
        loop {
            let i = from[j] as usize;
            let next = state.column_of[i];
            state.assign(i, j);
            if i == *start {
                break;
            }
            j = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
    use maruyama_dynamics::simd::{Level, dispatch_at};

    use super::*;

    fn random(chain: u64, n: usize, ties: f64) -> Cost {
        let mut stream = Stream::new(StreamKey(97), chain, Purpose::Start);
        let entry =
            |_| if ties > 0.0 { (stream.uniform() * ties).floor() } else { stream.normal() };
        Cost::new((0..n * n).map(entry).collect(), n, n).unwrap()
    }

    fn total(cost: &Cost, columns: &[usize]) -> f64 {
        columns.iter().enumerate().map(|(i, j)| cost.row(i)[*j]).sum()
    }

    fn best_by_enumeration(cost: &Cost, row: usize, used: &mut Vec<bool>) -> f64 {
        if row == cost.n() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for j in 0..cost.n() {
            if !used[j] {
                used[j] = true;
                best = best.min(cost.row(row)[j] + best_by_enumeration(cost, row + 1, used));
                used[j] = false;
            }
        }
        best
    }

    #[test]
    fn small_problems_are_enumerated() {
        for chain in 0..120 {
            let n = 1 + chain as usize % 7;
            let cost = random(chain, n, if chain % 2 == 0 { 4.0 } else { 0.0 });
            let found = total(&cost, &assign(&cost).unwrap().columns);
            let best = best_by_enumeration(&cost, 0, &mut vec![false; n]);
            assert!((found - best).abs() < 1e-12, "{found}, not {best}");
        }
    }

    #[test]
    fn potentials_certify_the_optimum_on_every_instruction_set() {
        for (chain, n, ties) in [(1, 150, 0.0), (2, 101, 3.0), (3, 64, 20.0), (4, 60, 1.0)] {
            let cost = random(chain, n, ties);
            let found = assign(&cost).unwrap();
            let mut seen = vec![false; n];
            found.columns.iter().for_each(|j| seen[*j] = true);
            assert!(seen.into_iter().all(|s| s), "a permutation");
            for i in 0..n {
                for j in 0..n {
                    let u = found.row_potentials[i];
                    assert!(cost.row(i)[j] - u - found.column_potentials[j] > -1e-12);
                }
            }
            let dual: f64 = found.row_potentials.iter().chain(&found.column_potentials).sum();
            assert!((total(&cost, &found.columns) - dual).abs() < 1e-10);
            for level in Level::available() {
                assert_eq!(dispatch_at(level, Solve { cost: &cost }), found, "{level}");
            }
        }
        assert!(assign(&Cost::new(vec![1.0, 2.0], 1, 2).unwrap()).is_err());
    }
}
