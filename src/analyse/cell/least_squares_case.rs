//! A least-squares cell as the theory of its moments sees it.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::Schedule;
use maruyama_dynamics::parameter::{Lookup as _, Parameters};
use maruyama_dynamics::problem::{LeastSquares as Finite, PrincipalForm, Problem as _};
use maruyama_dynamics::real;
use maruyama_theory::least_squares::{
    EllipticalPopulation, ErrorCurves, LeastSquares, LeastSquaresError, Measure, MomentCurves,
    Moments, PopulationCurves, SampleCurves, averaged_limit,
};
use maruyama_theory::matrix::{combine, identity, outer, trace};

use crate::analyse::cell::population::Population;
use crate::analyse::cell::start::start;
use crate::analyse::estimator::{AnalysisError, Input};

/// Largest rank of data that are described by their fourth moments, r⁴ numbers.
const MAX_RANK: usize = 24;

/// Largest dimension of a population that is described by its fourth moments.
const MAX_DIM: usize = 10;

/// Where the samples of a problem come from.
pub(crate) enum Origin {
    /// Rows of data, in coordinates of their range.
    Samples(Matrix),
    /// A population, with its fourth moments over those of Gaussian features.
    Population { kurtosis: f64 },
}

/// The problem of a cell and where its chains start.
pub(crate) enum Case {
    /// Data of low rank on their range, or a population of few features.
    Moments {
        /// The problem in coordinates of its range.
        problem: Box<LeastSquares>,
        /// Moments of the error at the start.
        start: Moments,
        /// Where its samples come from.
        origin: Origin,
    },
    /// Data of any rank in principal coordinates.
    Samples {
        /// Rows of the data.
        rows: Matrix,
        /// Residuals at the minimiser.
        residuals: Vec<f64>,
        /// Moments of the error at the start.
        start: Moments,
    },
    /// A population of any dimension.
    Population {
        /// Its spectrum and fourth moments.
        population: EllipticalPopulation,
        /// Second moments of the error at the start.
        start: Vec<f64>,
    },
}

/// What bounds and limits take of a problem and a start.
pub(crate) struct Constants {
    /// The smallest eigenvalue of `Sigma` that is not zero.
    pub(crate) smallest_eigenvalue: f64,
    /// The least `K` with `E[|x|² x xᵀ] ≼ K Sigma`.
    pub(crate) sharp_constant: f64,
    /// `trace N`.
    pub(crate) noise_trace: f64,
    /// `trace Sigma`.
    pub(crate) covariance_trace: f64,
    /// `E|eta|²` at the start.
    pub(crate) start: f64,
}

impl Case {
    /// The case of a cell.
    ///
    /// # Errors
    /// If it is none of least squares without ridge, if the data have too large a rank, or if the
    /// start has a part that the data do not see.
    pub(crate) fn of(input: &Input<'_>) -> Result<Case, AnalysisError> {
        let problem = input.problem()?;
        let (level, std) = start(input.parameters)?;
        let start = Start { level, std };
        if let Some(population) = Population::of(problem.as_ref()) {
            return Case::of_population(population, start);
        }
        let Some(finite) = problem.get::<Finite>() else {
            return Err(AnalysisError::NotLeastSquares);
        };
        Case::of_data(finite, start)
    }

