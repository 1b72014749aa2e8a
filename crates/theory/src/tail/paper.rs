//! The bounds of the tail index of homogenized SGD that are closed forms.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{Case, Finding, NotApplicable, Process, TailTheory};

/// The paper's lower bound `eta_*`.
#[derive(Clone, Copy, Debug)]
pub struct HsgdLower;

static LOWER: Part = Part {
    name: "hsgd_lower",
    doc: "The paper's lower bound of the tail index of homogenized SGD (Theorem 3.3), for step sizes below gamma_bar, where it exceeds 2.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdLower {
    fn part(&self) -> &'static Part {
        &LOWER
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
        let bounds = bounds_of(case)?;
        let threshold = bounds.step_size_for_lower;
        let Case { step_size, .. } = *case;
        let refused = NotApplicable::StepSizeTooLarge { step_size, threshold };
        bounds.lower.map(Finding::at_least).ok_or(refused)
    }
}

/// The closed lower bound `eta_sharp`, which is at least `eta_*`.
#[derive(Clone, Copy, Debug)]
pub struct HsgdSharpLower;

static SHARP_LOWER: Part = Part {
    name: "hsgd_sharp_lower",
    doc: "The closed lower bound 2 + (1 − sum phi_i)/phi_1 of the tail index of homogenized SGD, for step sizes with finite second moments. Equal to the paper's without ridge, better with one.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdSharpLower {
    fn part(&self) -> &'static Part {
        &SHARP_LOWER
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
        let bounds = bounds_of(case)?;
        let threshold = bounds.step_size_for_second_moment;
        let Case { step_size, .. } = *case;
        let refused = NotApplicable::StepSizeTooLarge { step_size, threshold };
        bounds.sharp_lower.map(Finding::at_least).ok_or(refused)
    }
}

/// The paper's upper bound `eta^*`.
#[derive(Clone, Copy, Debug)]
pub struct HsgdUpper;

static UPPER: Part = Part {
    name: "hsgd_upper",
    doc: "The paper's upper bound 1 + 1/phi_1 of the tail index of homogenized SGD (Theorem 3.2).",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdUpper {
    fn part(&self) -> &'static Part {
        &UPPER
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
        Ok(Finding::at_most(bounds_of(case)?.upper))
    }
}
