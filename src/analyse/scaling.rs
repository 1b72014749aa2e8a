//! What exponents an estimator has: which column is a power of which parameter of the cells.

use maruyama_dynamics::parameter::{Default, Kind, Parameter, Parameters, Value};

/// The parameter of estimators whose rows have exponents.
pub(crate) const OVER: Parameter = Parameter {
    name: "over",
    doc: "Parameter of the cells over which exponents are taken, such as `step_size`: cells with the \
          same label but for it are one curve. None if it is not given.",
    unit: "",
    kind: Kind::Text,
    default: Default::Absent,
};

/// The columns of exponents.
pub(crate) const EXPONENTS: [(&str, &str); 2] = [
    (
        "exponent",
        "slope of the logarithm over that of the parameter `over`, over all cells of a curve",
    ),
    ("local_exponent", "the same from the cell before to this one"),
];

/// What exponents an estimator has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// The parameter of the cells.
    pub over: String,
    /// The column whose absolute value is a power of it.
    pub of: &'static str,
    /// Columns that tell the rows of one cell apart.
    pub by: &'static [&'static str],
}

impl Scaling {
    /// The scaling of the column `of` that the parameter `over` asks for.
    #[must_use]
    pub fn asked(
        parameters: &Parameters,
        of: &'static str,
        by: &'static [&'static str],
    ) -> Option<Scaling> {
        let over = parameters.get(OVER.name).and_then(Value::as_text)?;
        Some(Scaling { over: over.to_owned(), of, by })
    }
}
