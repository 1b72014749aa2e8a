//! Growth of the second moment under multiplicative noise, where no equation is exact.
//!
//! ```text
//! F(x; zeta) = (lambda + zeta) x²/2,   E zeta = 0,   E zeta² = tau²
//! SGD:  log((1 − a)² + eta² tau²)/eta         SME-1:  −2 lambda + eta tau²
//! SME-2:  −2 lambda − eta lambda² + eta tau²   SPF:   2 log(1 − a)/eta + eta tau²
//! HA-SME:  2 log(1 − a)/eta + eta tau² h(2 alpha),   HA-SME-3 adds eta² lambda tau²
//! ```

use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, positive};
use maruyama_dynamics::modified_equation::{Model, products};

/// Step size, curvature and strength of the noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Multiplicative {
    /// `eta > 0`.
    pub step_size: f64,
    /// `lambda`, of either sign.
    pub curvature: f64,
    /// `tau²`, not negative.
    pub variance: f64,
}

impl Multiplicative {
    /// `d/dt log E x²` of SGD, per unit of time; a step lasts `eta`.
    ///
    /// # Errors
    /// If the step size is not positive, or `E x²` vanishes after a step.
    pub fn chain_growth(self) -> Result<f64, HessianAwareError> {
        let eta = positive("the step size", self.step_size)?;
        let factor = 1.0 - eta * self.curvature;
        let square = factor * factor + eta * eta * self.variance;
        Ok(real::ln(positive("the growth in one step", square)?) / eta)
    }

    /// `d/dt log E x²` of `model` with the noise covariance `tau² x²` taken in each point.
    ///
    /// # Errors
    /// If the step size is not positive, or `eta lambda ≥ 1` for an equation with a logarithm.
    pub fn growth(self, model: Model) -> Result<f64, HessianAwareError> {
        let eta = positive("the step size", self.step_size)?;
        let a = products(model, &[self.curvature], eta)?[0];
        let noise = eta * self.variance * model.noise_factor(a, a);
        Ok(2.0 * model.drift_factor(a) * self.curvature + noise)
    }

    /// The same of the Hessian-aware equation of third order, whose diffusion has
    /// `(eta²/2) g Sigma'` in addition.
    ///
    /// # Errors
    /// As for [`Multiplicative::growth`].
    pub fn third_order_growth(self, model: Model) -> Result<f64, HessianAwareError> {
        let added = self.step_size * self.step_size * self.curvature * self.variance;
        Ok(self.growth(model)? + added)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::modified_equation::NonPsd;

    #[test]
    fn errors_have_their_orders() {
        // The third-order equation gains one order of eta over the second-order one.
        let error = |eta: f64, third: bool| {
            let case = Multiplicative { step_size: eta, curvature: 1.0, variance: 1.0 };
            let model = Model::HessianAware(NonPsd::Error);
            let rate = if third { case.third_order_growth(model) } else { case.growth(model) };
            (rate.unwrap() - case.chain_growth().unwrap()).abs()
        };
        for (third, order) in [(false, 4.0), (true, 8.0)] {
            let ratio = error(2e-3, third) / error(1e-3, third);
            assert!((ratio / order - 1.0).abs() < 0.02, "{ratio}");
        }
    }

    #[test]
    fn without_noise_the_flow_is_exact() {
        let case = Multiplicative { step_size: 0.3, curvature: -0.7, variance: 0.0 };
        let flow = case.growth(Model::PrincipalFlow).unwrap();
        assert!((flow - case.chain_growth().unwrap()).abs() < 1e-15);
        let sharp = Multiplicative { step_size: 0.3, curvature: 4.0, variance: 0.0 };
        assert!(sharp.growth(Model::PrincipalFlow).is_err());
        let dead = Multiplicative { step_size: 0.5, curvature: 2.0, variance: 0.0 };
        assert!(dead.chain_growth().is_err());
    }
}
