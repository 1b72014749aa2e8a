//! What sources of files that a user supplies have in common.

use crate::dataset::core::DatasetError;
use crate::parameter::{Default, Kind, Lookup as _, Parameter, Parameters};

/// The parameter by which files are recognised; the caller that reads them compares.
pub const SHA256: Parameter = Parameter {
    name: "sha256",
    doc: "SHA-256 that each file must have, in hexadecimal digits, in the order of the files; not \
          checked if it is not given.",
    unit: "",
    kind: Kind::Texts,
    default: Default::Absent,
};

/// The parameter that says how many samples are taken.
pub(crate) const ROWS: Parameter = Parameter {
    name: "rows",
    doc: "Number of samples, the first ones; all if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 2, max: 10_000_000 },
    default: Default::Absent,
};

/// How many of `n` samples are taken.
///
/// # Errors
/// If there are fewer than asked for, or none.
pub(crate) fn n_rows(parameters: &Parameters, n: usize) -> Result<usize, DatasetError> {
    if n == 0 {
        return Err(DatasetError::Empty);
    }
    if !parameters.contains_key(ROWS.name) {
        return Ok(n);
    }
    let wanted = parameters.count(ROWS.name) as usize;
    if wanted <= n { Ok(wanted) } else { Err(DatasetError::TooFewRows { found: n, wanted }) }
}
