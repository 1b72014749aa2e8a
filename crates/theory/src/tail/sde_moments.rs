//! Tail index of the equation of SGD with the full covariance of the gradient, on a data set or for
//! any spectrum of Gaussian features or of features on a sphere.
//!
//! ```text
//! deta = −Sigma eta dt + sqrt(gamma/B) sigma(eta) dB,    t = gamma k
//! sup_Q min_u p_Q(u) ≤ alpha ≤ inf_Q max_u p_Q(u)        any d
//! Lambda(alpha) = 0                                      d = 2, an eigenvalue on the circle
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::real;

use crate::least_squares::tail::{CircleRate, tail_sandwich};
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, TailTheory,
};

/// Largest dimension: fourth moments are `d⁴` numbers, and the search is over `d (d + 1)/2`.
const MAX_DIM: usize = 6;

/// Nodes on the circle; half of them give the error.
const NODES: usize = 128;

/// Lower bound by quadratic Lyapunov functions.
#[derive(Clone, Copy, Debug)]
pub struct SdeLower;

/// Upper bound by quadratic Lyapunov functions.
#[derive(Clone, Copy, Debug)]
pub struct SdeUpper;

/// The index in two dimensions.
#[derive(Clone, Copy, Debug)]
pub struct SdeCircle;

static LOWER: Part = Part {
    name: "sde_lower",
    doc: "Lower bound of the tail index of the equation of SGD with the full covariance, without ridge, in up to six dimensions: moments below it are finite by the best of the Lyapunov functions |Qη|^p. Proved in one and two dimensions; in more, the extreme over directions is what a search finds.",
    parameters: &[],
    source: file!(),
};

static UPPER: Part = Part {
    name: "sde_upper",
    doc: "Upper bound of the tail index of the equation of SGD with the full covariance, by the same functions as `sde_lower`.",
    parameters: &[],
    source: file!(),
};

static CIRCLE: Part = Part {
    name: "sde_circle",
    doc: "Tail index of the equation of SGD with the full covariance in two dimensions, without ridge: the root of the growth rate of moments, which is an eigenvalue of an operator on the circle.",
    parameters: &[],
    source: file!(),
};

/// The problem in its principal coordinates without label noise, and the step size over `B`.
pub(crate) fn homogeneous(case: &Case<'_>) -> Result<(LeastSquares, f64), NotApplicable> {
    bounds_of(case)?;
    if case.ridge > 0.0 {
        return Err(NotApplicable::NeedsNoRidge { ridge: case.ridge });
    }
    if case.batch_size > 1 && !case.is_with_replacement {
        return Err(NotApplicable::NeedsReplacement);
    }
    let problem = match case.samples {
        Samples::Gaussian { eigenvalues } => {
            check_dim(eigenvalues.len())?;
            LeastSquares::gaussian(eigenvalues, 0.0)
        }
        Samples::Sphere { eigenvalues } => {
            check_dim(eigenvalues.len())?;
            LeastSquares::sphere(eigenvalues, 0.0)
        }
        Samples::Finite { design, right_vectors, .. } => {
            let rank = right_vectors.n_rows();
            check_dim(rank)?;
            let components = |row: &[f64]| -> Vec<f64> {
                right_vectors.rows().map(|q| real::dot(row, q)).collect()
            };
            let entries = design.rows().flat_map(components).collect();
            let projected = Matrix::new(design.n_rows(), rank, entries);
            LeastSquares::training(&projected, &vec![0.0; design.n_rows()], None)
        }
    };
    Ok((problem.map_err(|error| not_applicable(&error))?, case.step_size / case.batch_size as f64))
}

fn check_dim(dim: usize) -> Result<(), NotApplicable> {
    match dim {
        0 => Err(NotApplicable::ZeroDesign),
        dim if dim > MAX_DIM => Err(NotApplicable::TooManyDimensions { dim, most: MAX_DIM }),
        _ => Ok(()),
    }
}

fn not_applicable(error: &LeastSquaresError) -> NotApplicable {
    match error {
        LeastSquaresError::NoInvariantLaw { .. } => NotApplicable::NoStationaryLaw,
        LeastSquaresError::NoSignal => NotApplicable::ZeroDesign,
        _ => NotApplicable::OutOfRange,
    }
}

