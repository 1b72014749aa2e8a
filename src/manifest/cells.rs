//! From a raw grid to cells: values checked against the declarations of each cell's problem and
//! model, defaults filled in, data sets looked up, no two cells alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maruyama_dynamics::parameter::{Parameters, Violation};
use rayon::prelude::*;

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::Faults;
use crate::manifest::grid::{ABSENT, Grid, Row};
use crate::manifest::part::DataSets;
use crate::manifest::scheme::{Interner, Reports, Scheme, ValueId};
use crate::manifest::selected::Selected;
use crate::manifest::span::Span;
use crate::manifest::suggest::listed;
use crate::manifest::types::{Cell, Sweep};
use crate::manifest::vocabulary::{MODEL, Vocabulary, names};

/// The sweep of `grid`. It lacks the cells in which something is wrong and was reported.
///
/// Two cells with the same parameters and the same data set are a mistake. Cells that become the
/// same because a profile sets one of the axes are merged instead: it is how a profile makes a
/// grid smaller.
pub fn sweep(
    grid: &Grid,
    data_sets: &DataSets,
    vocabulary: &Vocabulary<'_>,
    faults: &mut Faults,
) -> Sweep {
    let selected = Selected::new(grid, data_sets, vocabulary, faults);
    let mut rows = grid.rows(&|row, key| selected.default(row, &grid.keys[key]), faults);
    let mut resolver = Resolver {
        grid,
        selected: &selected,
        vocabulary,
        keys: grid.keys.iter().map(|key| key.as_str().into()).collect(),
        schemes: BTreeMap::new(),
        ids: Interner::default(),
        reports: Reports::new(faults),
    };
    let mut identities = resolver.identify(&mut rows);
    for (earlier, later) in equal_pairs(&identities) {
        resolver.report_equal(&rows[earlier], &rows[later]);
    }
    if !grid.profile.is_empty() {
        for row in &mut rows {
            grid.apply(row, &grid.profile);
        }
        identities = resolver.identify(&mut rows);
        let repeated: BTreeSet<usize> =
            equal_pairs(&identities).into_iter().map(|(_, later)| later).collect();
        let mut idx = 0..;
        rows.retain(|_| idx.next().is_some_and(|idx| !repeated.contains(&idx)));
        let mut idx = 0..;
        identities.retain(|_| idx.next().is_some_and(|idx| !repeated.contains(&idx)));
    }
    let varying = varying(grid, &identities);
    let mut first = BTreeMap::new();
    let cells = rows.iter().filter_map(|row| resolver.cell(row, &varying, &mut first));
    let cells: Vec<Cell> = cells.collect();
    resolver.check(&rows, &cells);
    Sweep { name: grid.name.value.clone(), varying, cells, span: grid.name.span }
}

/// For each key the identity of its value in a row; two rows with equal identities are one cell.
type Identity = Box<[ValueId]>;

/// Pairs of equal identities: each with the first of its kind.
fn equal_pairs(identities: &[Identity]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..identities.len()).collect();
    order.sort_by_key(|&idx| &identities[idx]);
    let mut pairs = Vec::new();
    for group in order.chunk_by(|&a, &b| identities[a] == identities[b]) {
        pairs.extend(group[1..].iter().map(|&later| (group[0], later)));
    }
    pairs
}

/// The keys whose values differ between rows: axes in their order, then others in the file's.
fn varying(grid: &Grid, identities: &[Identity]) -> Arc<[String]> {
    let axes = grid.axes.iter().flat_map(|axis| &axis.0);
    let mut keys: Vec<usize> =
        axes.filter_map(|column| Some(grid.given[*column.first()? as usize].key)).collect();
    let others: Vec<usize> = (0..grid.keys.len()).filter(|key| !keys.contains(key)).collect();
    keys.extend(others);
    keys.retain(|&key| identities.iter().any(|row| row[key] != identities[0][key]));
    keys.into_iter().map(|key| grid.keys[key].clone()).collect()
}

struct Resolver<'a, 'f> {
    grid: &'a Grid,
    selected: &'a Selected<'a>,
    vocabulary: &'a Vocabulary<'a>,
    /// The keys of the grid, which all cells share.
    keys: Vec<Arc<str>>,
    schemes: BTreeMap<(usize, usize), Scheme<'a>>,
    ids: Interner,
    reports: Reports<'f>,
}

impl Resolver<'_, '_> {
    /// The identity of each row. Rows in which something is wrong are reported and removed.
    fn identify(&mut self, rows: &mut Vec<Row>) -> Vec<Identity> {
        let mut identities = Vec::with_capacity(rows.len());
        rows.retain(|row| {
            let identity = self.identity(row);
            let right = identity.is_some();
            identities.extend(identity);
            right
        });
        identities
    }

    fn identity(&mut self, row: &Row) -> Option<Identity> {
        let parts = self.parts(row)?;
        let complete = self.is_complete(row, parts);
        let scheme = self.schemes.get_mut(&parts)?;
        let mut identity = Vec::with_capacity(row.settings.len());
        for (key, &setting) in row.settings.iter().enumerate() {
            let id = match self.selected.id(row, key) {
                Some(id) => id.ok(),
                None if setting == ABSENT => Some(scheme.default_ids[key]),
                None => {
                    let given = &self.grid.given[setting as usize];
                    let key = &self.grid.keys[key];
                    scheme.id(setting, given, key, &mut self.ids, &mut self.reports)
                }
            };
            identity.push(id);
        }
        // Collected only now, so that every value of the row has been checked.
        identity.into_iter().collect::<Option<_>>().filter(|_| complete)
    }

