//! A regression data set and the trait of whatever makes one.

use crate::linear_algebra::Matrix;
use crate::parameter::{Parameters, Part, Violation};

/// A regression data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Design matrix `A`, `[n, d]`; row `i` is `a_i`.
    pub design: Matrix,
    /// Responses `b`, `[n]`.
    pub response: Vec<f64>,
    /// Names of the columns of the design, `[d]`, or empty if they have none.
    pub features: Vec<String>,
}

impl Dataset {
    /// The data set of the `design` `[n, d]` and the `response` `[n]`, without names of features.
    ///
    /// # Panics
    /// If there is not one response for each row of the design.
    #[must_use]
    pub fn new(design: Matrix, response: Vec<f64>) -> Dataset {
        assert_eq!(design.n_rows(), response.len(), "one response for each row");
        Dataset { design, response, features: Vec::new() }
    }

    /// Number of samples `n`.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.design.n_rows()
    }

    /// Number of features `d`.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.design.n_columns()
    }
}

/// A way to make a data set from parameters and the contents of files.
///
/// Implementations are pure: the caller reads the files that [`Source::files`] names.
pub trait Source: Send + Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// The files to read: the parameter that names each, and its path.
    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)>;

    /// What to do where a file is missing, for one that a user has to supply.
    fn supply(&self) -> Option<&'static str> {
        None
    }

    /// Combinations of parameters that are invalid although each is in its range.
    fn check(&self, parameters: &Parameters) -> Vec<Violation>;

    /// The data set.
    ///
    /// # Arguments
    /// * `files`: contents of the files of [`Source::files`], in that order
    ///
    /// # Errors
    /// If a file does not hold what the source expects.
    ///
    /// # Panics
    /// If the parameters have not been checked, or a file is missing from `files`.
    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError>;
}

/// Why the contents of a file are not a data set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DatasetError {
    /// The file has no header or no rows below it.
    #[error("no rows of data")]
    Empty,
    /// The text is not CSV: bytes that are not UTF-8, or an unclosed quotation.
    #[error("not a CSV table: {reason}")]
    NotCsv {
        /// What the reader of CSV reports, with its position.
        reason: String,
    },
    /// A row has another number of fields than the rows before it.
    #[error("line {line} has {found} fields, expected {expected}")]
    UnevenRow {
        /// Line in the file, from 1.
        line: u64,
        /// Number of fields of that row.
        found: usize,
        /// Number of fields of the table.
        expected: usize,
    },
    /// A named column does not exist.
    #[error("no column `{column}`; the columns are {}", available.join(", "))]
    UnknownColumn {
        /// The name that was asked for.
        column: String,
        /// The names in the header.
        available: Vec<String>,
    },
    /// Two columns of the header have one name.
    #[error("two columns are named `{column}`")]
    RepeatedColumn {
        /// The repeated name.
        column: String,
    },
    /// No column is left for the features.
    #[error("no column besides the response `{response}`")]
    NoFeature {
        /// The column of the response.
        response: String,
    },
    /// A field is not a number of the expected kind.
    #[error("line {line}, column `{column}`: found `{found}`, expected {expected}")]
    BadField {
        /// Line in the file, from 1.
        line: u64,
        /// Name of the column, or its number from 1 in a table without header.
        column: String,
        /// The text of the field.
        found: String,
        /// What would be accepted.
        expected: &'static str,
    },
    /// A file is of another format.
    #[error("{found}; expected {expected}")]
    WrongFormat {
        /// What the file is.
        found: String,
        /// What would be accepted.
        expected: &'static str,
    },
    /// Two files hold different numbers of samples.
    #[error("{images} images and {labels} labels")]
    UnevenFiles {
        /// Samples of the one.
        images: usize,
        /// Samples of the other.
        labels: usize,
    },
    /// There are fewer samples than are asked for.
    #[error("{found} samples, and {wanted} are asked for")]
    TooFewRows {
        /// Samples that there are.
        found: usize,
        /// Samples that are wanted.
        wanted: usize,
    },
    /// A column or matrix that is to be scaled is constant.
    #[error("{what} is constant and cannot be scaled")]
    Constant {
        /// The column, or the whole design.
        what: String,
    },
}
