//! Mean exit times of diffusions on the line, exact and by Kramers' formula.
//!
//! ```text
//! V(x) = −integral 2b/D,   s = e^V,   m = 2 e^−V/D,   S(x) = integral s
//! T(x) = (S(x) − S(l))/(S(r) − S(l)) integral_x^r (S(r) − S) m + (S(r) − S(x))/(S(r) − S(l)) integral_l^x (S − S(l)) m
//! ```

use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, positive};
use crate::hessian_aware::line::LineCoefficients;
use crate::quadrature::Panels;
use maruyama_dynamics::modified_equation::contraction;

/// Drift and diffusion as functions of the point.
pub type Field<'a> = &'a dyn Fn(f64) -> Result<LineCoefficients, HessianAwareError>;

/// Relative change at which doubling the panels stops.
const SETTLED: f64 = 1e-11;

/// Panels to start with and to stop at.
const PANELS: (usize, usize) = (16, 8192);

/// The mean time until the diffusion first leaves `(low, high)` from `x` inside, continuously
/// watched, in units of time; a step of SGD lasts `eta`.
///
/// # Accuracy
/// Relative errors of about 1e-11, for smooth coefficients.
///
/// # Source
/// Karlin & Taylor, "A second course in stochastic processes", 1981, chapter 15, section 3.
///
/// # Errors
/// If `x` is outside, the diffusion vanishes somewhere, a coefficient fails, or the integrals
/// overflow or do not settle with 8192 panels.
pub fn mean_exit_time(
    field: Field<'_>,
    interval: (f64, f64),
    x: f64,
) -> Result<f64, HessianAwareError> {
    if !(interval.0 < x && x < interval.1) {
        let (what, range) = ("the starting point", "inside the interval");
        return Err(HessianAwareError::OutOfRange { what, value: x, range });
    }
    settled(|panels| exit_time(field, interval, x, panels).map(|time| (time, time)))
}

/// The quasi-potential difference `V(to) − V(from)`, where the stationary density is
/// `e^{−V}/D` up to a factor.
///
/// # Accuracy
/// Errors of about 1e-11 of the largest difference on the way.
///
/// # Errors
/// If the diffusion vanishes on the way, a coefficient fails, or 8192 panels do not settle it.
pub fn quasi_potential(field: Field<'_>, from: f64, to: f64) -> Result<f64, HessianAwareError> {
    if from == to {
        return Ok(0.0);
    }
    settled(|count| {
        let panels = Panels::new(count, from, to);
        let (values, _, total) = potential(field, &panels)?;
        let largest = values.iter().fold(total.abs(), |size, v| size.max(v.abs()));
        Ok((total, largest))
    })
}

/// The value that `f` gives, with its scale, at ever more panels, when it no longer changes.
fn settled(
    f: impl Fn(usize) -> Result<(f64, f64), HessianAwareError>,
) -> Result<f64, HessianAwareError> {
    let mut panels = PANELS.0;
    let mut last = f(panels)?.0;
    loop {
        panels *= 2;
        let (value, scale) = f(panels)?;
        let change = (value - last).abs();
        if !change.is_finite() {
            return Err(HessianAwareError::NotFinite { what: "an integral" });
        }
        if change <= SETTLED * scale {
            return Ok(value);
        }
        if panels >= PANELS.1 {
            return Err(HessianAwareError::NotSettled { what: "an integral", change });
        }
        last = value;
    }
}

/// `V` from the left end at the nodes, `D` there, and `V` over the whole interval.
fn potential(
    field: Field<'_>,
    panels: &Panels,
) -> Result<(Vec<f64>, Vec<f64>, f64), HessianAwareError> {
    let mut diffusions = Vec::with_capacity(panels.nodes.len());
    let mut slopes = Vec::with_capacity(panels.nodes.len());
    for node in &panels.nodes {
        let LineCoefficients { drift, diffusion } = field(*node)?;
        let diffusion = positive("the diffusion", diffusion)?;
        diffusions.push(diffusion);
        slopes.push(-2.0 * drift / diffusion);
    }
    let (values, total) = panels.running(&slopes);
    Ok((values, diffusions, total))
}

/// The time by the given number of panels on either side of `x`.
fn exit_time(
    field: Field<'_>,
    (low, high): (f64, f64),
    x: f64,
    count: usize,
) -> Result<f64, HessianAwareError> {
    // Both sides are walked away from x, where V = 0.
    let (left, left_time) = side(field, &Panels::new(count, x, low))?;
    let (right, right_time) = side(field, &Panels::new(count, x, high))?;
    Ok((left * right_time + right * left_time) / (left + right))
}

/// For the side from `x` to an end `z`: `|S(z) − S(x)|`, and `integral |S(z) − S| m` along it.
fn side(field: Field<'_>, panels: &Panels) -> Result<(f64, f64), HessianAwareError> {
    let (values, diffusions, _) = potential(field, panels)?;
    let scale: Vec<f64> = values.iter().map(|v| real::exp(*v)).collect();
    let (running, total) = panels.running(&scale);
    let inner: Vec<f64> = (running.iter().zip(&scale))
        .zip(&diffusions)
        .map(|((part, s), d)| (total - part) * 2.0 / (d * s))
        .collect();
    Ok((total.abs(), panels.running(&inner).1))
}

/// A well, a barrier and the noise, for exit times in the limit of small noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barrier {
    /// `lambda_m > 0`, the curvature in the minimum.
    pub well_curvature: f64,
    /// `|lambda_s| > 0`, the curvature at the saddle with its sign changed.
    pub saddle_curvature: f64,
    /// `Delta f > 0`, the height of the saddle over the minimum.
    pub height: f64,
    /// `sigma²`, the variance of the gradient noise.
    pub variance: f64,
    /// `eta`.
    pub step_size: f64,
    /// Number of such saddles around the well.
    pub exits: u32,
}

