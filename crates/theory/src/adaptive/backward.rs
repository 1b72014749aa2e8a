//! Kolmogorov's backward equation of a diffusion on the line, by Chebyshev collocation.
//!
//! ```text
//! dX = b(X) dt + sqrt(a(X)) dW:   u(t, x) = E_x h(X_t),   u_t = b u_x + (a/2) u_xx
//! ```
//!
//! On `[−L, L]` the squared diffusion is multiplied by `1 − (x/L)^64`, which makes the ends degenerate:
//! where the drift points inward, smooth solutions then need no boundary condition, and what is lost
//! is the chance that a path gets near the ends.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::adaptive::error::{AdaptiveError, non_negative, positive};
use crate::adaptive::sign_chain::SignChain;
use crate::matrix::{combine, expm};
use crate::quadrature::{ChebyshevGrid, chebyshev_grid};

/// The generator of a diffusion on a grid.
#[derive(Clone, Debug)]
pub struct BackwardEquation {
    grid: ChebyshevGrid,
    generator: Matrix,
    half_width: f64,
}

impl BackwardEquation {
    /// The equation with `drift` `b` and squared diffusion `variance` `a ≥ 0`, on
    /// `[−half_width, half_width]`, by polynomials of degree `n ≥ 2`.
    ///
    /// # Errors
    /// If `half_width` is not positive, `n` is below 2, or the drift does not point inward at an end.
    pub fn new(
        drift: impl Fn(f64) -> f64,
        variance: impl Fn(f64) -> f64,
        half_width: f64,
        n: usize,
    ) -> Result<BackwardEquation, AdaptiveError> {
        positive("half_width", half_width)?;
        if n < 2 {
            let range = "[2, ∞)";
            return Err(AdaptiveError::OutOfRange { name: "n", value: n as f64, range });
        }
        positive("drift at the lower end", drift(-half_width))?;
        positive("minus the drift at the upper end", -drift(half_width))?;
        let grid = chebyshev_grid(n, -half_width, half_width);
        let mut entries = Vec::with_capacity((n + 1) * (n + 1));
        for (i, x) in grid.points.iter().enumerate() {
            let (b, a) = (drift(*x), taper(x / half_width) * variance(*x));
            let row = grid.first.row(i).iter().zip(grid.second.row(i));
            entries.extend(row.map(|(d, dd)| b * d + 0.5 * a * dd));
        }
        let generator = Matrix::new(n + 1, n + 1, entries);
        Ok(BackwardEquation { grid, generator, half_width })
    }

    /// The equation `dX = −E[sign] dt + sqrt(eta Var[sign]) dW` of SignSGD.
    ///
    /// # Source
    /// Compagnoni et al., arXiv 2411.15958, Theorem 3.2 and Corollaries 3.3, 3.11 (confirmed but for
    /// the wording of the formulas, which is recalled).
    ///
    /// # Errors
    /// As [`BackwardEquation::new`]; and if the noise has no density.
    pub fn of_sign_sgd(
        chain: &SignChain,
        half_width: f64,
        n: usize,
    ) -> Result<BackwardEquation, AdaptiveError> {
        chain.needs_density()?;
        let drift = |x| -chain.sign_at(x).mean();
        let variance = |x| chain.step_size() * chain.sign_at(x).variance();
        BackwardEquation::new(drift, variance, half_width, n)
    }

    /// What takes a function to its expectation after `time ≥ 0`.
    ///
    /// # Errors
    /// If `time` is not a number in `[0, ∞)`, or the exponential is not computed.
    pub fn propagator(&self, time: f64) -> Result<Propagator, AdaptiveError> {
        non_negative("time", time)?;
        let power = expm(&combine(time, &self.generator, 0.0, &self.generator))?;
        Ok(Propagator { grid: self.grid.clone(), power, half_width: self.half_width })
    }
}

/// `1 − y^64`, exactly zero at `|y| = 1`.
fn taper(y: f64) -> f64 {
    1.0 - (0..6).fold(y, |power, _| power * power)
}

/// `e^{tL}` for the generator `L` of a diffusion.
#[derive(Clone, Debug)]
pub struct Propagator {
    grid: ChebyshevGrid,
    power: Matrix,
    half_width: f64,
}

impl Propagator {
    /// `E h(X_t)` from `X_0 = start`.
    ///
    /// # Accuracy
    /// Spectral for smooth `h` and coefficients, down to about 1e-11; the degree has to resolve the
    /// taper, which takes about 80. Compare two degrees and two widths.
    ///
    /// # Errors
    /// If `start` is outside the interval.
    pub fn expectation(&self, h: impl Fn(f64) -> f64, start: f64) -> Result<f64, AdaptiveError> {
        if start.is_nan() || start.abs() > self.half_width {
            let range = "[−half_width, half_width]";
            return Err(AdaptiveError::OutOfRange { name: "start", value: start, range });
        }
        let values: Vec<f64> = self.grid.points.iter().map(|x| h(*x)).collect();
        Ok(real::dot(&self.grid.interpolation(start), &self.power.times(&values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::problem::GradientNoise;

    /// `dX = −X dt + sqrt(0.2) dW` has known moments; its noise at the ends is left out.
    #[test]
    fn moments_of_an_ornstein_uhlenbeck_process() {
        let equation = BackwardEquation::new(|x| -x, |_| 0.2, 4.0, 90).unwrap();
        let law = equation.propagator(0.7).unwrap();
        let decay = real::exp(-0.7);
        let mean = law.expectation(|x| x, 1.2).unwrap();
        assert!((mean - 1.2 * decay).abs() < 1e-11, "{mean}");
        let square = law.expectation(|x| x * x, 1.2).unwrap();
        let expected = 1.44 * decay * decay + 0.1 * (1.0 - decay * decay);
        assert!((square - expected).abs() < 1e-11, "{square} {expected}");
    }

    #[test]
    fn degrees_agree_and_a_start_outside_is_refused() {
        let chain = SignChain::new(1.0, GradientNoise::StudentT { nu: 4.0 }, 0.7, 0.05).unwrap();
        let at = |n| {
            let equation = BackwardEquation::of_sign_sgd(&chain, 5.0, n).unwrap();
            let law = equation.propagator(1.0).unwrap();
            assert!(law.expectation(|x| x, 5.1).is_err());
            law.expectation(|x| x * x, 1.3).unwrap()
        };
        assert!((at(90) - at(120)).abs() < 1e-11, "{} {}", at(90), at(120));
    }

    #[test]
    fn equations_without_density_or_inward_drift_are_refused() {
        let chain = SignChain::new(1.0, GradientNoise::Rademacher, 1.0, 0.1).unwrap();
        let error = BackwardEquation::of_sign_sgd(&chain, 6.0, 20).unwrap_err();
        assert_eq!(error, AdaptiveError::NoDensity);
        assert!(BackwardEquation::new(|x| x, |_| 1.0, 1.0, 20).is_err());
    }
}
