//! The trait of an estimator, and what it is given.

use std::sync::Arc;

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part, Value, Violation};
use maruyama_dynamics::problem::{LeastSquares, Network, Problem};
use maruyama_statistics::sample::moments::mean;
use maruyama_statistics::stream::Kept;
use thiserror::Error;

use crate::analyse::chains::Chains;
use crate::analyse::frame::{Frame, Sample};
use crate::analyse::outcome::CellOutcome;
use crate::analyse::over_time::{OverTime, Stored};
use crate::analyse::scaling::Scaling;
use crate::analyse::vector::{Vectors, last_vectors};

/// Why an estimator gave nothing for a cell.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AnalysisError {
    /// The data set of the cell cannot be built.
    #[error("{0}")]
    Data(String),
    /// The estimator is for least squares.
    #[error("the problem of the cell is not least squares")]
    NotLeastSquares,
    /// The estimator is for networks.
    #[error("the problem of the cell is no network")]
    NotNetwork,
    /// The estimator is for SGD and its equations.
    #[error("the theory is of SGD and its equations, not of model `{0}`")]
    NotSgd(String),
    /// The estimator needs an observable that the cell does not record.
    #[error("observable `{0}` is not recorded")]
    NotRecorded(String),
    /// Too few chains did not diverge.
    #[error("{left} chains are left after {diverged} diverged; at least {needed} are needed")]
    TooFewChains {
        /// Chains that did not diverge.
        left: usize,
        /// Chains that did.
        diverged: usize,
        /// How many the estimator needs.
        needed: usize,
    },
    /// The estimator needs single chains, and statistics over them are kept.
    #[error("the cell keeps no chains")]
    NoChains,
    /// The estimator compares two simulations, and one is given.
    #[error("there is no simulation to compare with")]
    NotCompared,
    /// The user interrupted; nothing is known.
    #[error("interrupted")]
    Interrupted,
    /// A statistic does not exist for the sample.
    #[error("{0}")]
    Statistic(String),
}

impl AnalysisError {
    /// A statistic that does not exist, for this reason.
    pub(crate) fn statistic(error: impl std::fmt::Display) -> AnalysisError {
        AnalysisError::Statistic(error.to_string())
    }
}

/// A sample less its centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Centred {
    /// Values less the centre, in the order of the chains.
    pub z: Vec<f64>,
    /// The mean.
    pub mean: f64,
    /// Chains that diverged, which have no value.
    pub n_diverged: usize,
}

/// The texts of a list.
pub(crate) fn texts<'a>(parameters: &'a Parameters, name: &str) -> impl Iterator<Item = &'a str> {
    let list = parameters.get(name).and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_text)
}

/// One cell, as an estimator sees it.
pub struct Input<'a> {
    /// The resolved parameters of the cell, without the number of chains.
    pub parameters: &'a Parameters,
    /// Address of random streams for resampling; a function of the cell and the analysis.
    pub stream: StreamKey,
    /// Those of the cell that it is compared with.
    pub(crate) against_parameters: Option<&'a Parameters>,
    pub(crate) stored: Stored<'a>,
    pub(crate) against: Option<Stored<'a>>,
    pub(crate) is_interrupted: &'a (dyn Fn() -> bool + Sync),
    pub(crate) problem: &'a (dyn Fn() -> Result<Arc<dyn Problem>, AnalysisError> + Sync),
}

