//! Grids: the settings of a sweep and their combinations, before values are checked.
//!
//! A cell of the raw grid is a [`Row`] of indices into the settings that the file gives, so that a
//! value written once is stored and checked once, however many cells take it.

use maruyama_dynamics::parameter::Value;

use crate::manifest::axis::MAX_CELLS;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::Faults;
use crate::manifest::span::{Located, Span};
use crate::manifest::tree::Node;
use crate::manifest::value::same;

/// Index of a setting in [`Grid::given`].
pub type Setting = u32;

/// The setting of a key that a row does not set.
pub const ABSENT: Setting = Setting::MAX;

/// A value for a key, as the file gives it.
pub struct Given {
    /// Index of the key in [`Grid::keys`].
    pub key: usize,
    /// Where the key is.
    pub key_span: Span,
    /// The value with its place.
    pub node: Node,
    /// The value before it is checked, for comparisons.
    pub value: Option<Value>,
}

/// Keys that change together: one list of settings for each key, all of one length, at least one.
pub struct Axis(pub Vec<Vec<Setting>>);

/// Keys and the values that they must have.
pub struct Condition {
    /// Key and its values, any of which fits.
    pub tests: Vec<(usize, Vec<Value>)>,
    /// Where the condition is.
    pub span: Span,
}

/// Settings for the cells that meet a condition.
pub struct Rule {
    /// Which cells.
    pub condition: Condition,
    /// What to set in them.
    pub set: Vec<Setting>,
}

/// A cell beside the product of the axes.
pub struct Include {
    /// What it sets beside the base.
    pub set: Vec<Setting>,
    /// Where it is.
    pub span: Span,
}

/// The grid of one sweep.
#[derive(Default)]
pub struct Grid {
    /// Name of the sweep.
    pub name: Located<String>,
    /// Every key that is set anywhere, in the order of the file.
    pub keys: Vec<String>,
    /// Every setting.
    pub given: Vec<Given>,
    /// Settings of every cell.
    pub base: Vec<Setting>,
    /// The axes, slowest first.
    pub axes: Vec<Axis>,
    /// Cells to drop.
    pub exclude: Vec<Condition>,
    /// Cells to add.
    pub include: Vec<Include>,
    /// Conditional settings, applied in order.
    pub when: Vec<Rule>,
    /// Settings of the profile, applied last.
    pub profile: Vec<Setting>,
    /// Keys whose absence is explained by mistakes already reported: those that an unknown key was
    /// probably meant to be, and axes that could not be read.
    pub explained: Vec<String>,
}

/// One cell of the raw grid.
#[derive(Clone)]
pub struct Row {
    /// The setting of each key of the grid.
    pub settings: Box<[Setting]>,
    /// Where the cell comes from.
    pub origin: Span,
}

impl Row {
    /// Whether the row sets the key with this index.
    #[must_use]
    pub fn sets(&self, key: usize) -> bool {
        self.settings[key] != ABSENT
    }
}

/// Value of a key that a row does not set: the default, which may depend on the row's model.
pub type DefaultOf<'a> = dyn Fn(&Row, usize) -> Option<Value> + 'a;

impl Grid {
    /// Cells of the product of the axes; `None` if they cannot be counted.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        if self.axes.is_empty() && !self.include.is_empty() {
            return Some(0);
        }
        self.axes.iter().try_fold(1_usize, |size, axis| size.checked_mul(axis.0.first()?.len()))
    }

    /// The rows: the product of the axes (the first slowest) less what is excluded, what is
    /// included, conditional settings applied. Reports an empty or too large grid and conditions
    /// that no row meets.
    pub fn rows(&self, default_of: &DefaultOf<'_>, faults: &mut Faults) -> Vec<Row> {
        let Some(size) = self.size().filter(|&size| size <= MAX_CELLS) else {
            let count = self.size().map_or("more than 2^64".to_owned(), |size| size.to_string());
            let message = format!("sweep `{}` has {count} cells", self.name.value);
            let limit = format!("a sweep has at most {MAX_CELLS}");
            faults.push(Diagnostic::new(self.name.span, message).help(limit));
            return Vec::new();
        };
        let mut rows: Vec<Row> = (0..size).map(|idx| self.product_row(idx)).collect();
        for condition in &self.exclude {
            let before = rows.len();
            rows.retain(|row| !self.meets(row, condition, default_of));
            if rows.len() == before {
                self.report_unmet(condition, "`exclude` matches no cell of the grid", faults);
            }
        }
        rows.extend(self.include.iter().map(|include| {
            let mut row = self.base_row(include.span);
            self.apply(&mut row, &include.set);
            row
        }));
        if rows.is_empty() {
            let message = format!("sweep `{}` has no cells", self.name.value);
            faults.push(Diagnostic::new(self.name.span, message).label("everything is excluded"));
        }
        for rule in &self.when {
            self.apply_rule(rule, &mut rows, default_of, faults);
        }
        rows
    }

    fn base_row(&self, origin: Span) -> Row {
        let mut row = Row { settings: vec![ABSENT; self.keys.len()].into(), origin };
        self.apply(&mut row, &self.base);
        row
    }

    /// Row `idx` of the product: the digits of `idx` in the mixed base of the axes' lengths.
    fn product_row(&self, mut idx: usize) -> Row {
        let mut row = self.base_row(self.name.span);
        for Axis(columns) in self.axes.iter().rev() {
            let len = columns[0].len();
            for column in columns {
                self.apply(&mut row, &column[idx % len..=idx % len]);
            }
            idx /= len;
        }
        row
    }

    /// Sets `settings` in a row.
    pub fn apply(&self, row: &mut Row, settings: &[Setting]) {
        for &setting in settings {
            row.settings[self.given[setting as usize].key] = setting;
        }
    }

    fn apply_rule(
        &self,
        rule: &Rule,
        rows: &mut [Row],
        default_of: &DefaultOf<'_>,
        faults: &mut Faults,
    ) {
        let mut met = false;
        for row in rows.iter_mut() {
            if self.meets(row, &rule.condition, default_of) {
                self.apply(row, &rule.set);
                met = true;
            }
        }
        if !met && !rows.is_empty() {
            self.report_unmet(&rule.condition, "`if` matches no cell of the sweep", faults);
        }
    }

    fn meets(&self, row: &Row, condition: &Condition, default_of: &DefaultOf<'_>) -> bool {
        condition.tests.iter().all(|(key, values)| {
            let setting = row.settings[*key];
            if setting == ABSENT {
                let value = default_of(row, *key);
                return value.is_some_and(|value| values.iter().any(|other| same(&value, other)));
            }
            let value = self.given[setting as usize].value.as_ref();
            value.is_some_and(|value| values.iter().any(|other| same(value, other)))
        })
    }

    fn report_unmet(&self, condition: &Condition, message: &str, faults: &mut Faults) {
        if condition.tests.iter().any(|(key, _)| self.explained.contains(&self.keys[*key])) {
            return;
        }
        let help = "a condition that has no effect is a mistake: correct it or remove it";
        faults.push(Diagnostic::new(condition.span, message).label("matches nothing").help(help));
    }
}
