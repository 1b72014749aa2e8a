//! The exact tail index of homogenized SGD where all eigenvalues are equal.
//!
//! ```text
//! phi_i = phi:   density ~ (1 + |z|²)^{−(eta + r)/2},   eta = 2 + 1/phi − r
//! Lambda(p) = p (−theta + s² (r + p − 2)/2)
//! ```

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::tail::diffusion::diffusion_of;
use crate::tail::groups::groups_of;
use crate::tail::interface::{Case, Finding, NotApplicable, Process, TailTheory};

/// The index `eta = 2 + 1/phi − r` of the stationary law, a multivariate Student law; absent where
/// this is not positive and there is none.
///
/// # Arguments
/// * `phi`: common relative intensity, positive
/// * `rank`: number `r > 0` of components, perhaps fractional
///
/// # Source
/// Not in the paper; for the model (7) of Jiao & Keller-Ressel, arXiv 2402.01382, with `mu = 0`.
/// The bound (14) is attained.
#[must_use]
pub fn isotropic_index(phi: f64, rank: f64) -> Option<f64> {
    let index = 2.0 + 1.0 / phi - rank;
    (index > 0.0).then_some(index)
}

/// The closed form as a theory.
#[derive(Clone, Copy, Debug)]
pub struct HsgdIsotropic;

static PART: Part = Part {
    name: "hsgd_isotropic",
    doc: "Exact tail index of homogenized SGD where all eigenvalues are equal: 2 + 1/phi − r. The stationary law is then a multivariate Student law.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdIsotropic {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn process(&self) -> Process {
        Process::HomogenizedSgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let [group] = groups_of(&diffusion_of(case)?)[..] else {
            return Err(NotApplicable::NeedsEqualEigenvalues);
        };
        isotropic_index(group.phi(), group.multiplicity)
            .map(Finding::exact)
            .ok_or(NotApplicable::NoStationaryLaw)
    }
}
