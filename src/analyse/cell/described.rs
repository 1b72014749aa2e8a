//! A least-squares problem as its moments describe it.

use maruyama_dynamics::problem::{LeastSquares as Finite, Problem};
use maruyama_theory::least_squares::LeastSquares;

use crate::analyse::cell::population::Population;
use crate::analyse::estimator::AnalysisError;

/// Largest number of features: fourth moments are d⁴ numbers.
const MAX_DIM: usize = 10;

/// The problem as its moments describe it.
pub(crate) fn described(problem: &dyn Problem) -> Result<LeastSquares, AnalysisError> {
    let refuse = |why: &str| Err(AnalysisError::Data(why.to_owned()));
    if problem.dim() > MAX_DIM {
        return refuse("the theory is for up to ten features");
    }
    if let Some(population) = Population::of(problem) {
        return population.described().map_err(AnalysisError::statistic);
    }
    let Some(finite) = problem.get::<Finite>() else { return Err(AnalysisError::NotLeastSquares) };
    if finite.ridge() != 0.0 {
        return refuse("the theory is for ridge 0");
    }
    let dataset = finite.dataset();
    LeastSquares::training(&dataset.design, &dataset.response, None)
        .map_err(AnalysisError::statistic)
}
