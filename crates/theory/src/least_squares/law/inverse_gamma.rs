//! The one-sided law where noise vanishes at a point, as for two samples of one feature.
//!
//! ```text
//! p(x) ∝ y^{−shape − 1} e^{−scale/y},   y = ±(x − edge) > 0
//! shape = 1 + 2 lambda/(gamma v),   scale = 2 lambda |edge|/(gamma v),   edge = −w/v
//! ```

use maruyama_dynamics::real;

use crate::least_squares::error::positive;
use crate::least_squares::{LeastSquaresError, ScalarNoise};

/// An inverse gamma law on one side of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneSided {
    /// Shape, which is the tail exponent.
    pub shape: f64,
    /// Scale, positive, in units of `eta`.
    pub scale: f64,
    /// The point where noise vanishes; the law stands on the side of `theta_*`, `eta = 0`, and
    /// reaches beyond it.
    pub edge: f64,
}

impl OneSided {
    /// The invariant law of `eta` where `v c = w²`, `w ≠ 0`; its mean is zero.
    ///
    /// # Errors
    /// If `v` or `w` is zero, or if the step size is not positive.
    ///
    /// # Source
    /// Zero flux with `C(eta) = v (eta − edge)²`; on the other side of the edge no solution stays.
    pub fn of(noise: &ScalarNoise, step_size: f64) -> Result<OneSided, LeastSquaresError> {
        positive("step size", step_size)?;
        positive("quadratic noise", noise.quadratic)?;
        positive("linear noise", noise.linear.abs())?;
        let edge = -noise.linear / noise.quadratic;
        let ratio = 2.0 * noise.drift / (step_size * noise.quadratic);
        Ok(OneSided { shape: 1.0 + ratio, scale: ratio * edge.abs(), edge })
    }

    /// Density at `x`, per unit of `x`; zero on the empty side.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        let y = if self.edge > 0.0 { self.edge - x } else { x - self.edge };
        if y <= 0.0 {
            return 0.0;
        }
        let ratio = self.scale / y;
        let log = self.shape * real::ln(ratio) - ratio - real::lgamma(self.shape);
        real::exp(log) / y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::LeastSquares;
    use crate::least_squares::reference::assert_close;
    use crate::quadrature::composite_nodes;
    use maruyama_dynamics::linear_algebra::Matrix;

    #[test]
    fn two_samples_have_a_one_sided_law_of_mean_zero() {
        let design = Matrix::new(2, 1, vec![1.0, 0.5]);
        let p = LeastSquares::training(&design, &[1.0, -0.5], None).unwrap();
        let noise = ScalarNoise::of(&p).unwrap();
        assert!(noise.variance(-noise.linear / noise.quadratic).abs() < 1e-15);
        let law = OneSided::of(&noise, 0.4).unwrap();
        assert_close(law.shape, noise.tail_index(0.4), 1e-14);
        // In u = ln y the density decays on both sides.
        let sign = if law.edge > 0.0 { -1.0 } else { 1.0 };
        let moment = |order: u32| -> f64 {
            let nodes = composite_nodes(-12.0, 12.0, 240);
            let terms = nodes.iter().map(|(u, weight)| {
                let y = real::exp(*u);
                let x = law.edge + sign * y;
                weight * y * law.density(x) * (0..order).fold(1.0, |product, _| product * x)
            });
            terms.sum()
        };
        assert_close(moment(0), 1.0, 1e-12);
        assert!(moment(1).abs() < 1e-9);
        let second = noise.stationary_moments(0.4, 2).unwrap()[2].unwrap();
        assert_close(moment(2), second, 1e-8);
        assert_eq!(law.density(law.edge - sign * 0.1), 0.0);
    }
}
