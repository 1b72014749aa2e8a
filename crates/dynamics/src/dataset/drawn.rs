//! What designs that are drawn from NumPy's legacy generator declare alike.

use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Violation};

/// Largest number of entries of a design, 8 GiB of memory.
const MAX_ENTRIES: u64 = 1 << 30;

/// Number of samples.
pub(crate) const ROWS: Parameter = Parameter {
    name: "rows",
    doc: "Number of samples n.",
    unit: "",
    kind: Kind::Integer { min: 2, max: 10_000_000 },
    default: Default::Required,
};

/// Number of features.
pub(crate) const COLUMNS: Parameter = Parameter {
    name: "columns",
    doc: "Number of features d.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 100_000 },
    default: Default::Required,
};

/// Seed of the generator.
pub(crate) const NUMPY_SEED: Parameter = Parameter {
    name: "numpy_seed",
    doc: "Seed of NumPy's legacy generator.",
    unit: "",
    kind: Kind::Integer { min: 0, max: u32::MAX as i64 },
    default: Default::Required,
};

/// A violation if a design of `rows` by `columns` has too many entries.
pub(crate) fn check_entries(parameters: &Parameters) -> Vec<Violation> {
    let (rows, columns) = (parameters.count("rows"), parameters.count("columns"));
    if rows * columns <= MAX_ENTRIES {
        return Vec::new();
    }
    vec![Violation {
        parameter: "rows",
        message: format!("a design of {rows} by {columns} entries"),
        remedy: format!("take at most {MAX_ENTRIES} entries, which is 8 GiB"),
    }]
}
