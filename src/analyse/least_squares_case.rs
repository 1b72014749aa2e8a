//! A least-squares cell as the theory of its moments sees it.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::Schedule;
use maruyama_dynamics::parameter::{Lookup as _, Parameters};
use maruyama_dynamics::problem::{GaussianPopulation, LeastSquares as Finite, PrincipalForm};
use maruyama_dynamics::real;
use maruyama_theory::least_squares::{
    ErrorCurves, GaussianCurves, LeastSquares, LeastSquaresError, Measure, MomentCurves, Moments,
};
use maruyama_theory::matrix::{combine, identity, outer};

use crate::analyse::estimator::{AnalysisError, Input};
use crate::analyse::goodness_of_fit::statistic;

/// Largest rank of data: fourth moments are r⁴ numbers.
const MAX_RANK: usize = 24;

/// Largest dimension of a population that is described by its fourth moments.
const MAX_DIM: usize = 10;

/// The problem of a cell and where its chains start.
pub(crate) enum Case {
    /// Data of low rank on their range, or a population of few features.
    Moments {
        /// The problem in coordinates of its range.
        problem: Box<LeastSquares>,
        /// Moments of the error at the start.
        start: Moments,
        /// Rows of the data in these coordinates, if there are any.
        design: Option<Matrix>,
    },
    /// A Gaussian population of any dimension.
    Gaussian {
        /// Eigenvalues of the covariance of its features.
        spectrum: Vec<f64>,
        /// Standard deviation of the noise of its responses.
        label_noise: f64,
        /// Second moments of the error at the start.
        start: Vec<f64>,
    },
}

impl Case {
    /// The case of a cell.
    ///
    /// # Errors
    /// If it is none of least squares without ridge, if the data have too large a rank, or if the
    /// start has a part that the data do not see.
    pub(crate) fn of(input: &Input<'_>) -> Result<Case, AnalysisError> {
        let problem = input.problem()?;
        let start = Start::of(input.parameters);
        if let Some(population) = problem.get::<GaussianPopulation>() {
            return Case::of_population(population, start);
        }
        let Some(finite) = problem.get::<Finite>() else {
            return Err(AnalysisError::NotLeastSquares);
        };
        Case::of_data(finite, start)
    }

    fn of_population(problem: &GaussianPopulation, start: Start) -> Result<Case, AnalysisError> {
        let (spectrum, label_noise) = (problem.eigenvalues.clone(), problem.noise_std);
        let origin: Vec<f64> = problem.alpha().iter().map(|entry| entry + start.level).collect();
        if spectrum.len() > MAX_DIM {
            let variance = start.std * start.std;
            let start = origin.iter().map(|entry| entry * entry + variance).collect();
            return Ok(Case::Gaussian { spectrum, label_noise, start });
        }
        let problem = LeastSquares::gaussian(&spectrum, label_noise).map_err(statistic)?;
        Ok(Case::Moments { problem: Box::new(problem), start: start.about(origin), design: None })
    }

    fn of_data(finite: &Finite, start: Start) -> Result<Case, AnalysisError> {
        let refuse = |why: &str| Err(AnalysisError::Data(why.to_owned()));
        if finite.ridge() != 0.0 {
            return refuse("the theory is for ridge 0");
        }
        let spectrum = finite.spectrum();
        let rank = spectrum.rank();
        if rank == 0 {
            return refuse("the design matrix is zero");
        }
        if rank > MAX_RANK {
            return refuse("the theory is for data of a rank up to 24");
        }
        let (dataset, right) = (finite.dataset(), &spectrum.right_vectors);
        let ones = right.times(&vec![start.level; dataset.n_columns()]);
        let seen = real::dot(&ones, &ones) + start.std * start.std * rank as f64;
        let whole =
            (start.level * start.level + start.std * start.std) * dataset.n_columns() as f64;
        if whole - seen > 1e-12 * whole {
            return refuse("the start has a part that the data do not see; start at zero");
        }
        let rows = dataset.design.rows().flat_map(|row| right.times(row)).collect();
        let design = Matrix::new(dataset.n_rows(), rank, rows);
        let problem =
            LeastSquares::training(&design, &dataset.response, None).map_err(statistic)?;
        let origin = ones.iter().zip(&spectrum.alpha).map(|(one, alpha)| one + alpha).collect();
        Ok(Case::Moments {
            problem: Box::new(problem),
            start: start.about(origin),
            design: Some(design),
        })
    }

    /// Its curves.
    pub(crate) fn curves(
        &self,
        measure: Measure,
    ) -> Result<Box<dyn ErrorCurves + '_>, LeastSquaresError> {
        Ok(match self {
            Case::Moments { problem, start, .. } => {
                Box::new(MomentCurves::new(problem, start.clone(), measure)?)
            }
            Case::Gaussian { spectrum, label_noise, start } => {
                Box::new(GaussianCurves::new(spectrum, *label_noise, start, measure)?)
            }
        })
    }

    /// The description by fourth moments, if there is one.
    ///
    /// # Errors
    /// For populations of many features.
    pub(crate) fn moments(&self) -> Result<(&LeastSquares, &Moments), AnalysisError> {
        match self {
            Case::Moments { problem, start, .. } => Ok((problem, start)),
            Case::Gaussian { .. } => Err(AnalysisError::Data(
                "the theory is for populations of up to ten features".to_owned(),
            )),
        }
    }
}

