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
        problem: LeastSquares,
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
        Ok(Case::Moments { problem, start: start.about(origin), design: None })
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
        Ok(Case::Moments { problem, start: start.about(origin), design: Some(design) })
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
