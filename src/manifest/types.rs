//! A manifest once everything in it has been checked: what the later stages work on.

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_dynamics::parameter::{Parameters, Value};

use crate::manifest::canonical;
use crate::manifest::profile::PAPER;
use crate::manifest::span::{Located, Span};

/// A checked manifest in one of its profiles.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Path of the file, as it was given.
    pub path: String,
    /// Name of the experiment in outputs: ASCII letters, digits, `-` and `_`.
    pub item: String,
    /// Title of the report page.
    pub title: String,
    /// Markdown at the top of the report page; may be empty.
    pub about: String,
    /// The publication that the experiment belongs to.
    pub paper: Option<Paper>,
    /// The profile that was applied; `paper` is the file as it stands.
    pub profile: String,
    /// The profiles that the file declares; `paper` need not be among them.
    pub profiles: Vec<String>,
    /// What to simulate, in the order of the file.
    pub sweeps: Vec<Sweep>,
    /// What to compute from it, in the order of the file.
    pub analyses: Vec<Analysis>,
    /// Words of columns and their values, with their names in tables and figures.
    pub names: Vec<(Located<String>, String)>,
    /// Published numbers, shown beside ours.
    pub references: Vec<Reference>,
    /// Tables of the report.
    pub tables: Vec<Table>,
    /// Figures of the report.
    pub figures: Vec<Figure>,
    /// Statements to be tested.
    pub claims: Vec<Claim>,
}

impl Manifest {
    /// Whether it is the file as it stands, in no profile that changes it.
    #[must_use]
    pub fn is_as_written(&self) -> bool {
        self.profile == PAPER
    }

    /// Name of the record of its report: the item, and the profile unless it is `paper`.
    #[must_use]
    pub fn report_name(&self) -> String {
        if self.is_as_written() {
            self.item.clone()
        } else {
            format!("{}.{}", self.item, self.profile)
        }
    }
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// arXiv identifier, such as `2402.01382`; may be empty.
    pub arxiv: String,
    /// Place in it; may be empty.
    pub place: String,
}

/// A named data set. The name is a label: two data sets with equal parameters are one.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Name in this manifest.
    pub name: String,
    /// Its complete definition, including the key `source`.
    pub parameters: Parameters,
}

/// A named list of cells.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Name in this manifest.
    pub name: String,
    /// Parameters that differ between its cells, in the order of the file; `data` for the data set.
    pub varying: Arc<[String]>,
    /// The cells: the grid in its order (first axis slowest), then the included cells.
    pub cells: Vec<Cell>,
    /// Where the sweep is named.
    pub span: Span,
}

/// One point of a grid.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Every parameter with its value, defaults filled in, among them `problem` and `model`. The
    /// name of the data set is not among them.
    pub parameters: Arc<Parameters>,
    /// The data set, if the cell names one.
    pub data: Option<Arc<DataSet>>,
    /// Parameters that differ between the cells of the sweep; shared by all of them.
    pub varying: Arc<[String]>,
    /// Where the cell comes from: its entry under `include`, or the matrix, or the sweep.
    pub span: Span,
}

impl Cell {
    /// What tells the cell from the others of its sweep: `data=X, step_size=0.02`; empty in a
    /// sweep of one cell.
    #[must_use]
    pub fn label(&self) -> String {
        let part = |name: &String| match (name.as_str(), &self.data) {
            ("data", Some(data)) => Some(format!("data={}", data.name)),
            _ => self.parameters.get(name).map(|value| format!("{name}={}", shown(value))),
        };
        self.varying.iter().filter_map(part).collect::<Vec<_>>().join(", ")
    }
}

/// A value as a message shows it: numbers as in canonical JSON, text as it is.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Real(value) => canonical::readable(*value),
        Value::List(values) => {
            format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// An estimator applied to each cell of a sweep.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Name in this manifest.
    pub name: String,
    /// Name of the estimator.
    pub estimate: String,
    /// Name of the sweep.
    pub of: String,
    /// The sweep whose cells those of `of` are compared with.
    pub against: Option<Against>,
    /// How p-values are adjusted for their number.
    pub adjust: Option<Located<Adjust>>,
    /// The estimator's parameters, defaults filled in.
    pub parameters: Parameters,
    /// Where each parameter is given, for errors that only later stages can find.
    pub origins: BTreeMap<String, Span>,
    /// Where the analysis is named.
    pub span: Span,
}

