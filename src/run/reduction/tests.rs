use std::sync::atomic::{AtomicUsize, Ordering};

use maruyama_dynamics::simulate::Steps;

use super::*;
use crate::run::expanding::{expanding, simulation};

const BOTH: Kept = Kept { moments: true, quantiles: true };
const CHAINS: Range<u64> = 128..201;

/// Saves at every look, and stops after some.
struct Killed {
    n_looks: AtomicUsize,
    stops_after: usize,
    saved: Mutex<Vec<u64>>,
}

impl Killed {
    fn after(stops_after: usize) -> Killed {
        Killed { n_looks: AtomicUsize::new(0), stops_after, saved: Mutex::default() }
    }
}

impl Keeper for Killed {
    fn is_stopped(&self) -> bool {
        self.n_looks.fetch_add(1, Ordering::SeqCst) >= self.stops_after
    }

    fn every(&self) -> Duration {
        Duration::ZERO
    }

    fn is_due(&self) -> bool {
        true
    }

    fn save(&self, words: &[u64]) {
        *self.saved.lock().unwrap() = words.to_vec();
    }
}

/// All summaries of a block that is killed every `n_looks` looks, where each process forgets what it
/// gave after what it saved; and how often it was.
fn summaries(steps_at_once: usize, n_looks: usize) -> (Vec<Summary>, usize) {
    let parameters = expanding(2.03, 9000, 150);
    let simulation = simulation(&parameters);
    let all: Vec<u64> = Steps::new(&parameters).collect();
    let mut reduction = Reduction::new(&simulation, BOTH, CHAINS);
    let mut found = Vec::new();
    let (mut n_kills, mut n_steps) = (0, 0);
    while (reduction.n_records() as usize) < all.len() {
        let n_done = reduction.n_records() as usize;
        let end = all.len().min(n_done.saturating_add(steps_at_once));
        let keeper = Killed::after(n_looks);
        let is_last = end == all.len();
        if let Some(mut summaries) = reduction.advance(&all[n_done..end], is_last, &keeper) {
            found.append(&mut summaries);
            continue;
        }
        let saved = keeper.saved.into_inner().unwrap();
        let words = &mut saved.iter().copied();
        reduction = Reduction::restore(&simulation, BOTH, CHAINS, words).unwrap();
        assert!(reduction.n_steps(9000) >= n_steps, "nothing is lost");
        assert_eq!(reduction.n_records() as usize, n_done);
        n_steps = reduction.n_steps(9000);
        n_kills += 1;
        assert!(n_kills < 10_000, "it goes on");
    }
    (found, n_kills)
}

fn bits(summaries: &[Summary]) -> Vec<u64> {
    let mut words = Vec::new();
    for summary in summaries {
        summary.save(&mut words);
    }
    words
}

#[test]
fn a_block_that_is_killed_gives_the_bits_of_one_that_is_not() {
    let (expected, _) = summaries(usize::MAX, usize::MAX);
    assert_eq!(expected.len(), 2 * 61);
    let n_diverged: std::collections::BTreeSet<u64> =
        expected.iter().map(|summary| summary.n_diverged).collect();
    assert!(n_diverged.len() > 4, "chains diverge apart: {n_diverged:?}");
    for (steps_at_once, n_looks) in
        [(7, usize::MAX), (1, 3), (7, 3), (7, 11), (59, 6), (usize::MAX, 6), (usize::MAX, 40)]
    {
        let (found, n_kills) = summaries(steps_at_once, n_looks);
        assert_eq!(n_kills > 0, n_looks < usize::MAX, "{n_kills} kills");
        assert!(bits(&found) == bits(&expected), "{steps_at_once} at once, {n_looks} looks");
    }
}

#[test]
fn words_of_another_block_are_not_used() {
    let parameters = expanding(2.03, 9000, 150);
    let simulation = simulation(&parameters);
    let steps: Vec<u64> = Steps::new(&parameters).collect();
    let keeper = Killed::after(12);
    let stopped = Reduction::new(&simulation, BOTH, CHAINS).advance(&steps, false, &keeper);
    assert!(stopped.is_none());
    let saved = keeper.saved.into_inner().unwrap();
    let is_block = |chains: Range<u64>, words: &[u64]| {
        let words = &mut words.iter().copied();
        Reduction::restore(&simulation, BOTH, chains, words).is_some()
    };
    assert!(is_block(CHAINS, &saved));
    assert!(!is_block(128..192, &saved) && !is_block(CHAINS, &[]));
    for n in [1, 2, 3, saved.len() / 2, saved.len() - 1] {
        assert!(!is_block(CHAINS, &saved[..n]), "{n} words");
    }
    assert!(!is_block(CHAINS, &[saved.as_slice(), &[0]].concat()));
}
