//! Step sizes that decay.

use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Range};
use crate::real;

/// The parameter `decay_power` of models of SGD.
pub(crate) const DECAY_POWER: Parameter = Parameter {
    name: "decay_power",
    doc: "Power a of the step-size schedule γ_k = γ/(1 + k/k₀)^a; 0 is a constant step size.",
    unit: "",
    kind: Kind::Real(Range::NON_NEGATIVE),
    default: Default::Real(0.0),
};

/// The parameter `decay_steps` of models of SGD.
pub(crate) const DECAY_STEPS: Parameter = Parameter {
    name: "decay_steps",
    doc: "Number of steps k₀ after which the step-size schedule begins to decay.",
    unit: "steps",
    kind: Kind::Real(Range::POSITIVE),
    default: Default::Real(1.0),
};

/// The step sizes `gamma_k = gamma_0 / (1 + k/k_0)^a` of the steps `k = 0, 1, ...`.
///
/// `1/(mu (k + k_0))` is the case `a = 1`, `gamma_0 = 1/(mu k_0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// `gamma_0 > 0`
    pub initial: f64,
    /// `a ≥ 0`
    pub power: f64,
    /// `k_0 > 0`
    pub steps: f64,
}

impl Schedule {
    /// The same step size always.
    #[must_use]
    pub fn constant(step_size: f64) -> Schedule {
        Schedule { initial: step_size, power: 0.0, steps: 1.0 }
    }

    /// What `step_size`, `decay_power` and `decay_steps` ask for.
    #[must_use]
    pub fn from_parameters(parameters: &Parameters) -> Schedule {
        Schedule {
            initial: parameters.real("step_size"),
            power: parameters.real("decay_power"),
            steps: parameters.real("decay_steps"),
        }
    }

    /// `gamma_k`
    #[must_use]
    #[inline]
    pub fn step_size(&self, k: u64) -> f64 {
        if self.power == 0.0 {
            return self.initial;
        }
        self.initial * real::pow(1.0 + k as f64 / self.steps, -self.power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_sizes_decay_as_the_formula_says() {
        assert_eq!(Schedule::constant(0.3).step_size(1_000_000), 0.3);
        let schedule = Schedule { initial: 0.5, power: 1.0, steps: 4.0 };
        assert_eq!(schedule.step_size(0), 0.5);
        assert!((schedule.step_size(4) - 0.25).abs() < 1e-16);
        let root = Schedule { initial: 1.0, power: 0.5, steps: 1.0 };
        assert!((root.step_size(8) - 1.0 / 3.0).abs() < 1e-15);
    }
}