impl Barrier {
    /// Kramers' time for SME-1: `(2 pi/(lambda_m |lambda_s|)^{1/2}) e^{2 Delta f/(eta sigma²)}` over
    /// the number of exits, in units of time.
    ///
    /// # Source
    /// Kramers, Physica 7, 1940; Gardiner, "Stochastic methods", 4th edition, section 5.5.3.
    ///
    /// # Errors
    /// If a number is not positive and finite.
    pub fn kramers(&self) -> Result<f64, HessianAwareError> {
        for value in
            [self.well_curvature, self.saddle_curvature, self.height, self.variance, self.step_size]
        {
            positive("a parameter of the barrier", value)?;
        }
        let exponent = 2.0 * self.height / (self.step_size * self.variance);
        let frequency = (self.well_curvature * self.saddle_curvature).sqrt();
        let time = 2.0 * std::f64::consts::PI / frequency * real::exp(exponent);
        positive("the exit time", time / f64::from(self.exits))
    }

    /// The same for HA-SME: times
    /// `(eta lambda_m/alpha_m) ((1 − eta lambda_m/2)/(1 + eta |lambda_s|/2))^{1/2}`.
    ///
    /// # Source
    /// The quasi-potential `(2/(eta sigma²)) (f − (eta/4) f'²)` of the Hessian-aware equation on the
    /// line, and Laplace's method; ours.
    ///
    /// # Errors
    /// If a number is not positive and finite, or `eta lambda_m ≥ 1`.
    pub fn hessian_aware(&self) -> Result<f64, HessianAwareError> {
        let classic = self.kramers()?;
        let well = self.step_size * self.well_curvature;
        if well >= 1.0 {
            return Err(HessianAwareError::TooSharp { product: well });
        }
        let saddle = self.step_size * self.saddle_curvature;
        let spread = ((1.0 - 0.5 * well) / (1.0 + 0.5 * saddle)).sqrt();
        Ok(classic * well / contraction(well) * spread)
    }

    /// The same times `e^{(eta/2) (lambda_m + |lambda_s|)}`, which gives SGD's time to first order
    /// in `eta`, where HA-SME is low by this factor.
    ///
    /// # Source
    /// The term `(1/4) T:Sigma` of the expansion, which HA-SME lacks; ours.
    ///
    /// # Errors
    /// As for [`Barrier::hessian_aware`].
    pub fn corrected(&self) -> Result<f64, HessianAwareError> {
        let sum = self.well_curvature + self.saddle_curvature;
        Ok(self.hessian_aware()? * real::exp(0.5 * self.step_size * sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brownian_motion_with_drift_leaves_as_known() {
        let still = |_: f64| Ok(LineCoefficients { drift: 0.0, diffusion: 0.5 });
        let time = mean_exit_time(&still, (-1.0, 2.0), 0.5).unwrap();
        assert!((time - 1.5 * 1.5 / 0.5).abs() < 1e-13);
        let (b, d) = (0.8, 0.6);
        let moving = |_: f64| Ok(LineCoefficients { drift: b, diffusion: d });
        let time = mean_exit_time(&moving, (0.0, 2.0), 0.7).unwrap();
        let decay = |x: f64| 1.0 - real::exp(-2.0 * b * x / d);
        let up = decay(0.7) / decay(2.0);
        // E X_T = x + b E T.
        assert!((time - (2.0 * up - 0.7) / b).abs() < 1e-13);
    }

    #[test]
    fn potential_of_an_ornstein_uhlenbeck_process_is_a_parabola() {
        let field = |x: f64| Ok(LineCoefficients { drift: -1.5 * x, diffusion: 0.5 });
        assert!((quasi_potential(&field, 0.0, 2.0).unwrap() - 12.0).abs() < 1e-12);
        assert!((quasi_potential(&field, 2.0, -1.0).unwrap() + 9.0).abs() < 1e-12);
        assert_eq!(quasi_potential(&field, 1.0, 1.0), Ok(0.0));
        assert!(quasi_potential(&field, -1.7, 1.7).unwrap().abs() < 1e-13);
        let rough = |x: f64| {
            let drift = if x < 0.1234 { 1.0 } else { -3.0 };
            Ok(LineCoefficients { drift, diffusion: 0.5 })
        };
        assert!(matches!(
            quasi_potential(&rough, -1.0, 1.0),
            Err(HessianAwareError::NotSettled { .. })
        ));
    }

    #[test]
    fn dead_noise_and_bad_barriers_are_refused() {
        let dead = |_: f64| Ok(LineCoefficients { drift: 1.0, diffusion: 0.0 });
        assert!(mean_exit_time(&dead, (0.0, 1.0), 0.5).is_err());
        let fine = |_: f64| Ok(LineCoefficients { drift: 1.0, diffusion: 1.0 });
        assert!(mean_exit_time(&fine, (0.0, 1.0), 1.5).is_err());
        let barrier = Barrier {
            well_curvature: 2.0,
            saddle_curvature: 1.0,
            height: 1.0,
            variance: 1.0,
            step_size: 0.5,
            exits: 1,
        };
        assert!(barrier.kramers().is_ok());
        assert!(barrier.hessian_aware().is_err());
        assert!(Barrier { height: -1.0, ..barrier }.kramers().is_err());
        assert!(Barrier { exits: 0, ..barrier }.kramers().is_err());
    }
}
