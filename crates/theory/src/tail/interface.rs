//! What every theory of a tail index is asked and answers.
//!
//! ```text
//! eta = sup { p ≥ 0 : E|X|^p < ∞ }       the exponent of the survival function, P(|X| > x) ~ x^−eta
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

/// The process whose stationary law has the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Stochastic gradient descent itself, in discrete time.
    Sgd,
    /// Homogenized SGD: noise covariance `(2/B) L ∇²L`.
    HomogenizedSgd,
    /// The stochastic modified equation of first order, with the full covariance of the gradient.
    SgdSde,
}

/// How the index stands to the value that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The index is the value.
    Equals,
    /// The index is at least the value.
    AtLeast,
    /// The index is at most the value.
    AtMost,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A closed form, or a solver that converged.
    Exact,
    /// An inequality with a proof.
    Certified,
    /// The index of another process or spectrum that stands in for the one asked about.
    Approximate,
    /// An estimate from random numbers.
    MonteCarlo,
}

/// What a theory says of the index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// How the index stands to `value`.
    pub relation: Relation,
    /// A tail index or a bound of one, dimensionless, positive; may be `+inf`.
    pub value: f64,
    /// Bound or estimate of the numerical error of `value`, or its standard error if it is a Monte
    /// Carlo estimate; absent where rounding is all there is.
    pub error: Option<f64>,
    /// How sure this is.
    pub certainty: Certainty,
}

impl Finding {
    /// The index equals `value` up to rounding.
    #[must_use]
    pub fn exact(value: f64) -> Finding {
        Finding { relation: Relation::Equals, value, error: None, certainty: Certainty::Exact }
    }

    /// The index is proved to be at least `value`.
    #[must_use]
    pub fn at_least(value: f64) -> Finding {
        let certainty = Certainty::Certified;
        Finding { relation: Relation::AtLeast, value, error: None, certainty }
    }

    /// The index is proved to be at most `value`.
    #[must_use]
    pub fn at_most(value: f64) -> Finding {
        let certainty = Certainty::Certified;
        Finding { relation: Relation::AtMost, value, error: None, certainty }
    }
}

/// Where the samples `a_i` of the least squares problem come from.
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// A data set of `n` rows, which batches are drawn from.
    Finite {
        /// The rows `a_i`, `[n, d]`.
        design: &'a Matrix,
        /// Its singular values `lambda_i > 0`, largest first, `[r]`.
        singular_values: &'a [f64],
        /// Its right singular vectors `q_i` as rows, in the same order, `[r, d]`.
        right_vectors: &'a Matrix,
    },
    /// A fresh `a ~ N(0, H)` each time.
    Gaussian {
        /// Positive eigenvalues of `H`, largest first, `[r]`.
        eigenvalues: &'a [f64],
    },
    /// A fresh `a = H^(1/2) z` each time, `z` uniform on the sphere of radius `√r`.
    Sphere {
        /// Positive eigenvalues of `H`, largest first, `[r]`.
        eigenvalues: &'a [f64],
    },
}

/// A least squares problem and the SGD on it whose tail is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Where the samples come from.
    pub samples: Samples<'a>,
    /// Step size `gamma > 0`, per iteration.
    pub step_size: f64,
    /// Batch size `B ≥ 1`.
    pub batch_size: u64,
    /// Whether the indices of a batch are independent; of no effect where samples are always fresh
    /// or the batch size is one.
    pub is_with_replacement: bool,
    /// Ridge `delta ≥ 0`: the loss has the term `(delta/2n) |x|²`, with `n = 1` for fresh samples.
    pub ridge: f64,
}

/// Why a theory says nothing about a case.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NotApplicable {
    /// There is no direction that moves.
    #[error("the design is zero")]
    ZeroDesign,
    /// A number of the case is out of its range.
    #[error("a step size, ridge or spectrum that is not finite and positive has no index")]
    OutOfRange,
    /// The theory is for an unregularised loss.
    #[error("it needs ridge 0, not {ridge}")]
    NeedsNoRidge {
        /// The ridge `delta`.
        ridge: f64,
    },
    /// The theory is for batches of one sample.
    #[error("it needs batch size 1, not {batch_size}")]
    NeedsBatchSizeOne {
        /// The batch size `B`.
        batch_size: u64,
    },
    /// The theory is for batches of independent indices.
    #[error("it needs batches drawn with replacement")]
    NeedsReplacement,
    /// A batch without replacement is larger than the data set.
    #[error("a batch of {batch_size} without replacement needs more than {n_rows} rows")]
    BatchTooLarge {
        /// The batch size `B`.
        batch_size: u64,
        /// Number of rows `n`.
        n_rows: usize,
    },
    /// The theory is for a spectrum of one or two distinct values.
    #[error("it needs at most two distinct eigenvalues, and there are more")]
    NeedsTwoGroups,
    /// The theory is for a spectrum of one value.
    #[error("it needs all eigenvalues equal")]
    NeedsEqualEigenvalues,
    /// The theory is for one dimension.
    #[error("it needs one dimension, not {dim}")]
    NeedsOneDimension {
        /// The rank `r`.
        dim: usize,
    },
    /// The theory is for two dimensions.
    #[error("it needs two dimensions, not {dim}")]
    NeedsTwoDimensions {
        /// The rank `r`.
        dim: usize,
    },
    /// The theory is for few dimensions.
    #[error("it needs at most {most} dimensions, not {dim}")]
    TooManyDimensions {
        /// The rank `r`.
        dim: usize,
        /// The most that it takes.
        most: usize,
    },
    /// The theory is for fresh Gaussian samples.
    #[error("it needs fresh Gaussian samples")]
    NeedsGaussianSamples,
    /// The theory is for fresh samples on a sphere.
    #[error("it needs fresh samples with features on a sphere")]
    NeedsSphere,
    /// The theory is for a data set.
    #[error("it needs a data set, not fresh samples")]
    NeedsFiniteData,
    /// The step size is beyond the threshold up to which the theory holds.
    #[error("it needs a step size below {threshold}, not {step_size}")]
    StepSizeTooLarge {
        /// The step size `gamma`.
        step_size: f64,
        /// The threshold.
        threshold: f64,
    },
    /// No positive moment stays bounded.
    #[error("there is no stationary law")]
    NoStationaryLaw,
    /// A search for the index ended without one.
    #[error("no index was found below {limit}")]
    NotFound {
        /// Largest power that was tried.
        limit: f64,
    },
}

/// A theory of the tail index.
pub trait TailTheory: Sync {
    /// Its name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// The process that it is about.
    fn process(&self) -> Process;

    /// What it says of `case`.
    ///
    /// # Arguments
    /// * `parameters`: values of the parameters that [`TailTheory::part`] declares, all of them
    /// * `key`: key of the random streams, for Monte Carlo
    ///
    /// # Errors
    /// If the theory does not apply, with the reason.
    fn find(
        &self,
        case: &Case<'_>,
        parameters: &Parameters,
        key: StreamKey,
    ) -> Result<Finding, NotApplicable>;
}