    fn of_population(population: Population<'_>, start: Start) -> Result<Case, AnalysisError> {
        let centre = population.gaussian().alpha();
        let origin: Vec<f64> = centre.iter().map(|entry| entry + start.level).collect();
        if centre.len() > MAX_DIM {
            let variance = start.std * start.std;
            let start = origin.iter().map(|entry| entry * entry + variance).collect();
            return Ok(Case::Population { population: population.elliptical(), start });
        }
        let problem = Box::new(population.described().map_err(AnalysisError::statistic)?);
        let kurtosis = population.kurtosis();
        let start = start.about(origin);
        Ok(Case::Moments { problem, start, origin: Origin::Population { kurtosis } })
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
        let (dataset, right) = (finite.dataset(), &spectrum.right_vectors);
        let ones = right.times(&vec![start.level; dataset.n_columns()]);
        let seen = real::dot(&ones, &ones) + start.std * start.std * rank as f64;
        let whole =
            (start.level * start.level + start.std * start.std) * dataset.n_columns() as f64;
        if whole - seen > 1e-12 * whole {
            return refuse("the start has a part that the data do not see; start at zero");
        }
        let rows = dataset.design.rows().flat_map(|row| right.times(row)).collect();
        let rows = Matrix::new(dataset.n_rows(), rank, rows);
        let origin = ones.iter().zip(&spectrum.alpha).map(|(one, alpha)| one + alpha).collect();
        let start = start.about(origin);
        if rank > MAX_RANK {
            let fits = dataset.design.times(finite.minimiser());
            let pairs = fits.iter().zip(&dataset.response);
            let residuals = pairs.map(|(fit, response)| fit - response).collect();
            return Ok(Case::Samples { rows, residuals, start });
        }
        let problem = LeastSquares::training(&rows, &dataset.response, None)
            .map_err(AnalysisError::statistic)?;
        Ok(Case::Moments { problem: Box::new(problem), start, origin: Origin::Samples(rows) })
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
            Case::Samples { rows, residuals, start } => {
                let (rows, residuals) = (rows.clone(), residuals.clone());
                Box::new(SampleCurves::new(rows, residuals, start.clone(), measure)?)
            }
            Case::Population { population, start } => {
                Box::new(PopulationCurves::new(population, start, measure)?)
            }
        })
    }

    /// What bounds take, and `trace(Sigma⁻¹ N Sigma⁻¹)`.
    pub(crate) fn constants(&self) -> Result<(Constants, f64), LeastSquaresError> {
        match self {
            Case::Moments { problem, start, .. } => {
                let constants = Constants {
                    smallest_eigenvalue: problem.smallest_eigenvalue(),
                    sharp_constant: problem.sharp_constant(),
                    noise_trace: trace(problem.noise()),
                    covariance_trace: trace(problem.covariance()),
                    start: trace(&start.second),
                };
                Ok((constants, averaged_limit(problem)?))
            }
            Case::Samples { rows, residuals, start } => {
                let (rows, residuals) = (rows.clone(), residuals.clone());
                let measure = Measure::Distance;
                let curves = SampleCurves::new(rows, residuals, start.clone(), measure)?;
                let constants = Constants {
                    smallest_eigenvalue: curves.smallest_eigenvalue(),
                    sharp_constant: curves.sharp_constant(),
                    noise_trace: curves.noise_trace(),
                    covariance_trace: curves.covariance_trace(),
                    start: trace(&start.second),
                };
                Ok((constants, curves.averaged_limit()))
            }
            Case::Population { population, start } => {
                let noise = population.label_noise * population.label_noise;
                let covariance_trace = real::sum(&population.spectrum);
                let constants = Constants {
                    smallest_eigenvalue: population.smallest_eigenvalue(),
                    sharp_constant: population.sharp_constant(),
                    noise_trace: noise * covariance_trace,
                    covariance_trace,
                    start: real::sum(start),
                };
                Ok((constants, population.averaged_limit()))
            }
        }
    }

    /// The description by fourth moments, if there is one.
    ///
    /// # Errors
    /// For data of a large rank and for populations of many features.
    pub(crate) fn moments(&self) -> Result<(&LeastSquares, &Moments), AnalysisError> {
        let refuse = |why: String| Err(AnalysisError::Data(why));
        match self {
            Case::Moments { problem, start, .. } => Ok((problem, start)),
            Case::Samples { rows, .. } => {
                let rank = rows.n_columns();
                refuse(format!("this needs data of a rank up to {MAX_RANK}, and theirs is {rank}"))
            }
            Case::Population { start, .. } => {
                let dim = start.len();
                refuse(format!("this needs up to {MAX_DIM} features, and there are {dim}"))
            }
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
mod tests;
