//! The invariant law of features whose law no rotation changes: a multivariate t law.
//!
//! ```text
//! eta ~ t_alpha(0, s²/((a + b) alpha) I),   (a + b) |eta|²/s² ~ BetaPrime(d/2, alpha/2)
//! ```

use maruyama_dynamics::real;
use maruyama_dynamics::special::beta::regularised_beta;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::positive;
use crate::least_squares::tail::RotationInvariantRate;

/// A centred multivariate t law with scale matrix `scale_square I`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultivariateT {
    /// Dimension `d`.
    pub dim: usize,
    /// Degrees of freedom `alpha`, which is the tail exponent.
    pub tail_index: f64,
    /// Scale of each coordinate, squared.
    pub scale_square: f64,
}

impl MultivariateT {
    /// The invariant law of `eta` with label noise `s > 0`.
    ///
    /// # Errors
    /// If there is no invariant law, if its tails are Gaussian (`a + b = 0`), or if the label noise
    /// is not positive.
    ///
    /// # Source
    /// Zero radial flux with `C(eta) = (a |eta|² + s²) I + b eta etaᵀ`: exact for all `a`, `b`, `d`.
    pub fn of(
        rate: &RotationInvariantRate,
        label_noise: f64,
    ) -> Result<MultivariateT, LeastSquaresError> {
        positive("label noise", label_noise)?;
        let alpha = rate.tail_index()?;
        positive("multiplicative noise", rate.isotropic + rate.along)?;
        let square = label_noise * label_noise;
        let scale_square = square / ((rate.isotropic + rate.along) * alpha);
        Ok(MultivariateT { dim: rate.dim, tail_index: alpha, scale_square })
    }

    /// Density at distance `radius ≥ 0` from the centre, per unit of volume.
    #[must_use]
    pub fn density(&self, radius: f64) -> f64 {
        let (d, alpha) = (self.dim as f64, self.tail_index);
        let ratio = radius * radius / (alpha * self.scale_square);
        let log = real::lgamma(0.5 * (alpha + d))
            - real::lgamma(0.5 * alpha)
            - 0.5 * d * real::ln(std::f64::consts::PI * alpha * self.scale_square)
            - 0.5 * (alpha + d) * real::ln_1p(ratio);
        real::exp(log)
    }

    /// `P(|eta| ≤ radius)`.
    #[must_use]
    pub fn radial_cdf(&self, radius: f64) -> f64 {
        let ratio = radius * radius / (self.tail_index * self.scale_square);
        let (inside, outside) = (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio));
        regularised_beta(0.5 * self.dim as f64, 0.5 * self.tail_index, inside, outside)
    }

    /// `P(|eta| > radius)`, with relative accuracy far out.
    #[must_use]
    pub fn radial_survival(&self, radius: f64) -> f64 {
        let ratio = radius * radius / (self.tail_index * self.scale_square);
        let (inside, outside) = (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio));
        regularised_beta(0.5 * self.tail_index, 0.5 * self.dim as f64, outside, inside)
    }

    /// Density of `|eta|` at `radius ≥ 0`, per unit of length: the density times the area of the
    /// sphere.
    #[must_use]
    pub fn radial_density(&self, radius: f64) -> f64 {
        let density = self.density(radius);
        // Far out the power overflows where the density is zero.
        if density == 0.0 {
            return 0.0;
        }
        let half = 0.5 * self.dim as f64;
        let area = 2.0 * real::exp(half * real::ln(std::f64::consts::PI) - real::lgamma(half));
        area * real::pow(radius, self.dim as f64 - 1.0) * density
    }

    /// `E|eta|²`, `+inf` for `alpha ≤ 2`.
    #[must_use]
    pub fn mean_square(&self) -> f64 {
        if self.tail_index <= 2.0 {
            return f64::INFINITY;
        }
        self.dim as f64 * self.scale_square * self.tail_index / (self.tail_index - 2.0)
    }

    /// Radius of the ball in which the density is log-concave, `s/√(a + b)`; beyond it is not.
    #[must_use]
    pub fn log_concave_radius(&self) -> f64 {
        (self.tail_index * self.scale_square).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::assert_close;
    use crate::quadrature::{composite_nodes, on_half_line};

    fn gaussian(dim: usize, step_size: f64) -> MultivariateT {
        let rate = RotationInvariantRate { dim, isotropic: 1.0, along: 1.0, step_size };
        MultivariateT::of(&rate, 1.0).unwrap()
    }

    #[test]
    fn gaussian_features_match_the_reference() {
        let cases = [
            (1, 0.3, 0.115_384_615_385, 0.214_285_714_286),
            (5, 0.2, 0.125, 1.25),
            (10, 0.1, 0.076_923_076_923_1, 1.111_111_111_11),
        ];
        for (dim, gamma, scale_square, mean_square) in cases {
            let law = gaussian(dim, gamma);
            assert_close(law.scale_square, scale_square, 1e-11);
            assert_close(law.mean_square(), mean_square, 1e-11);
            assert_close(law.log_concave_radius(), std::f64::consts::FRAC_1_SQRT_2, 1e-14);
        }
        assert_eq!(gaussian(5, 0.5).mean_square(), f64::INFINITY);
    }

    #[test]
    fn density_and_radial_law_agree() {
        let law = gaussian(3, 0.25);
        let sphere = 4.0 * std::f64::consts::PI;
        for radius in [0.2, 0.8, 3.0] {
            let mass: f64 = composite_nodes(0.0, radius, 40)
                .iter()
                .map(|(r, weight)| weight * sphere * r * r * law.density(*r))
                .sum();
            assert_close(law.radial_cdf(radius), mass, 1e-12);
            assert_close(law.radial_survival(radius), 1.0 - mass, 1e-11);
            let area = sphere * radius * radius;
            assert_close(law.radial_density(radius), area * law.density(radius), 1e-13);
        }
        assert_eq!(law.radial_density(1e200), 0.0);
        let mean = on_half_line(|r| r * law.radial_density(r));
        assert_close(mean, on_half_line(|r| law.radial_survival(r)), 1e-9);
        // A power law of index alpha far out.
        let far = law.radial_survival(2e6) / law.radial_survival(1e6);
        assert_close(far, real::pow(0.5, law.tail_index), 1e-9);
        // The flux −r p + ... vanishes: Pearson's equation of the density of a coordinate at d = 1.
        let line = gaussian(1, 0.3);
        let noise = |x: f64| 2.0 * x * x + 1.0;
        let flux = |x: f64| {
            let h = 1e-5;
            let product = |y: f64| 0.15 * noise(y) * line.density(y);
            x * line.density(x) + (product(x + h) - product(x - h)) / (2.0 * h)
        };
        assert!(flux(0.4).abs() < 1e-9 && flux(2.0).abs() < 1e-9);
    }
}
