//! Tasks: blocks that are computed together and stored as one file.

use crate::plan::{NUMBERS_AT_ONCE, PlannedBlock};

/// A task gathers at least this many passes over a chain's state before it stops taking blocks, and
/// at most [`MAX_PASSES_PER_TASK`]: files stay few, and a killed run loses little.
const MIN_PASSES_PER_TASK: u64 = 1 << 19;
const MAX_PASSES_PER_TASK: u64 = 1 << 22;
/// Tasks that a run is to have at least, so that threads end at about the same time. It is no
/// function of their number: the same run makes the same files, bit for bit, on any machine.
const TASKS: u64 = 64;
/// A task gathers at most this many recorded numbers, 32 MiB, unless a single block has more; so a
/// block that is not computed all at once is alone.
const VALUES_PER_TASK: u64 = NUMBERS_AT_ONCE;
/// A task gathers at most this many blocks, so that a killed run loses little.
const BLOCKS_PER_TASK: usize = 512;

/// Gathers consecutive blocks into tasks, and puts the largest first.
pub(crate) fn gather(blocks: Vec<PlannedBlock>) -> Vec<Vec<PlannedBlock>> {
    let total = blocks.iter().map(PlannedBlock::work).fold(0, u64::saturating_add);
    let most = (total / TASKS).clamp(MIN_PASSES_PER_TASK, MAX_PASSES_PER_TASK);
    let mut tasks: Vec<(u64, Vec<PlannedBlock>)> = Vec::new();
    let mut n_values = 0_u64;
    for block in blocks {
        let work = block.work();
        n_values = n_values.saturating_add(block.values());
        match tasks.last_mut() {
            Some((total, task))
                if total.saturating_add(work) <= most
                    && task.last().is_some_and(|last| last.is_reduced() == block.is_reduced())
                    && n_values <= VALUES_PER_TASK
                    && task.len() < BLOCKS_PER_TASK =>
            {
                *total += work;
                task.push(block);
            }
            _ => {
                n_values = block.values();
                tasks.push((work, vec![block]));
            }
        }
    }
    tasks.sort_by_key(|(work, _)| std::cmp::Reverse(*work));
    tasks.into_iter().map(|(_, task)| task).collect()
}