/// One side of the bounds; a lower bound that is not positive says nothing.
fn bound(case: &Case<'_>, relation: Relation) -> Result<Finding, NotApplicable> {
    let (problem, step_size) = homogeneous(case)?;
    let bounds = tail_sandwich(&problem, step_size).map_err(|error| not_applicable(&error))?;
    let value = if relation == Relation::AtLeast { bounds.lower } else { bounds.upper };
    if value <= 0.0 {
        return Err(NotApplicable::NotFound { limit: 0.0 });
    }
    let certainty = if bounds.certified { Certainty::Certified } else { Certainty::Approximate };
    Ok(Finding { relation, value, error: None, certainty })
}

impl TailTheory for SdeLower {
    fn part(&self) -> &'static Part {
        &LOWER
    }

    fn process(&self) -> Process {
        Process::SgdSde
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        bound(case, Relation::AtLeast)
    }
}

impl TailTheory for SdeUpper {
    fn part(&self) -> &'static Part {
        &UPPER
    }

    fn process(&self) -> Process {
        Process::SgdSde
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        bound(case, Relation::AtMost)
    }
}

impl TailTheory for SdeCircle {
    fn part(&self) -> &'static Part {
        &CIRCLE
    }

    fn process(&self) -> Process {
        Process::SgdSde
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let (problem, step_size) = homogeneous(case)?;
        if problem.dim() != 2 {
            return Err(NotApplicable::NeedsTwoDimensions { dim: problem.dim() });
        }
        let index = |n_nodes: usize| {
            let rate = CircleRate::new(&problem, step_size, n_nodes)?;
            rate.tail_index()
        };
        let value = index(NODES).map_err(|error| not_applicable(&error))?;
        let coarse = index(NODES / 2).map_err(|error| not_applicable(&error))?;
        let error = value.is_finite().then(|| (value - coarse).abs());
        Ok(Finding { relation: Relation::Equals, value, error, certainty: Certainty::Exact })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::linear_algebra::right_svd;

    use super::*;

    const KEY: StreamKey = StreamKey(1);

    fn on(samples: Samples<'_>, step_size: f64, batch_size: u64) -> Case<'_> {
        Case { samples, step_size, batch_size, is_with_replacement: true, ridge: 0.0 }
    }

    fn value(theory: &dyn TailTheory, case: &Case<'_>) -> f64 {
        theory.find(case, &Parameters::new(), KEY).unwrap().value
    }

    #[test]
    fn isotropic_gaussian_samples_have_their_closed_form() {
        // alpha = B/gamma − (d − 3)/2
        for (dim, step_size, batch_size, alpha) in
            [(2, 0.2, 1, 5.5), (2, 0.4, 2, 5.5), (5, 0.2, 1, 4.0)]
        {
            let eigenvalues = vec![1.0; dim];
            let case = on(Samples::Gaussian { eigenvalues: &eigenvalues }, step_size, batch_size);
            for theory in [&SdeLower as &dyn TailTheory, &SdeUpper] {
                let found = value(theory, &case);
                assert!((found / alpha - 1.0).abs() < 1e-4, "{}: {found}", theory.part().name);
            }
            if dim == 2 {
                assert!((value(&SdeCircle, &case) - alpha).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn bounds_hold_the_index_of_a_data_set() {
        let entries = vec![1.0, 0.2, -0.5, 1.1, 0.7, -0.9, 1.4, 0.3, -0.2, 0.8];
        let design = Matrix::new(5, 2, entries);
        let svd = right_svd(&design);
        let samples = Samples::Finite {
            design: &design,
            singular_values: &svd.singular_values,
            right_vectors: &svd.right_vectors,
        };
        let case = on(samples, 0.8, 1);
        let (low, exact) = (value(&SdeLower, &case), value(&SdeCircle, &case));
        let high = value(&SdeUpper, &case);
        assert!(0.0 < low && low <= exact && exact <= high, "{low} {exact} {high}");
        assert!(high - low < 0.2 * exact, "{low} {high}");
        let three = on(Samples::Gaussian { eigenvalues: &[1.0, 0.5, 0.2] }, 0.1, 1);
        let refused = SdeCircle.find(&three, &Parameters::new(), KEY);
        assert_eq!(refused, Err(NotApplicable::NeedsTwoDimensions { dim: 3 }));
    }
}
