//! On which side of 2 and 4 the tail index of homogenized SGD lies, by its exact moment equations.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::tail::diffusion::diffusion_of;
use crate::tail::interface::{Case, Finding, NotApplicable, Process, TailTheory};
use crate::tail::moment::{fourth_moment_rate, second_moment_rate};

/// The index is above `power` where the growth rate of that moment is negative, else at most it.
fn side_of(power: f64, rate: f64) -> Finding {
    if rate < 0.0 { Finding::at_least(power) } else { Finding::at_most(power) }
}

/// Whether second moments are finite.
#[derive(Clone, Copy, Debug)]
pub struct HsgdSecondMoment;

static SECOND: Part = Part {
    name: "hsgd_second_moment",
    doc: "Whether the tail index of homogenized SGD exceeds 2, by the largest root of the secular equation of its second moments.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdSecondMoment {
    fn part(&self) -> &'static Part {
        &SECOND
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
        Ok(side_of(2.0, second_moment_rate(&diffusion_of(case)?)))
    }
}

/// Whether fourth moments are finite.
#[derive(Clone, Copy, Debug)]
pub struct HsgdFourthMoment;

static FOURTH: Part = Part {
    name: "hsgd_fourth_moment",
    doc: "Whether the tail index of homogenized SGD exceeds 4, by the spectral radius of the equations of its fourth moments.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for HsgdFourthMoment {
    fn part(&self) -> &'static Part {
        &FOURTH
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
        Ok(side_of(4.0, fourth_moment_rate(&diffusion_of(case)?)))
    }
}
