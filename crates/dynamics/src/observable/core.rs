//! What an observable is.

use std::borrow::Cow;

use crate::model::Coordinates;
use crate::parameter::Part;
use crate::problem::LeastSquares;

/// The state of a chain at one step.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// What the values are.
    pub coordinates: Coordinates,
    /// `x`, `[d]`, or `Y`, `[r]`.
    pub values: &'a [f64],
}

impl State<'_> {
    /// The principal coordinates `Y`, `[r]`.
    #[must_use]
    pub fn principal(&self, problem: &LeastSquares) -> Cow<'_, [f64]> {
        match self.coordinates {
            Coordinates::Parameters => Cow::Owned(problem.spectrum().principal(self.values)),
            Coordinates::Principal => Cow::Borrowed(self.values),
        }
    }
}

/// A number that is read off the state of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Observable {
    /// Name and documentation; it has no parameters.
    pub part: Part,
    /// The number; NaN never occurs for a finite state and a design of rank at least one.
    pub evaluate: fn(&LeastSquares, State<'_>) -> f64,
}
