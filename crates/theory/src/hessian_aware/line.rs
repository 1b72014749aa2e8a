//! The equations on the line, for any objective and any noise variance.
//!
//! ```text
//! HA-SME:    b = phi(eta f'') f',   D = eta sigma² h(2 alpha),   alpha = −log(1 − eta f'')
//! HA-SME-3:  b + eta² (−f''' f'²/12 + f''' sigma²/4),   D + (eta²/2) f' (sigma²)'
//! ```

use crate::hessian_aware::error::HessianAwareError;
use maruyama_dynamics::modified_equation::{Model, NonPsd, products};

/// An objective on the line and the variance of its gradient noise.
pub trait LineObjective {
    /// `f'(x)`.
    fn gradient(&self, x: f64) -> f64;
    /// `f''(x)`.
    fn curvature(&self, x: f64) -> f64;
    /// `f'''(x)`.
    fn third(&self, x: f64) -> f64;
    /// `sigma²(x)`, not negative.
    fn variance(&self, x: f64) -> f64;
    /// `(sigma²)'(x)`.
    fn variance_slope(&self, x: f64) -> f64;
}

/// An equation that needs second derivatives, or one that needs third ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equation {
    /// One of the equations with the Hessian.
    Of(Model),
    /// The Hessian-aware equation with the terms of third derivatives and of the derivative of the
    /// noise: of weak order 3 where the noise is symmetric.
    ThirdOrder,
}

impl Equation {
    /// The equation to which the terms of third order, if any, are added.
    #[must_use]
    pub fn base(self) -> Model {
        match self {
            Equation::Of(model) => model,
            Equation::ThirdOrder => Model::HessianAware(NonPsd::MomentsOnly),
        }
    }
}

/// Drift and diffusion on the line in one point, per unit of time; a step of SGD lasts `eta`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineCoefficients {
    /// `b`.
    pub drift: f64,
    /// `D`, a variance per unit of time.
    pub diffusion: f64,
}

impl LineCoefficients {
    /// Mean and standard deviation of the step of length `dt ≥ 0` of Euler–Maruyama from `x`.
    ///
    /// With `dt = eta` and SME-1 it is the step of SGD, so that a simulation with few steps hides
    /// the error of its equation.
    #[must_use]
    pub fn euler_step(self, x: f64, dt: f64) -> (f64, f64) {
        (x + self.drift * dt, (self.diffusion * dt).sqrt())
    }
}

/// Mean and standard deviation of the step of SGD from `x` at step size `eta`, with normal noise.
#[must_use]
pub fn chain_step(objective: &dyn LineObjective, x: f64, step_size: f64) -> (f64, f64) {
    (x - step_size * objective.gradient(x), step_size * objective.variance(x).sqrt())
}

/// Drift and diffusion of `equation` for `objective` in `x` at step size `eta`.
///
/// # Source
/// arXiv 2405.18373 for the Hessian-aware equation. The terms of third order are ours: they cancel
/// the coefficient of `eta³` in the error of one step (expansion of the generator).
///
/// # Errors
/// If `eta f''(x) ≥ 1` for an equation with a logarithm, or the diffusion is negative.
pub fn line_coefficients(
    equation: Equation,
    objective: &dyn LineObjective,
    x: f64,
    step_size: f64,
) -> Result<LineCoefficients, HessianAwareError> {
    let model = equation.base();
    let a = products(model, &[objective.curvature(x)], step_size)?[0];
    let (gradient, variance) = (objective.gradient(x), objective.variance(x));
    let mut drift = model.drift_factor(a) * gradient;
    let mut diffusion = step_size * variance * model.noise_factor(a, a);
    if equation == Equation::ThirdOrder {
        let square = step_size * step_size;
        drift += square * objective.third(x) * (0.25 * variance - gradient * gradient / 12.0);
        diffusion += 0.5 * square * gradient * objective.variance_slope(x);
    }
    if diffusion < 0.0 {
        return Err(HessianAwareError::NotPsd { smallest: diffusion, largest: diffusion });
    }
    if !(drift.is_finite() && diffusion.is_finite()) {
        return Err(HessianAwareError::NotFinite { what: "a coefficient" });
    }
    Ok(LineCoefficients { drift, diffusion })
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::real;

    /// `f = 1 − cos x`, `sigma² = 1 + 0.5 sin x`.
    struct Pendulum;

    impl LineObjective for Pendulum {
        fn gradient(&self, x: f64) -> f64 {
            real::sin(x)
        }
        fn curvature(&self, x: f64) -> f64 {
            real::cos(x)
        }
        fn third(&self, x: f64) -> f64 {
            -real::sin(x)
        }
        fn variance(&self, x: f64) -> f64 {
            1.0 + 0.5 * real::sin(x)
        }
        fn variance_slope(&self, x: f64) -> f64 {
            0.5 * real::cos(x)
        }
    }

    #[test]
    fn third_order_terms_cancel_the_cubic_error_of_one_step() {
        // Generator to third order on u = sin(x + 0.4), against E u(x − eta f' + eta sigma z).
        let phase = 0.4;
        let defect = |eta: f64| {
            let x = 0.7;
            let (mean, s) = chain_step(&Pendulum, x, eta);
            let exact = real::exp(-0.5 * s * s) * real::sin(mean + phase);
            let apply = |u: &dyn Fn(f64) -> f64, x: f64| {
                let c = line_coefficients(Equation::ThirdOrder, &Pendulum, x, eta).unwrap();
                let h = 0.02;
                let (left, mid, right) = (u(x - h), u(x), u(x + h));
                let (ll, rr) = (u(x - 2.0 * h), u(x + 2.0 * h));
                let first = (8.0 * (right - left) - (rr - ll)) / (12.0 * h);
                let second = (16.0 * (right + left) - (rr + ll) - 30.0 * mid) / (12.0 * h * h);
                c.drift * first + 0.5 * c.diffusion * second
            };
            let u = |x: f64| real::sin(x + phase);
            let lu = |x: f64| apply(&u, x);
            let llu = |x: f64| apply(&lu, x);
            let lllu = apply(&llu, x);
            let series =
                u(x) + eta * lu(x) + eta * eta / 2.0 * llu(x) + eta * eta * eta / 6.0 * lllu;
            (exact - series).abs()
        };
        let order = real::log2(defect(0.2) / defect(0.1));
        assert!((3.7..4.6).contains(&order), "{order}");
    }

    #[test]
    fn one_euler_step_of_the_first_equation_is_a_step_of_sgd() {
        let at = line_coefficients(Equation::Of(Model::Sme1), &Pendulum, 0.7, 0.3).unwrap();
        let (mean, deviation) = at.euler_step(0.7, 0.3);
        let chain = chain_step(&Pendulum, 0.7, 0.3);
        assert!((mean - chain.0).abs() < 1e-15 && (deviation - chain.1).abs() < 1e-15);
    }

    #[test]
    fn sharp_points_are_refused() {
        assert!(line_coefficients(Equation::ThirdOrder, &Pendulum, 0.0, 1.0).is_err());
        assert!(line_coefficients(Equation::Of(Model::Sme2), &Pendulum, 0.0, 1.0).is_ok());
    }
}