/// A Gaussian start, alike in all coordinates.
#[derive(Clone, Copy)]
struct Start {
    level: f64,
    std: f64,
}

impl Start {
    fn of(parameters: &Parameters) -> Start {
        if parameters.text("initial") != "gaussian" {
            return Start { level: 0.0, std: 0.0 };
        }
        Start { level: parameters.real("initial_mean"), std: parameters.real("initial_std") }
    }

    /// Moments of the error of a start with the mean `mean`, `[d]`.
    fn about(self, mean: Vec<f64>) -> Moments {
        let spread = identity(mean.len());
        let second = combine(1.0, &outer(&mean, &mean), self.std * self.std, &spread);
        Moments { mean, second }
    }
}

/// The step sizes of SGD in a cell; constant for equations.
pub(crate) fn schedule(parameters: &Parameters) -> Schedule {
    if parameters.contains_key("decay_power") {
        return Schedule::from_parameters(parameters);
    }
    Schedule::constant(parameters.real("step_size"))
}

/// The share of the noise of single samples that the batches of a cell keep.
///
/// # Errors
/// For batches that depend on each other.
pub(crate) fn share(input: &Input<'_>) -> Result<f64, AnalysisError> {
    let parameters = input.parameters;
    if !parameters.contains_key("batch_size") {
        return Ok(1.0);
    }
    let size = parameters.count("batch_size") as f64;
    let is_of_data = input.problem()?.get::<Finite>().is_some();
    match parameters.get("sampling").and_then(|value| value.as_text()) {
        Some("without_replacement") if is_of_data => {
            let n = input.least_squares()?.dataset().n_rows() as f64;
            Ok((n - size) / (size * (n - 1.0).max(1.0)))
        }
        Some("reshuffling") if is_of_data => {
            Err(AnalysisError::Data("batches of an epoch depend on each other".to_owned()))
        }
        _ => Ok(1.0 / size),
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::dataset::Dataset;
    use maruyama_theory::matrix::trace;

    use super::*;

    const STILL: Start = Start { level: 0.0, std: 0.0 };

    fn data(n_rows: usize, entries: &[f64], response: &[f64], ridge: f64) -> Finite {
        let design = Matrix::new(n_rows, entries.len() / n_rows, entries.to_vec());
        Finite::new(Dataset::new(design, response.to_vec()), ridge)
    }

    fn refusal(case: Result<Case, AnalysisError>) -> String {
        case.err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn data_are_seen_on_their_range() {
        let problem = data(1, &[3.0, 4.0], &[10.0], 0.0);
        let case = Case::of_data(&problem, STILL).unwrap();
        let (described, start) = case.moments().unwrap();
        assert_eq!(described.dim(), 1);
        // The minimiser is (1.2, 1.6), at the distance 2 from zero.
        assert!((trace(&start.second) - 4.0).abs() < 1e-13);
        assert!((described.smallest_eigenvalue() - 25.0).abs() < 1e-12);
        let curves = case.curves(Measure::Distance).unwrap();
        assert!((curves.gradient_flow(&[0.0]).unwrap()[0] - 4.0).abs() < 1e-13);
    }

    #[test]
    fn what_the_theory_does_not_cover_is_refused() {
        let spread = Start { level: 0.0, std: 1.0 };
        let flat = data(1, &[3.0, 4.0], &[10.0], 0.0);
        assert!(refusal(Case::of_data(&flat, spread)).contains("do not see"));
        let ridge = data(1, &[3.0], &[10.0], 0.5);
        assert!(refusal(Case::of_data(&ridge, STILL)).contains("ridge 0"));
        let zero = data(2, &[0.0, 0.0], &[1.0, 2.0], 0.0);
        assert!(refusal(Case::of_data(&zero, STILL)).contains("zero"));
        let mut identity = vec![0.0; 25 * 25];
        (0..25).for_each(|i| identity[26 * i] = 1.0);
        let wide = data(25, &identity, &[1.0; 25], 0.0);
        assert!(refusal(Case::of_data(&wide, STILL)).contains("rank"));
    }

    #[test]
    fn large_populations_have_curves_but_no_fourth_moments() {
        let start = Start { level: 1.0, std: 0.5 };
        for dim in [3, 40] {
            let population = GaussianPopulation::new(vec![1.0; dim], 0.0, vec![0.25; dim]);
            let case = Case::of_population(&population, start).unwrap();
            let curves = case.curves(Measure::Distance).unwrap();
            let expected = dim as f64 * (0.75 * 0.75 + 0.25);
            let found = curves.gradient_flow(&[0.0]).unwrap()[0];
            assert!((found - expected).abs() < 1e-12, "{found}");
            assert_eq!(case.moments().is_ok(), dim == 3);
        }
    }
}
