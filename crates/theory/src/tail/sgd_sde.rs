//! Tail index of the stochastic modified equation with the full covariance of the gradient.
//!
//! ```text
//! dX = −gamma H X dt + (gamma/sqrt(B)) C(X)^{1/2} dW,    C(x) = E[(a·x)² a aᵀ] − H x xᵀ H
//! a ~ N(0, sigma² I):  C(x) = sigma⁴ (|x|² I + x xᵀ),    eta = (2B/(gamma sigma²) − d + 3)/2
//! ```

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, TailTheory,
};
use crate::tail::kurtosis::{corrected_index, kurtosis_factor};
use crate::tail::sgd_theory::isotropic_gaussian;

/// The exact index on isotropic Gaussian samples.
#[derive(Clone, Copy, Debug)]
pub struct SdeGaussian;

static GAUSSIAN: Part = Part {
    name: "sde_gaussian",
    doc: "Exact tail index of the stochastic modified equation of SGD on fresh isotropic Gaussian samples without ridge, whose noise has the full covariance.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SdeGaussian {
    fn part(&self) -> &'static Part {
        &GAUSSIAN
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
        let sgd = isotropic_gaussian(case)?;
        let value = 0.5 * (2.0 * sgd.batch_size as f64 / sgd.relaxation - sgd.dim as f64 + 3.0);
        if value > 0.0 { Ok(Finding::exact(value)) } else { Err(NotApplicable::NoStationaryLaw) }
    }
}

/// The index of the equation on the line along the leading direction of the data.
#[derive(Clone, Copy, Debug)]
pub struct SdeProjected;

static PROJECTED: Part = Part {
    name: "sde_projected",
    doc: "Tail index of the stochastic modified equation along the leading direction of a data set alone, without ridge: homogenized SGD's upper bound with the kurtosis of the data in place of the 2 that it assumes. Exact in one dimension.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SdeProjected {
    fn part(&self) -> &'static Part {
        &PROJECTED
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
        let bounds = bounds_of(case)?;
        let Samples::Finite { design, right_vectors, .. } = case.samples else {
            return Err(NotApplicable::NeedsFiniteData);
        };
        if case.ridge > 0.0 {
            return Err(NotApplicable::NeedsNoRidge { ridge: case.ridge });
        }
        if case.batch_size > 1 && !case.is_with_replacement {
            return Err(NotApplicable::NeedsReplacement);
        }
        let kappa = kurtosis_factor(design, right_vectors.row(0));
        let value = corrected_index(kappa.max(1.0), bounds.theta[0], case.batch_size);
        let is_line = bounds.theta.len() == 1;
        let certainty = if is_line { Certainty::Exact } else { Certainty::Approximate };
        Ok(Finding { relation: Relation::Equals, value, error: None, certainty })
    }
}
