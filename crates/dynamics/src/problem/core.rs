//! What a problem is: a function to be minimised, by its name and its data.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::parameter::{Parameters, Part, Violation};
use crate::problem::principal::PrincipalForm;

/// An objective function.
pub trait Problem: Any + Debug + Send + Sync {
    /// Number of parameters `d`.
    fn dim(&self) -> usize;

    /// The objective at `x`, `[d]`, in the form that the observable `risk` reports.
    fn risk(&self, x: &[f64]) -> f64;

    /// A minimiser, `[d]`; the one of least norm if there are several. Empty if none is known: the
    /// observable `error` is then not for the problem.
    fn minimiser(&self) -> &[f64];

    /// The standard deviations, `[d]`, of the entries of a starting point `fan_in`, in units of
    /// `initial_std`; none if the problem has no layers.
    fn start_scales(&self) -> Option<Vec<f64>> {
        None
    }

    /// The problem in its principal coordinates, if it has them.
    fn principal_form(&self) -> Option<&dyn PrincipalForm> {
        None
    }

    /// What makes the problem degenerate, so that no observable of it is defined.
    fn check(&self) -> Vec<Violation> {
        Vec::new()
    }
}

impl dyn Problem {
    /// The problem as one of type `P`, if it is.
    #[must_use]
    pub fn get<P: Problem>(&self) -> Option<&P> {
        let any: &dyn Any = self;
        any.downcast_ref()
    }

    /// The problem as one of type `P`.
    ///
    /// # Panics
    /// If it is of another type: a model or an observable was then not checked against its list of
    /// problems.
    #[must_use]
    pub fn expect<P: Problem>(&self) -> &P {
        self.get().expect("a part is used with the problems that it names only")
    }

    /// The problem in its principal coordinates.
    ///
    /// # Panics
    /// If it has none: a model or an observable was then not checked against its list of problems.
    #[must_use]
    pub fn expect_principal(&self) -> &dyn PrincipalForm {
        self.principal_form().expect("a part is used with the problems that it names only")
    }

    /// The shared problem as one of type `P`.
    ///
    /// # Panics
    /// If it is of another type, as in `expect`.
    #[must_use]
    pub fn expect_shared<P: Problem>(self: &Arc<Self>) -> Arc<P> {
        let any: Arc<dyn Any + Send + Sync> = Arc::<Self>::clone(self);
        any.downcast().expect("a part is used with the problems that it names only")
    }
}

/// A kind of problem that a manifest selects by name.
pub trait ProblemKind: Send + Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// Whether it is posed on a data set.
    fn needs_data(&self) -> bool;

    /// Number of parameters `d` of the problem that [`ProblemKind::build`] gives.
    ///
    /// # Panics
    /// As [`ProblemKind::build`].
    fn dim(&self, parameters: &Parameters, data: Option<&Dataset>) -> usize {
        self.build(parameters, data).dim()
    }

    /// Combinations of parameters that are invalid although each is in its range.
    fn check(&self, parameters: &Parameters) -> Vec<Violation>;

    /// The problem.
    ///
    /// # Panics
    /// If the parameters have not been checked against [`ProblemKind::part`], or the data set is
    /// missing although [`ProblemKind::needs_data`].
    fn build(&self, parameters: &Parameters, data: Option<&Dataset>) -> Arc<dyn Problem>;
}
