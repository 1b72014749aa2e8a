//! Theories of SGD that need no simulation.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part};

use crate::tail::diffusion::bounds_of;
use crate::tail::gaussian_sgd::GaussianSgd;
use crate::tail::interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, TailTheory,
};
use crate::tail::kesten::scalar_kesten_index;
use crate::tail::sgd_certificate::shrinks_identity;
use crate::tail::sgd_moment::{check_batch, sgd_second_moment_rate};

/// Eigenvalues that differ by less than this fraction are equal.
const EQUAL: f64 = 1e-9;

/// Whether second moments of SGD are finite.
#[derive(Clone, Copy, Debug)]
pub struct SgdSecondMoment;

static SECOND: Part = Part {
    name: "sgd_second_moment",
    doc: "Whether the tail index of SGD exceeds 2, by the spectral radius of the map of its second moments; with any batch size, with and without replacement, with a ridge, on data and on fresh Gaussian samples.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SgdSecondMoment {
    fn part(&self) -> &'static Part {
        &SECOND
    }

    fn process(&self) -> Process {
        Process::Sgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        bounds_of(case)?;
        check_batch(case)?;
        if shrinks_identity(case) {
            return Ok(Finding::at_least(2.0));
        }
        // On the edge the index is 2, so that both are true.
        let rate = sgd_second_moment_rate(case)?;
        let finding =
            if rate.middle() <= 0.0 { Finding::at_least(2.0) } else { Finding::at_most(2.0) };
        let is_decided = rate.low > 0.0 || rate.high < 0.0;
        let certainty = if is_decided { Certainty::Certified } else { Certainty::Approximate };
        Ok(Finding { certainty, ..finding })
    }
}

/// The exact index on fresh isotropic Gaussian samples.
#[derive(Clone, Copy, Debug)]
pub struct SgdGaussian;

static GAUSSIAN: Part = Part {
    name: "sgd_gaussian",
    doc: "Exact tail index of SGD on fresh isotropic Gaussian samples without ridge: the root of an expectation over two chi-square variables.",
    parameters: &[Parameter {
        name: "nodes",
        doc: "Nodes of quadrature in each variable; the error is the difference to two thirds of them.",
        unit: "",
        kind: Kind::Integer { min: 15, max: 165 },
        default: Default::Integer(150),
    }],
    source: file!(),
};

impl TailTheory for SgdGaussian {
    fn part(&self) -> &'static Part {
        &GAUSSIAN
    }

    fn process(&self) -> Process {
        Process::Sgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let sgd = isotropic_gaussian(case)?;
        let n_nodes = parameters.count("nodes") as usize;
        let value = sgd.index(n_nodes)?;
        let coarse = sgd.index(2 * n_nodes / 3)?;
        let error = Some((value - coarse).abs());
        Ok(Finding { relation: Relation::Equals, value, error, certainty: Certainty::Exact })
    }
}

/// `case` as SGD on fresh isotropic Gaussian samples, if it is that and has no ridge.
///
/// # Errors
/// If it is not.
pub fn isotropic_gaussian(case: &Case<'_>) -> Result<GaussianSgd, NotApplicable> {
    bounds_of(case)?;
    let Samples::Gaussian { eigenvalues } = case.samples else {
        return Err(NotApplicable::NeedsGaussianSamples);
    };
    if case.ridge > 0.0 {
        return Err(NotApplicable::NeedsNoRidge { ridge: case.ridge });
    }
    if eigenvalues.iter().any(|h| (h - eigenvalues[0]).abs() > EQUAL * eigenvalues[0]) {
        return Err(NotApplicable::NeedsEqualEigenvalues);
    }
    let relaxation = case.step_size * eigenvalues[0];
    Ok(GaussianSgd { dim: eigenvalues.len(), batch_size: case.batch_size, relaxation })
}

/// The exact index of one-dimensional data with batches of one.
#[derive(Clone, Copy, Debug)]
pub struct SgdScalar;

static SCALAR: Part = Part {
    name: "sgd_scalar",
    doc: "Exact tail index of SGD with batch size 1 on a data set of rank one, as the root of a scalar equation.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SgdScalar {
    fn part(&self) -> &'static Part {
        &SCALAR
    }

    fn process(&self) -> Process {
        Process::Sgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        bounds_of(case)?;
        let Samples::Finite { design, singular_values, right_vectors } = case.samples else {
            return Err(NotApplicable::NeedsFiniteData);
        };
        if singular_values.len() > 1 {
            return Err(NotApplicable::NeedsOneDimension { dim: singular_values.len() });
        }
        if case.batch_size > 1 {
            return Err(NotApplicable::NeedsBatchSizeOne { batch_size: case.batch_size });
        }
        let a = design.times(right_vectors.row(0));
        scalar_kesten_index(&a, case.step_size, case.ridge)
            .map(Finding::exact)
            .ok_or(NotApplicable::NoStationaryLaw)
    }
}
