//! The command `explain`: the chain from what is printed back to what it was made from.

mod cell;
mod file;
mod item;
mod report;

use std::path::Path;

use crate::analyse::{CellOutcome, Stage, Unit, recall, units};
use crate::cli::arguments::ExplainOptions;
use crate::cli::pipeline::Pipeline;
use crate::cli::select;
use crate::cli::tree::Tree;
use crate::error::Error;
use crate::identity::Digest;
use crate::manifest::span::{Position, Span};
use crate::plan::{ToRun, explain};
use crate::store::{Outcomes, Store};

/// What an explanation rests on: the plan, the store and what was found in both.
pub(crate) struct Chain<'a> {
    pub pipeline: &'a Pipeline,
    pub store: &'a Store,
    /// Applications of estimators, in the plan's order.
    pub units: Vec<Unit<'a>>,
    /// Files of outcomes by the identity of what they hold.
    pub outcome_files: std::collections::BTreeMap<Digest, Digest>,
    /// Cells that would run, and why.
    pub to_run: Vec<ToRun<'a>>,
    outcomes: Outcomes<CellOutcome>,
}

impl<'a> Chain<'a> {
    fn new(pipeline: &'a Pipeline) -> Result<Chain<'a>, Error> {
        let store = &pipeline.store;
        let outcomes = store.outcomes()?;
        let files = store.outcome_files()?;
        let outcome_files = files
            .into_iter()
            .flat_map(|(file, ids)| ids.into_iter().map(move |id| (id, file)))
            .collect();
        Ok(Chain {
            pipeline,
            units: units(&pipeline.plan, &pipeline.index),
            to_run: explain(&pipeline.plan, store, &pipeline.index),
            outcome_files,
            outcomes,
            store,
        })
    }

    /// The stored outcomes of the whole plan.
    fn stage(&self) -> Stage<'a> {
        recall(&self.pipeline.plan, &self.pipeline.index, &self.outcomes)
    }

    /// `experiments/small.yaml:7`.
    fn place(&self, item_idx: usize, span: Span) -> String {
        let path = &self.pipeline.plan.items[item_idx].manifest.path;
        let line = Position::of(&self.pipeline.texts[item_idx], span.start).line;
        format!("{path}:{line}")
    }
}

/// Explains what `options` name.
///
/// # Errors
/// If they name nothing, or the store cannot be read.
pub(crate) fn run(pipeline: &Pipeline, options: &ExplainOptions) -> Result<Tree, Error> {
    let chain = Chain::new(pipeline)?;
    let word = options.what.as_str();
    let mut items = pipeline.plan.items.iter();
    if let Some(idx) = items.position(|item| item.manifest.item == word) {
        return Ok(item::explain(&chain, idx));
    }
    if let Some(tree) = file::explain(&chain, Path::new(word), options.row)? {
        return Ok(tree);
    }
    let cells = select::cells(pipeline, word)?;
    Ok(Tree::List(cells.into_iter().map(|place| cell::explain(&chain, place)).collect()))
}
