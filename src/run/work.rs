//! The work of a run: tasks through a pool of threads, shared with other processes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::identity::Digest;
use crate::plan::PlannedBlock;
use crate::run::block::{self, NotStored};
use crate::run::checkpoint::Saves;
use crate::run::machine::Machine;
use crate::run::reducing::reduce;
use crate::run::task::gather;
use crate::run::{Failure, Interrupt, Progress, Summary};
use crate::store::{BEAT, BlockId, Claims, Index, Store, StoreError, Whose};

/// How often a process looks whether another one has stored what it has claimed.
const LOOK: Duration = Duration::from_millis(50);

/// Number of stored blocks, and those that could not be computed.
type Worked = (usize, Vec<Failure>);

/// What the threads of a run share.
pub(crate) struct Work<'a> {
    store: &'a Store,
    interrupt: &'a Interrupt,
    save_every: Duration,
    progress: &'a Progress,
    machine: Machine,
    claims: Mutex<Claims>,
    /// Blocks that other processes have claimed.
    deferred: Mutex<Vec<PlannedBlock>>,
    summary: Mutex<Summary>,
    /// Checkpoints that were of no use.
    damaged: Mutex<Vec<(PathBuf, String)>>,
    error: Mutex<Option<StoreError>>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        store: &'a Store,
        (interrupt, save_every): (&'a Interrupt, Duration),
        progress: &'a Progress,
        index: &Index,
    ) -> Result<Work<'a>, StoreError> {
        let machine = Machine::here();
        let claims = store.claims(index.files.keys().copied().collect(), &machine.host)?;
        Ok(Work {
            store,
            interrupt,
            save_every,
            progress,
            machine,
            claims: Mutex::new(claims),
            deferred: Mutex::default(),
            summary: Mutex::default(),
            damaged: Mutex::default(),
            error: Mutex::default(),
        })
    }

    /// Does `work`, and says meanwhile that this process is alive.
    pub(crate) fn while_alive<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let (done, end) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while end.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                    // On a full disk others may take its blocks, and compute the same.
                    let _ = lock(&self.claims).beat();
                }
            });
            let result = work();
            drop(done);
            result
        })
    }

    /// Works through `tasks`, but for the blocks that other processes have claimed.
    pub(crate) fn through(&self, tasks: &[Vec<PlannedBlock>]) -> Result<(), StoreError> {
        let next = AtomicUsize::new(0);
        let work = || {
            while !self.interrupt.requested() && lock(&self.error).is_none() {
                let Some(task) = tasks.get(next.fetch_add(1, Ordering::SeqCst)) else { return };
                if let Err(error) = self.one(task) {
                    lock(&self.error).get_or_insert(error);
                    return;
                }
            }
        };
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| work());
            }
        });
        lock(&self.error).take().map_or(Ok(()), Err)
    }

    /// Waits until other processes have stored the blocks that they have claimed, and computes those
    /// of a process that has died or given up.
    pub(crate) fn wait_for_others(&self) -> Result<(), StoreError> {
        loop {
            let blocks = std::mem::take(&mut *lock(&self.deferred));
            if blocks.is_empty() || self.interrupt.requested() {
                return Ok(());
            }
            let n_before = blocks.len();
            let ours = self.claim(&blocks)?;
            if !ours.is_empty() {
                self.through(&gather(ours))?;
            } else if lock(&self.deferred).len() == n_before {
                sleep(LOOK);
            }
        }
    }

    pub(crate) fn finish(self) -> Summary {
        let mut summary = self.summary.into_inner().unwrap_or_else(PoisonError::into_inner);
        summary.damaged = self.damaged.into_inner().unwrap_or_else(PoisonError::into_inner);
        summary.damaged.sort();
        summary
    }

    fn one(&self, task: &[PlannedBlock]) -> Result<(), StoreError> {
        let task = self.claim(task)?;
        let (computed, mut failures) = match task.first() {
            None => return Ok(()),
            Some(first) if first.is_reduced() => self.reduce(&task)?,
            Some(first) if first.is_long() => self.record(first)?,
            _ => self.compute(&task)?,
        };
        if !failures.is_empty() {
            let failed: Vec<BlockId> = failures.iter().map(|failure| failure.id).collect();
            lock(&self.claims).give_up(&failed)?;
        }
        let mut summary = lock(&self.summary);
        summary.computed += computed;
        summary.failures.append(&mut failures);
        Ok(())
    }

    /// Claims `blocks`, and gives those that are for this process to compute.
    fn claim(&self, blocks: &[PlannedBlock]) -> Result<Vec<PlannedBlock>, StoreError> {
        let ids: Vec<BlockId> = blocks.iter().map(|block| block.id).collect();
        let whose = lock(&self.claims).take(self.store, &ids)?;
        let mut ours = Vec::with_capacity(blocks.len());
        for (block, whose) in blocks.iter().zip(whose) {
            match whose {
                Whose::Ours => ours.push(block.clone()),
                Whose::Theirs => lock(&self.deferred).push(block.clone()),
                Whose::Stored => {
                    lock(&self.summary).shared += 1;
                    self.progress.advance(1);
                }
            }
        }
        Ok(ours)
    }

    fn wrote(&self, file: Digest) {
        lock(&self.claims).wrote(file);
    }

    /// Computes the chains of the blocks of `task` and stores them; gives the number of stored
    /// blocks, and those that failed.
    fn compute(&self, task: &[PlannedBlock]) -> Result<Worked, StoreError> {
        let start = Instant::now();
        let mut done = Vec::with_capacity(task.len());
        let mut failures = Vec::new();
        for planned in task {
            if self.interrupt.requested() {
                break;
            }
            match block::compute(planned, &self.saves(planned.id)) {
                Ok((block, n_resumed)) => {
                    lock(&self.summary).steps_resumed += n_resumed;
                    done.push(block);
                }
                Err(NotStored::Failed(reason)) => failures.push(Failure { id: planned.id, reason }),
                Err(NotStored::Interrupted) => break,
                Err(NotStored::Store(error)) => return Err(error),
            }
            self.progress.advance(1);
        }
        if !done.is_empty() {
            let provenance = self.machine.provenance(start.elapsed().as_secs_f64());
            self.wrote(self.store.write_blocks(&done, &provenance)?);
            for block in &done {
                self.store.remove_checkpoint(block.id)?;
            }
        }
        Ok((done.len(), failures))
    }

    fn saves(&self, block: BlockId) -> Saves<'_> {
        let Work { store, interrupt, save_every, ref damaged, .. } = *self;
        Saves { store, block, every: save_every, interrupt, damaged }
    }

    /// Computes the chains of a long block, which is alone in its task, as [`Work::compute`] does.
    fn record(&self, planned: &PlannedBlock) -> Result<Worked, StoreError> {
        let start = Instant::now();
        let provenance = || self.machine.provenance(start.elapsed().as_secs_f64());
        let recorded = block::record(planned, &self.saves(planned.id), provenance);
        let done = match recorded {
            Ok((file, n_resumed)) => {
                lock(&self.summary).steps_resumed += n_resumed;
                self.wrote(file);
                (1, Vec::new())
            }
            Err(NotStored::Failed(reason)) => (0, vec![Failure { id: planned.id, reason }]),
            Err(NotStored::Interrupted) => return Ok((0, Vec::new())),
            Err(NotStored::Store(error)) => return Err(error),
        };
        self.progress.advance(1);
        Ok(done)
    }

    /// Computes statistics over the chains of the blocks of `task`, as [`Work::compute`] does chains.
    fn reduce(&self, task: &[PlannedBlock]) -> Result<Worked, StoreError> {
        let start = Instant::now();
        let mut file = self.store.begin_summaries()?;
        let mut done = Vec::with_capacity(task.len());
        let mut failures = Vec::new();
        for planned in task {
            if self.interrupt.requested() {
                break;
            }
            match reduce(planned, (&self.saves(planned.id), &mut file)) {
                Ok(n_resumed) => {
                    lock(&self.summary).steps_resumed += n_resumed;
                    done.push(planned.id);
                }
                Err(NotStored::Failed(reason)) => failures.push(Failure { id: planned.id, reason }),
                Err(NotStored::Interrupted) => break,
                Err(NotStored::Store(error)) => return Err(error),
            }
            self.progress.advance(1);
        }
        let n_done = file.n_blocks();
        if n_done > 0 {
            let provenance = self.machine.provenance(start.elapsed().as_secs_f64());
            self.wrote(self.store.keep_summaries(file, &provenance)?);
            for block in done {
                self.store.remove_checkpoint(block)?;
                self.store.remove_spools(block)?;
            }
        }
        Ok((n_done, failures))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
