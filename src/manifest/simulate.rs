//! The section `simulate`: from the entries of a sweep to its [`Grid`].

use crate::manifest::axis;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, entries, items, values};
use crate::manifest::grid::{Axis, Condition, Given, Grid, Include, Rule, Setting};
use crate::manifest::span::{Located, Span};
use crate::manifest::suggest::{advice, closest};
use crate::manifest::tree::{Content, Entry, Node};
use crate::manifest::value::untyped;
use crate::manifest::vocabulary::Vocabulary;

/// Reads one sweep and the settings that the profile makes on it.
pub fn grid(
    sweep: &Entry,
    profile: &[Entry],
    vocabulary: &Vocabulary<'_>,
    faults: &mut Faults,
) -> Grid {
    let what = format!("sweep `{}`", sweep.key.value);
    let mut fields = Fields::open(&sweep.value, sweep.key.span, &what, faults);
    let (matrix, when) = (fields.take("matrix"), fields.take("when"));
    let grid = Grid { name: sweep.key.clone(), ..Grid::default() };
    let mut intake = Intake { grid, known: vocabulary.cell_keys(), axes: Vec::new(), faults };
    intake.grid.base = intake.settings(fields.rest());
    if let Some(matrix) = matrix {
        intake.matrix(matrix);
    }
    for node in when.map_or(&[][..], |node| items(node, "`when`", intake.faults)) {
        intake.rule(node);
    }
    intake.grid.profile = intake.settings(profile.iter());
    intake.grid
}

struct Intake<'v, 'f> {
    grid: Grid,
    /// Keys that a cell may have.
    known: Vec<&'v str>,
    /// Keys of axes and where they are.
    axes: Vec<(usize, Span)>,
    faults: &'f mut Faults,
}

impl Intake<'_, '_> {
    /// The index of a key; reports one that no problem or model has.
    fn key(&mut self, key: &Located<String>) -> Option<usize> {
        if !self.known.contains(&key.value.as_str()) {
            let message = format!("no problem or model has a parameter `{}`", key.value);
            let help = match key.value.as_str() {
                "matrix" | "when" | "zip" | "exclude" | "include" => {
                    format!("`{}` does not stand here", key.value)
                }
                name => advice(name, &self.known, "parameters"),
            };
            self.faults.push(Diagnostic::new(key.span, message).label("unknown").help(help));
            self.grid.explained.extend(closest(&key.value, &self.known).map(str::to_owned));
            return None;
        }
        let keys = &mut self.grid.keys;
        Some(keys.iter().position(|known| *known == key.value).unwrap_or_else(|| {
            keys.push(key.value.clone());
            keys.len() - 1
        }))
    }

    fn give(&mut self, key: usize, key_span: Span, node: Node) -> Setting {
        let value = untyped(&node);
        self.grid.given.push(Given { key, key_span, node, value });
        (self.grid.given.len() - 1) as Setting
    }

    fn settings<'n>(&mut self, entries: impl Iterator<Item = &'n Entry>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for entry in entries {
            if let Some(key) = self.key(&entry.key) {
                settings.push(self.give(key, entry.key.span, entry.value.clone()));
            }
        }
        settings
    }

    fn matrix(&mut self, node: &Node) {
        for entry in entries(node, "`matrix`", self.faults) {
            match entry.key.value.as_str() {
                "zip" => self.zips(&entry.value),
                "exclude" => {
                    for node in items(&entry.value, "`exclude`", self.faults) {
                        let condition = self.condition(node, "an entry of `exclude`");
                        self.grid.exclude.extend(condition);
                    }
                }
                "include" => {
                    for node in items(&entry.value, "`include`", self.faults) {
                        let set = entries(node, "an entry of `include`", self.faults);
                        let set = self.settings(set.iter());
                        self.grid.include.push(Include { set, span: node.span });
                    }
                }
                _ => {
                    let column = self.column(entry);
                    self.grid.axes.extend(column.map(|column| Axis(vec![column])));
                }
            }
        }
        let nothing_else = self.grid.include.is_empty() && self.grid.explained.is_empty();
        if self.axes.is_empty() && nothing_else {
            self.faults.push(
                Diagnostic::new(node.span, "the matrix has no axes, so there are no cells")
                    .help("a sweep of one cell needs no `matrix`"),
            );
        }
    }

    /// One key of the matrix with its values.
    fn column(&mut self, entry: &Entry) -> Option<Vec<Setting>> {
        let key = self.key(&entry.key)?;
        let twice = |first: Span, what: &str, message: String| {
            Diagnostic::new(entry.key.span, message).label("given again").related(first, what)
        };
        if let Some((_, first)) = self.axes.iter().find(|(axis, _)| *axis == key) {
            let message = format!("the axis `{}` is given twice", entry.key.value);
            self.faults.push(twice(*first, "first given here", message));
            return None;
        }
        let given = &self.grid.given;
        if let Some(base) = self.grid.base.iter().find(|base| given[**base as usize].key == key) {
            let message = format!("`{}` is both a setting and an axis", entry.key.value);
            self.faults.push(twice(given[*base as usize].key_span, "a setting here", message));
            return None;
        }
        self.axes.push((key, entry.key.span));
        let Some(points) = axis::points(&entry.key, &entry.value, self.faults) else {
            self.grid.explained.push(entry.key.value.clone());
            return None;
        };
        Some(points.into_iter().map(|node| self.give(key, entry.key.span, node)).collect())
    }

    /// `zip`: a mapping of parallel lists, or a list of such mappings.
    fn zips(&mut self, node: &Node) {
        match &node.content {
            Content::Sequence(items) => items.iter().for_each(|item| self.zip(item)),
            _ => self.zip(node),
        }
    }

    fn zip(&mut self, node: &Node) {
        let entries = entries(node, "`zip`", self.faults);
        let columns: Vec<(&Entry, Vec<Setting>)> = entries
            .iter()
            .filter_map(|entry| self.column(entry).map(|column| (entry, column)))
            .collect();
        let Some((first, column)) = columns.first() else { return };
        let len = column.len();
        for (entry, column) in &columns {
            if column.len() != len {
                let message = "zipped lists have different lengths";
                let label = |key: &str, len: usize| format!("`{key}` has {len} values");
                self.faults.push(
                    Diagnostic::new(entry.value.span, message)
                        .label(label(&entry.key.value, column.len()))
                        .related(first.value.span, label(&first.key.value, len)),
                );
                return;
            }
        }
        self.grid.axes.push(Axis(columns.into_iter().map(|(_, column)| column).collect()));
    }

    fn condition(&mut self, node: &Node, what: &str) -> Option<Condition> {
        let entries = entries(node, what, self.faults);
        let mut tests = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = self.key(&entry.key)?;
            tests.push((key, values(&entry.value, self.faults)?));
        }
        if tests.is_empty() {
            self.faults.push(Diagnostic::new(node.span, format!("{what} names no key")));
            return None;
        }
        Some(Condition { tests, span: node.span })
    }

    fn rule(&mut self, node: &Node) {
        let mut fields = Fields::open(node, node.span, "an entry of `when`", self.faults);
        let condition = fields.require("if");
        let set = fields.require("set");
        fields.close(self.faults);
        let (Some(condition), Some(set)) = (condition, set) else { return };
        let condition = self.condition(condition, "`if`");
        let set = entries(set, "`set`", self.faults);
        let set = self.settings(set.iter());
        if let Some(condition) = condition {
            self.grid.when.push(Rule { condition, set });
        }
    }
}
