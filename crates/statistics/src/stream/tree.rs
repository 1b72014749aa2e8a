//! Merging along one binary tree, whatever the parts and their order.
//!
//! Floating-point merging is not associative: the order has to be fixed.
//! Here it is that of the binary tree over chain indices, whose nodes are the aligned ranges
//! `[k 2^l, (k + 1) 2^l)`: a node is only ever the merger of its two halves.
//! The summary of any set of chains is the list of the largest nodes that it fills; halves that meet
//! become their node. The list, and so the result, does not depend on how the set was divided.

use std::collections::BTreeMap;

/// A summary of a part of a sample.
pub trait Merge: Clone + Default {
    /// The summary of two parts; exactly the other one if one is empty, which is the default.
    #[must_use]
    fn merge(&self, later: &Self) -> Self;
}

/// Summary of a set of chains; at most two nodes a level for each range of consecutive chains.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MergeTree<T> {
    /// Level and summary of each node, by its first chain.
    nodes: BTreeMap<u64, (u32, T)>,
}

impl<T: Merge> MergeTree<T> {
    /// The summary of no chain.
    #[must_use]
    pub fn new() -> MergeTree<T> {
        MergeTree { nodes: BTreeMap::new() }
    }

    /// Adds one chain; one that has no value is added as the default.
    ///
    /// # Panics
    /// If the chain is there already.
    pub fn insert(&mut self, chain: u64, summary: T) {
        self.add(chain, 0, summary);
    }

    /// Adds the chains of `other`.
    ///
    /// # Panics
    /// If a chain is in both.
    pub fn absorb(&mut self, other: MergeTree<T>) {
        for (first, (level, summary)) in other.nodes {
            self.add(first, level, summary);
        }
    }

    /// The summary of all chains: its nodes merged from the last to the first.
    #[must_use]
    pub fn total(&self) -> T {
        let mut nodes = self.nodes.values().rev().map(|(_, summary)| summary);
        let last = nodes.next().cloned().unwrap_or_default();
        nodes.fold(last, |later, summary| summary.merge(&later))
    }

    /// Nodes that are kept.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    fn add(&mut self, mut first: u64, mut level: u32, mut summary: T) {
        let last = first + ((1 << level) - 1);
        let before = self.nodes.range(..=last).next_back();
        let is_free = before.is_none_or(|(start, (level, _))| start + ((1 << level) - 1) < first);
        assert!(is_free, "chains from {first} to {last} are added twice");
        loop {
            let sibling = first ^ (1 << level);
            if self.nodes.get(&sibling).is_none_or(|(other, _)| *other != level) {
                break;
            }
            let Some((_, other)) = self.nodes.remove(&sibling) else { break };
            summary = if sibling < first { other.merge(&summary) } else { summary.merge(&other) };
            first = first.min(sibling);
            level += 1;
        }
        self.nodes.insert(first, (level, summary));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::sums::CentralSums;
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    /// The summary of the chains `range`.
    fn part(values: &[f64], range: std::ops::Range<usize>) -> MergeTree<CentralSums> {
        let mut part = MergeTree::new();
        for chain in range {
            part.insert(chain as u64, CentralSums::of(values[chain]));
        }
        part
    }

    #[test]
    fn every_partition_in_every_order_gives_the_same_bits() {
        let mut stream = Stream::new(StreamKey(8), 0, Purpose::Start);
        for n in [1, 2, 7, 64, 333] {
            let mut values = vec![0.0; n];
            stream.fill_normals(&mut values);
            let whole = part(&values, 0..n);
            assert!(whole.n_nodes() <= 9, "{} nodes", whole.n_nodes());
            for _ in 0..50 {
                let mut cuts = vec![0, n];
                let n_cuts = stream.index(9);
                cuts.extend((0..n_cuts).map(|_| stream.index(n + 1)));
                cuts.sort_unstable();
                let mut parts: Vec<_> =
                    cuts.windows(2).map(|cut| part(&values, cut[0]..cut[1])).collect();
                let mut merged = MergeTree::new();
                while !parts.is_empty() {
                    let next = stream.index(parts.len());
                    merged.absorb(parts.swap_remove(next));
                }
                assert_eq!(merged, whole);
                assert_eq!(merged.total().mean.to_bits(), whole.total().mean.to_bits());
            }
        }
    }

    #[test]
    fn chains_without_a_value_leave_the_others_alone() {
        let mut sums = part(&[1.0, 2.0, 3.0], 0..3);
        sums.insert(3, CentralSums::default());
        assert_eq!(sums.n_nodes(), 1);
        assert_eq!((sums.total().n, sums.total().mean), (3, 2.0));
        assert_eq!(MergeTree::<CentralSums>::new().total(), CentralSums::default());
    }

    #[test]
    #[should_panic(expected = "chains from 2 to 2 are added twice")]
    fn a_chain_counts_once() {
        part(&[0.0; 4], 0..4).insert(2, CentralSums::of(1.0));
    }
}