    /// Problem and model of the row, with their scheme prepared; reports a missing model.
    fn parts(&mut self, row: &Row) -> Option<(usize, usize)> {
        let (problem, model) = self.selected.parts(row).ok()?;
        let Some(model) = model else {
            if self.is_explained(MODEL) {
                return None;
            }
            let fault = Diagnostic::new(row.origin, "`model` is not given");
            let models = listed(&names(self.vocabulary.models));
            self.reports.add(fault.label("every cell needs it").help(format!("one of {models}")));
            return None;
        };
        if !self.schemes.contains_key(&(problem, model)) {
            let parts =
                (self.vocabulary.problems.get(problem)?, self.vocabulary.models.get(model)?);
            let scheme = Scheme::new(parts, self.vocabulary, self.grid, &mut self.ids);
            self.schemes.insert((problem, model), scheme);
        }
        Some((problem, model))
    }

    /// Whether the row sets every required parameter; reports those that it does not.
    fn is_complete(&mut self, row: &Row, parts: (usize, usize)) -> bool {
        let Some(scheme) = self.schemes.get(&parts) else { return false };
        let lacks = |key: &Option<usize>| key.is_none_or(|key| row.settings[key] == ABSENT);
        let mut complete = true;
        for (parameter, _) in scheme.required.iter().filter(|(_, key)| lacks(key)) {
            complete = false;
            if self.is_explained(parameter.name) {
                continue;
            }
            let fault = Diagnostic::new(row.origin, format!("`{}` is not given", parameter.name));
            self.reports.add(fault.label(scheme.owner(parameter.name)).help(parameter.doc));
        }
        complete
    }

    fn is_explained(&self, key: &str) -> bool {
        self.grid.explained.iter().any(|explained| explained == key)
    }

    fn report_equal(&mut self, earlier: &Row, later: &Row) {
        let message = format!("two cells of sweep `{}` are the same", self.grid.name.value);
        let differing = earlier.settings.iter().zip(&later.settings).find(|(a, b)| a != b);
        let span = |setting: u32| self.grid.given.get(setting as usize).map(|one| one.node.span);
        let (first, again) = match differing {
            Some((a, b)) if earlier.origin == later.origin => {
                (span(*a).unwrap_or(earlier.origin), span(*b).unwrap_or(later.origin))
            }
            _ => (earlier.origin, later.origin),
        };
        let fault = Diagnostic::new(again, message).label("gives the same cell again");
        self.reports.add(fault.related(first, "first given here"));
    }

    /// The cell of a row. `first` has the rows of cells that others with their problem and model are
    /// copied from.
    fn cell<'r>(
        &self,
        row: &'r Row,
        varying: &Arc<[String]>,
        first: &mut BTreeMap<(usize, usize), (&'r Row, Arc<Parameters>)>,
    ) -> Option<Cell> {
        let (problem, model) = self.selected.parts(row).ok()?;
        let parts = (problem, model?);
        let scheme = self.schemes.get(&parts)?;
        let data = self.selected.data(row).ok()?.map(Arc::clone);
        let set_same_keys =
            |other: &Row| (0..self.keys.len()).all(|key| other.sets(key) == row.sets(key));
        let alike = first.get(&parts).filter(|(other, _)| set_same_keys(other));
        let mut parameters =
            alike.map_or_else(|| scheme.defaults.clone(), |(_, parameters)| (**parameters).clone());
        for (key, &setting) in row.settings.iter().enumerate() {
            if row.sets(key)
                && alike.is_none_or(|(other, _)| other.settings[key] != setting)
                && let Some(value) = scheme.value(setting)
            {
                parameters.insert(Arc::clone(&self.keys[key]), value.clone());
            }
        }
        let is_alike = alike.is_some();
        let parameters = Arc::new(parameters);
        if !is_alike {
            first.insert(parts, (row, Arc::clone(&parameters)));
        }
        Some(Cell { parameters, data, varying: Arc::clone(varying), span: row.origin })
    }

    /// Reports what the program finds wrong with complete cells: each parameter's violation once
    /// for each place that gives it, with the number of cells.
    fn check(&mut self, rows: &[Row], cells: &[Cell]) {
        let mut found: BTreeMap<(Span, &'static str), (Diagnostic, usize)> = BTreeMap::new();
        let check = self.vocabulary.check_cell;
        let violations: Vec<Vec<Violation>> = cells.par_iter().map(check).collect();
        for ((row, cell), violations) in rows.iter().zip(cells).zip(violations) {
            for violation in violations {
                let span = self.place(row, violation.parameter);
                let entry = found.entry((span, violation.parameter)).or_insert_with(|| {
                    let label = match (cells.len(), cell.label()) {
                        (1, _) => String::new(),
                        (_, label) => format!("in the cell {label}"),
                    };
                    let fault = Diagnostic::new(span, violation.message);
                    (fault.label(label).help(violation.remedy), 0)
                });
                entry.1 += 1;
            }
        }
        for (mut fault, count) in found.into_values() {
            if count > 1 {
                fault.label = format!("{} and in {} more", fault.label, count - 1);
            }
            self.reports.add(fault);
        }
    }

    /// Where the row's value of a parameter is given; of a default, where the row comes from.
    fn place(&self, row: &Row, parameter: &str) -> Span {
        let key = self.grid.keys.iter().position(|key| key == parameter);
        let setting = key.map_or(ABSENT, |key| row.settings[key]);
        self.grid.given.get(setting as usize).map_or(row.origin, |given| given.node.span)
    }
}