impl Input<'_> {
    /// The problem of the cell, which has to be least squares.
    ///
    /// # Errors
    /// If it is another problem, or its data set cannot be built.
    pub fn least_squares(&self) -> Result<Arc<LeastSquares>, AnalysisError> {
        let problem = (self.problem)()?;
        if problem.get::<LeastSquares>().is_none() {
            return Err(AnalysisError::NotLeastSquares);
        }
        Ok(problem.expect_shared())
    }

    /// The problem of the cell.
    ///
    /// # Errors
    /// If its data set cannot be built.
    pub fn problem(&self) -> Result<Arc<dyn Problem>, AnalysisError> {
        (self.problem)()
    }

    /// The problem of the cell, which has to be a network.
    ///
    /// # Errors
    /// If it is another problem, or its data set cannot be built.
    pub fn network(&self) -> Result<Arc<Network>, AnalysisError> {
        let problem = (self.problem)()?;
        if problem.get::<Network>().is_none() {
            return Err(AnalysisError::NotNetwork);
        }
        Ok(problem.expect_shared())
    }

    /// An error once the user has interrupted: to be called between replicates of long work.
    ///
    /// # Errors
    /// [`AnalysisError::Interrupted`].
    pub fn go_on(&self) -> Result<(), AnalysisError> {
        if (self.is_interrupted)() { Err(AnalysisError::Interrupted) } else { Ok(()) }
    }

    /// [`Input::sample`] less its mean.
    ///
    /// # Errors
    /// As [`Input::sample`].
    pub fn centred(&self, observable: &str, needed: usize) -> Result<Centred, AnalysisError> {
        let sample = self.sample(observable, needed)?;
        let mean = mean(&sample.values);
        let z = sample.values.iter().map(|value| value - mean).collect();
        Ok(Centred { z, mean, n_diverged: sample.n_diverged })
    }

    /// Summaries of `observable` over the chains at each recorded step.
    ///
    /// # Errors
    /// If the observable is not recorded.
    pub fn over_time(&self, observable: &str, kept: Kept) -> Result<OverTime, AnalysisError> {
        self.stored.over_time(observable, kept)
    }

    /// The same of the cell that it is compared with.
    ///
    /// # Errors
    /// If there is no such cell, or it does not record the observable.
    pub fn over_time_against(
        &self,
        observable: &str,
        kept: Kept,
    ) -> Result<OverTime, AnalysisError> {
        let against = self.against.as_ref().ok_or(AnalysisError::NotCompared)?;
        against.over_time(observable, kept)
    }

    /// The chains of the cell.
    ///
    /// # Errors
    /// If it keeps none.
    pub fn chains(&self) -> Result<Chains<'_>, AnalysisError> {
        self.stored.chains()
    }

    /// The chains of the cell that it is compared with.
    ///
    /// # Errors
    /// If there is no such cell, or it keeps no chains.
    pub fn against(&self) -> Result<Chains<'_>, AnalysisError> {
        self.against.as_ref().ok_or(AnalysisError::NotCompared)?.chains()
    }

    /// The last recorded value of `observable` over the chains that did not diverge, in the order
    /// of the chains.
    ///
    /// # Errors
    /// If the observable is not recorded, or fewer than `needed` chains are left.
    pub fn sample(&self, observable: &str, needed: usize) -> Result<Sample, AnalysisError> {
        let Stored::Chains(blocks) = &self.stored else { return Err(AnalysisError::NoChains) };
        let sample = Frame::new(blocks)?.last_values(observable)?;
        enough(sample.values.len(), sample.n_diverged, needed)?;
        Ok(sample)
    }

    /// The last recorded values of all members of the family `name`, of each chain that did not
    /// diverge, in the order of the chains.
    ///
    /// # Errors
    /// If the family is not recorded as a whole, or fewer than `needed` chains are left.
    pub(crate) fn vectors(&self, name: &str, needed: usize) -> Result<Vectors, AnalysisError> {
        let Stored::Chains(blocks) = &self.stored else { return Err(AnalysisError::NoChains) };
        let vectors = last_vectors(blocks, name)?;
        enough(vectors.values.len(), vectors.n_diverged, needed)?;
        Ok(vectors)
    }
}

/// An error if fewer than `needed` chains are left.
fn enough(left: usize, diverged: usize, needed: usize) -> Result<(), AnalysisError> {
    if left < needed {
        return Err(AnalysisError::TooFewChains { left, diverged, needed });
    }
    Ok(())
}

/// What an estimator needs of the chains of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The values of single chains at the last recorded step.
    Ends,
    /// The values of single chains at all recorded steps.
    Chains,
    /// Moments over the chains.
    Moments,
    /// Quantiles over the chains.
    Quantiles,
}

/// A statistic, or a piece of theory, evaluated for one cell.
///
/// To add one, write a file with its implementation and name it in `analyse/mod.rs`.
pub trait Estimator: Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// The columns of its rows, each with its meaning; a column may be absent from a row.
    fn columns(&self) -> &'static [(&'static str, &'static str)];

    /// The observables that it reads; none for theory, which needs no simulation.
    fn observables(&self, parameters: &Parameters) -> Vec<String>;

    /// Columns that its rows have besides [`Estimator::columns`] with these parameters.
    fn more_columns(&self, _parameters: &Parameters) -> Vec<String> {
        Vec::new()
    }

    /// What is wrong with parameters that are each in range.
    fn check(&self, _parameters: &Parameters) -> Option<Violation> {
        None
    }

    /// What it needs of the chains of a cell, if it reads observables.
    fn reads(&self) -> Reads {
        Reads::Ends
    }

    /// The statistics over the chains that it asks for, where these are enough.
    fn kept(&self) -> Kept {
        let reads = self.reads();
        Kept { moments: reads == Reads::Moments, quantiles: reads == Reads::Quantiles }
    }

    /// Whether it compares a cell with one of another simulation, which the manifest then names.
    fn compares(&self) -> bool {
        false
    }

    /// The column of p-values that can be adjusted for their number, if its rows are tests.
    fn p_column(&self, _parameters: &Parameters) -> Option<&'static str> {
        None
    }

    /// The exponents that its rows have over the cells of a sweep, which are found once all rows are
    /// known; its columns then include those of exponents.
    fn scaling(&self, _parameters: &Parameters) -> Option<Scaling> {
        None
    }

    /// The source files that an outcome depends on besides those that its own file names: parts that
    /// it reaches by name through a registry.
    fn sources(&self, _parameters: &Parameters) -> Vec<&'static str> {
        Vec::new()
    }

    /// Rows and curves for one cell: a pure function of the input and the parameters.
    ///
    /// # Errors
    /// If the sample or the problem does not admit the statistic; the other cells go on.
    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError>;
}

#[cfg(test)]
pub(crate) mod tests;
