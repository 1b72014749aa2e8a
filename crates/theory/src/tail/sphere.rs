//! Tail indices on fresh samples whose features lie on a sphere or an ellipsoid.
//!
//! ```text
//! x = H^(1/2) z,   z uniform on the sphere of radius √d,   sup |x|² = d h_1
//! SGD:       |I − gamma x xᵀ| ≤ 1 for gamma d h_1 ≤ 2
//! equation:  eta = 1 + (2B/(gamma h) − (d − 1) a)/(a + b),   a = d/(d + 2),   b = (d − 2)/(d + 2)
//! ```

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::least_squares::tail::RotationInvariantRate;
use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{Case, Finding, NotApplicable, Process, Samples, TailTheory};

/// Largest relative difference of eigenvalues that count as equal.
const EQUAL: f64 = 1e-12;

/// The exact index of SGD, which is infinite.
#[derive(Clone, Copy, Debug)]
pub struct SgdSphere;

/// The exact index of the equation for equal variances.
#[derive(Clone, Copy, Debug)]
pub struct SdeSphere;

static SGD: Part = Part {
    name: "sgd_sphere",
    doc: "Exact tail index of SGD on fresh samples with features on a sphere or an ellipsoid, without ridge: infinite for γdλ₁ < 2, where no sample moves x away from the minimiser. Beyond, with equal variances and batches of one, there is no stationary law.",
    parameters: &[],
    source: file!(),
};

static SDE: Part = Part {
    name: "sde_sphere",
    doc: "Exact tail index of the equation of SGD with the full covariance on fresh samples with features on a sphere, without ridge.",
    parameters: &[],
    source: file!(),
};

/// Variances of features on an ellipsoid.
fn spectrum<'a>(case: &Case<'a>) -> Result<&'a [f64], NotApplicable> {
    bounds_of(case)?;
    let Samples::Sphere { eigenvalues } = case.samples else {
        return Err(NotApplicable::NeedsSphere);
    };
    if case.ridge > 0.0 {
        return Err(NotApplicable::NeedsNoRidge { ridge: case.ridge });
    }
    Ok(eigenvalues)
}

fn are_equal(eigenvalues: &[f64]) -> Result<(), NotApplicable> {
    let first = eigenvalues[0];
    let differ = eigenvalues.iter().any(|h| (h - first).abs() > EQUAL * first);
    if differ { Err(NotApplicable::NeedsEqualEigenvalues) } else { Ok(()) }
}

impl TailTheory for SgdSphere {
    fn part(&self) -> &'static Part {
        &SGD
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
        let eigenvalues = spectrum(case)?;
        let largest_square = eigenvalues.len() as f64 * eigenvalues[0];
        if case.step_size * largest_square < 2.0 {
            return Ok(Finding::exact(f64::INFINITY));
        }
        let threshold = 2.0 / largest_square;
        let too_large = NotApplicable::StepSizeTooLarge { step_size: case.step_size, threshold };
        // |(I − gamma x xᵀ) u|² = |u|² + gamma (gamma |x|² − 2) ⟨x, u⟩² does not fall.
        let grows = case.batch_size == 1 && are_equal(eigenvalues).is_ok();
        Err(if grows { NotApplicable::NoStationaryLaw } else { too_large })
    }
}

impl TailTheory for SdeSphere {
    fn part(&self) -> &'static Part {
        &SDE
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
        let eigenvalues = spectrum(case)?;
        are_equal(eigenvalues)?;
        let step_size = case.step_size * eigenvalues[0] / case.batch_size as f64;
        let rate = RotationInvariantRate::on_sphere(eigenvalues.len(), step_size);
        rate.tail_index().map(Finding::exact).map_err(|_| NotApplicable::NoStationaryLaw)
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::real;

    use super::*;
    use crate::tail::{SdeLower, SdeUpper, sgd_second_moment_rate};

    fn on(eigenvalues: &[f64], step_size: f64, batch_size: u64) -> Case<'_> {
        let samples = Samples::Sphere { eigenvalues };
        Case { samples, step_size, batch_size, is_with_replacement: true, ridge: 0.0 }
    }

    fn find(theory: &dyn TailTheory, case: &Case<'_>) -> Result<f64, NotApplicable> {
        theory.find(case, &Parameters::new(), StreamKey(1)).map(|finding| finding.value)
    }

    /// For `d = 5`, `alpha = 1.75/gamma − 1.5`.
    #[test]
    fn five_features_have_their_closed_form_between_the_bounds() {
        for step_size in [0.1, 0.2, 0.28] {
            let alpha = 1.75 / step_size - 1.5;
            let case = on(&[1.0; 5], step_size, 1);
            assert!((find(&SdeSphere, &case).unwrap() - alpha).abs() < 1e-12);
            for theory in [&SdeLower as &dyn TailTheory, &SdeUpper] {
                let found = find(theory, &case).unwrap();
                assert!((found / alpha - 1.0).abs() < 1e-4, "{}: {found}", theory.part().name);
            }
            let batch = on(&[2.0; 5], step_size, 2);
            assert!((find(&SdeSphere, &batch).unwrap() - alpha).abs() < 1e-12);
        }
        assert_eq!(find(&SdeSphere, &on(&[1.0], 0.3, 1)), Ok(f64::INFINITY));
        let uneven = on(&[1.0, 0.5], 0.3, 1);
        assert_eq!(find(&SdeSphere, &uneven), Err(NotApplicable::NeedsEqualEigenvalues));
        let gaussian = Case { samples: Samples::Gaussian { eigenvalues: &[1.0] }, ..uneven };
        assert_eq!(find(&SdeSphere, &gaussian), Err(NotApplicable::NeedsSphere));
    }

    /// `E|u − gamma x ⟨x, u⟩|² = (1 − 2 gamma + gamma² d) |u|²`, since `|x|² = d`.
    #[test]
    fn second_moments_of_sgd_have_the_rate_of_one_sample() {
        let found = sgd_second_moment_rate(&on(&[1.0; 5], 0.3, 1)).unwrap();
        let expected = real::ln(1.0 - 0.6 + 0.45);
        assert!((found.low - expected).abs() < 1e-12 && (found.high - expected).abs() < 1e-12);
    }

    #[test]
    fn sgd_has_all_moments_up_to_its_threshold() {
        assert_eq!(find(&SgdSphere, &on(&[1.0; 5], 0.39, 1)), Ok(f64::INFINITY));
        assert_eq!(find(&SgdSphere, &on(&[1.0, 0.5], 0.99, 4)), Ok(f64::INFINITY));
        let beyond = find(&SgdSphere, &on(&[1.0; 5], 0.41, 1));
        assert_eq!(beyond, Err(NotApplicable::NoStationaryLaw));
        let batch = find(&SgdSphere, &on(&[1.0; 5], 0.41, 4));
        assert!(matches!(batch, Err(NotApplicable::StepSizeTooLarge { .. })));
    }
}
