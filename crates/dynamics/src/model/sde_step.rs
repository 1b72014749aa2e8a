//! How the stochastic differential equation of SGD is stepped.

use crate::model::settings::parts_of_a_step;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters};

/// The parameter `integrator` of equations of SGD.
pub(crate) const INTEGRATOR: Parameter = Parameter {
    name: "integrator",
    doc: "How a step is taken: `euler_maruyama`, or `crank_nicolson`, whose drift is the mean of \
          those before and after the step: its stationary mean and covariance are those of the \
          equation at every `dt`.",
    unit: "",
    kind: Kind::Choice(&["euler_maruyama", "crank_nicolson"]),
    default: Default::Text("euler_maruyama"),
};

/// A scheme for equations with a linear drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Explicit drift.
    EulerMaruyama,
    /// Drift by the trapezoidal rule, noise at the old point.
    CrankNicolson,
}

/// The constants of one part of a step of the equation of SGD, whose time is `gamma` an iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SdeStep {
    /// Step size `gamma > 0` of SGD.
    pub step_size: f64,
    /// Batch size `B ≥ 1`.
    pub batch_size: u64,
    /// Parts of an iteration, at least one.
    pub n_parts: u64,
    /// How a part is taken.
    pub scheme: Scheme,
}

impl SdeStep {
    /// What `step_size`, `batch_size`, `dt` and `integrator` ask for.
    pub(crate) fn from_parameters(parameters: &Parameters) -> SdeStep {
        let scheme = match parameters.text("integrator") {
            "crank_nicolson" => Scheme::CrankNicolson,
            _ => Scheme::EulerMaruyama,
        };
        SdeStep {
            step_size: parameters.real("step_size"),
            batch_size: parameters.count("batch_size"),
            n_parts: parts_of_a_step(parameters.real("dt")),
            scheme,
        }
    }

    /// Time `h = gamma/n_parts` of a part.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.step_size / self.n_parts as f64
    }

    /// Factor `sqrt(gamma h/B)` of the noise of a part.
    #[must_use]
    pub fn noise(&self) -> f64 {
        (self.step_size * self.size() / self.batch_size as f64).sqrt()
    }
}
