//! How the stochastic differential equation of SGD is stepped.

use crate::model::settings::parts_of_a_step;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Value};

/// The parameter `integrator` of equations of SGD.
pub(crate) const INTEGRATOR: Parameter = Parameter {
    name: "integrator",
    doc: "How a step is taken: `euler_maruyama`, or `crank_nicolson`, whose drift is the mean of \
          those before and after the step: its stationary mean and covariance are those of the \
          equation at every `dt`; or `conditional_moments`, for data of a rank up to 8, whose mean and \
          covariance are those of the equation at every step.",
    unit: "",
    kind: Kind::Choice(&["euler_maruyama", "crank_nicolson", "conditional_moments"]),
    default: Default::Text("euler_maruyama"),
};

/// The parameter `equation` of equations of SGD.
pub(crate) const EQUATION: Parameter = Parameter {
    name: "equation",
    doc: "Which equation models SGD: `first_order`, which it is if nothing is said; `second_order` \
          with the drift −∇(L + γ|∇L|²/4), whose weak errors are of order γ²; or \
          `second_order_with_noise`, where the noise is multiplied by I + γ∇²L/2 too and the \
          stationary covariance is right to the order γ² of its size.",
    unit: "",
    kind: Kind::Choice(&["first_order", "second_order", "second_order_with_noise"]),
    default: Default::Absent,
};

/// An equation that models SGD with step size `gamma`, with `H = ∇²L`.
///
/// ```text
/// dx = −(I + gamma H/2) ∇L dt + sqrt(gamma/B) (I + gamma H/2) sigma(x) dW
/// ```
///
/// with both factors left out at first order, and the second one left out without corrected noise.
///
/// # Source
/// Li, Tai & E, JMLR 20(40), 2019, theorem 9, with the covariance about the mean; the factor of the
/// noise is derived in docs/theory/least-squares.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Neither drift nor noise is corrected.
    First,
    /// The drift is corrected.
    Second,
    /// Drift and noise are corrected.
    SecondWithNoise,
}

impl Order {
    /// Factor of the drift along an eigenvector of `H` with the eigenvalue `curvature`.
    #[must_use]
    pub fn drift(self, step_size: f64, curvature: f64) -> f64 {
        match self {
            Order::First => 1.0,
            Order::Second | Order::SecondWithNoise => 1.0 + 0.5 * step_size * curvature,
        }
    }

    /// Factor of the noise along it.
    #[must_use]
    pub fn noise(self, step_size: f64, curvature: f64) -> f64 {
        match self {
            Order::First | Order::Second => 1.0,
            Order::SecondWithNoise => 1.0 + 0.5 * step_size * curvature,
        }
    }
}

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
    /// Of which equation it is.
    pub order: Order,
}

impl SdeStep {
    /// What `step_size`, `batch_size`, `dt`, `integrator` and `equation` ask for.
    pub(crate) fn from_parameters(parameters: &Parameters) -> SdeStep {
        let scheme = match parameters.text("integrator") {
            "crank_nicolson" => Scheme::CrankNicolson,
            _ => Scheme::EulerMaruyama,
        };
        let order = match parameters.get("equation").and_then(Value::as_text) {
            Some("second_order") => Order::Second,
            Some("second_order_with_noise") => Order::SecondWithNoise,
            _ => Order::First,
        };
        SdeStep {
            step_size: parameters.real("step_size"),
            batch_size: parameters.count("batch_size"),
            n_parts: parts_of_a_step(parameters.real("dt")),
            scheme,
            order,
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
