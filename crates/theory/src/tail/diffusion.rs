//! Rates and intensities of homogenized SGD in its rescaled principal components.
//!
//! ```text
//! dZ_i = −theta_i (Z_i − mu_i) dt + s_i sqrt(|Z|² + chi) dB_i,   s_i² = 2 theta_i phi_i
//! ```

use maruyama_dynamics::real;

use crate::tail::bounds::{Setting, TailBounds, tail_bounds};
use crate::tail::interface::{Case, NotApplicable, Samples};

/// Coefficients of the homogeneous part of homogenized SGD, which alone decides its tail.
#[derive(Clone, Debug, PartialEq)]
pub struct Diffusion {
    /// Relaxation rates `theta_i > 0` per iteration, `[r]`.
    pub theta: Vec<f64>,
    /// Squared noise intensities `s_i² > 0` per iteration, `[r]`; the first has the largest
    /// `phi_i = s_i²/(2 theta_i)`.
    pub noise: Vec<f64>,
}

impl Diffusion {
    /// The relative intensities `phi_i = s_i²/(2 theta_i)`, `[r]`.
    #[must_use]
    pub fn phi(&self) -> Vec<f64> {
        self.noise.iter().zip(&self.theta).map(|(s2, theta)| s2 / (2.0 * theta)).collect()
    }

    /// The upper bound `eta^* = 1 + 1/max phi_i` of the index.
    #[must_use]
    pub fn upper(&self) -> f64 {
        1.0 + 1.0 / self.phi().into_iter().fold(0.0, f64::max)
    }

    /// The lower bound `eta_sharp = 2 + (1 − sum phi_i)/max phi_i` of the index, where
    /// `sum phi_i < 1`.
    #[must_use]
    pub fn sharp_lower(&self) -> Option<f64> {
        let phi = self.phi();
        let excess = 1.0 - real::sum(&phi);
        (excess > 0.0).then(|| 2.0 + excess / phi.into_iter().fold(0.0, f64::max))
    }
}

/// Singular values and number of rows that stand for `samples`: `lambda_i = sqrt(h_i)` and `n = 1`
/// for fresh samples.
fn spectrum(samples: &Samples<'_>) -> (Vec<f64>, usize) {
    match samples {
        Samples::Finite { design, singular_values, .. } => {
            (singular_values.to_vec(), design.n_rows())
        }
        Samples::Gaussian { eigenvalues } | Samples::Sphere { eigenvalues } => {
            (eigenvalues.iter().map(|h| h.sqrt()).collect(), 1)
        }
    }
}

/// The bounds of homogenized SGD for `case`.
///
/// # Errors
/// If there is no direction that moves, or a number is out of its range.
pub fn bounds_of(case: &Case<'_>) -> Result<TailBounds, NotApplicable> {
    let (singular_values, n_rows) = spectrum(&case.samples);
    if singular_values.is_empty() {
        return Err(NotApplicable::ZeroDesign);
    }
    let is_positive = |value: f64| value.is_finite() && value > 0.0;
    let is_ridge = case.ridge.is_finite() && case.ridge >= 0.0;
    let all_positive = singular_values.iter().all(|&value| is_positive(value));
    if !all_positive || !is_positive(case.step_size) || !is_ridge || case.batch_size == 0 {
        return Err(NotApplicable::OutOfRange);
    }
    let Case { step_size, batch_size, ridge, .. } = *case;
    let singular_values = &singular_values;
    Ok(tail_bounds(&Setting { singular_values, n_rows, step_size, batch_size, ridge }))
}

/// The coefficients of homogenized SGD for `case`.
///
/// # Errors
/// If there is no direction that moves, or a number is out of its range.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, eq. (5) to (7).
pub fn diffusion_of(case: &Case<'_>) -> Result<Diffusion, NotApplicable> {
    let bounds = bounds_of(case)?;
    let noise = bounds.theta.iter().zip(&bounds.phi).map(|(theta, phi)| 2.0 * theta * phi);
    Ok(Diffusion { noise: noise.collect(), theta: bounds.theta })
}
