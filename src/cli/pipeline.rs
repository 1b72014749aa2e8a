//! The stages in their order, from manifests to reports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use maruyama_dynamics::parameter::Violation;

use crate::analyse::{self, analyse};
use crate::cli::arguments::Options;
use crate::data::Library;
use crate::error::{DIFFERS, DONE, Error, INTERRUPTED};
use crate::identity::{Digest, Hasher};
use crate::load::load;
use crate::manifest::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::{Plan, PlannedItem};
use crate::report::{ItemReport, publish};
use crate::run::{Interrupt, Summary, Verbosity, run};
use crate::site::{self, Sources};
use crate::store::{BlockId, Index, Location, Store, StoreError};

/// Which stages a command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stages {
    run: bool,
    report: bool,
}

impl Stages {
    pub(crate) const ALL: Stages = Stages { run: true, report: true };
    pub(crate) const RUN: Stages = Stages { run: true, report: false };
    pub(crate) const REPORT: Stages = Stages { run: false, report: true };
}

/// Manifests read, planned and compared with the store.
pub(crate) struct Pipeline {
    pub plan: Plan,
    pub index: Index,
    pub location: Location,
    /// The store, for reading; while it is there no other process prunes it.
    pub store: Store,
    pub reports: PathBuf,
    pub texts: Vec<String>,
    pub verbosity: Verbosity,
    save_every: Duration,
    pub records_verdicts: bool,
    /// Damaged files that were moved out of the way, with the reason.
    set_aside: Vec<(PathBuf, String)>,
}

/// What a command did.
pub(crate) struct Done {
    pub n_cells: usize,
    pub n_blocks: usize,
    pub run: Summary,
    pub failed_cells: Vec<(String, String)>,
    pub damaged: Vec<(PathBuf, String)>,
    pub analysed: usize,
    pub analyses_left: usize,
    pub analyses_cached: usize,
    pub analysis_failures: Vec<analyse::Failure>,
    pub reports: Vec<ItemReport>,
    pub reports_folder: PathBuf,
    pub digest: Option<Digest>,
    pub interrupted: bool,
    pub records_verdicts: bool,
}

impl Done {
    pub(crate) fn exit_code(&self) -> u8 {
        let differs = self.differing().next().is_some();
        let failed = !self.failed_cells.is_empty()
            || !self.analysis_failures.is_empty()
            || self.reports.iter().any(|report| !report.problems.is_empty());
        if self.interrupted {
            INTERRUPTED
        } else if differs || failed {
            DIFFERS
        } else {
            DONE
        }
    }

    /// The claims whose verdict is not the one on record.
    pub(crate) fn differing(
        &self,
    ) -> impl Iterator<Item = &(String, crate::manifest::types::Verdict, crate::manifest::types::Verdict)>
    {
        let verdicts = self.reports.iter().flat_map(|report| &report.verdicts);
        verdicts.filter(|(_, verdict, expected)| self.records_verdicts && verdict != expected)
    }
}

