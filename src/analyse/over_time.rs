//! Statistics over the chains of a cell at each recorded step, kept as such or made of the chains.

use maruyama_statistics::stream::{Kept, MergeTree, Summaries, Summary};

use crate::analyse::chains::Chains;
use crate::analyse::estimator::AnalysisError;
use crate::store::{Observations, Summarised};

/// What is stored of a cell.
pub(crate) enum Stored<'a> {
    /// Its chains.
    Chains(Vec<&'a Observations>),
    /// Statistics over them.
    Summaries(Vec<&'a Summarised>),
}

/// The summaries of one observable over all chains of a cell, by recorded step.
#[derive(Clone, Debug, PartialEq)]
pub struct OverTime {
    /// Recorded steps, increasing.
    pub steps: Vec<u64>,
    /// Their summaries.
    pub summaries: Vec<Summary>,
}

impl Stored<'_> {
    /// The chains, if they are kept.
    pub(crate) fn chains(&self) -> Result<Chains<'_>, AnalysisError> {
        match self {
            Stored::Chains(blocks) => Ok(Chains::new(blocks)),
            Stored::Summaries(_) => Err(AnalysisError::NoChains),
        }
    }

    /// The summaries of `observable`: of a cell that keeps its chains the same, bit for bit, as of
    /// one that does not, since both are merged along the tree over chain numbers.
    pub(crate) fn over_time(
        &self,
        observable: &str,
        kept: Kept,
    ) -> Result<OverTime, AnalysisError> {
        match self {
            Stored::Chains(blocks) => of_chains(blocks, observable, kept),
            Stored::Summaries(blocks) => of_summaries(blocks, observable),
        }
    }
}

fn place(observables: &[String], name: &str) -> Result<usize, AnalysisError> {
    let idx = observables.iter().position(|observable| observable == name);
    idx.ok_or_else(|| AnalysisError::NotRecorded(name.to_owned()))
}

/// Blocks are all of one size, a power of two, but for the last one: each is a node of the tree.
fn of_summaries(blocks: &[&Summarised], observable: &str) -> Result<OverTime, AnalysisError> {
    let Some(first) = blocks.first() else {
        return Err(AnalysisError::NotRecorded(observable.to_owned()));
    };
    let mut tree = MergeTree::new();
    for (idx, block) in blocks.iter().enumerate() {
        let place = place(&block.observables, observable)?;
        let rows = block.summaries.iter().skip(place).step_by(block.observables.len());
        tree.insert(idx as u64, Summaries(rows.cloned().collect()));
    }
    let Summaries(summaries) = tree.total();
    Ok(OverTime { steps: first.steps.clone(), summaries })
}

fn of_chains(
    blocks: &[&Observations],
    observable: &str,
    kept: Kept,
) -> Result<OverTime, AnalysisError> {
    let Some(first) = blocks.first() else {
        return Err(AnalysisError::NotRecorded(observable.to_owned()));
    };
    let place = place(&first.observables, observable)?;
    let (n_observables, n_steps) = (first.observables.len(), first.steps.len());
    let mut summaries = Vec::with_capacity(n_steps);
    for (idx, step) in first.steps.iter().enumerate() {
        let mut tree = MergeTree::new();
        for block in blocks {
            for (chain, end) in block.diverged_at.iter().enumerate() {
                let value = block.values[(chain * n_steps + idx) * n_observables + place];
                let has_diverged = end.is_some_and(|end| end <= *step);
                let summary = Summary::of(kept, &[value], u64::from(has_diverged));
                tree.insert(block.first_chain + chain as u64, summary);
            }
        }
        summaries.push(tree.total());
    }
    Ok(OverTime { steps: first.steps.clone(), summaries })
}

/// The summaries of all observables over the chains of a cell, from one block after the other: for
/// cells of which not all numbers are to be in memory at once.
pub(crate) struct Streamed {
    kept: Kept,
    observables: Vec<String>,
    steps: Vec<u64>,
    n_chains: u64,
    tree: MergeTree<Summaries>,
}

impl Streamed {
    /// Of no chain, with the observables and steps of `block`.
    pub(crate) fn new(kept: Kept, block: &Observations) -> Streamed {
        let (observables, steps) = (block.observables.clone(), block.steps.clone());
        Streamed { kept, observables, steps, n_chains: 0, tree: MergeTree::new() }
    }

    /// Adds the chains of `block`.
    pub(crate) fn add(&mut self, block: &Observations) {
        let n_observables = self.observables.len();
        let per_chain = (self.steps.len() * n_observables).max(1);
        let chains = block.values.chunks(per_chain).zip(&block.diverged_at);
        for (chain, (values, end)) in (block.first_chain..).zip(chains) {
            let of_step = |(step, row): (&u64, &[f64])| {
                let n_diverged = u64::from(end.is_some_and(|end| end <= *step));
                let summary = |value: &f64| Summary::of(self.kept, &[*value], n_diverged);
                row.iter().map(summary).collect::<Vec<_>>()
            };
            let rows = self.steps.iter().zip(values.chunks(n_observables.max(1)));
            let summaries = rows.flat_map(of_step).collect();
            self.tree.insert(chain, Summaries(summaries));
            self.n_chains += 1;
        }
    }

    /// The summaries of all chains that were added.
    pub(crate) fn finish(self) -> Summarised {
        let Streamed { observables, steps, n_chains, tree, .. } = self;
        let Summaries(summaries) = tree.total();
        Summarised { first_chain: 0, n_chains, observables, steps, summaries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_and_summaries_of_them_give_the_same_bits() {
        let kept = Kept { moments: true, quantiles: true };
        let value = |chain: usize, row: usize| 1.0 / (1 + chain * chain + 3 * row) as f64;
        let blocks: Vec<Observations> = (0..3)
            .map(|block| Observations {
                first_chain: 4 * block as u64,
                observables: vec!["q1".to_owned(), "risk".to_owned()],
                steps: vec![1, 5],
                values: (0..16).map(|row| value(4 * block + row / 4, row % 4)).collect(),
                diverged_at: vec![None; 4],
            })
            .collect();
        let summarised: Vec<Summarised> = blocks
            .iter()
            .map(|block| Summarised {
                first_chain: block.first_chain,
                n_chains: 4,
                observables: block.observables.clone(),
                steps: block.steps.clone(),
                summaries: (0..4)
                    .map(|row| {
                        let values: Vec<f64> =
                            block.values.iter().skip(row).step_by(4).copied().collect();
                        Summary::of(kept, &values, 0)
                    })
                    .collect(),
            })
            .collect();
        let mut streamed = Streamed::new(kept, &blocks[0]);
        for block in &blocks {
            streamed.add(block);
        }
        let streamed = streamed.finish();
        let chains = Stored::Chains(blocks.iter().collect());
        let summaries = Stored::Summaries(summarised.iter().collect());
        for name in ["q1", "risk"] {
            let found = summaries.over_time(name, kept).unwrap();
            assert_eq!(found, chains.over_time(name, kept).unwrap());
            let streamed = Stored::Summaries(vec![&streamed]);
            assert_eq!(found, streamed.over_time(name, kept).unwrap());
            assert_eq!((found.steps, found.summaries[1].n), (vec![1, 5], 12));
        }
        assert!(summaries.over_time("bulk", kept).is_err());
        assert!(chains.over_time("bulk", kept).is_err());
    }
}
