//! Noise that is added to gradients and whose scale changes from step to step.

use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Range};
use crate::real;

/// The parameter `noise_decay_power` of optimisers and their equations.
pub(crate) const NOISE_DECAY_POWER: Parameter = Parameter {
    name: "noise_decay_power",
    doc: "Power b of the schedule σ_k = σ/(1 + k/k₁)^b of the noise that is added to gradients; noise \
          grows where it is negative, and is constant if it is not given.",
    unit: "",
    kind: Kind::Real(Range { low: -10.0, high: 10.0, low_included: true, high_included: true }),
    default: Default::Absent,
};

/// The parameter `noise_decay_steps` of optimisers and their equations.
pub(crate) const NOISE_DECAY_STEPS: Parameter = Parameter {
    name: "noise_decay_steps",
    doc: "Number of steps k₁ after which the schedule of the noise begins to act; one if it is not \
          given.",
    unit: "steps",
    kind: Kind::Real(Range::POSITIVE),
    default: Default::Absent,
};

/// Scales `sigma_k = sigma / (1 + k/k_1)^b` of the noise of the steps `k = 0, 1, ...`.
///
/// With `k_1 = 1/eta` they are `sigma (1 + t)^−b` at the time `t = eta k`.
///
/// # Source
/// Noise `sigma_t` of Compagnoni et al., arXiv 2411.15958, statement on schedulers, as recalled; the
/// form is that of [`Schedule`](crate::model::Schedule).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseSchedule {
    /// `b`; noise grows where it is negative.
    pub power: f64,
    /// `k_1 > 0`
    pub steps: f64,
}

impl NoiseSchedule {
    /// The same noise always.
    pub const CONSTANT: NoiseSchedule = NoiseSchedule { power: 0.0, steps: 1.0 };

    /// What `noise_decay_power` and `noise_decay_steps` ask for.
    #[must_use]
    pub fn from_parameters(parameters: &Parameters) -> NoiseSchedule {
        let real_or = |name: &str, default: f64| {
            if parameters.contains_key(name) { parameters.real(name) } else { default }
        };
        NoiseSchedule {
            power: real_or(NOISE_DECAY_POWER.name, 0.0),
            steps: real_or(NOISE_DECAY_STEPS.name, 1.0),
        }
    }

    /// `sigma_k/sigma`; one for constant noise.
    #[must_use]
    #[inline]
    pub fn factor(&self, k: u64) -> f64 {
        if self.power == 0.0 {
            return 1.0;
        }
        real::pow(1.0 + k as f64 / self.steps, -self.power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::Value;

    fn given(pairs: &[(&str, f64)]) -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::Real(*value))).collect()
    }

    #[test]
    fn scales_follow_the_formula() {
        assert_eq!(NoiseSchedule::from_parameters(&given(&[])), NoiseSchedule::CONSTANT);
        assert_eq!(NoiseSchedule::CONSTANT.factor(1_000_000), 1.0);
        let falling = NoiseSchedule { power: 0.5, steps: 4.0 };
        assert_eq!(falling.factor(0), 1.0);
        assert!((falling.factor(12) - 0.5).abs() < 1e-15);
        let parameters = given(&[("noise_decay_power", -1.0), ("noise_decay_steps", 20.0)]);
        assert!((NoiseSchedule::from_parameters(&parameters).factor(50) - 3.5).abs() < 1e-14);
    }
}
