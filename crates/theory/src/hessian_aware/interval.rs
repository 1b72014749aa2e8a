//! Expectations of diffusions on the line by polynomial collocation on Chebyshev nodes.
//!
//! ```text
//! u_t = b u_x + (D/2) u_xx,   u(t, x) = E u(X_t | X_0 = x)
//! ```
//!
//! without boundary conditions: where the drift leads inwards and paths do not reach the ends, the
//! values there follow from the inside, and polynomials are an invariant space of the linear part.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, positive};
use crate::hessian_aware::exit_time::Field;
use crate::hessian_aware::torus::generator;
use crate::matrix::{combine, expm};
use crate::quadrature::{ChebyshevGrid, chebyshev_grid};

/// Chebyshev nodes on an interval with their differentiation matrices.
#[derive(Clone, Debug)]
pub struct Interval {
    grid: ChebyshevGrid,
}

impl Interval {
    /// `n + 1` nodes on `[low, high]`, `n ≥ 1`, exact for polynomials of degree `n`.
    ///
    /// # Errors
    /// If the interval is empty or `n` is zero.
    pub fn new(n: usize, low: f64, high: f64) -> Result<Interval, HessianAwareError> {
        positive("the length of the interval", high - low)?;
        positive("the degree", n as f64)?;
        Ok(Interval { grid: chebyshev_grid(n, low, high) })
    }

    /// The nodes, smallest first, `[n + 1]`.
    #[must_use]
    pub fn nodes(&self) -> &[f64] {
        &self.grid.points
    }

    /// The operator `e^{T L}` of the diffusion over the time `T = time`, `[n + 1, n + 1]`.
    ///
    /// # Errors
    /// If a coefficient fails.
    pub fn diffusion(&self, field: Field<'_>, time: f64) -> Result<Matrix, HessianAwareError> {
        let ChebyshevGrid { points, first, second } = &self.grid;
        let generator = generator(points, first, second, field)?;
        Ok(expm(&combine(time, &generator, 0.0, &generator))?)
    }

    /// The interpolant of `values`, `[n + 1]`, in `x` inside the interval.
    ///
    /// # Panics
    /// If there is not one value for each node.
    #[must_use]
    pub fn interpolate(&self, values: &[f64], x: f64) -> f64 {
        assert_eq!(values.len(), self.nodes().len(), "one value for each node");
        real::dot(&self.grid.interpolation(x), values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian_aware::line::LineCoefficients;

    #[test]
    fn derivatives_and_interpolation_are_spectral() {
        let interval = Interval::new(24, -1.0, 2.0).unwrap();
        let u: Vec<f64> = interval.nodes().iter().map(|x| real::exp(*x)).collect();
        for (value, derivative) in u.iter().zip(interval.grid.first.times(&u)) {
            assert!((value - derivative).abs() < 1e-11);
        }
        assert!((interval.interpolate(&u, 0.123) - real::exp(0.123)).abs() < 1e-13);
        assert_eq!(interval.interpolate(&u, 2.0), real::exp(2.0));
        assert!(Interval::new(4, 1.0, 1.0).is_err());
        assert!(Interval::new(0, 0.0, 1.0).is_err());
    }

    #[test]
    fn moments_of_an_ornstein_uhlenbeck_process() {
        let interval = Interval::new(20, -2.0, 2.0).unwrap();
        let field = |x: f64| Ok(LineCoefficients { drift: -3.0 * x, diffusion: 0.1 });
        let flow = interval.diffusion(&field, 0.4).unwrap();
        let (decay, spread) = (real::exp(-1.2), 0.1 * (1.0 - real::exp(-2.4)) / 6.0);
        let square: Vec<f64> = interval.nodes().iter().map(|x| x * x).collect();
        let wave: Vec<f64> = interval.nodes().iter().map(|x| real::cos(*x)).collect();
        let x = 0.7;
        let second = interval.interpolate(&flow.times(&square), x);
        assert!((second - (decay * x * decay * x + spread)).abs() < 1e-12);
        let cosine = interval.interpolate(&flow.times(&wave), x);
        let expected = real::exp(-0.5 * spread) * real::cos(decay * x);
        assert!((cosine - expected).abs() < 1e-12);
    }
}
