//! What the cells of a grid select by name: their problem, their model, their data set.

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_dynamics::parameter::{Part, Value};

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, text};
use crate::manifest::grid::{ABSENT, Grid, Row, Setting};
use crate::manifest::part::DataSets;
use crate::manifest::scheme::{NONE, ValueId};
use crate::manifest::suggest::advice;
use crate::manifest::types::DataSet;
use crate::manifest::vocabulary::{DATA, MODEL, PROBLEM, Vocabulary, names};

/// A row names something that does not exist, which was reported, or a data set with a mistake.
#[derive(Clone, Copy, Debug)]
pub struct Unresolved;

/// One discriminator of a grid.
struct Selector {
    /// Index of its key in the grid, if it is set anywhere.
    key: Option<usize>,
    /// For each of its settings the index of what it names.
    selects: BTreeMap<Setting, usize>,
}

impl Selector {
    /// Reads the settings of `key`, which names one of `names`; reports other names. `what` is
    /// what it names, in the singular.
    fn new(grid: &Grid, key: &str, names: &[&str], what: &str, faults: &mut Faults) -> Selector {
        let mut selects = BTreeMap::new();
        let settings = grid.given.iter().enumerate();
        for (setting, given) in settings.filter(|(_, given)| grid.keys[given.key] == key) {
            let Some(name) = text(&given.node, key, faults) else { continue };
            if let Some(idx) = names.iter().position(|known| *known == name.value) {
                selects.insert(setting as Setting, idx);
            } else {
                let message = format!("there is no {what} `{}`", name.value);
                let help = advice(&name.value, names, &format!("{what}s"));
                faults.push(Diagnostic::new(name.span, message).label("unknown name").help(help));
            }
        }
        Selector { key: grid.keys.iter().position(|known| known == key), selects }
    }

    /// Index of what the row names; `None` if it names nothing.
    fn of(&self, row: &Row) -> Result<Option<usize>, Unresolved> {
        match self.key.map(|key| row.settings[key]) {
            None | Some(ABSENT) => Ok(None),
            Some(setting) => self.selects.get(&setting).copied().map(Some).ok_or(Unresolved),
        }
    }
}

/// The discriminators of a grid.
pub struct Selected<'a> {
    vocabulary: &'a Vocabulary<'a>,
    problem: Selector,
    model: Selector,
    data: Selector,
    data_sets: Vec<&'a Option<Arc<DataSet>>>,
    /// For each data set the first with the same parameters: the name is no part of an identity.
    data_ids: Vec<ValueId>,
}

impl<'a> Selected<'a> {
    /// Reads the discriminators of `grid`; reports names that do not exist.
    pub fn new(
        grid: &Grid,
        data_sets: &'a DataSets,
        vocabulary: &'a Vocabulary<'a>,
        faults: &mut Faults,
    ) -> Selected<'a> {
        let data_names: Vec<&str> = data_sets.keys().map(String::as_str).collect();
        let data_sets: Vec<&Option<Arc<DataSet>>> = data_sets.values().collect();
        let parameters =
            |data: &'a Option<Arc<DataSet>>| data.as_ref().map(|data| &data.parameters);
        let first_equal = |data: &&'a Option<Arc<DataSet>>| {
            data_sets.iter().position(|other| parameters(other) == parameters(data))
        };
        let (problems, models) = (names(vocabulary.problems), names(vocabulary.models));
        Selected {
            vocabulary,
            problem: Selector::new(grid, PROBLEM, &problems, "problem", faults),
            model: Selector::new(grid, MODEL, &models, "model", faults),
            data: Selector::new(grid, DATA, &data_names, "data set", faults),
            data_ids: data_sets
                .iter()
                .map(|d| first_equal(d).map_or(NONE, |idx| idx as u32))
                .collect(),
            data_sets,
        }
    }

    /// Indices of the row's problem (without one, the first) and model (without one, the only
    /// model); no model if it must be given and is not.
    ///
    /// # Errors
    /// [`Unresolved`].
    pub fn parts(&self, row: &Row) -> Result<(usize, Option<usize>), Unresolved> {
        let only_model = (self.vocabulary.models.len() == 1).then_some(0);
        Ok((self.problem.of(row)?.unwrap_or(0), self.model.of(row)?.or(only_model)))
    }

    /// The row's data set, if it names one.
    ///
    /// # Errors
    /// [`Unresolved`].
    pub fn data(&self, row: &Row) -> Result<Option<&'a Arc<DataSet>>, Unresolved> {
        match self.data.of(row)? {
            None => Ok(None),
            Some(idx) => self.data_sets[idx].as_ref().map(Some).ok_or(Unresolved),
        }
    }

    /// The identity of what the row selects with `key`; `None` if `key` is no discriminator.
    ///
    /// # Errors
    /// [`Unresolved`].
    pub fn id(&self, row: &Row, key: usize) -> Option<Result<ValueId, Unresolved>> {
        let idx = |idx: Option<usize>| idx.map_or(NONE, |idx| idx as ValueId);
        if Some(key) == self.problem.key {
            Some(self.parts(row).map(|(problem, _)| idx(Some(problem))))
        } else if Some(key) == self.model.key {
            Some(self.parts(row).map(|(_, model)| idx(model)))
        } else if Some(key) == self.data.key {
            let id = |data: Option<usize>| data.map_or(NONE, |idx| self.data_ids[idx]);
            Some(self.data(row).and_then(|_| self.data.of(row).map(id)))
        } else {
            None
        }
    }

    /// The default of `key` in the row, which may depend on its problem and model.
    #[must_use]
    pub fn default(&self, row: &Row, key: &str) -> Option<Value> {
        let (problem, model) = self.parts(row).ok()?;
        let problem: &Part = self.vocabulary.problems.get(problem)?;
        let model = self.vocabulary.models.get(model?)?;
        match key {
            PROBLEM => Some(Value::Text(problem.name.to_owned())),
            MODEL => Some(Value::Text(model.name.to_owned())),
            _ => {
                let declared = self.vocabulary.of_cell(problem, model);
                let parameter = declared.into_iter().find(|one| one.name == key)?;
                parameter.default.value_for(problem.name)
            }
        }
    }
}
