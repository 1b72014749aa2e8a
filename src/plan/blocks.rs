//! Blocks: consecutive chains of a cell, the unit of work and of caching.

use std::sync::Arc;

use maruyama_dynamics::parameter::{Lookup as _, Parameters};
use maruyama_dynamics::simulate::{QUANTILES, is_reduced, keeps, passes_per_chain};

use crate::identity::Hasher;
use crate::plan::ensemble::{Ensemble, PlannedCell};
use crate::store::BlockId;

/// Passes over a chain's state that a block is meant to hold: some tenths of a second of work.
const PASSES_PER_BLOCK: u64 = 1 << 19;
/// Recorded numbers that a block is meant to hold: 8 MiB.
const VALUES_PER_BLOCK: u64 = 1 << 20;
/// A block has at least this many chains: they are simulated together, and files stay few for long
/// paths.
const MIN_CHAINS: u64 = 16;
/// A block has at most this many chains, so that memory stays bounded for short paths.
const MAX_CHAINS: u64 = 4096;

/// Passes that a block is meant to hold of which statistics are kept instead of chains: some tens of
/// seconds. Its threads share it, and what is stored of it does not grow with its chains.
const PASSES_PER_REDUCED_BLOCK: u64 = 1 << 32;
/// Such a block has at least this many chains.
const MIN_REDUCED_CHAINS: u64 = 256;

/// Numbers that are recorded of a block before they are written, at most: 32 MiB.
pub const NUMBERS_AT_ONCE: u64 = 1 << 22;
/// What a summary counts as: its numbers in each of the nodes of the tree that are there at a time;
/// and the buckets of a sketch.
const NUMBERS_PER_SUMMARY: u64 = 128;
const NUMBERS_PER_SKETCH: u64 = 4096;

/// A sweep has at most this many blocks: their list has to fit in memory.
pub const MAX_BLOCKS: u64 = 10_000_000;

/// A block that some cell needs.
#[derive(Clone, Debug)]
pub struct PlannedBlock {
    /// Identity.
    pub id: BlockId,
    /// What its chains are a function of.
    pub ensemble: Arc<Ensemble>,
    /// Index of the first chain.
    pub first_chain: u64,
    /// Number of chains.
    pub n_chains: u64,
}

impl PlannedBlock {
    /// Amount of work, in passes over a chain's state.
    #[must_use]
    pub fn work(&self) -> u64 {
        passes_per_chain(&self.ensemble.parameters).saturating_mul(self.n_chains)
    }

    /// Recorded numbers, at most.
    #[must_use]
    pub fn values(&self) -> u64 {
        let rows = self.ensemble.values_per_chain;
        if self.is_reduced() {
            return rows.saturating_mul(self.ensemble.numbers_per_row());
        }
        rows.saturating_mul(self.n_chains)
    }

    /// Whether statistics over the chains are kept instead of the chains.
    #[must_use]
    pub fn is_reduced(&self) -> bool {
        is_reduced(&self.ensemble.parameters)
    }

    /// Whether its chains are written while they are computed: they record more than
    /// [`NUMBERS_AT_ONCE`].
    #[must_use]
    pub fn is_long(&self) -> bool {
        !self.is_reduced() && self.values() > NUMBERS_AT_ONCE
    }
}

impl Ensemble {
    /// What one summary of a reduced block counts as where memory is divided.
    #[must_use]
    pub fn numbers_per_row(&self) -> u64 {
        if keeps(&self.parameters, QUANTILES) { NUMBERS_PER_SKETCH } else { NUMBERS_PER_SUMMARY }
    }
}

impl PlannedCell {
    fn block_id(&self, first_chain: u64, n_chains: u64) -> BlockId {
        let mut hasher = Hasher::new("maruyama block 1");
        hasher.digest(self.ensemble.id);
        hasher.field(&first_chain.to_le_bytes());
        hasher.field(&n_chains.to_le_bytes());
        BlockId(hasher.finish())
    }

    /// The cell's blocks.
    ///
    /// Their size is a function of the length of a path and of what is recorded of it alone, so that
    /// a cell with more chains shares its full blocks with the same cell with fewer.
    pub fn blocks(&self) -> impl Iterator<Item = PlannedBlock> + '_ {
        let size = self.ensemble.chains_per_block;
        (0..self.chains).step_by(size as usize).map(move |first_chain| {
            let n_chains = size.min(self.chains - first_chain);
            let id = self.sole_block.unwrap_or_else(|| self.block_id(first_chain, n_chains));
            PlannedBlock { id, ensemble: Arc::clone(&self.ensemble), first_chain, n_chains }
        })
    }
}

/// Number of blocks of a cell with these resolved parameters, of which a chain records so many
/// numbers.
#[must_use]
pub fn n_blocks(parameters: &Parameters, values_per_chain: u64) -> u64 {
    parameters.count("chains").div_ceil(block_size(parameters, values_per_chain))
}

/// A bound on [`n_blocks`] that needs no other parameters.
#[must_use]
pub fn most_blocks(parameters: &Parameters) -> u64 {
    parameters.count("chains").div_ceil(MIN_CHAINS)
}

/// Number of chains of a full block.
pub(crate) fn block_size(parameters: &Parameters, values_per_chain: u64) -> u64 {
    let passes = passes_per_chain(parameters);
    if is_reduced(parameters) {
        chains_per_reduced_block(passes)
    } else {
        chains_per_block(passes, values_per_chain)
    }
}

/// The largest power of two whose chains make no more than [`PASSES_PER_BLOCK`] and record no more
/// than [`VALUES_PER_BLOCK`], within the limits.
fn chains_per_block(passes: u64, values: u64) -> u64 {
    let chains = (PASSES_PER_BLOCK / passes.max(1)).min(VALUES_PER_BLOCK / values.max(1)).max(1);
    (1 << chains.ilog2()).clamp(MIN_CHAINS, MAX_CHAINS)
}

/// The largest power of two whose chains make no more than [`PASSES_PER_REDUCED_BLOCK`], within the
/// limits.
fn chains_per_reduced_block(passes: u64) -> u64 {
    let chains = (PASSES_PER_REDUCED_BLOCK / passes.max(1)).max(1);
    (1 << chains.ilog2()).clamp(MIN_REDUCED_CHAINS, MAX_CHAINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_powers_of_two_within_limits() {
        assert_eq!(chains_per_block(1, 1), MAX_CHAINS);
        assert_eq!(chains_per_block(999, 1), 512);
        assert_eq!(chains_per_block(999, 9999), 64);
        assert_eq!(chains_per_block(9999, 999), 32);
        assert_eq!(chains_per_block(u64::MAX, 1), MIN_CHAINS);
        assert_eq!(chains_per_block(1, u64::MAX), MIN_CHAINS);
        const { assert!(MIN_CHAINS <= MIN_REDUCED_CHAINS) };
        assert_eq!(chains_per_reduced_block(1), MAX_CHAINS);
        assert_eq!(chains_per_reduced_block((1 << 22) + 1), 512);
        assert_eq!(chains_per_reduced_block(u64::MAX), MIN_REDUCED_CHAINS);
    }
}