/// The other side of a comparison.
#[derive(Clone, Debug)]
pub struct Against {
    /// Name of the sweep.
    pub sweep: Located<String>,
    /// Parameters by whose values cells are paired; those that both sweeps vary if absent.
    pub pair: Option<Vec<Located<String>>>,
}

/// A procedure for many tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjust {
    /// Controls the probability of any false rejection.
    Holm,
    /// Controls the expected share of false rejections, for positively dependent tests.
    BenjaminiHochberg,
    /// The same, whatever the dependence.
    BenjaminiYekutieli,
}

/// Rows of an analysis, by the values of some of its columns; no condition means all rows.
pub type Filter = Vec<Condition>;

/// One column and the values that are let through.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Name of the column.
    pub column: Located<String>,
    /// The values, at least one.
    pub values: Vec<Value>,
}

/// Where a number or statement is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Read in the publication.
    Paper,
    /// Printed by the authors' public code.
    Code,
    /// Remembered, not looked up.
    Recalled,
    /// Computed or proved by us.
    Derived,
}

/// Published numbers for some rows of an analysis.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Name of the analysis.
    pub of: String,
    /// The rows they belong to.
    pub filter: Filter,
    /// How they are known.
    pub status: Status,
    /// Where they stand, such as `Table 2`.
    pub source: String,
    /// Whether the numbers are exact, and not rounded to their last digit.
    pub is_exact: bool,
    /// Column and published number or text, in the order of the file.
    pub values: Vec<(Located<String>, Value)>,
    /// Where the entry is.
    pub span: Span,
}

/// A table of the report.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name, also of its files.
    pub name: String,
    /// Name of the analysis whose rows it shows.
    pub of: String,
    /// Caption; may be empty.
    pub caption: String,
    /// Which rows.
    pub filter: Filter,
    /// Its columns, at least one.
    pub columns: Vec<Column>,
    /// Where the table is named.
    pub span: Span,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Column of the analysis.
    pub show: Located<String>,
    /// Heading, if not the column's own.
    pub heading: Option<String>,
    /// Significant digits (1 to 17), if not the usual ones.
    pub digits: Option<u32>,
}

/// A figure of the report.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Name, also of its files.
    pub name: String,
    /// Caption; may be empty.
    pub caption: String,
    /// Panels per row (1 to 12), if given.
    pub across: Option<u32>,
    /// Its panels, at least one.
    pub panels: Vec<Panel>,
    /// Where the figure is named.
    pub span: Span,
}

/// A panel of a figure, or one for each value of a column.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Name of the plot.
    pub plot: String,
    /// Name of the analysis that it shows.
    pub of: String,
    /// Which rows.
    pub filter: Filter,
    /// Column with one panel for each distinct value.
    pub facet: Option<Located<String>>,
    /// Title, if not the plot's own.
    pub title: Option<String>,
    /// The plot's parameters, defaults filled in.
    pub parameters: Parameters,
    /// Where each parameter is given.
    pub origins: BTreeMap<String, Span>,
    /// Where the panel is.
    pub span: Span,
}

/// A statement and how it is tested.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Identifier, unique in the manifest.
    pub id: String,
    /// The statement.
    pub statement: String,
    /// Where it stands in the publication; may be empty.
    pub place: String,
    /// How it is known.
    pub status: Status,
    /// Name of the analysis that it is about.
    pub of: String,
    /// Which rows.
    pub filter: Filter,
    /// The test as text, read by a later stage.
    pub test: Located<String>,
    /// Whether every row must pass or any one.
    pub over: Over,
    /// Columns shown beside the verdict.
    pub evidence: Vec<Located<String>>,
    /// The verdict that is expected.
    pub expect: Verdict,
    /// Markdown beside it; may be empty.
    pub remark: String,
    /// Where the claim is.
    pub span: Span,
}

/// Which rows must pass a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// All of them.
    Every,
    /// At least one.
    Any,
}

/// What a test can say about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The numbers agree with it.
    Reproduced,
    /// The numbers speak against it.
    Contradicted,
    /// The numbers do not decide.
    Inconclusive,
}
