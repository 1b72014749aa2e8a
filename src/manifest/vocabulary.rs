//! The words of a manifest: the parts that the program offers, passed in by it.
//!
//! This layer knows no model or estimator by name. It knows which key selects a part of each kind,
//! the discriminators [`SOURCE`], [`PROBLEM`], [`MODEL`], [`ESTIMATE`] and [`PLOT`].

use maruyama_dynamics::parameter::{Default, Parameter, Parameters, Part, Violation};

use crate::manifest::types::{Cell, DataSet};

/// Key that selects the source of a data set.
pub const SOURCE: &str = "source";
/// Key that selects the problem of a cell; without it the first problem.
pub const PROBLEM: &str = "problem";
/// Key that selects the model of a cell.
pub const MODEL: &str = "model";
/// Key that names the data set of a cell.
pub const DATA: &str = "data";
/// Key that selects the estimator of an analysis.
pub const ESTIMATE: &str = "estimate";
/// Key that selects the plot of a panel.
pub const PLOT: &str = "plot";

/// What a manifest may say.
#[derive(Clone, Copy)]
pub struct Vocabulary<'a> {
    /// Sources of data sets.
    pub data_sources: &'a [Part],
    /// Problems; the first is the default.
    pub problems: &'a [Part],
    /// Models.
    pub models: &'a [Part],
    /// Parameters of every cell.
    pub common: &'a [Parameter],
    /// Estimators.
    pub estimators: &'a [Part],
    /// Plots.
    pub plots: &'a [Part],
    /// What is wrong with a complete cell whose values are each in range.
    pub check_cell: &'a (dyn Fn(&Cell) -> Vec<Violation> + Sync),
    /// What is wrong with a complete data set whose values are each in range.
    pub check_data: &'a dyn Fn(&DataSet) -> Vec<Violation>,
}

impl<'a> Vocabulary<'a> {
    /// The parameters of a cell with the given problem and model, the discriminators not among
    /// them.
    #[must_use]
    pub fn of_cell(&self, problem: &Part, model: &Part) -> Vec<&'a Parameter> {
        let reserved = [PROBLEM, MODEL, DATA];
        let common = self.common.iter().filter(|one| !reserved.contains(&one.name));
        common.chain(problem.parameters).chain(model.parameters).collect()
    }

    /// Every key that a cell of some problem and model takes, the discriminators first; each once.
    #[must_use]
    pub fn cell_keys(&self) -> Vec<&'a str> {
        let parts = self.problems.iter().chain(self.models);
        let declared = self.common.iter().chain(parts.flat_map(|part| part.parameters));
        let mut keys = vec![PROBLEM, MODEL, DATA];
        for parameter in declared {
            if !keys.contains(&parameter.name) {
                keys.push(parameter.name);
            }
        }
        keys
    }

    /// The problems and models that take `key`, as a message names them: `model hsgd`.
    #[must_use]
    pub fn owners(&self, key: &str) -> Vec<String> {
        let takes = |part: &&Part| part.parameters.iter().any(|one| one.name == key);
        let problems = self.problems.iter().filter(takes).map(|part| ("problem", part.name));
        let models = self.models.iter().filter(takes).map(|part| ("model", part.name));
        problems.chain(models).map(|(kind, name)| format!("{kind} {name}")).collect()
    }
}

/// The names of `parts`, in their order.
#[must_use]
pub fn names(parts: &[Part]) -> Vec<&'static str> {
    parts.iter().map(|part| part.name).collect()
}

/// The defaults of `parameters`, by name; the usual ones, where they depend on the problem.
#[must_use]
pub fn defaults<'a>(parameters: impl IntoIterator<Item = &'a Parameter>) -> Parameters {
    defaults_for("", parameters)
}

/// The defaults of `parameters`, by name, for cells of the problem called `problem`.
#[must_use]
pub fn defaults_for<'a>(
    problem: &str,
    parameters: impl IntoIterator<Item = &'a Parameter>,
) -> Parameters {
    let filled = parameters.into_iter().filter_map(|parameter| {
        parameter.default.value_for(problem).map(|value| (parameter.name.to_owned(), value))
    });
    filled.collect()
}

/// Whether the manifest must give the parameter.
#[must_use]
pub fn is_required(parameter: &Parameter) -> bool {
    parameter.default == Default::Required
}