impl Pipeline {
    /// Reads the manifests, plans them and looks at the store; writes nothing.
    pub(crate) fn open(options: &Options) -> Result<Pipeline, Error> {
        if let Some(threads) = options.threads {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads.into())
                .build_global()
                .map_err(|error| Error::Start(error.to_string()))?;
        }
        let library = Library::default();
        let loaded = load(&options.manifests, &options.profile, &library)?;
        let (manifests, texts) =
            loaded.into_iter().map(|one| (one.manifest, one.text)).unzip::<_, _, Vec<_>, Vec<_>>();
        let plan = Plan::new(manifests, &library, analyse::needs_samples);
        let location = Location::find(&options.store, options.store_cache.as_deref())?;
        let store = location.open_to_read()?;
        let index = store.index()?;
        let records_verdicts = options.profile == "paper";
        let default_reports = || {
            if records_verdicts {
                PathBuf::from("reports")
            } else {
                location.folder().join(format!("reports-{}", options.profile))
            }
        };
        Ok(Pipeline {
            plan,
            index,
            reports: options.reports.clone().unwrap_or_else(default_reports),
            location,
            store,
            texts,
            verbosity: if options.quiet { Verbosity::Quiet } else { Verbosity::Normal },
            save_every: Duration::from_secs(options.save_every.into()),
            records_verdicts,
            set_aside: Vec::new(),
        })
    }

    /// Runs the stages of a command.
    ///
    /// An object of a shared store that turns out to be damaged when it is fetched is left out, and the
    /// stages begin again with what is then missing; each object does so once at most.
    pub(crate) fn execute(&mut self, stages: Stages, interrupt: &Interrupt) -> Result<Done, Error> {
        loop {
            let known = self.location.damaged();
            match self.attempt(stages, interrupt) {
                Err(Error::Store(StoreError::Damaged { path, reason }))
                    if !known.iter().any(|(one, _)| *one == path)
                        && self.location.damaged().iter().any(|(one, _)| *one == path) =>
                {
                    eprintln!("damaged, not used: {}: {reason}", path.display());
                    self.index = self.store.index()?;
                }
                done => return done,
            }
        }
    }

    /// Uploads what a shared store does not have yet.
    pub(crate) fn share(&self) -> Result<(), Error> {
        let shared = self.location.share();
        for path in self.location.replaced() {
            eprintln!("damaged, moved to damaged/ and replaced: {}", path.display());
        }
        Ok(shared?)
    }

    fn attempt(&mut self, stages: Stages, interrupt: &Interrupt) -> Result<Done, Error> {
        let missing = self.plan.missing(&self.index);
        if !stages.run && !missing.is_empty() {
            let total = self.plan.blocks.len();
            return Err(Error::NotComputed { missing: missing.len(), total });
        }
        self.check_problems(&missing)?;
        let store = self.location.open_to_write()?;
        if stages.report {
            store.prepare_reports(&self.reports)?;
        }
        for (path, reason) in self.index.damaged.drain(..) {
            store.quarantine(&path)?;
            self.set_aside.push((path, reason));
        }
        let how = (self.verbosity, self.save_every);
        let summary = run(missing, (&store, &self.index), interrupt, how)?;
        let read_again =
            (summary.computed + summary.shared > 0).then(|| store.index()).transpose()?;
        let index = read_again.as_ref().unwrap_or(&self.index);
        let mut done = Done {
            n_cells: self.plan.cells().filter(|(_, sweep, _)| sweep.is_simulated).count(),
            n_blocks: self.plan.blocks.len(),
            failed_cells: failed_cells(&self.plan, &summary),
            damaged: self.set_aside.iter().chain(&summary.damaged).cloned().collect(),
            run: summary,
            analysed: 0,
            analyses_left: 0,
            analyses_cached: 0,
            analysis_failures: Vec::new(),
            reports: Vec::new(),
            reports_folder: self.reports.clone(),
            digest: digest(&self.plan, index),
            interrupted: interrupt.requested(),
            records_verdicts: self.records_verdicts,
        };
        if !stages.report || done.interrupted {
            return Ok(done);
        }
        let outcomes = store.outcomes()?;
        for (path, reason) in &outcomes.damaged {
            store.quarantine(path)?;
            done.damaged.push((path.clone(), reason.clone()));
        }
        let stage = analyse(&self.plan, &store, index, &outcomes, interrupt, self.verbosity)?;
        done.analysed = stage.computed;
        done.analyses_left = stage.left;
        done.analyses_cached = stage.cached;
        done.analysis_failures.clone_from(&stage.failures);
        done.interrupted = interrupt.requested();
        if !done.interrupted {
            done.reports = publish(&self.plan, &stage, &self.texts, &store, &self.reports)?;
        }
        Ok(done)
    }

    /// Writes the reports as a site into `folder`; gives the number of pages.
    pub(crate) fn write_site(&self, folder: &Path) -> Result<usize, Error> {
        let store = self.location.open_to_write()?;
        store.prepare_reports(folder)?;
        let sources = Sources {
            plan: &self.plan,
            index: &self.index,
            store: &store,
            texts: &self.texts,
            reports: &self.reports,
            is_live: false,
        };
        site::make(&sources, |file| Ok(store.write_report_file(folder, &file)?))
    }

    /// Checks the cells that will run against the spectrum of their problem.
    pub(crate) fn check_problems(
        &self,
        missing: &[crate::plan::PlannedBlock],
    ) -> Result<(), Error> {
        let to_run: BTreeSet<Digest> = missing.iter().map(|block| block.ensemble.id).collect();
        let mut files = Vec::new();
        for (item, text) in self.plan.items.iter().zip(&self.texts) {
            let mistakes = mistakes_in(item, &to_run);
            if !mistakes.is_empty() {
                files.push(Diagnostics::new(&item.manifest.path, text, mistakes));
            }
        }
        if files.is_empty() { Ok(()) } else { Err(Error::Manifests(files)) }
    }
}

/// What the spectra of their problems forbid to the cells of `item` that will run.
fn mistakes_in(item: &PlannedItem, to_run: &BTreeSet<Digest>) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    for (declared, planned) in item.manifest.sweeps.iter().zip(&item.sweeps) {
        for (cell, planned) in declared.cells.iter().zip(&planned.cells) {
            if to_run.contains(&planned.ensemble.id) {
                for Violation { parameter, message, remedy } in planned.ensemble.check_problem() {
                    let message = format!("`{parameter}`: {message}");
                    let mistake = Diagnostic::new(cell.span, message).help(remedy);
                    let label = planned.label();
                    let label = label.strip_prefix("cell ").unwrap_or(&label);
                    mistakes.push(mistake.label(format!("in the cell {label}")));
                }
            }
        }
    }
    mistakes
}

/// One digest over all results of the plan; `None` while some are missing.
pub(crate) fn digest(plan: &Plan, index: &Index) -> Option<Digest> {
    let mut hasher = Hasher::new("maruyama results 1");
    for block in &plan.blocks {
        let stored = index.blocks.get(&block.id)?;
        hasher.digest(block.id.0);
        hasher.digest(stored.digest);
    }
    Some(hasher.finish())
}

fn failed_cells(plan: &Plan, summary: &Summary) -> Vec<(String, String)> {
    if summary.failures.is_empty() {
        return Vec::new();
    }
    let reasons: BTreeMap<BlockId, &str> =
        summary.failures.iter().map(|failure| (failure.id, failure.reason.as_str())).collect();
    let mut failed = Vec::new();
    for (item, sweep, cell) in plan.cells().filter(|(_, sweep, _)| sweep.is_simulated) {
        if let Some(reason) = cell.blocks().find_map(|block| reasons.get(&block.id).copied()) {
            let name = format!("{}, sweep `{}`, {}", item.manifest.item, sweep.name, cell.label());
            failed.push((name, reason.to_owned()));
        }
    }
    failed
}
