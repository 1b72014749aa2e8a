//! The Pearson diffusion that each component of homogenized SGD is compared with.
//!
//! ```text
//! dẐ = −theta (Ẑ − mu) dt + sqrt(2 theta phi (Ẑ² + chi)) dB,      nu = 1 + 1/phi
//! chi = 1:  density ~ (1 + z²)^{−(nu+1)/2} exp(mu (nu−1) arctan z)     (Pearson IV)
//! chi = 0:  density ~ z^{−nu−1} exp(−mu (nu−1)/z),  z > 0              (Pearson V)
//! ```
//!
//! The laws themselves are `PearsonIv::new(nu, mu, 0, 1)` and
//! `InverseGamma::new(nu, mu (nu − 1))` of the crate `maruyama-statistics`.

use std::f64::consts::PI;

use maruyama_dynamics::real;

/// Parameters of the stationary law of one component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PearsonComponent {
    /// Tail index `nu = 1 + 1/phi`, above 1.
    pub nu: f64,
    /// Mean `mu` of `Ẑ`.
    pub mu: f64,
    /// 1 with a residual (Pearson IV), 0 without (Pearson V).
    pub chi: f64,
    /// The component of the iterate is `Y = scale Ẑ`; its sign is that of `alpha` where `chi = 0`.
    pub scale: f64,
}

/// The law of component `Y = q · (x − x_*)` of homogenized SGD.
///
/// # Arguments
/// * `phi`: relative intensity of the component, positive
/// * `lambda`: its singular value, positive
/// * `alpha`: `−q · x_*`
/// * `ridge`: `delta ≥ 0`
/// * `beta`: residual `|A x_* − b|² ≥ 0`
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, eq. (5), (6), (8) to (10). The numerator of `mu` has
/// `delta`, where (6) prints `n`; only that agrees with (4). The density (9) is that of
/// `sqrt(nu) (Ẑ − mu)`.
#[must_use]
pub fn pearson_component(
    phi: f64,
    lambda: f64,
    alpha: f64,
    ridge: f64,
    beta: f64,
) -> PearsonComponent {
    let nu = 1.0 + 1.0 / phi;
    let pull = ridge * lambda / (lambda * lambda + ridge);
    if beta > 0.0 {
        let root = beta.sqrt();
        PearsonComponent { nu, mu: pull * alpha / root, chi: 1.0, scale: root / lambda }
    } else {
        let scale = if alpha < 0.0 { -1.0 / lambda } else { 1.0 / lambda };
        PearsonComponent { nu, mu: pull * alpha.abs(), chi: 0.0, scale }
    }
}

impl PearsonComponent {
    /// Variance `(chi + mu²)/(nu − 2)` of `Ẑ`, or `+inf` for `nu ≤ 2`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.nu > 2.0 { (self.chi + self.mu * self.mu) / (self.nu - 2.0) } else { f64::INFINITY }
    }

    /// `E|Ẑ|^p` for `p ≥ 0`, `+inf` from `nu` on; absent for Pearson IV with `mu ≠ 0`, where it is
    /// no closed form.
    #[must_use]
    pub fn absolute_moment(&self, p: f64) -> Option<f64> {
        if p >= self.nu {
            return Some(f64::INFINITY);
        }
        if self.chi == 0.0 {
            // The inverse of a gamma variate: b^p Gamma(nu − p)/Gamma(nu).
            let ratio = real::exp(real::lgamma(self.nu - p) - real::lgamma(self.nu));
            return Some(real::pow(self.mu * (self.nu - 1.0), p) * ratio);
        }
        let scale = real::pow(self.nu, -0.5 * p);
        (self.mu == 0.0).then(|| scale * student_absolute_moment(self.nu, p))
    }
}

/// `E|T|^p` of Student's law with `nu` degrees of freedom, `0 ≤ p`; `+inf` for `p ≥ nu`.
///
/// ```text
/// nu^{p/2} Gamma((p+1)/2) Gamma((nu−p)/2) / (sqrt(pi) Gamma(nu/2))
/// ```
#[must_use]
pub fn student_absolute_moment(nu: f64, p: f64) -> f64 {
    if p >= nu {
        return f64::INFINITY;
    }
    let ln_ratio =
        real::lgamma(0.5 * (p + 1.0)) + real::lgamma(0.5 * (nu - p)) - real::lgamma(0.5 * nu);
    real::pow(nu, 0.5 * p) * real::exp(ln_ratio) / PI.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quadrature::on_half_line;

    #[test]
    fn parameters_of_the_reference_case() {
        // phi = 1/4 and mu = 0.8: nu = 5, variance 0.54666...
        let component = pearson_component(0.25, 2.0, 1.6, 4.0, 1.0);
        assert!((component.nu - 5.0).abs() < 1e-15 && (component.mu - 1.6).abs() < 1e-15);
        let law = PearsonComponent { mu: 0.8, ..component };
        assert!((law.variance() - 0.546_666_666_666_666_7).abs() < 1e-15);
        let skewed = pearson_component(0.25, 2.0, -1.6, 4.0, 0.0);
        assert_eq!((skewed.chi, skewed.mu, skewed.scale), (0.0, 1.6, -0.5));
    }

    #[test]
    fn moments_are_integrals_of_the_densities() {
        let law = PearsonComponent { nu: 5.0, mu: 0.0, chi: 1.0, scale: 1.0 };
        let weighted =
            |p: f64| on_half_line(|z| real::exp(p * real::ln(z) - 3.0 * real::ln_1p(z * z)));
        let expected = weighted(2.5) / weighted(0.0);
        assert!((law.absolute_moment(2.5).unwrap() / expected - 1.0).abs() < 1e-9);
        assert!((law.absolute_moment(2.0).unwrap() - law.variance()).abs() < 1e-15);
        let one_sided = PearsonComponent { chi: 0.0, mu: 0.7, ..law };
        assert!((one_sided.absolute_moment(1.0).unwrap() - 0.7).abs() < 1e-14);
        let second = one_sided.variance() + 0.49;
        assert!((one_sided.absolute_moment(2.0).unwrap() - second).abs() < 1e-14);
        assert_eq!(law.absolute_moment(5.0), Some(f64::INFINITY));
        assert_eq!(PearsonComponent { mu: 0.1, ..law }.absolute_moment(1.0), None);
    }
}
